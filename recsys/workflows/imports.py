"""A file into the store, end to end; the command line and the pages call these functions and nothing below them.

File → reader → mapping → checks → pictures → one transaction. A dry run takes the same way and rolls back.
"""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from recsys.encoders.supplied import write_supplied
from recsys.errors import InputError
from recsys.ingest.catalogue import check_catalogue
from recsys.ingest.events import check_events
from recsys.ingest.mapping import ColumnMapping, MappingLike, load_mapping
from recsys.ingest.picture_sources import listed_files
from recsys.ingest.readers import read_table
from recsys.ingest.sources import SOURCES, SourceTables
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.import_report import ImportCounts, ImportReport, join_reports
from recsys.workflows.import_steps import Prepared, Progress, keep_pictures, make_record, write_prepared

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
        Check everything, pictures included, and write nothing.
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
    store.require_writable()
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
    if checked.log.n_errors == 0:
        media = keep_pictures(checked, raw, paths, path.name, source, tell, dry_run=dry_run)
    record = make_record("catalogue", path.name, hash_files(path, source), read, checked, started)
    return write_prepared(store, [Prepared.of("catalogue", checked, record, media)], dry_run, clock, tell)[0]


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
    store.require_writable()
    started = datetime.now(UTC)
    clock = time.monotonic()
    tell = progress or _ignore
    path = Path(file)
    read = load_mapping(mapping, "events")
    raw = _read(path, read, tell)
    tell("check", 0.0)
    checked = check_events(raw, read, store.item_ids(), path.name, started)
    tell("check", 1.0)
    record = make_record("events", path.name, hash_files(path), read, checked, started)
    return write_prepared(store, [Prepared.of("events", checked, record)], dry_run, clock, tell)[0]


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
        Of kind `source`, the sum of its `parts`; `import_id` is the first part's. Content vectors that the set brings
        along replace the shop's earlier supplied ones; rolling the import back leaves them, unused without its items.

    Raises
    ------
    InputError
        When there is no such source, or its files are missing.
    """
    store.require_writable()
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
    parts = write_prepared(store, prepared, dry_run, clock, tell)
    if not dry_run and all(part.ok for part in parts):
        for modality, vectors in found.vectors.items():
            write_supplied(paths.embeddings, modality, found.catalogue.column("item_id").to_pylist(), vectors)
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
    """sha256 over the content of files; a folder counts by the names and sizes of its files, a list by its files."""
    digest = hashlib.sha256()
    for path in paths:
        if path is None:
            continue
        if path.suffix == ".json" and (listed := listed_files(path)) is not None:
            digest.update(hash_files(*listed).encode())
        elif path.is_dir():
            for inside in sorted(found for found in path.rglob("*") if found.is_file() and not found.is_symlink()):
                digest.update(f"{inside.relative_to(path).as_posix()}:{inside.stat().st_size}\n".encode())
        elif path.is_file():
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _read(path: Path, mapping: ColumnMapping, tell: Progress) -> RawTable:
    """Read the file and correct it as the mapping says."""
    tell("read", 0.0)
    raw = mapping.fixes.apply(read_table(path, mapping.options.reading()), path.name)
    tell("read", 1.0)
    return raw


def _prepare_source(
    store: Store,
    paths: ShopPaths,
    name: str,
    sha256: str,
    found: SourceTables,
    started: datetime,
    dry_run: bool,
    tell: Progress,
) -> list[Prepared]:
    """Check both halves of a source; events may name the items of its catalogue."""
    mapping = ColumnMapping()
    file = f"{name} (source)"
    raw = RawTable(found.catalogue, np.arange(2, found.catalogue.num_rows + 2, dtype=np.int64), name)
    tell("check", 0.0)
    checked = check_catalogue(raw, mapping, store.item_ids(), file, started)
    media = None
    if checked.log.n_errors == 0:
        media = keep_pictures(checked, raw, paths, file, None, tell, dry_run=dry_run)
    record = make_record("catalogue", file, sha256, mapping, checked, started)
    prepared = [Prepared.of("catalogue", checked, record, media)]
    if found.events is not None:
        tell("check", 0.5)
        known = set(store.item_ids()) | set(checked.table.column("item_id").to_pylist())
        rows = np.arange(2, found.events.num_rows + 2, dtype=np.int64)
        events = check_events(RawTable(found.events, rows, name), mapping, known, file, started)
        record = make_record("events", file, sha256, mapping, events, started)
        prepared.append(Prepared.of("events", events, record))
    tell("check", 1.0)
    return prepared


def _ignore(stage: str, fraction: float) -> None:
    """No progress wanted."""
