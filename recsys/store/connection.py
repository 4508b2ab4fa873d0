"""One locked-down DuckDB connection per process: a cursor per use, all writes through one lock and a transaction."""

import contextlib
import os
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from recsys.errors import StoreError
from recsys.settings import ShopPaths
from recsys.store.lock import ShopLock
from recsys.store.migrate import apply_migrations, load_migrations
from recsys.store.rows import first_row
from recsys.store.watermark import read_watermark, sync_folder, watermark_path, write_watermark

QUERY_LIMIT_MS = 120_000
"""No statement may run longer; a page that asks for more has a bug."""

REOPEN_S = 5.0
"""How long to wait for other threads to finish reading from a damaged instance."""

_WRITES = "acknowledged_writes"


@dataclass
class Write:
    """A running write transaction.

    Parameters
    ----------
    cursor
        Inside the transaction.
    kept
        Set to False to roll back at the end, so that the same code can say what would happen.
    """

    cursor: DuckDBPyConnection
    kept: bool = True


class Connection:
    """Opens the file, keeps the rules, and hands out cursors.

    Parameters
    ----------
    paths
        The shop.
    read_only
        Open without the right to write; several readers may then share the shop.

    Attributes
    ----------
    read_only_reason : str | None
        Why nothing can be written, in a sentence; None when writing is possible.
    """

    def __init__(self, paths: ShopPaths, *, read_only: bool = False) -> None:
        self.paths = paths
        self.read_only_reason = "The store was opened for reading only." if read_only else None
        self.n_written = 0
        """Writes committed since opening; only the owner can write, so it tells whether an answer is stale."""
        self._lock = ShopLock(paths.lock, shared=read_only)
        self._write_lock = threading.RLock()
        self._cursor_lock = threading.Lock()
        self._lock.acquire()
        try:
            self._duckdb = self._open()
        except BaseException:
            self._lock.release()
            raise

    def _open(self) -> DuckDBPyConnection:
        """Create or migrate the file when allowed, compare the watermark, and return the locked-down connection."""
        acknowledged = read_watermark(self.paths.root)
        if not self.paths.store.exists():
            self._create(acknowledged)
        connection = _connect(self.paths.store, read_only=self.read_only_reason is not None)
        try:
            if self.read_only_reason is None:
                apply_migrations(connection, load_migrations())
            stored = _stored_writes(connection)
            if stored < acknowledged:
                connection.close()
                connection = _connect(self.paths.store, read_only=True)
                self.read_only_reason = (
                    f"The store holds {stored} writes but {acknowledged} were acknowledged, so data is missing: "
                    f"it is open for reading only. Restore a backup, or delete {watermark_path(self.paths.root)} "
                    "to accept the loss."
                )
            elif stored > acknowledged and self.read_only_reason is None:
                write_watermark(self.paths.root, stored)
            _lock_down(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _create(self, acknowledged: int) -> None:
        """Make a new store under a temporary name and rename it, so that a half-made one is never seen."""
        root = self.paths.root
        if self.read_only_reason is not None:
            raise StoreError(f"There is no store in {root} yet: import a catalogue first.")
        if acknowledged:
            raise StoreError(
                f"{self.paths.store} is missing although {acknowledged} writes were acknowledged: restore a backup, "
                f"or delete {watermark_path(root)} to start with an empty store."
            )
        for leftover in root.glob(f"{self.paths.store.name}.new-*"):
            leftover.unlink()
        temporary = root / f"{self.paths.store.name}.new-{os.getpid()}"
        connection = _connect(temporary, read_only=False)
        try:
            apply_migrations(connection, load_migrations())
            connection.execute("CHECKPOINT")
        finally:
            connection.close()
        os.replace(temporary, self.paths.store)
        sync_folder(root)

    def close(self) -> None:
        """Close the file, then give the shop back."""
        with self._write_lock:
            self._duckdb.close()
            self._lock.release()

    def require_writable(self) -> None:
        """Raise `StoreError` with the reason when nothing can be written."""
        if self.read_only_reason is not None:
            raise StoreError(f"Nothing was written. {self.read_only_reason}")

    @contextlib.contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """Yield a fresh cursor, closed afterwards; never share one between threads."""
        with self._cursor_lock:
            cursor = self._duckdb.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Write]:
        """Yield the one write transaction: committed on leaving unless `kept` is False, rolled back on any exception.

        Raises
        ------
        StoreError
            When the store is read-only, or the disk refused the write.
        """
        self.require_writable()
        with self._write_lock:
            try:
                with self.reading() as cursor:
                    number = yield from _transact(cursor)
            except (duckdb.FatalException, duckdb.IOException, _CommitError) as error:
                self._reopen_after_damage(error)
                raise StoreError(
                    f"The disk refused the write ({error}), so nothing was stored: free some space and restart."
                ) from error
            if number is not None:
                self.n_written += 1
                write_watermark(self.paths.root, number)

    def _reopen_after_damage(self, error: Exception) -> None:
        """Open again for reading: a failed write to disk makes DuckDB refuse even reads until then."""
        self.read_only_reason = f"A write failed ({error}); the store is open for reading only until it is restarted."
        with self._cursor_lock:
            self._duckdb.close()
            deadline = time.monotonic() + REOPEN_S
            while True:
                try:
                    self._duckdb = _connect(self.paths.store, read_only=True)
                    break
                except StoreError:  # another thread still reads from the damaged instance
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
            _lock_down(self._duckdb)


class _CommitError(Exception):
    """DuckDB could not write what it had accepted."""


def _transact(cursor: DuckDBPyConnection) -> Generator[Write, None, int | None]:
    """Run one transaction; return the number of the write, None when it was not kept."""
    cursor.execute("BEGIN TRANSACTION")
    try:
        write = Write(cursor)
        yield write
        number = _bump_writes(cursor) if write.kept else None
    except duckdb.FatalException:
        raise  # the instance is invalid, there is nothing left to roll back
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    try:
        cursor.execute("COMMIT" if write.kept else "ROLLBACK")
    except duckdb.Error as error:
        raise _CommitError(str(error)) from error
    return number


def _connect(path: Path, *, read_only: bool) -> DuckDBPyConnection:
    """Open `path` without extensions, replacement scans or endless queries; settings hold for every cursor."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "python_enable_replacements": "false",
        "max_execution_time": str(QUERY_LIMIT_MS),
    }
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.Error as error:
        raise StoreError(f"The store {path} cannot be opened: {error}") from error


def _lock_down(connection: DuckDBPyConnection) -> None:
    """Refuse every path but the database itself, for good; readers in one process share what was locked before."""
    locked = first_row(connection, "SELECT current_setting('lock_configuration')")
    if locked is not None and locked[0]:
        return
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _stored_writes(cursor: DuckDBPyConnection) -> int:
    """Number of the last committed write transaction."""
    row = first_row(cursor, "SELECT max(CAST(value AS BIGINT)) FROM shop WHERE key = ?", [_WRITES])
    return int(row[0]) if row and row[0] is not None else 0


def _bump_writes(cursor: DuckDBPyConnection) -> int:
    """Count this write transaction inside itself."""
    number = _stored_writes(cursor) + 1
    cursor.execute("DELETE FROM shop WHERE key = ?", [_WRITES])
    cursor.execute("INSERT INTO shop VALUES (?, ?)", [_WRITES, str(number)])
    return number
