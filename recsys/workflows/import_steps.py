"""The steps every import takes between the checks and the report: pictures, the ledger's line, the one transaction."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

import numpy as np
import pyarrow as pa

from recsys.ingest.checks import Checked
from recsys.ingest.item_fields import holds_bytes
from recsys.ingest.mapping import CANONICAL, ColumnMapping, Kind
from recsys.ingest.media import Media, find_media
from recsys.ingest.problems import Problem
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import ImportRecord, Store, WriteCounts
from recsys.store.store import StoreWriter
from recsys.workflows.import_report import ImportCounts, ImportReport

Progress = Callable[[str, float], None]
"""Called with the stage (`read`, `check`, `pictures`, `write`) and the fraction of it that is done; raising stops the
import and leaves the store as it was."""

PREVIEW_ROWS = 10


@dataclass(frozen=True)
class Prepared:
    """Everything about one file that is ready to be written."""

    kind: Kind
    checked: Checked
    record: ImportRecord
    problems: tuple[Problem, ...]
    media: Media | None

    @classmethod
    def of(cls, kind: Kind, checked: Checked, record: ImportRecord, media: Media | None = None) -> Self:
        """Put it together, with the problems of rows and pictures."""
        return cls(kind, checked, record, checked.log.problems() + (media.problems if media else ()), media)

    def items(self) -> pa.Table:
        """Canonical rows, pictures by content hash."""
        table = self.checked.table
        if self.media is None:
            return table
        return table.set_column(table.schema.get_field_index("images"), "images", self.media.images)


def keep_pictures(
    checked: Checked,
    raw: RawTable,
    paths: ShopPaths,
    file: str,
    source: Path | None,
    tell: Progress,
    *,
    dry_run: bool,
    open_at_most: int | None = None,
) -> Media | None:
    """Find and keep the pictures of checked rows; None when the file speaks of none."""
    used = checked.columns.get("images", ())
    column = used[0] if used else None
    content = None
    if column is not None and holds_bytes(raw.table.column(column).type):
        kept = pa.array(np.searchsorted(raw.rows, checked.rows))
        content = raw.table.column(column).take(kept).combine_chunks().cast(pa.large_binary())
    table = checked.table
    if source is None and content is None and (column is None or not _any_reference(table)):
        return None
    tell("pictures", 0.0)
    return find_media(
        table.column("item_id"),
        table.column("images"),
        checked.rows,
        paths.media,
        file=file,
        column=column,
        source=source,
        content=content,
        write=not dry_run,
        open_at_most=open_at_most,
        report=lambda fraction: tell("pictures", fraction),
    )


def _any_reference(table: pa.Table) -> bool:
    """True when some item names a picture."""
    return len(table.column("images").combine_chunks().flatten()) > 0


def make_record(
    kind: Kind, file: str, sha256: str, mapping: ColumnMapping, checked: Checked, started: datetime
) -> ImportRecord:
    """The ledger's line: the mapping as it was really used."""
    used = replace(mapping, columns=checked.columns).to_json()
    return ImportRecord(kind, file, sha256, used, checked.n_read, checked.n_skipped, started)


def write_prepared(
    store: Store, prepared: list[Prepared], dry_run: bool, clock: float, tell: Progress
) -> list[ImportReport]:
    """Write everything in one transaction unless there is an error, and report."""
    errors = sum(part.checked.log.n_errors for part in prepared)
    counts: list[WriteCounts] = [WriteCounts(0, 0, 0)] * len(prepared)
    if errors == 0:
        tell("write", 0.0)
        with store.transaction(dry_run=dry_run) as writer:
            counts = [_write_part(writer, part) for part in prepared]
            tell("write", 0.9)
            if all(count.import_id is None for count in counts):
                writer.discard()
        tell("write", 1.0)
    return [
        _report(store, part, count, errors, dry_run, time.monotonic() - clock)
        for part, count in zip(prepared, counts, strict=True)
    ]


def _write_part(writer: StoreWriter, part: Prepared) -> WriteCounts:
    """Write one half."""
    if part.kind == "events":
        return writer.write_events(part.checked.table, part.record)
    items = part.items() if part.media is not None else _without_references(part.checked.table)
    provided = part.checked.provided | ({"images"} if part.media is not None else set())
    if part.media is not None:
        writer.note_pictures(part.media.pictures)
    return writer.write_catalogue(items, provided, part.record)


def _without_references(table: pa.Table) -> pa.Table:
    """Items without pictures: the references in the file are no content hashes."""
    empty = pa.array([[]] * table.num_rows, pa.list_(pa.string()))
    return table.set_column(table.schema.get_field_index("images"), "images", empty)


def _report(
    store: Store, part: Prepared, written: WriteCounts, errors: int, dry_run: bool, elapsed_s: float
) -> ImportReport:
    """Put the report of one half together."""
    counts = ImportCounts(
        part.checked.n_read,
        written.added,
        written.changed,
        written.unchanged,
        part.checked.n_skipped,
        part.media.pictures.num_rows if part.media is not None else 0,
    )
    kinds = dict(part.checked.log.counts)
    for problem in part.media.problems if part.media is not None else ():
        kinds[problem.kind] = kinds.get(problem.kind, 0) + problem.count
    return ImportReport(
        kind=part.kind,
        file=part.record.file_name,
        counts=counts,
        problems=part.problems,
        problem_counts=kinds,
        import_id=None if dry_run else written.import_id,
        ok=errors == 0,
        dry_run=dry_run,
        message=_outcome(store, part, written, errors, dry_run),
        elapsed_s=elapsed_s,
        columns=part.checked.columns,
        preview=part.checked.table.select(CANONICAL[part.kind]).slice(0, PREVIEW_ROWS).to_pandas(),
        pictures_opened=part.media is None or part.media.opened,
    )


def _outcome(store: Store, part: Prepared, written: WriteCounts, errors: int, dry_run: bool) -> str:
    """The outcome in one sentence."""
    if errors:
        own = part.checked.log.n_errors
        why = f"{own:,} problem{'s' if own != 1 else ''} must be corrected" if own else "the other half has errors"
        return f"Nothing was imported from {part.record.file_name}: {why}."
    noun = "items" if part.kind == "catalogue" else "events"
    result = f"{written.added:,} {noun} added, {written.changed:,} changed, {written.unchanged:,} as before"
    result += f", {part.checked.n_skipped:,} rows left out"
    if dry_run:
        return f"Dry run of {part.record.file_name}: {result}; nothing was written."
    if written.import_id is None:
        earlier = store.find_same_input(part.record)
        return f"{part.record.file_name} was already imported as {earlier}; nothing changed."
    return f"{part.record.file_name} imported as {written.import_id}: {result}."
