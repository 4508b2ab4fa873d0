"""Files small enough to read at one sitting, and nothing left unfinished in them."""

import ast
import re

import pytest

from tests.architecture.tree import PRODUCT, named, parse, python_files

MODULE_LINES = 300
PAGE_LINES = 100
FUNCTION_LINES = 60
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|raise NotImplementedError)\b")


def length(path) -> int:
    """Return the number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("path", python_files("recsys", "ui", "app.py", "asgi.py", "benchmarks", "scripts"), ids=named)
def test_a_module_is_not_two_rooms_in_one(path):
    assert length(path) <= MODULE_LINES


@pytest.mark.parametrize("path", python_files("pages"), ids=named)
def test_a_page_is_layout_and_wording_only(path):
    assert length(path) <= PAGE_LINES


@pytest.mark.parametrize("path", python_files(*PRODUCT), ids=named)
def test_functions_fit_on_a_screen_without_their_docstring(path):
    long: list[str] = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            lines = (node.end_lineno or first.lineno) - first.lineno + 1
            long += [f"{node.name}: {lines} lines"] if lines > FUNCTION_LINES else []
    assert long == []


@pytest.mark.parametrize("path", python_files(*PRODUCT), ids=named)
def test_nothing_is_left_unfinished(path):
    found = UNFINISHED.findall(path.read_text(encoding="utf-8"))
    assert found == []
