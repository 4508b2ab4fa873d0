"""A file as it was read, before anyone knows what its columns mean."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.ingest.problems import Problem

MAX_FILE_BYTES = 4 * 1024**3
TABLE_FORMATS: dict[str, str] = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".txt": "delimited",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
"""Reader by file ending."""


@dataclass(frozen=True)
class ReadOptions:
    """How a person says a file should be read; None means find out.

    Parameters
    ----------
    delimiter
        One character between cells of a text file.
    encoding
        Python codec name.
    sheet
        Name of the worksheet in an Excel file.
    """

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class RawTable:
    """Columns as found.

    Parameters
    ----------
    table
        n_rows rows; text files have text columns only, empty cells are null.
    rows
        Line of each row as a spreadsheet shows it, int64, shape (n_rows,).
    description
        What was detected, for a person: `CSV, utf-8, delimiter ","`.
    problems
        Found while reading; lines that are not in `table` are among them.
    """

    table: pa.Table
    rows: NDArray[np.int64]
    description: str
    problems: tuple[Problem, ...] = field(default=())


def clean_names(names: list[str]) -> list[str]:
    """Trim column names, name empty ones by position and make repeated ones distinct (`price`, `price.2`)."""
    seen: dict[str, int] = {}
    cleaned = []
    for position, name in enumerate(names, start=1):
        base = re.sub(r"\s+", " ", str(name).replace("\ufeff", "")).strip() or f"column {position}"
        seen[base] = seen.get(base, 0) + 1
        cleaned.append(base if seen[base] == 1 else f"{base}.{seen[base]}")
    return cleaned


def drop_empty_rows(table: pa.Table, rows: NDArray[np.int64]) -> tuple[pa.Table, NDArray[np.int64]]:
    """Leave out rows without any value, as spreadsheets like to end with."""
    if table.num_rows == 0 or table.num_columns == 0:
        return table, rows
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        if column.null_count == 0:
            return table, rows
        filled |= column.is_valid().to_numpy()
    return (table, rows) if filled.all() else (table.filter(pa.array(filled)), rows[filled])


def format_of(path: Path) -> str | None:
    """Return the reader's name for a file, by its ending; None when there is none."""
    return TABLE_FORMATS.get(path.suffix.lower())
