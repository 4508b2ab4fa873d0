"""What an import would do with a table that is already in memory: the first rows as they would be kept, every problem.

A person maps and corrects while these run, so a file is read once and its pictures are looked at once; only rows are
checked again.
"""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from recsys.ingest.catalogue import check_catalogue
from recsys.ingest.checks import Checked
from recsys.ingest.events import check_events
from recsys.ingest.mapping import CANONICAL, ColumnMapping, Kind
from recsys.ingest.media import Media
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.import_report import ImportReport
from recsys.workflows.import_steps import PREVIEW_ROWS, Prepared, keep_pictures, make_record, write_prepared

OPEN_AT_MOST = 300
"""Pictures opened by a check; of more it only says which products they belong to."""

Memo = Callable[[str, Callable[[], Media | None]], Media | None]
"""Called with a key and what computes the value; may answer from memory."""


def check_table(
    store: Store,
    paths: ShopPaths,
    kind: Kind,
    raw: RawTable,
    mapping: ColumnMapping,
    file: str,
    pictures: Path | None = None,
    memo: Memo = lambda _, compute: compute(),
) -> ImportReport:
    """Return what an import would do; nothing is written.

    Parameters
    ----------
    store, paths
        The shop.
    kind
        `catalogue` or `events`.
    raw
        The file as read, uncorrected.
    mapping
        Columns, options and fixes.
    file
        Name for messages.
    pictures
        Zip, folder or list of pictures.
    memo
        Remembers what was found among the pictures.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    corrected = mapping.fixes.apply(raw, file)
    checked = _check(kind, corrected, mapping, store.item_ids(), file, started)
    media = None
    if kind == "catalogue" and checked.log.n_errors == 0:
        key = _picture_key(checked.table, pictures)
        media = memo(
            key,
            lambda: keep_pictures(
                checked, corrected, paths, file, pictures, _ignore, dry_run=True, open_at_most=OPEN_AT_MOST
            ),
        )
    record = make_record(kind, file, "", mapping, checked, started)
    return write_prepared(store, [Prepared.of(kind, checked, record, media)], True, clock, _ignore)[0]


def preview_rows(
    kind: Kind, raw: RawTable, mapping: ColumnMapping, known_items: list[str], n: int = PREVIEW_ROWS
) -> pd.DataFrame:
    """Return the first rows as they would be kept, canonical columns that the file fills; empty when none can be.

    Parameters
    ----------
    kind, raw, mapping
        As of `check_table`.
    known_items
        Ids in the store.
    n
        Rows of the file looked at.
    """
    head = RawTable(raw.table.slice(0, n), raw.rows[:n], raw.description)
    checked = _check(kind, mapping.fixes.apply(head, ""), mapping, known_items, "", datetime.now(UTC))
    names = [name for name in CANONICAL[kind] if name in checked.provided or name in checked.columns]
    return checked.table.select(names).to_pandas()


def _check(
    kind: Kind, raw: RawTable, mapping: ColumnMapping, known: list[str], file: str, started: datetime
) -> Checked:
    """Check the rows of either kind."""
    if kind == "catalogue":
        return check_catalogue(raw, mapping, known, file, started)
    return check_events(raw, mapping, known, file, started)


def _picture_key(table: pa.Table, pictures: Path | None) -> str:
    """What the answer about pictures depends on: ids, references, and the list of pictures."""
    digest = hashlib.sha256()
    for name in ("item_id", "images"):
        digest.update(repr(table.column(name).to_pylist()).encode())
    if pictures is not None:
        said = pictures.read_bytes() if pictures.suffix == ".json" else str(pictures.stat().st_mtime_ns).encode()
        digest.update(str(pictures).encode() + said)
    return digest.hexdigest()


def _ignore(stage: str, fraction: float) -> None:
    """Nobody waits for a single stage."""
