"""The import ledger, the shop's facts and saved mappings."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

import pandas as pd
from duckdb import DuckDBPyConnection

from recsys.errors import InputError
from recsys.store.rows import first_row

ImportKind = Literal["catalogue", "events"]


class ImportStatus(StrEnum):
    """Whether an import counts."""

    APPLIED = "applied"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class ImportRecord:
    """What the ledger notes about a file before it is written.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    file_name
        As the person named it.
    file_sha256
        Hash of everything that went in: the file, its pictures.
    mapping
        How its columns were read, as JSON.
    rows_read, skipped
        Data rows in the file; those left out by the checker.
    started_at
        UTC.
    """

    kind: ImportKind
    file_name: str
    file_sha256: str
    mapping: str
    rows_read: int
    skipped: int
    started_at: datetime


@dataclass(frozen=True)
class WriteCounts:
    """Rows an import added, changed and left as they were, and the ledger's id (None when nothing was noted)."""

    added: int
    changed: int
    unchanged: int
    import_id: str | None = None


def next_number(cursor: DuckDBPyConnection) -> int:
    """Number of the next import; numbers are never used twice."""
    row = first_row(cursor, "SELECT coalesce(max(number), 0) + 1 FROM imports")
    return int(row[0]) if row else 1


def find_same_input(cursor: DuckDBPyConnection, record: ImportRecord) -> str | None:
    """Id of the newest applied import of the same input, read in the same way."""
    row = first_row(
        cursor,
        "SELECT import_id FROM imports WHERE kind = ? AND file_sha256 = ? AND mapping = ? AND status = 'applied' "
        "ORDER BY number DESC LIMIT 1",
        [record.kind, record.file_sha256, record.mapping],
    )
    return str(row[0]) if row else None


def note_import(cursor: DuckDBPyConnection, number: int, record: ImportRecord, counts: WriteCounts) -> str:
    """Add the ledger's line and return the import's id, `<kind>-<number>`."""
    import_id = f"{record.kind}-{number}"
    values = [number, import_id, record.kind, record.file_name, record.file_sha256, record.mapping, record.rows_read]
    values += [counts.added, counts.changed, counts.unchanged, record.skipped]
    values += [_naive(record.started_at), _naive(datetime.now(UTC)), ImportStatus.APPLIED.value]
    cursor.execute("INSERT INTO imports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return import_id


def find_import(cursor: DuckDBPyConnection, import_id: str) -> tuple[int, str, str, str]:
    """Return number, kind, file name and status.

    Raises
    ------
    InputError
        When there is no such import.
    """
    row = first_row(cursor, "SELECT number, kind, file_name, status FROM imports WHERE import_id = ?", [import_id])
    if row is None:
        raise InputError(f"There is no import {import_id!r}: `imports list` shows those there are.")
    return int(row[0]), str(row[1]), str(row[2]), str(row[3])


def mark_rolled_back(cursor: DuckDBPyConnection, number: int) -> None:
    """The line stays, its rows no longer count."""
    cursor.execute("UPDATE imports SET status = 'rolled_back' WHERE number = ?", [number])


def list_imports(cursor: DuckDBPyConnection) -> pd.DataFrame:
    """Return the ledger, newest first, times in UTC."""
    frame = cursor.execute("SELECT * EXCLUDE (number) FROM imports ORDER BY number DESC").df()
    return utc_columns(frame, "started_at", "finished_at")


def data_version(cursor: DuckDBPyConnection) -> str:
    """Content address of the data: 16 hex digits of the hash of the applied imports and the shop's facts.

    A rolled-back import matters only when a later one stands on it, so importing and rolling back returns to the same
    version.
    """
    rows = cursor.execute("SELECT kind, file_sha256, mapping, status FROM imports ORDER BY number").fetchall()
    while rows and rows[-1][3] != ImportStatus.APPLIED:
        rows.pop()
    facts = {key: value for key, value in get_facts(cursor).items() if key in {"name", "simulated"}}
    return hashlib.sha256(json.dumps([rows, facts], sort_keys=True).encode()).hexdigest()[:16]


def get_facts(cursor: DuckDBPyConnection) -> dict[str, str]:
    """Return what is known about the shop as text by key."""
    return {
        str(key): str(value) for key, value in cursor.execute("SELECT key, value FROM shop ORDER BY key").fetchall()
    }


def set_fact(cursor: DuckDBPyConnection, key: str, value: str) -> None:
    """Note one fact, replacing an earlier value."""
    cursor.execute("DELETE FROM shop WHERE key = ?", [key])
    cursor.execute("INSERT INTO shop VALUES (?, ?)", [key, value])


def save_mapping(cursor: DuckDBPyConnection, kind: str, name: str, mapping: str) -> None:
    """Keep a mapping under a name, replacing an earlier one."""
    cursor.execute("DELETE FROM mappings WHERE kind = ? AND name = ?", [kind, name])
    cursor.execute("INSERT INTO mappings VALUES (?, ?, ?, ?)", [kind, name, mapping, _naive(datetime.now(UTC))])


def delete_mapping(cursor: DuckDBPyConnection, kind: str, name: str) -> None:
    """Forget a mapping; one that is not there is no fault."""
    cursor.execute("DELETE FROM mappings WHERE kind = ? AND name = ?", [kind, name])


def rename_mapping(cursor: DuckDBPyConnection, kind: str, name: str, new_name: str) -> None:
    """Give a mapping another name.

    Raises
    ------
    InputError
        When there is none of the old name, or already one of the new.
    """
    known = list_mappings(cursor, kind)
    if name not in known:
        raise InputError(f"There is no saved mapping {name!r} any more: it was renamed or deleted meanwhile.")
    if new_name in known and new_name != name:
        raise InputError(f"There is already a mapping {new_name!r}: choose another name.")
    cursor.execute("UPDATE mappings SET name = ? WHERE kind = ? AND name = ?", [new_name, kind, name])


def list_mappings(cursor: DuckDBPyConnection, kind: str) -> dict[str, str]:
    """Return saved mappings of a kind as JSON by name."""
    rows = cursor.execute("SELECT name, mapping FROM mappings WHERE kind = ? ORDER BY name", [kind]).fetchall()
    return {str(name): str(mapping) for name, mapping in rows}


def utc_columns(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return `frame` with the named naive columns marked as UTC."""
    return frame.assign(**{column: frame[column].dt.as_unit("us").dt.tz_localize("UTC") for column in columns})


def _naive(moment: datetime) -> datetime:
    """UTC without the mark, as the tables keep it."""
    return moment.astimezone(UTC).replace(tzinfo=None)
