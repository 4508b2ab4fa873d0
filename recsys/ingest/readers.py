"""One door to all file formats: choose the reader by the file's ending and run it where it can do no harm."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa

from recsys.errors import InputError
from recsys.ingest.columnar import read_jsonl, read_parquet
from recsys.ingest.delimited import read_delimited
from recsys.ingest.excel import read_excel
from recsys.ingest.isolation import run_isolated
from recsys.ingest.problems import Problem, Severity
from recsys.ingest.tables import MAX_FILE_BYTES, TABLE_FORMATS, RawTable, ReadOptions, format_of

READERS: dict[str, Callable[[Path, ReadOptions], RawTable]] = {
    "delimited": read_delimited,
    "parquet": read_parquet,
    "jsonl": read_jsonl,
    "excel": read_excel,
}
ISOLATED = frozenset({"parquet", "jsonl", "excel"})
"""Formats read in a limited process. Delimited text cannot grow while it is read, so it is read here, faster."""

_ROW = "__row__"


def read_table(path: Path, options: ReadOptions | None = None) -> RawTable:
    """Read any supported file.

    Parameters
    ----------
    path
        The file; its ending says the format (`tables.TABLE_FORMATS`).
    options
        Delimiter, encoding and sheet where they cannot be found out.

    Returns
    -------
    RawTable

    Raises
    ------
    InputError
        When there is no such file, its format is unknown, it is empty, too large, or cannot be read.
    """
    options = options or ReadOptions()
    kind = check_file(path)
    if kind not in ISOLATED:
        return READERS[kind](path, options)
    job = {"path": str(path.resolve()), "format": kind, "options": asdict(options)}
    with run_isolated("read", job, subject=path.name) as folder:
        return load_result(folder)


def check_file(path: Path) -> str:
    """Return the reader's name after the checks that need no reading."""
    if not path.is_file():
        raise InputError(f"There is no file {path}: check the name and the folder.")
    kind = format_of(path)
    if kind is None:
        known = ", ".join(sorted(TABLE_FORMATS))
        raise InputError(
            f"{path.name} has the ending {path.suffix or 'none'!r}, which is not known: use one of {known}."
        )
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{path.name} is empty (0 bytes): export it again and check its size.")
    if size > MAX_FILE_BYTES:
        raise InputError(f"{path.name} has {size / 1e9:.1f} GB, the limit is {MAX_FILE_BYTES / 1e9:.1f}: split it.")
    return kind


def save_result(raw: RawTable, folder: Path) -> None:
    """Write what a reader found into `folder` (in the reading process)."""
    table = raw.table.append_column(_ROW, pa.array(raw.rows, pa.int64()))
    with pa.OSFile(str(folder / "table.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    told = {"description": raw.description, "problems": [problem.to_dict() for problem in raw.problems]}
    (folder / "result.json").write_text(json.dumps(told))


def load_result(folder: Path) -> RawTable:
    """Read what `save_result` wrote (in our process)."""
    told = json.loads((folder / "result.json").read_text())
    with pa.OSFile(str(folder / "table.arrow"), "rb") as source:
        table = pa.ipc.open_file(source).read_all()
    rows = table.column(_ROW).to_numpy().astype(np.int64)
    problems = tuple(load_problem(found) for found in told["problems"])
    return RawTable(table.drop_columns([_ROW]), rows, told["description"], problems)


def load_problem(found: dict[str, object]) -> Problem:
    """Turn a problem's plain values back into one."""
    return Problem(**{**found, "severity": Severity(str(found["severity"]))})  # type: ignore[arg-type]
