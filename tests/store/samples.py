"""Small tables for the store's tests, and a picture of everything a store holds."""

from datetime import UTC, datetime

import pyarrow as pa

from recsys.ingest.catalogue import ITEM_SCHEMA
from recsys.ingest.events import EVENT_SCHEMA
from recsys.store import ImportRecord, Store, WriteCounts

NOON = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)
ALL = frozenset(ITEM_SCHEMA.names)


def items(*rows: dict) -> pa.Table:
    """Canonical items; images default to none."""
    return pa.Table.from_pylist([{"images": []} | row for row in rows], schema=ITEM_SCHEMA)


def events(*rows: dict) -> pa.Table:
    """Canonical events at noon by u1 unless said otherwise."""
    base = {"event_type": "purchase", "user_id": "u1", "item_id": "a", "occurred_at": NOON}
    full = [base | row for row in rows]
    return pa.Table.from_pylist([row | {"stated_at": row["occurred_at"]} for row in full], schema=EVENT_SCHEMA)


def record(kind: str, sha256: str = "x", name: str = "file.csv") -> ImportRecord:
    return ImportRecord(kind, name, sha256, "{}", 1, 0, NOON)


def add_items(store: Store, *rows: dict, sha256: str = "x", provided: frozenset[str] = ALL) -> WriteCounts:
    with store.transaction() as writer:
        return writer.write_catalogue(items(*rows), provided, record("catalogue", sha256))


def add_events(store: Store, *rows: dict, sha256: str = "x") -> WriteCounts:
    with store.transaction() as writer:
        return writer.write_events(events(*rows), record("events", sha256))


def dump(store: Store, *without: str) -> dict[str, list[tuple]]:
    """Every row of every table, sorted: equal dumps mean equal stores."""
    with store._connection.reading() as cursor:
        names = [row[0] for row in cursor.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()]
        return {
            name: sorted(cursor.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in names
            if name not in without
        }
