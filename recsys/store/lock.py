"""Who owns a shop: an flock on a side file, never on the database file itself.

Closing any descriptor of the database file in the owning process would drop DuckDB's own POSIX lock, so nothing here
(or anywhere else) opens that file.
"""

import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import StoreLockedError


class ShopLock:
    """The lock of one shop, held from `acquire` to `release`; the system frees it when the process dies.

    Parameters
    ----------
    path
        The side file; made when missing.
    shared
        True for readers: any number of them, but none beside a writer.
    """

    def __init__(self, path: Path, *, shared: bool) -> None:
        self._path = path
        self._shared = shared
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock or say who has it.

        Raises
        ------
        StoreLockedError
            When another process (or another `Store` in this one) owns the shop.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = self._busy_message(descriptor)
            os.close(descriptor)
            raise StoreLockedError(message) from error
        self._descriptor = descriptor
        if not self._shared:
            self._write_owner()

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write_owner(self) -> None:
        """Note pid and time in the side file, for the sentence another process shows."""
        assert self._descriptor is not None
        note = json.dumps({"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")})
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, note.encode(), 0)

    def _busy_message(self, descriptor: int) -> str:
        """Name the owner as far as its note can be read."""
        try:
            owner = json.loads(os.pread(descriptor, 1000, 0))
            who = f"process {owner['pid']} (since {owner['since']})"
        except (ValueError, KeyError, TypeError):
            who = "another process"
        shop = self._path.parent
        return f"The shop {shop} is in use by {who}: stop that dashboard or command, or wait for it, and try again."
