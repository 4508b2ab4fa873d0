"""The last acknowledged write, kept outside the database.

DuckDB opens a shortened write-ahead log without a word, with rows missing. Every write transaction bumps a number
inside the database; once it is committed the number is noted in a side file. A database behind its side file has
lost acknowledged writes.
"""

import json
import os
from pathlib import Path

from recsys.errors import StoreError


def watermark_path(root: Path) -> Path:
    """Return the side file of the shop folder `root`."""
    return root / "store.watermark"


def read_watermark(root: Path) -> int:
    """Return the number of the last acknowledged write, 0 when none was noted yet.

    Raises
    ------
    StoreError
        When the file is there but unreadable.
    """
    path = watermark_path(root)
    if not path.exists():
        return 0
    try:
        return int(json.loads(path.read_text())["acknowledged_writes"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged, so nothing can tell whether the store is complete: compare it with a backup, "
            "then delete this file to accept the store as it is."
        ) from error


def write_watermark(root: Path, number: int) -> None:
    """Note `number` durably: written beside, synced, renamed."""
    path = watermark_path(root)
    temporary = path.with_suffix(".watermark.new")
    with temporary.open("w") as file:
        file.write(json.dumps({"acknowledged_writes": number}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(root)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
