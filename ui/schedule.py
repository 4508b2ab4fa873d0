"""What the dashboard's process does by itself while it runs: clean up once, start what waits, retrain on schedule.

One process per shop does it: whoever holds the file lock first. Started by the server, see `asgi.py`. The shop the
dashboard was started with is always looked after; one beside it only where something waits or is scheduled.
"""

import fcntl
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import IO, Any

from recsys.errors import VitrineError
from recsys.settings import ShopPaths
from recsys.training.care import clean_up
from recsys.workflows.retrain import look

_log = logging.getLogger("vitrine.schedule")
EVERY_S = 2.0
OWNER_LOCK = ".schedule-owner.lock"


class Conductor:
    """Looks at one shop whether something is to be started.

    Parameters
    ----------
    paths
        The shop.
    export
        Exports the newest data through this process's own store and returns its version.

    Notes
    -----
    A look that fails is told in the log, once for each reason, and tried again.
    """

    def __init__(self, paths: ShopPaths, export: Callable[[ShopPaths], str]) -> None:
        self._paths, self._export = paths, export
        self._lock: IO[str] | None = None
        self._told, self._clean = "", False

    def tick(self) -> None:
        """Look once; nothing in a shop that another process conducts."""
        try:
            if not self._paths.root.is_dir() or not self._own():
                return
            if not self._clean:
                self._clean = True
                _log.info("%s: %s", self._paths.root.name, clean_up(self._paths))
            did = look(self._paths, lambda: self._export(self._paths))
            if did.started or did.turn:
                _log.info("%s: started %s, scheduled %s", self._paths.root.name, did.started, did.turn)
            self._told = ""
        except (VitrineError, OSError) as error:
            if str(error) != self._told:
                _log.warning("%s: %s", self._paths.root.name, error)
            self._told = str(error)

    def _own(self) -> bool:
        """Whether this process is the one that conducts this shop."""
        if self._lock is None:
            handle = (self._paths.root / OWNER_LOCK).open("a")
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                handle.close()
                return False
            self._lock = handle
        return True

    def close(self) -> None:
        """Let another process conduct."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


class Conductors:
    """A conductor for each shop that needs one."""

    def __init__(self) -> None:
        self._by_root: dict[str, Conductor] = {}

    def tick(self) -> None:
        """Look at every shop once."""
        from ui import shops

        home = shops.home().root
        for paths in shops.offered().values():
            if paths.root == home or paths.queue.exists() or paths.schedule.exists():
                root = str(paths.root)
                self._by_root.setdefault(root, Conductor(paths, _export)).tick()

    def close(self) -> None:
        """Let other processes conduct."""
        for conductor in self._by_root.values():
            conductor.close()


def _export(paths: ShopPaths) -> str:
    from ui import data

    return data.store_of(paths).export_snapshot().name


def start(every_s: float = EVERY_S) -> tuple[Conductors, Any]:
    """Begin to look every few seconds, in a thread; return what to close at the end: conductors and scheduler."""
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it would tell of every look, and of those skipped
    conductors = Conductors()
    scheduler = BackgroundScheduler(timezone="UTC", daemon=True)
    scheduler.add_job(
        conductors.tick,
        "interval",
        seconds=every_s,
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,  # a late look is as good as one in time
        id="look",
    )
    scheduler.start()
    return conductors, scheduler


@asynccontextmanager
async def conducting(_app: object = None) -> AsyncIterator[None]:
    """Conduct the shops on screen while the server lives; the lifespan of `asgi.py`."""
    conductors, scheduler = start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        conductors.close()
