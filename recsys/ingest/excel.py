"""Excel workbooks: one sheet, values only."""

import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils.exceptions import InvalidFileException

from recsys.errors import InputError
from recsys.ingest.tables import RawTable, ReadOptions, clean_names, drop_empty_rows

MAX_UNPACKED_BYTES = 2 * 1024**3
MAX_CELLS = 20_000_000

_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    SyntaxError,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; NotImplementedError is one too
)
"""What openpyxl and zipfile raise on damaged workbooks; XML errors are SyntaxErrors."""


def read_excel(path: Path, options: ReadOptions) -> RawTable:
    """Read one worksheet; its first row is the header.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    options
        `sheet` names the worksheet when there are several with content.

    Raises
    ------
    InputError
        When it is no workbook, has several sheets and none was named, or is too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise InputError(f"{path.name} unpacks to more than 2 GB: export it as CSV or Parquet instead.")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {sheet.title: _used_rows(sheet) for sheet in book.worksheets}
        book.close()
    except _DAMAGED as error:
        raise InputError(
            f"{path.name} is not a readable Excel workbook ({error}): save it as .xlsx or CSV and try again."
        ) from error
    name = _choose_sheet(path.name, {title: len(rows) for title, rows in sheets.items()}, options.sheet)
    found = sheets[name]
    if not found:
        raise InputError(f"Sheet {name!r} of {path.name} is empty: it has no header and no rows.")
    header, body = found[0], found[1:]
    width = max((position + 1 for position, cell in enumerate(header) if cell is not None), default=0)
    width = max(width, max((len(_trim(row)) for row in body), default=0))
    names = clean_names(["" if cell is None else str(cell) for cell in _padded(header, width)])
    columns = list(zip(*(_padded(row, width) for row in body), strict=True)) or [()] * width
    table = pa.table({name: _column(list(values)) for name, values in zip(names, columns, strict=True)})
    rows = np.arange(2, len(body) + 2, dtype=np.int64)
    return RawTable(*drop_empty_rows(table, rows), description=f"Excel, sheet {name!r}")


def _used_rows(sheet: object) -> list[tuple[object, ...]]:
    """All rows up to the last one with a value."""
    rows: list[tuple[object, ...]] = []
    cells = 0
    used = 0
    for row in sheet.iter_rows(values_only=True):  # type: ignore[attr-defined]
        rows.append(row)
        cells += len(row)
        if cells > MAX_CELLS:
            raise InputError(f"A sheet has more than {MAX_CELLS:,} cells: export it as CSV or Parquet instead.")
        if any(cell is not None for cell in row):
            used = len(rows)
    return rows[:used]


def _choose_sheet(file: str, sizes: dict[str, int], wanted: str | None) -> str:
    """Return the wanted sheet, or the only one with content."""
    listed = ", ".join(f"{title!r} ({rows} rows)" for title, rows in sizes.items())
    if wanted is not None:
        if wanted not in sizes:
            raise InputError(
                f"{file} has no sheet {wanted!r}; it has {listed}. Set the option `sheet` to one of these."
            )
        return wanted
    filled = [title for title, rows in sizes.items() if rows]
    if len(filled) > 1:
        raise InputError(
            f"{file} has {len(filled)} sheets with content: {listed}. Choose one with the option `sheet`, for example "
            f'{{"options": {{"sheet": "{filled[0]}"}}}} in the mapping.'
        )
    return filled[0] if filled else next(iter(sizes))


def _trim(row: tuple[object, ...]) -> tuple[object, ...]:
    """A row without empty cells at its end."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


def _padded(row: tuple[object, ...], width: int) -> tuple[object, ...]:
    """A row of exactly `width` cells."""
    return (row + (None,) * width)[:width]


def _column(values: list[object]) -> pa.Array:
    """Numbers and times keep their type; anything mixed becomes text, whole numbers without a decimal point."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        whole = all(value is None or float(value).is_integer() for value in values)  # type: ignore[arg-type]
        return pa.array(values, pa.int64() if whole and kinds == {int} else pa.float64())
    if kinds and kinds <= {datetime}:
        return pa.array(values, pa.timestamp("us"))
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: object) -> str | None:
    """A cell as text; empty text is no value."""
    if value is None or value == "":
        return None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
