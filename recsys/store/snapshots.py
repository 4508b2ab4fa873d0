"""The store's content as Parquet that training and ranking read; written beside, then renamed."""

import hashlib
import json
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection

from recsys.settings import ShopPaths
from recsys.store.ledger import data_version
from recsys.store.reads import count_shop
from recsys.store.rows import first_row
from recsys.store.watermark import sync_folder
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS

_UTC = pa.timestamp("us", tz="UTC")
CATALOGUE_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("item_id", "title", "description", "category", "brand")]
    + [("price", pa.float64()), ("currency", pa.string()), ("attributes", pa.string()), ("launched_at", _UTC)]
    + [("stock", pa.int64()), ("margin", pa.float64()), ("images", pa.list_(pa.string()))]
)
EVENT_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("event_id", "event_type", "user_id", "item_id")]
    + [("occurred_at", _UTC), ("quantity", pa.float64()), ("value", pa.float64()), ("rating", pa.float64())]
    + [("text", pa.string()), ("position", pa.int32()), ("request_id", pa.string()), ("placement", pa.string())]
)
_QUERIES = {
    "catalogue.parquet": (CATALOGUE_SCHEMA, f"SELECT {', '.join(CATALOGUE_COLUMNS)} FROM items ORDER BY item_id"),
    "events.parquet": (
        EVENT_SCHEMA,
        f"SELECT {', '.join(EVENT_COLUMNS)} FROM events "
        "WHERE item_id IS NULL OR item_id IN (SELECT item_id FROM items) ORDER BY user_id, occurred_at, event_id",
    ),
}
_BATCH_ROWS = 200_000


def export_snapshot(cursor: DuckDBPyConnection, paths: ShopPaths) -> Path:
    """Write the current data to `snapshots/<data_version>/` and return that folder; nothing is done when it is there.

    Parameters
    ----------
    cursor
        Inside a transaction, so that both files show the same moment.
    paths
        The shop.
    """
    version = data_version(cursor)
    target = paths.snapshots / version
    if (target / "snapshot.json").exists():
        os.utime(target / "snapshot.json")
        return target
    paths.snapshots.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=paths.snapshots))
    try:
        hashes = {name: _write(cursor, temporary / name, *query) for name, query in _QUERIES.items()}
        description = _describe(cursor, paths, version) | {"sha256": hashes}
        (temporary / "snapshot.json").write_text(json.dumps(description, indent=2))
        temporary.chmod(0o755)
        os.replace(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(paths.snapshots)
    return target


def _write(cursor: DuckDBPyConnection, path: Path, schema: pa.Schema, query: str) -> str:
    """Stream one query into a Parquet file with page checksums and return its sha256."""
    reader = cursor.sql(query).to_arrow_reader(_BATCH_ROWS)
    with path.open("wb") as file:
        with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as writer:
            for batch in reader:
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        file.flush()
        os.fsync(file.fileno())
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe(cursor: DuckDBPyConnection, paths: ShopPaths, version: str) -> dict[str, object]:
    """What `snapshot.json` says, less the hashes."""
    counts = count_shop(cursor, fallback_name=paths.root.name)
    row = first_row(
        cursor,
        "SELECT count(*), count(DISTINCT user_id), min(occurred_at), max(occurred_at) FROM events "
        "WHERE item_id IS NULL OR item_id IN (SELECT item_id FROM items)",
    )
    assert row is not None
    return {
        "data_version": version,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "n_items": counts.n_items,
        "n_users": int(row[1]),
        "n_events": int(row[0]),
        "data_from": _iso(row[2]),
        "data_to": _iso(row[3]),
        "simulated": counts.simulated,
        "name": counts.name,
    }


def _iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC).isoformat()
