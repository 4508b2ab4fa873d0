# The two commands: `make run` (dashboard with the demo shop) and `make test` (lint, types, contracts, tests).
#   make run PORT=8600 SHOP=data/var/mine    another port, another shop folder

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
PORT ?= 8501
SHOP ?= data/var/demo
BENCH ?=
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export UV_SYSTEM_CERTS := 1

# uv installs in a third of pip's time; pip is the fallback, since it alone reads a machine's pip configuration.
define install
	@uv="$$(command -v uv || echo $(BIN)/uv)"; \
	{ [ -x "$$uv" ] || $(PIP) install --quiet --constraint constraints.txt uv; } && \
	"$$uv" pip install --python $(BIN)/python --constraint constraints.txt --editable '$(1)' || \
	{ echo "uv did not manage it; installing with pip" >&2; $(PIP) install --constraint constraints.txt --editable '$(1)'; }
endef

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test lint wording bench clean

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1: /p' $(MAKEFILE_LIST) | awk -F': ' '{printf "%-18s %s\n", $$1, $$2}'

setup: $(VENV)/.installed ## Create .venv and install the project, nothing else

setup-test: $(VENV)/.installed-test

run: setup ## Prepare the demo shop (first time only) and start the dashboard
	@set -e; if [ "$(SHOP)" = data/var/demo ]; then $(BIN)/vitrine --shop "$(SHOP)" demo; fi; \
	exec $(BIN)/vitrine --shop "$(SHOP)" run --port "$(PORT)"

test: setup-test lint ## Format, lint, types, import contracts and every test
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

lint: setup-test ## Format, lint, types and import contracts only
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

wording: setup-test ## Bring the translations up to date with the code, list what is missing
	$(BIN)/python -m scripts.wording

bench: setup-test ## Run the benchmarks (BENCH=name for one); each prints JSON
	@set -e; for script in benchmarks/$(or $(BENCH),[a-z]*).py; do echo "# $$script" >&2; $(BIN)/python "$$script"; done

clean: ## Remove .venv and caches; shops in data/var stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Vitrine needs Python 3.11 or newer with venv; install it (Debian: apt-get install python3-venv) or pass PYTHON=/path/to/python." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(call install,.)
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(call install,.[test])
	@touch $@
