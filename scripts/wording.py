"""Bring the translations of the dashboard up to date with its code: `make wording`.

    python -m scripts.wording           add new texts, drop those that are gone, list what has no translation
    python -m scripts.wording --check   change nothing; fail when a translation is missing, stale or does not fit

The English text is the key. Texts stand in calls of `t`, `tn` and `mark`, in the navigation of app.py, and in the
registries named below, whose words pages look up with `t(variable)`.
"""

import argparse
import ast
import string
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "ui" / "locale"
SOURCES = ("app.py", "pages", "ui")
KEYWORDS: dict[str, tuple[int, ...]] = {"t": (0,), "mark": (0,), "_page": (1, 3)}
"""Function -> which of its arguments are texts; those of `_page` are a page's title and tooltip in the navigation."""
PLURAL = "tn"
"""Function whose first two arguments are the two numbers of one text."""
REGISTRIES = (
    "recsys.components:COMPONENTS",
    "recsys.ranking.features:FEATURE_LABELS",
    "recsys.workflows.run_history:COLUMN_LABELS",
    "recsys.workflows.run_history:MEASURES",
    "recsys.workflows.run_history:GROUP_LABELS",
    "recsys.workflows.run_history:GOALS",
    "recsys.evaluation.beyond_report:FIGURES",
    "recsys.evaluation.response_quality:FIGURES",
    "recsys.fusion.scopes:SEGMENTS",
    "recsys.fusion.goals:OBJECTIVES",
)
"""Literals of the package with words for the screen: `module:name`; labels, or tuples of a label and a definition."""


def list_languages() -> list[str]:
    """Return the languages that have a folder."""
    return sorted(p.parent.name for p in LOCALE.glob("*/vitrine.po"))


def collect_texts() -> Catalog:
    """Return every text of the code, in order of file and line."""
    found = Catalog(domain="vitrine", project="Vitrine", charset="utf-8")
    for path in _files():
        place = path.relative_to(ROOT).as_posix()
        for line, text in _spoken_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.add(text, locations=[(place, line)])
    for where in REGISTRIES:
        for text in _registry_texts(where):
            found.add(text, locations=[(where.split(":")[0].replace(".", "/") + ".py", 1)])
    return found


def _files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        yield from [path] if path.is_file() else sorted(path.glob("*.py"))


def _spoken_in(module: ast.Module) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Line and text of every call that speaks, in the order of the file; inside f-strings too."""
    calls = [n for n in ast.walk(module) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    for call in sorted(calls, key=lambda c: (c.lineno, c.col_offset)):
        name = call.func.id  # type: ignore[attr-defined]
        if name == PLURAL:
            yield call.lineno, tuple(next(iter(_literals(a)), "") for a in call.args[:2])  # type: ignore[misc]
        for position in KEYWORDS.get(name, ()):
            if position < len(call.args):
                yield from ((call.lineno, text) for text in _literals(call.args[position]))


def _literals(node: ast.expr) -> list[str]:
    """The texts an argument may be: the one written there, or either side of a condition."""
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _registry_texts(where: str) -> Iterator[str]:
    module, _, name = where.partition(":")
    registry = getattr(import_module(module), name)
    for value in registry.values():
        yield from _words(value)


def _words(value: object) -> Iterator[str]:
    """The texts of a registry's entry: itself, the texts of a tuple, or the label and summary of an object."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from (v for v in value if isinstance(v, str))
    else:
        yield from (str(getattr(value, name)) for name in ("label", "summary") if hasattr(value, name))


def read_translations(language: str) -> Catalog:
    """Return what `locale/<language>/vitrine.po` holds."""
    with (LOCALE / language / "vitrine.po").open("rb") as file:
        return read_po(file, locale=language)


def find_problems(language: str, texts: Catalog | None = None) -> list[str]:
    """Return what is wrong with a language's translations, a line each; empty when all is well.

    Parameters
    ----------
    language
        A folder of `ui/locale`.
    texts
        What the code says; collected when left out.
    """
    said = collect_texts() if texts is None else texts
    translated = read_translations(language)
    wanted = {_key(m): m for m in said if m.id}
    there = {_key(m): m for m in translated if m.id}
    problems = [f"missing: {key}" for key, m in wanted.items() if key not in there or not _forms(there[key].string)]
    problems += [f"stale: {key}" for key in there if key not in wanted]
    problems += [f"to be looked at again: {key}" for key, m in there.items() if m.fuzzy]
    for key, message in there.items():
        if key in wanted and not _fits(wanted[key], message):
            problems.append(f"other values in braces: {key} -> {message.string}")
    return problems


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(text: object) -> list[str]:
    """The written forms of a text or of its translation."""
    return [s for s in ([text] if isinstance(text, str) else list(text or [])) if s]  # type: ignore[call-overload]


def _fits(text: Message, translated: Message) -> bool:
    """Whether every form of the translation has the values of the text's last form; one product may leave `{n}` out."""
    last = placeholders(_forms(text.id)[-1])
    forms = _forms(translated.string)
    return isinstance(text.id, str) == isinstance(translated.string, str) and all(
        placeholders(form) in ((last, last - {"n"}) if len(forms) > 1 else (last,)) for form in forms
    )


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces.

    Examples
    --------
    >>> sorted(placeholders("{n} of {total} products"))
    ['n', 'total']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def update(language: str, texts: Catalog) -> list[str]:
    """Write a language's file anew with today's texts and the translations there are; return the texts without one."""
    path = LOCALE / language / "vitrine.po"
    old = {_key(m): m.string for m in read_translations(language) if m.id} if path.is_file() else {}
    never = datetime(2026, 1, 1, tzinfo=UTC)  # a date of its own would change the file at every run
    new = Catalog(
        locale=language,
        header_comment="# Texts of the dashboard. `make wording` brings this file up to date with the code.",
        project="Vitrine",
        copyright_holder="Vitrine maintainers",
        creation_date=never,
        revision_date=never,
        fuzzy=False,
    )
    for message in texts:
        if message.id:
            kept = old.get(_key(message), "")
            fitting = kept if isinstance(message.id, str) == isinstance(kept, str) else ""
            places = sorted({(place, 1) for place, _ in message.locations})
            new.add(message.id, fitting, locations=places, flags=message.flags - {"fuzzy"})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=120, include_lineno=False)
    return [_key(m) for m in new if m.id and not _forms(m.string)]


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the command; 1 when something is missing or wrong."""
    parser = argparse.ArgumentParser(description="Bring the translations up to date with the code.")
    parser.add_argument("--check", action="store_true", help="change nothing, only say what is wrong")
    asked = parser.parse_args(None if arguments is None else list(arguments))
    texts, wrong = collect_texts(), 0
    for language in list_languages():
        if not asked.check:
            update(language, texts)
        problems = find_problems(language, texts)
        wrong += len(problems)
        print(f"{language}: {sum(1 for m in texts if m.id)} texts, {len(problems)} problems", *problems, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
