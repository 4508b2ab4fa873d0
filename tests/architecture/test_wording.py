"""Every text is looked up where it stands, with its values by name, and every language says it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from scripts import wording
from tests.architecture.tree import named, parse, python_files

FILES = python_files("ui", "pages", "app.py")


@pytest.fixture(scope="module")
def texts() -> Catalog:
    return wording.collect_texts()


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_text_is_never_put_together_before_it_is_looked_up(path: Path):
    built = [ast.unparse(c) for c in calls(path, "t", "tn", "mark") if any(is_built(a) for a in c.args)]
    assert built == []


def is_built(node: ast.expr) -> bool:
    """An f-string, or a sum that is more than text written over several lines."""
    return isinstance(node, ast.JoinedStr | ast.BinOp)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_values_have_the_names_in_the_text(path: Path):
    wrong = []
    for call in calls(path, "t", "tn"):
        literal = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        later = call.func.id == "t" and not call.keywords  # filled in by `format` when it is known which text it is
        if literal and not later and not any(k.arg is None for k in call.keywords):
            wanted = frozenset().union(*(wording.placeholders(text) for text in literal))
            given = {k.arg for k in call.keywords} | ({"n"} & wanted if call.func.id == "tn" else set())
            wrong += [ast.unparse(call)] if wanted != given else []
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_nothing_is_looked_up_when_a_module_is_imported(path: Path):
    early = []
    for node in parse(path).body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and path.name != "app.py":
            inside = [n for n in ast.walk(node) if isinstance(n, ast.Lambda)]
            hidden = {id(n) for part in inside for n in ast.walk(part)}
            found = [n for n in ast.walk(node) if isinstance(n, ast.Call) and id(n) not in hidden]
            early += [ast.unparse(n) for n in found if isinstance(n.func, ast.Name) and n.func.id in ("t", "tn")]
    assert early == [] or path.parent.name == "pages"  # a page is run anew for every visit


@pytest.mark.parametrize("language", wording.list_languages())
def test_a_language_says_everything_and_nothing_else(language: str, texts: Catalog):
    assert wording.find_problems(language, texts) == []


def test_problems_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: Catalog):
    monkeypatch.setattr(wording, "LOCALE", tmp_path)
    few = Catalog()
    few.add("Shop")
    few.add("data to {date}")
    few.add(("{n} day", "{n} days"))
    assert len(wording.update("zh", few)) == 3
    assert [p.split(":")[0] for p in wording.find_problems("zh", few)] == ["missing"] * 3
    path = tmp_path / "zh" / "vitrine.po"
    said = path.read_text().replace('msgid "Shop"\nmsgstr ""', 'msgid "Shop"\nmsgstr "店铺"')
    said = said.replace('msgid "data to {date}"\nmsgstr ""', 'msgid "data to {date}"\nmsgstr "数据截至 {day}"')
    path.write_text(said.replace('msgstr[0] ""', 'msgstr[0] "{n} 天"'))
    assert [p.split(":")[0] for p in wording.find_problems("zh", few)] == ["other values in braces"]
    assert [p.split(":")[0] for p in wording.find_problems("zh", Catalog())] == ["stale"] * 3
    wording.update("zh", few)
    assert "店铺" in path.read_text(), "what was translated is kept"


def test_the_registries_are_part_of_it(texts: Catalog):
    assert texts.get("Recall@20") is not None and texts.get("Text") is not None
