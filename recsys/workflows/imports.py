"""A file into the store, end to end; the command line and the pages call these functions and nothing below them.

File → reader → mapping → checks → pictures → one transaction. A dry run takes the same way and rolls back.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from recsys.errors import InputError
from recsys.ingest.catalogue import check_catalogue
from recsys.ingest.checks import Checked
from recsys.ingest.events import check_events
from recsys.ingest.item_fields import holds_bytes
from recsys.ingest.mapping import CANONICAL, ColumnMapping, Kind, MappingLike, load_mapping
from recsys.ingest.media import Media, find_media
from recsys.ingest.problems import Problem
from recsys.ingest.readers import read_table
from recsys.ingest.sources import SOURCES, SourceTables
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import ImportRecord, Store, WriteCounts
from recsys.store.store import StoreWriter
from recsys.workflows.import_report import ImportCounts, ImportReport, join_reports

Progress = Callable[[str, float], None]
"""Called with the stage (`read`, `check`, `pictures`, `write`) and the fraction of it that is done; raising stops the
import and leaves the store as it was."""

PREVIEW_ROWS = 10

__all__ = [
    "ImportCounts",
    "ImportReport",
    "Progress",
    "hash_files",
    "import_catalogue",
    "import_events",
    "import_source",
    "rollback_import",
]


@dataclass(frozen=True)
class _Prepared:
    """Everything about one file that is ready to be written."""

    kind: Kind
    checked: Checked
    record: ImportRecord
    problems: tuple[Problem, ...]
    media: Media | None

    def items(self) -> pa.Table:
        """Canonical rows, pictures by content hash."""
        table = self.checked.table
        if self.media is None:
            return table
        return table.set_column(table.schema.get_field_index("images"), "images", self.media.images)


def import_catalogue(
    store: Store,
    paths: ShopPaths,
    file: Path | str,
    *,
    images: Path | str | None = None,
    mapping: MappingLike = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a catalogue file with its pictures.

    Parameters
    ----------
    store, paths
        The shop.
    file
        CSV, TSV, Parquet, JSONL or Excel.
    images
        A zip or folder of pictures; matched by the references in the file or by item id.
    mapping
        See `recsys.ingest.mapping.load_mapping`.
    dry_run
        Check everything and write nothing (pictures included).
    progress
        See `Progress`.

    Returns
    -------
    ImportReport
        `ok` is False when the file has errors; then the store is as it was.

    Raises
    ------
    InputError
        When the file cannot be read at all.
    StoreError
        When the store cannot be written.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    tell = progress or _ignore
    path = Path(file)
    source = None if images is None else Path(images)
    read = load_mapping(mapping, "catalogue")
    raw = _read(path, read, tell)
    tell("check", 0.0)
    checked = check_catalogue(raw, read, store.item_ids(), path.name, started)
    tell("check", 1.0)
    media = None
    if checked.log.n_errors == 0 and not dry_run:
        media = _media(checked, raw, paths, path.name, source, tell)
    record = _record("catalogue", path.name, hash_files(path, source), read, checked, started)
    prepared = _Prepared(
        "catalogue", checked, record, checked.log.problems() + (media.problems if media else ()), media
    )
    return _write(store, [prepared], dry_run, clock, tell)[0]


def import_events(
    store: Store,
    paths: ShopPaths,
    file: Path | str,
    *,
    mapping: MappingLike = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import an event file; parameters, return and errors as in `import_catalogue`."""
    started = datetime.now(UTC)
    clock = time.monotonic()
    tell = progress or _ignore
    path = Path(file)
    read = load_mapping(mapping, "events")
    raw = _read(path, read, tell)
    tell("check", 0.0)
    checked = check_events(raw, read, store.item_ids(), path.name, started)
    tell("check", 1.0)
    record = _record("events", path.name, hash_files(path), read, checked, started)
    return _write(store, [_Prepared("events", checked, record, checked.log.problems(), None)], dry_run, clock, tell)[0]


def import_source(
    store: Store,
    paths: ShopPaths,
    name: str,
    folder: Path | str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a public data set: catalogue and events through the same checks, in one transaction.

    Parameters
    ----------
    store, paths
        The shop.
    name
        Key of `recsys.ingest.sources.SOURCES`.
    folder
        Where its files are.
    dry_run, progress
        As in `import_catalogue`.

    Returns
    -------
    ImportReport
        Of kind `source`, the sum of its `parts`; `import_id` is the first part's.

    Raises
    ------
    InputError
        When there is no such source, or its files are missing.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    tell = progress or _ignore
    if name not in SOURCES:
        raise InputError(f"There is no source {name!r}: choose from {', '.join(SOURCES)}.")
    tell("read", 0.0)
    found = SOURCES[name].load(Path(folder), lambda fraction: tell("read", fraction))
    tell("read", 1.0)
    prepared = _prepare_source(
        store, paths, name, hash_files(*SOURCES[name].paths(Path(folder))), found, started, dry_run, tell
    )
    parts = _write(store, prepared, dry_run, clock, tell)
    return join_reports(name, parts, time.monotonic() - clock)


def rollback_import(store: Store, import_id: str) -> ImportReport:
    """Undo an import.

    Items go back to what they were before it, or disappear; its events are removed. What a later import stated again
    passes to that import, and what a later import changed stays as that import left it.

    Raises
    ------
    InputError
        When there is no such import, or it was rolled back before.
    """
    clock = time.monotonic()
    listed = store.imports()
    store.rollback_import(import_id)
    line = listed[listed["import_id"] == import_id].iloc[0]
    message = f"Import {import_id} ({line['file_name']}) was rolled back: its {int(line['added']):,} additions and "
    message += f"{int(line['changed']):,} changes no longer count."
    counts = ImportCounts(read=int(line["rows_read"]), added=int(line["added"]), changed=int(line["changed"]))
    return ImportReport(
        str(line["kind"]),
        str(line["file_name"]),
        counts,
        (),
        {},
        import_id,
        True,
        False,
        message,
        time.monotonic() - clock,
    )


def hash_files(*paths: Path | None) -> str:
    """sha256 over the content of files; a folder counts by the names and sizes of its files."""
    digest = hashlib.sha256()
    for path in paths:
        if path is None:
            continue
        if path.is_dir():
            for inside in sorted(found for found in path.rglob("*") if found.is_file() and not found.is_symlink()):
                digest.update(f"{inside.relative_to(path).as_posix()}:{inside.stat().st_size}\n".encode())
        elif path.is_file():
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _read(path: Path, mapping: ColumnMapping, tell: Progress) -> RawTable:
    """Read the file."""
    tell("read", 0.0)
    raw = read_table(path, mapping.options.reading())
    tell("read", 1.0)
    return raw


def _media(
    checked: Checked, raw: RawTable, paths: ShopPaths, file: str, source: Path | None, tell: Progress
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
        report=lambda fraction: tell("pictures", fraction),
    )


def _any_reference(table: pa.Table) -> bool:
    """True when some item names a picture."""
    return len(table.column("images").combine_chunks().flatten()) > 0


def _record(
    kind: Kind, file: str, sha256: str, mapping: ColumnMapping, checked: Checked, started: datetime
) -> ImportRecord:
    """The ledger's line: the mapping as it was really used."""
    used = replace(mapping, columns=checked.columns).to_json()
    return ImportRecord(kind, file, sha256, used, checked.n_read, checked.n_skipped, started)


def _prepare_source(
    store: Store,
    paths: ShopPaths,
    name: str,
    sha256: str,
    found: SourceTables,
    started: datetime,
    dry_run: bool,
    tell: Progress,
) -> list[_Prepared]:
    """Check both halves of a source; events may name the items of its catalogue."""
    mapping = ColumnMapping()
    file = f"{name} (source)"
    raw = RawTable(found.catalogue, np.arange(2, found.catalogue.num_rows + 2, dtype=np.int64), name)
    tell("check", 0.0)
    checked = check_catalogue(raw, mapping, store.item_ids(), file, started)
    media = None
    if checked.log.n_errors == 0 and not dry_run:
        media = _media(checked, raw, paths, file, None, tell)
    record = _record("catalogue", file, sha256, mapping, checked, started)
    prepared = [
        _Prepared("catalogue", checked, record, checked.log.problems() + (media.problems if media else ()), media)
    ]
    if found.events is not None:
        tell("check", 0.5)
        known = set(store.item_ids()) | set(checked.table.column("item_id").to_pylist())
        rows = np.arange(2, found.events.num_rows + 2, dtype=np.int64)
        events = check_events(RawTable(found.events, rows, name), mapping, known, file, started)
        record = _record("events", file, sha256, mapping, events, started)
        prepared.append(_Prepared("events", events, record, events.log.problems(), None))
    tell("check", 1.0)
    return prepared


def _write(store: Store, prepared: list[_Prepared], dry_run: bool, clock: float, tell: Progress) -> list[ImportReport]:
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


def _write_part(writer: StoreWriter, part: _Prepared) -> WriteCounts:
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
    store: Store, part: _Prepared, written: WriteCounts, errors: int, dry_run: bool, elapsed_s: float
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
    )


def _outcome(store: Store, part: _Prepared, written: WriteCounts, errors: int, dry_run: bool) -> str:
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


def _ignore(stage: str, fraction: float) -> None:
    """No progress wanted."""
