"""One training at a time per shop: a file lock that the kernel gives back however its holder ends."""

import fcntl
import os
from pathlib import Path

from recsys.errors import RunError
from recsys.settings import ShopPaths

LOCK_FILE = "training.lock"
LOCK_FD_VARIABLE = "VITRINE_TRAINING_LOCK_FD"


def lock_path(paths: ShopPaths) -> Path:
    """Return the lock's side file; its content is the run that holds or last held it."""
    return paths.runs / LOCK_FILE


def take_lock(paths: ShopPaths, run_id: str) -> int:
    """Take the shop's training lock and write the run's name into it.

    Returns
    -------
    int
        A descriptor; the lock is held until every copy of it is closed, here and in a child it was passed to.

    Raises
    ------
    RunError
        Another training holds it.
    """
    paths.runs.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock_path(paths), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 200).decode("utf-8", "replace").strip() or "unknown"
        os.close(descriptor)
        raise RunError(f"Training {holder} is still running in this shop; wait for it or cancel it first.") from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{run_id}\n".encode(), 0)
    return descriptor


def inherit_or_take_lock(paths: ShopPaths, run_id: str) -> int:
    """Return the lock that the launcher handed down, else take it.

    Raises
    ------
    RunError
        No lock was handed down and another training holds it.
    """
    handed_down = os.environ.pop(LOCK_FD_VARIABLE, None)
    if handed_down is None:
        return take_lock(paths, run_id)
    descriptor = int(handed_down)
    os.set_inheritable(descriptor, False)
    return descriptor


def holder_of_lock(paths: ShopPaths) -> str | None:
    """Return the run that holds or last held the lock, None where no training ever ran."""
    try:
        return lock_path(paths).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
