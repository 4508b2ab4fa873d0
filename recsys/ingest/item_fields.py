"""The fields of an item that are more than one plain cell: category path, attributes, picture references."""

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recsys.ingest.checks import Sheet
from recsys.ingest.mapping import normalise
from recsys.ingest.values import to_text
from recsys.vocabulary import CATEGORY_SEPARATOR

ATTRIBUTE_PREFIX = "attr_"
REFERENCE_SEPARATORS = re.compile(r"[|;]")


def read_categories(sheet: Sheet) -> pa.Array:
    """Category paths with our separator; several columns become levels."""
    used = sheet.columns.get("category", ())
    levels = [to_text(sheet.raw.table.column(name)) for name in used]
    if not levels:
        return pa.nulls(sheet.n_rows, pa.string())
    if len(levels) > 1:
        return _empty_to_null(
            pc.binary_join_element_wise(*levels, CATEGORY_SEPARATOR, null_handling="skip").cast(pa.string())
        )
    paths = levels[0]
    separator = sheet.options.category_separator or next(
        (sign for sign in (">", "»", "|") if pc.any(pc.match_substring(paths, sign)).as_py()), None
    )
    if separator is None:
        return paths
    encoded = paths.dictionary_encode()
    tidy = [
        CATEGORY_SEPARATOR.join(part.strip() for part in path.split(separator) if part.strip())
        for path in encoded.dictionary.to_pylist()
    ]
    return _empty_to_null(pa.array([*tidy, None], pa.string()).take(pc.fill_null(encoded.indices, len(tidy))))


def _empty_to_null(text: pa.Array) -> pa.Array:
    """Null instead of empty text."""
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def attribute_columns(sheet: Sheet) -> list[str]:
    """Columns collected as attributes: the chosen ones, else those named `attr_…`."""
    taken = {name for used in sheet.columns.values() for name in used}
    names = sheet.raw.table.column_names
    chosen = sheet.options.attributes
    if chosen is None:
        return [name for name in names if normalise(name).startswith(ATTRIBUTE_PREFIX) and name not in taken]
    return [name for name in chosen if name in names]


def read_attributes(sheet: Sheet) -> pa.Array:
    """Attributes of each item as one JSON object with sorted keys."""
    for name in sheet.options.attributes or ():
        if name not in sheet.raw.table.column_names:
            sheet.log.add(
                "attribute_column_missing",
                f"The option `attributes` names {name!r}, which the file does not have: correct the mapping.",
                row=1,
                column=name,
            )
    base = _json_attributes(sheet)
    collected = []
    for name in attribute_columns(sheet):
        key = normalise(name)
        key = key.removeprefix(ATTRIBUTE_PREFIX) if sheet.options.attributes is None else key
        collected.append((key, to_text(sheet.raw.table.column(name)).to_pylist()))
    if not collected and base is None:
        return pa.repeat(pa.scalar("{}"), sheet.n_rows)
    rows = base if base is not None else [{} for _ in range(sheet.n_rows)]
    for key, cells in collected:
        for row, cell in zip(rows, cells, strict=True):
            if cell is not None:
                row[key] = cell
    return pa.array([json.dumps(row, sort_keys=True, ensure_ascii=False, default=str) for row in rows], pa.string())


def _json_attributes(sheet: Sheet) -> list[dict[str, object]] | None:
    """The attributes column as dictionaries; cells that are no object are reported and left empty."""
    column = sheet.column("attributes")
    if column is None:
        return None
    bad = np.zeros(sheet.n_rows, dtype=bool)
    rows: list[dict[str, object]] = []
    for position, cell in enumerate(column.to_pylist()):
        found = cell
        if isinstance(cell, str):
            try:
                found = json.loads(cell) if cell.strip() else {}
            except (ValueError, RecursionError):
                found = None
                bad[position] = True
        bad[position] |= found is not None and not isinstance(found, dict)
        rows.append({k: v for k, v in found.items() if v is not None} if isinstance(found, dict) else {})
    sheet.report(
        "bad_attributes",
        'The attributes {value} are no JSON object like {"colour": "red"}: they were left empty.',
        bad & sheet.keep,
        "attributes",
    )
    return rows


def read_references(sheet: Sheet) -> pa.Array:
    """Picture references of each item as lists; several in a cell are separated by `|` or `;`."""
    column = sheet.column("images")
    if column is None or holds_bytes(column.type):
        return pa.array([[]] * sheet.n_rows, pa.list_(pa.string()))
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        lists = [[str(part) for part in cell or [] if part is not None] for cell in column.to_pylist()]
        return pa.array(lists, pa.list_(pa.string()))
    cells = to_text(column).to_pylist()
    split = [
        [part.strip() for part in REFERENCE_SEPARATORS.split(cell) if part.strip()] if cell else [] for cell in cells
    ]
    return pa.array(split, pa.list_(pa.string()))


def holds_bytes(kind: pa.DataType) -> bool:
    """True for a column that holds the pictures themselves."""
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
