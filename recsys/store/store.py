"""The one door to a shop's data: what may be asked and what may be written."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, cast

import pandas as pd
import pyarrow as pa
from duckdb import DuckDBPyConnection

from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.store import catalogue_writes, event_facts, event_writes, ledger, performance, reads, sales, snapshots
from recsys.store.connection import Connection
from recsys.store.ledger import ImportRecord, WriteCounts

T = TypeVar("T")


class StoreWriter:
    """Several writes in one transaction; made by `Store.transaction`.

    Attributes
    ----------
    kept : bool
        False after `discard`.
    """

    def __init__(self, cursor: DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.kept = True

    def discard(self) -> None:
        """Store nothing of this transaction, not even that it happened."""
        self.kept = False

    def write_catalogue(self, items: pa.Table, provided: frozenset[str], record: ImportRecord) -> WriteCounts:
        """Upsert items; see `recsys.store.catalogue_writes.write_catalogue`."""
        return catalogue_writes.write_catalogue(self._cursor, items, provided, record)

    def note_pictures(self, pictures: pa.Table) -> None:
        """Note pictures by content hash; see `recsys.store.catalogue_writes.note_pictures`."""
        catalogue_writes.note_pictures(self._cursor, pictures)

    def write_events(self, events: pa.Table, record: ImportRecord) -> WriteCounts:
        """Insert new events; see `recsys.store.event_writes.write_events`."""
        return event_writes.write_events(self._cursor, events, record)

    def set_facts(self, *, name: str | None = None, simulated: bool | None = None) -> None:
        """Note the shop's name and whether its shoppers are made up; None leaves a fact as it is."""
        if name is not None:
            ledger.set_fact(self._cursor, "name", name)
        if simulated is not None:
            ledger.set_fact(self._cursor, "simulated", "true" if simulated else "false")


class Store:
    """A shop's store, owned by this process from `Store.open` to `close`.

    Safe to share between threads: every call takes a cursor of its own, and writes queue behind one lock.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[str, tuple[int, object]] = {}

    @classmethod
    def open(cls, paths: ShopPaths, read_only: bool = False) -> Self:
        """Open a shop's store, creating it when missing.

        Parameters
        ----------
        paths
            The shop folder.
        read_only
            Without the right to write; several readers may share a shop nobody writes to.

        Raises
        ------
        StoreLockedError
            When another process has the shop open.
        StoreError
            When the file is missing (read-only), damaged, or from a newer version.
        """
        return cls(Connection(paths, read_only=read_only))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give the shop back."""
        self._connection.close()

    @property
    def paths(self) -> ShopPaths:
        """The shop folder."""
        return self._connection.paths

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing can be written, in a sentence for a person; None when writing is possible."""
        return self._connection.read_only_reason

    def require_writable(self) -> None:
        """Raise `StoreError` with the reason when nothing can be written: ask before long work."""
        self._connection.require_writable()

    # ------------------------------------------------------------- writes

    @contextlib.contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[StoreWriter]:
        """Yield a writer; all of it is stored on leaving, nothing after an exception or on a dry run."""
        with self._connection.writing() as write:
            writer = StoreWriter(write.cursor)
            yield writer
            write.kept = writer.kept and not dry_run

    def set_facts(self, *, name: str | None = None, simulated: bool | None = None) -> None:
        """Note the shop's name and whether its shoppers are made up; None leaves a fact as it is."""
        with self.transaction() as writer:
            writer.set_facts(name=name, simulated=simulated)

    def rollback_import(self, import_id: str) -> None:
        """Undo an import exactly: see `roll_back_catalogue` and `roll_back_events` for what later imports keep.

        Raises
        ------
        InputError
            When there is no such import or it was rolled back before.
        """
        with self._connection.writing() as write:
            cursor = write.cursor
            number, kind, file_name, status = ledger.find_import(cursor, import_id)
            if status != ledger.ImportStatus.APPLIED:
                raise InputError(f"Import {import_id} ({file_name}) was rolled back before; nothing was changed.")
            if kind == "catalogue":
                catalogue_writes.roll_back_catalogue(cursor, number)
            else:
                event_writes.roll_back_events(cursor, number)
            ledger.mark_rolled_back(cursor, number)

    def save_mapping(self, kind: str, name: str, mapping: str) -> None:
        """Keep a column mapping (JSON) under a name, replacing an earlier one; `kind` is `catalogue` or `events`."""
        with self._connection.writing() as write:
            ledger.save_mapping(write.cursor, kind, name, mapping)

    def delete_mapping(self, kind: str, name: str) -> None:
        """Forget a saved mapping; one that is not there is no fault."""
        with self._connection.writing() as write:
            ledger.delete_mapping(write.cursor, kind, name)

    def rename_mapping(self, kind: str, name: str, new_name: str) -> None:
        """Give a saved mapping another name; see `recsys.store.ledger.rename_mapping`."""
        with self._connection.writing() as write:
            ledger.rename_mapping(write.cursor, kind, name, new_name)

    def export_snapshot(self) -> Path:
        """Write the current data as Parquet and return its folder; see `recsys.store.snapshots.export_snapshot`."""
        with self._connection.reading() as cursor:
            cursor.execute("BEGIN TRANSACTION")
            try:
                return snapshots.export_snapshot(cursor, self.paths)
            finally:
                cursor.execute("ROLLBACK")

    # -------------------------------------------------------------- reads

    def _read(self, question: Callable[[DuckDBPyConnection], T]) -> T:
        """Answer with a cursor of its own."""
        with self._connection.reading() as cursor:
            return question(cursor)

    def _remember(self, name: str, question: Callable[[DuckDBPyConnection], T]) -> T:
        """Answer from memory while nothing was written since; pages ask the same on every rerun."""
        written = self._connection.n_written  # before the answer, so that a write meanwhile makes it stale
        kept = self._kept.get(name)
        if kept is None or kept[0] != written:
            kept = self._kept[name] = (written, self._read(question))
        return cast(T, kept[1])

    def counts(self) -> reads.ShopCounts:
        """Return counts, freshness and the shop's facts."""
        return self._remember("counts", lambda cursor: reads.count_shop(cursor, self.paths.root.name))

    def data_version(self) -> str:
        """Content address of the current data; equal versions mean equal snapshots."""
        return self._remember("data_version", ledger.data_version)

    def imports(self) -> pd.DataFrame:
        """Return the ledger, newest import first."""
        return self._read(ledger.list_imports)

    def find_same_input(self, record: ImportRecord) -> str | None:
        """Id of an applied import of the same input read in the same way."""
        return self._read(lambda cursor: ledger.find_same_input(cursor, record))

    def mappings(self, kind: str) -> dict[str, str]:
        """Return saved column mappings (JSON) by name."""
        return self._read(lambda cursor: ledger.list_mappings(cursor, kind))

    def items(
        self,
        query: str = "",
        *,
        category: str | None = None,
        in_stock: bool | None = None,
        launched_from: datetime | None = None,
        has_pictures: bool | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> reads.ItemPage:
        """Return a page of items; see `recsys.store.reads.find_items`."""
        return self._read(
            lambda cursor: reads.find_items(
                cursor,
                query=query,
                category=category,
                in_stock=in_stock,
                launched_from=launched_from,
                has_pictures=has_pictures,
                limit=limit,
                offset=offset,
            )
        )

    def item(self, item_id: str) -> pd.DataFrame:
        """Return one item as a frame of one row, or of none."""
        return self._read(lambda cursor: reads.get_item(cursor, item_id))

    def item_ids(self) -> list[str]:
        """Return the ids of all current items."""
        return self._read(reads.item_ids)

    def categories(self) -> pd.DataFrame:
        """Return `category`, `n_items`, most items first."""
        return self._read(reads.count_categories)

    def users(self, prefix: str = "", limit: int = 50) -> pd.DataFrame:
        """Return shoppers whose id starts with `prefix`, most events first."""
        return self._read(lambda cursor: reads.find_users(cursor, prefix, limit))

    def user_events(self, user_id: str, limit: int = 1000) -> pd.DataFrame:
        """Return a shopper's events, newest first."""
        return self._read(lambda cursor: reads.user_events(cursor, user_id, limit))

    def events(self, event_types: Sequence[str] = (), *, limit: int = 50, offset: int = 0) -> pd.DataFrame:
        """Return a page of events, newest first."""
        return self._read(lambda cursor: reads.find_events(cursor, event_types, limit, offset))

    def events_by_day(self, period_from: datetime | None = None, period_to: datetime | None = None) -> pd.DataFrame:
        """Return events and shoppers by day and type."""
        return self._read(lambda cursor: reads.count_events_by_day(cursor, period_from, period_to))

    def funnel(self, period_from: datetime | None = None, period_to: datetime | None = None) -> pd.DataFrame:
        """Return events, shoppers and value by type, in the funnel's order."""
        return self._read(lambda cursor: reads.count_funnel(cursor, period_from, period_to))

    def performance(
        self, period_from: datetime | None = None, period_to: datetime | None = None, by: Collection[str] = ()
    ) -> pd.DataFrame:
        """Return what shown lists brought; see `recsys.store.performance.count_performance`."""
        return self._read(lambda cursor: performance.count_performance(cursor, period_from, period_to, by))

    def sales(self, period_from: datetime | None = None, period_to: datetime | None = None) -> pd.DataFrame:
        """Return everything sold per item and day; see `recsys.store.sales.count_sales`."""
        return self._read(lambda cursor: sales.count_sales(cursor, period_from, period_to))

    def event_facts(self, now: datetime) -> event_facts.EventFacts:
        """Return counts that tell what cannot be right; see `recsys.store.event_facts`."""
        return self._read(lambda cursor: event_facts.read_event_facts(cursor, now))
