"""Rules as a file for people: JSON with everything, or CSV with one rule per row for a spreadsheet."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recsys.errors import InputError
from recsys.rules.rule import Rule, RuleSet

COLUMNS = (
    "rule_id",
    "kind",
    "item_ids",
    "category",
    "brand",
    "attribute",
    "place",
    "strength",
    "limit",
    "window",
    "per",
    "page",
    "segment",
    "market",
    "starts_at",
    "ends_at",
    "owner",
    "reason",
)
"""Columns of the CSV; several products stand in `item_ids` on one line each."""
MAX_BYTES = 5_000_000
_SELECTION = ("category", "brand", "attribute")
_SCOPE = ("page", "segment", "market")
_NUMBERS: Mapping[str, type] = {"place": int, "limit": int, "window": int, "strength": float}
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class RuleFile:
    """Rules read from a file, and the version it says they are; None where it says none."""

    rules: tuple[Rule, ...]
    version: int | None = None


def to_json_text(rules: RuleSet) -> str:
    """Write rules as JSON, with their version."""
    told = {"version": rules.version, "rules": [rule.to_json() for rule in rules.rules]}
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def to_rows(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Return one flat row per rule with `COLUMNS`."""
    return [_to_row(rule) for rule in rules]


def _to_row(rule: Rule) -> dict[str, Any]:
    told = rule.to_json()
    chosen, scope = told.get("selection", {}), told.get("scope", {})
    flat = {**told, **{n: chosen.get(n) for n in _SELECTION}, **{n: scope.get(n) for n in _SCOPE}}
    flat["item_ids"] = "\n".join(chosen.get("item_ids", []))
    return {name: "" if flat.get(name) is None else flat[name] for name in COLUMNS}


def read_text(text: str, name: str) -> RuleFile:
    """Read rules from the text of a `.json` or `.csv` file.

    Parameters
    ----------
    text
        Its content.
    name
        Its name; the ending decides how it is read.

    Raises
    ------
    InputError
        If the ending is another, or something does not fit; the message names the row.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in (".json", ".csv"):
        raise InputError(f"Rules are read from .json or .csv, got {name[:80]!r}.")
    found = _read_json(text) if suffix == ".json" else RuleFile(tuple(_read_csv(text)))
    RuleSet(0, found.rules)  # each id once
    return found


def read_file(path: Path) -> RuleFile:
    """Read rules from a file, see `read_text`.

    Raises
    ------
    InputError
        If it is too large, not UTF-8, or does not fit.
    """
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{path.name} is larger than {MAX_BYTES / 1e6:g} MB; rules are a small file.")
    try:
        return read_text(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error


def _read_json(text: str) -> RuleFile:
    try:
        told = json.loads(text)
    except ValueError as error:
        raise InputError(f"This is not JSON ({error}).") from error
    version = told.get("version") if isinstance(told, dict) else None
    listed = told.get("rules") if isinstance(told, dict) else told
    if not isinstance(listed, list) or not (version is None or isinstance(version, int)):
        raise InputError('Rules in JSON are a list, or {"version": number, "rules": list}.')
    return RuleFile(tuple(_numbered(told, n) for n, told in enumerate(listed, start=1)), version)


def _numbered(told: Mapping[str, Any], row: int) -> Rule:
    """Read one rule; what does not fit is said with its row. It counts as new, whatever version it names."""
    try:
        return Rule.from_json({n: v for n, v in told.items() if n != "since"} if isinstance(told, Mapping) else told)
    except InputError as error:
        raise InputError(f"Rule {row} of the file: {error}") from error


def _read_csv(text: str) -> list[Rule]:
    """Read flat rows, whatever ends their lines."""
    reader = csv.DictReader(io.StringIO(text, newline=None))
    try:
        headings, rows = [h.strip() for h in reader.fieldnames or []], list(reader)
    except csv.Error as error:
        raise InputError(f"The file cannot be read as CSV ({error}); save it as CSV in UTF-8 again.") from error
    unknown = sorted(set(headings) - set(COLUMNS))
    if unknown or not {"rule_id", "kind"} <= set(headings):
        raise InputError(f"The columns are {', '.join(COLUMNS)}; got {', '.join(headings)[:200] or 'none'}.")
    return [_numbered(_from_row(row, number), number) for number, row in enumerate(rows, start=1)]


def _from_row(row: Mapping[str | None, Any], number: int) -> dict[str, Any]:
    """Turn a flat row into a rule's JSON."""
    cells = {str(name).strip(): _plain(value) for name, value in row.items() if isinstance(value, str)}
    told: dict[str, Any] = {n: cells.get(n, "") for n in ("rule_id", "kind", "owner", "reason")}
    ids = [line.strip() for line in cells.get("item_ids", "").splitlines() if line.strip()]
    told["selection"] = {"item_ids": ids, **{n: cells[n] for n in _SELECTION if cells.get(n)}}
    told["scope"] = {n: cells[n] for n in _SCOPE if cells.get(n)}
    for name in ("per", "starts_at", "ends_at"):
        if cells.get(name):
            told[name] = cells[name]
    for name, kind in _NUMBERS.items():
        if cells.get(name):
            try:
                told[name] = kind(float(cells[name])) if kind is int else kind(cells[name])
            except (ValueError, OverflowError) as error:
                raise InputError(f"Rule {number} of the file: {name} is a number, got {cells[name][:40]!r}.") from error
    return told


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from computing it."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
