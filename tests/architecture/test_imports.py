"""Who may import whom: the contracts of pyproject.toml, and what they cannot see (pages, files outside packages)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PRODUCT, REPOSITORY, imports_package, named, python_files

STREAMLIT_ROOMS = {"ui", "pages", "app.py", "asgi.py"}
PICKLES = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")


def test_the_contracts_hold():
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", python_files("recsys"), ids=named)
def test_the_package_knows_no_streamlit_and_nothing_made_with_it(path):
    for above in ("streamlit", "ui", "pages", "app", "asgi"):
        assert not imports_package(path, above), f"{named(path)} imports {above}"


@pytest.mark.parametrize("path", python_files("ui"), ids=named)
def test_the_kit_knows_no_page(path):
    for above in ("pages", "app", "asgi"):
        assert not imports_package(path, above), f"{named(path)} imports {above}"


@pytest.mark.parametrize("path", python_files("pages"), ids=named)
def test_pages_do_not_know_each_other(path):
    assert not imports_package(path, "pages")


def test_only_the_store_speaks_sql():
    speakers = {named(path) for path in python_files(*PRODUCT) if imports_package(path, "duckdb")}
    assert speakers, "the store imports duckdb; if it does not any more, this test looks in the wrong place"
    assert {name for name in speakers if not name.startswith("recsys/store/")} == set()


def test_nothing_is_pickled():
    roots = (*PRODUCT, "benchmarks", "scripts")
    offenders = [named(path) for path in python_files(*roots) for name in PICKLES if imports_package(path, name)]
    assert offenders == []
    loaders = ("allow_pickle=True", "torch.load(", "torch.save(")
    texts = {named(path): path.read_text(encoding="utf-8") for path in python_files(*roots)}
    assert [(name, word) for name, text in texts.items() for word in loaders if word in text] == []


@pytest.mark.parametrize(
    "module", ["recsys", "recsys.cli", "recsys.settings", "recsys.vocabulary", "recsys.errors", "recsys.training.jobs"]
)
def test_light_modules_stay_light(module):
    """`vitrine --help` and the dashboard's first paint import these, so nothing heavy may come along."""
    heavy = "{'torch', 'pandas', 'pyarrow', 'sklearn', 'transformers', 'streamlit', 'duckdb', 'lightgbm'}"
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
