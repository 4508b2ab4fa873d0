"""Fetching: DuckDB refuses further work on a cursor whose result was not read to its end."""

from collections.abc import Sequence
from typing import Any

from duckdb import DuckDBPyConnection


def first_row(cursor: DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
    """Return the first row of an answer, None when there is none, and finish the answer."""
    rows = cursor.execute(query, list(values)).fetchall()
    return tuple(rows[0]) if rows else None
