"""What a screen owes everybody: charts and tables say what they show, tables are exported, figures defined."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import named, parse, python_files

FILES = python_files("ui", "pages")
SHOWN = ("echarts_chart", "plotly_chart", "altair_chart", "line_chart", "bar_chart", "area_chart", "image")
TABLES = ("dataframe", "data_editor", "table")
NO_EXPORT: dict[str, str] = {
    "ui/fix_panel.py": "rows of an upload being corrected, not figures",
    "ui/mapping_panel.py": "which column means what: saved as a mapping instead",
}
"""Files whose tables nobody takes along, and why."""
EXPORTS = ("export_button", "download_button")


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of the function's name."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id, node


def has(call: ast.Call, name: str) -> bool:
    return any(k.arg in (name, None) for k in call.keywords)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_charts_pictures_and_tables_say_what_they_show(path: Path):
    silent = [ast.unparse(c)[:80] for name, c in calls(path) if name in SHOWN + TABLES and not has(c, "alt")]
    assert silent == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_table_can_be_exported(path: Path):
    names = {name for name, _ in calls(path)}
    if names & set(TABLES) and named(path) not in NO_EXPORT:
        assert names & set(EXPORTS), "draw an export_button beside the table"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_figure_says_what_it_means(path: Path):
    bare = [ast.unparse(c)[:80] for name, c in calls(path) if name in ("metric_tile", "metric") and not has(c, "help")]
    assert bare == []
