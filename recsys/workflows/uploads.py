"""What the upload flow of Catalogue and Events needs besides the import: mappings, templates, problems, fixes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from recsys.errors import InputError
from recsys.ingest.fixes import CellFix, Fixes
from recsys.ingest.mapping import ColumnMapping, ImportOptions, Kind, guess_columns, load_mapping
from recsys.ingest.tables import RawTable
from recsys.workflows.import_report import ImportReport

TEMPLATES: dict[Kind, tuple[dict[str, str], ...]] = {
    "catalogue": (
        {
            "item_id": "SKU-1001",
            "title": "Linen shirt, sage",
            "description": "Light summer shirt with a button-down collar.",
            "category": "Women > Shirts",
            "brand": "Ana",
            "price": "49.90",
            "currency": "EUR",
            "attr_colour": "sage",
            "launched_at": "2026-03-01",
            "stock": "25",
            "margin": "0.42",
            "images": "SKU-1001-front.jpg|SKU-1001-back.jpg",
        },
        {
            "item_id": "SKU-1002",
            "title": "Canvas bag",
            "description": "Roomy bag with an inner pocket.",
            "category": "Bags",
            "brand": "Bo",
            "price": "29.00",
            "currency": "EUR",
            "attr_colour": "black",
            "launched_at": "2026-02-14",
            "stock": "0",
            "margin": "0.5",
            "images": "SKU-1002.jpg",
        },
    ),
    "events": (
        {
            "event_id": "e-1",
            "event_type": "impression",
            "user_id": "u-17",
            "item_id": "SKU-1001",
            "occurred_at": "2026-03-02T10:15:00Z",
            "quantity": "",
            "value": "",
            "position": "1",
            "request_id": "r-9",
            "placement": "home",
        },
        {
            "event_id": "e-2",
            "event_type": "purchase",
            "user_id": "u-17",
            "item_id": "SKU-1001",
            "occurred_at": "2026-03-02T10:19:30Z",
            "quantity": "1",
            "value": "49.90",
            "position": "",
            "request_id": "r-9",
            "placement": "home",
        },
    ),
}
"""Rows of the files one can download to start from."""


def make_template(kind: Kind) -> str:
    """Return a small CSV file with the right headings and two rows of example."""
    return pd.DataFrame(list(TEMPLATES[kind])).to_csv(index=False)


def suggest_columns(raw: RawTable, kind: Kind, given: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return canonical column -> columns of the file: what a template says where the file has it, else a guess."""
    names = list(raw.table.column_names)
    usable = {key: used for key, used in given.items() if used and all(name in names for name in used)}
    return guess_columns(names, kind, usable)


def suggest_mapping(names: Sequence[str], saved: Mapping[str, str], kind: Kind) -> str | None:
    """Return the name of the saved mapping that fits a file, None when none does.

    A mapping fits when the file has every column it reads; of several the one that reads most columns wins, then the
    first by name.

    Parameters
    ----------
    names
        Columns of the file.
    saved
        Mappings as JSON by name.
    kind
        `catalogue` or `events`.
    """
    best: tuple[int, str] | None = None
    for name in sorted(saved):
        try:
            columns = load_mapping(saved[name], kind).columns
        except InputError:
            continue  # kept by a version that knew other columns
        used = {column for several in columns.values() for column in several}
        if used and used <= set(names) and (best is None or len(used) > best[0]):
            best = (len(used), name)
    return best[1] if best else None


def to_template(mapping: ColumnMapping) -> ColumnMapping:
    """Return what of a mapping is worth keeping for other files: replacements stay, single cells and rows do not."""
    return replace(mapping, fixes=Fixes(replacements=mapping.fixes.replacements))


def make_mapping(
    chosen: Mapping[str, tuple[str, ...]], options: Mapping[str, object], fixes: Fixes | None = None
) -> ColumnMapping:
    """Put together what was chosen on screen; a canonical column without a choice is said to be absent.

    Raises
    ------
    InputError
        When an option has a value that is not allowed.
    """
    known = {name: value for name, value in options.items() if value not in (None, "")}
    return ColumnMapping(dict(chosen), ImportOptions(**known), fixes or Fixes())  # type: ignore[arg-type]


def tabulate_problems(report: ImportReport) -> pd.DataFrame:
    """Return every problem with its place and what to do, errors first."""
    columns = ["severity", "row", "column", "value", "message"]
    rows = [
        {
            "severity": "Stops the import" if p.severity == "error" else "Warning",
            "row": p.row,
            "column": p.column or "",
            "value": p.value or "",
            "message": p.message,
        }
        for p in report.problems
    ]
    return pd.DataFrame(rows, columns=columns).astype({"row": "Int64"})


LEAVE_OUT, ROW, WRONG = "leave_out", "row", "wrong"
"""Columns of the editor beside those of the file."""
EDITED_ROWS = 100


def editable_rows(raw: RawTable, report: ImportReport, fixes: Fixes, file: str) -> pd.DataFrame:
    """Return the rows with problems, as corrected so far, for a table in which they are corrected.

    Parameters
    ----------
    raw
        As read, uncorrected.
    report
        Of the check.
    fixes
        Made so far; rows that were touched stay in the table, so that one sees what one did.
    file
        Name for messages.

    Returns
    -------
    DataFrame
        `leave_out` (bool), `row` (as a spreadsheet shows it), `wrong` (all problems of the row), and as text the
        columns of the file in which something is wrong or was changed; at most `EDITED_ROWS` rows, in file order.
    """
    wrong: dict[int, list[str]] = {}
    for problem in report.problems:
        if problem.row is not None:
            wrong.setdefault(problem.row, []).append(problem.message)
    for fix in fixes.cells:
        wrong.setdefault(fix.row, [])
    for row in fixes.left_out:
        wrong.setdefault(row, [])
    place = {int(row): number for number, row in enumerate(raw.rows)}
    rows = sorted(row for row in wrong if row in place)[:EDITED_ROWS]
    positions = np.array([place[row] for row in rows], np.int64)
    part = RawTable(raw.table.take(pa.array(positions)), raw.rows[positions], raw.description)
    corrected = replace(fixes, left_out=()).apply(part, file).table
    columns = [name for name in raw.table.column_names if name in _touched(report, fixes)]
    found: dict[str, list[object]] = {
        LEAVE_OUT: [row in fixes.left_out for row in rows],
        ROW: list(rows),
        WRONG: [" ".join(wrong[row]) for row in rows],
    }
    for name in columns:
        found[name] = [None if v is None else str(v) for v in corrected.column(name).to_pylist()]
    return pd.DataFrame(found)


def _touched(report: ImportReport, fixes: Fixes) -> set[str]:
    """Columns of the file that a problem or a fix names, and the one with the id, which tells rows apart."""
    named = {problem.column for problem in report.problems if problem.column} | {fix.column for fix in fixes.cells}
    return (
        {str(name) for name in named} | set(report.columns.get("item_id", ())) | {f.column for f in fixes.replacements}
    )


def take_edits(fixes: Fixes, shown: pd.DataFrame, edited: Mapping[int, Mapping[str, object]]) -> Fixes:
    """Return the fixes with what was typed into the table of `editable_rows`.

    Parameters
    ----------
    fixes
        Made before.
    shown
        The table as it was shown.
    edited
        Position of a row in it to the cells changed, by column.
    """
    for position, cells in edited.items():
        if not 0 <= int(position) < len(shown):
            continue
        row = int(shown[ROW].iloc[int(position)])
        for column, value in cells.items():
            if column == LEAVE_OUT:
                fixes = fixes.with_row(row, left_out=bool(value))
            elif column not in (ROW, WRONG) and column in shown.columns:
                text = None if value is None or str(value).strip() == "" else str(value)
                fixes = fixes.with_cell(CellFix(row, column, text))
    return fixes
