"""Parquet and JSON lines."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.json as pa_json
import pyarrow.parquet as pq

from recsys.errors import InputError
from recsys.ingest.problems import ProblemLog
from recsys.ingest.tables import RawTable, ReadOptions, clean_names, drop_empty_rows


def read_parquet(path: Path, options: ReadOptions) -> RawTable:
    """Read a Parquet file; the first row counts as row 2, as under a header.

    Raises
    ------
    InputError
        When it is no Parquet file or is damaged.
    """
    try:
        table = pq.ParquetFile(path, page_checksum_verification=True).read()
    except pa.ArrowMemoryError:
        raise  # the process that runs us turns it into its own sentence
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{path.name} is not a readable Parquet file ({error}): it may be cut off or damaged; export it again."
        ) from error
    table = table.rename_columns(clean_names(table.column_names))
    return RawTable(table, np.arange(2, table.num_rows + 2, dtype=np.int64), "Parquet")


def read_jsonl(path: Path, options: ReadOptions) -> RawTable:
    """Read one JSON object per line (or one JSON list of objects); the first line is row 1.

    Raises
    ------
    InputError
        When nothing in it is a JSON object.
    """
    try:
        table = pa_json.read_json(path, parse_options=pa_json.ParseOptions(newlines_in_values=False))
        if table.num_rows == _count_lines(path):
            table = table.rename_columns(clean_names(table.column_names))
            return RawTable(*drop_empty_rows(table, _numbers(table)), description="JSON lines")
    except pa.ArrowMemoryError:
        raise
    except pa.ArrowException:
        pass  # mixed types or bad lines: the slow way below keeps what it can and says what it cannot
    return _read_line_by_line(path)


def _numbers(table: pa.Table) -> np.ndarray:
    """Lines 1 … n."""
    return np.arange(1, table.num_rows + 1, dtype=np.int64)


def _count_lines(path: Path) -> int:
    """Lines of the file, a last one without line break included."""
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _read_line_by_line(path: Path) -> RawTable:
    """Parse every line on its own and report those that are no JSON object."""
    log = ProblemLog(path.name)
    objects, rows = [], []
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    lines = _list_items(text) or list(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if isinstance(line, str) and not line.strip():
            continue
        try:
            found = json.loads(line) if isinstance(line, str) else line
        except (ValueError, RecursionError) as error:
            log.add("bad_json", f"The line is not JSON ({error}): correct it.", row=number, value=line)
            continue
        if isinstance(found, dict):
            objects.append(found)
            rows.append(number)
        else:
            log.add("bad_json", 'The line is not an object like {"item_id": …}: correct it.', row=number, value=line)
    if not objects:
        raise InputError(f"{path.name} holds no JSON object: it needs one object per line, with the columns as keys.")
    names = list(dict.fromkeys(name for found in objects for name in found))
    columns = {name: _column([found.get(name) for found in objects]) for name in names}
    table = pa.table(columns).rename_columns(clean_names(names))
    return RawTable(table, np.array(rows, dtype=np.int64), "JSON lines", log.problems())


def _list_items(text: str) -> list[tuple[int, object]]:
    """Items of a file that is one JSON list; empty when it is not."""
    if not text.lstrip().startswith("["):
        return []
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(enumerate(found, start=1)) if isinstance(found, list) else []


def _column(values: list[object]) -> pa.Array:
    """Values as one Arrow array; as text where their types differ."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array(
            [None if v is None else v if isinstance(v, str) else json.dumps(v) for v in values], pa.string()
        )
