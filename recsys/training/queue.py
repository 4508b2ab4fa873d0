"""Jobs that wait for the one that runs: `queue.json` of a shop, replaced atomically under a lock.

An entry keeps the id its run will have. A job is started before its entry is taken out, so a crash in between starts
nothing twice: an entry whose run has begun is dropped.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.job_state import JobKind, state_path, utc_now
from recsys.training.jobs import CONFIG_FILE, new_run_id, running_job, start_training
from recsys.training.run_files import write_json

MOST_WAITING = 20
DOUBLE_CLICK = timedelta(seconds=10)
"""The same settings asked again so soon are a second click, not a second training."""


@dataclass(frozen=True)
class Waiting:
    """A training, or a search, that waits.

    Parameters
    ----------
    run_id
        The run it will write.
    config
        The training config as plain JSON types.
    extra
        More arguments for `vitrine train`.
    title
        What it is, in a few words of whoever asked.
    asked_at
        ISO 8601, UTC.
    kind
        What it does.
    """

    run_id: str
    config: Mapping[str, Any]
    extra: tuple[str, ...] = ()
    title: str = ""
    asked_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    kind: JobKind = JobKind.TRAIN


@dataclass(frozen=True)
class Asked:
    """What became of a request to train: its run, and its 1-based place in the queue, 0 where it started at once."""

    run_id: str
    place: int


def list_waiting(paths: ShopPaths) -> list[Waiting]:
    """Return what waits, next first; what has begun meanwhile is left out.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    return [w for w in _read(paths) if not state_path(paths, w.run_id).exists()]


def ask_training(
    paths: ShopPaths,
    config: Mapping[str, Any],
    export: Callable[[], str],
    *,
    extra: tuple[str, ...] = (),
    title: str = "",
    kind: JobKind = JobKind.TRAIN,
) -> Asked:
    """Start a training now, or put it at the end of the queue while another runs or waits.

    Parameters
    ----------
    paths
        The shop.
    config
        The training config as plain JSON types.
    export
        Exports the newest data and returns its version; called only for a training that starts.
    extra, title, kind
        As for `Waiting`.

    Raises
    ------
    RunError
        If the queue is full, or the same training was put there a moment ago (a double click).
    """
    wanted = Waiting(new_run_id(), json.loads(json.dumps(dict(config))), extra, title, kind=kind)
    with _queue_lock(paths):
        waiting = list_waiting(paths)
        _refuse_double_click(paths, wanted)
        if not waiting and running_job(paths) is None:
            try:
                return Asked(_start(paths, wanted, export()), 0)
            except RunError:
                if running_job(paths) is None:  # not refused for another training that was quicker
                    raise
        if len(waiting) >= MOST_WAITING:
            raise RunError(f"{MOST_WAITING} trainings wait already; remove one first.")
        if waiting and _same(waiting[-1], wanted):
            raise RunError("This very training waits already; remove it there, or change a setting.")
        _write(paths, [*waiting, wanted])
        return Asked(wanted.run_id, len(waiting) + 1)


def remove_waiting(paths: ShopPaths, run_id: str) -> None:
    """Take an entry out.

    Raises
    ------
    RunError
        If it does not wait any more.
    """
    with _queue_lock(paths):
        waiting = list_waiting(paths)
        _place(waiting, run_id)
        _write(paths, [w for w in waiting if w.run_id != run_id])


def move_waiting(paths: ShopPaths, run_id: str, by: int) -> None:
    """Move an entry up (negative) or down by some places, as far as the queue goes.

    Raises
    ------
    RunError
        If it does not wait any more.
    """
    with _queue_lock(paths):
        waiting = list_waiting(paths)
        before = _place(waiting, run_id)
        entry = waiting.pop(before)
        waiting.insert(min(max(before + by, 0), len(waiting)), entry)
        _write(paths, waiting)


def start_next(paths: ShopPaths, export: Callable[[], str]) -> str | None:
    """Start what waits first, unless something runs; return its run id, None where nothing was started.

    Parameters
    ----------
    paths
        The shop.
    export
        Exports the newest data and returns its version; called only when something starts.

    Raises
    ------
    VitrineError
        Whatever `export` raises; the entry then stays where it is.
    """
    if not paths.queue.is_file():
        return None
    with _queue_lock(paths):
        kept = _read(paths)
        waiting = [w for w in kept if not state_path(paths, w.run_id).exists()]
        if len(waiting) < len(kept):
            _write(paths, waiting)
        if not waiting or running_job(paths) is not None:
            return None
        first = waiting[0]
        try:
            _start(paths, first, export())
        except RunError:
            if running_job(paths) is None:
                raise
            return None  # one started from a command line was quicker
        _write(paths, waiting[1:])
        return first.run_id


def _start(paths: ShopPaths, entry: Waiting, version: str) -> str:
    """Start what waited."""
    return start_training(paths, entry.config, version, extra=entry.extra, run_id=entry.run_id, kind=entry.kind)


def _refuse_double_click(paths: ShopPaths, wanted: Waiting) -> None:
    """Refuse what began a moment ago with the same settings."""
    running = running_job(paths)
    if running is None or running.kind is not wanted.kind or utc_now() - running.started_at > DOUBLE_CLICK:
        return
    config = state_path(paths, running.run_id).with_name(CONFIG_FILE)
    if config.is_file() and json.loads(config.read_text(encoding="utf-8")) == wanted.config:
        raise RunError(f"This very training has just started as {running.run_id}.")


def _same(one: Waiting, other: Waiting) -> bool:
    """Whether two entries ask for the same training."""
    return replace(one, run_id="", asked_at="") == replace(other, run_id="", asked_at="")


def _place(waiting: list[Waiting], run_id: str) -> int:
    for place, entry in enumerate(waiting):
        if entry.run_id == run_id:
            return place
    raise RunError(f"Training {run_id} does not wait any more: it has started or was removed.")


def _read(paths: ShopPaths) -> list[Waiting]:
    """Entries as they stand in the file."""
    if not paths.queue.is_file():
        return []
    try:
        entries = json.loads(paths.queue.read_text(encoding="utf-8"))["waiting"]
        return [
            Waiting(**{**e, "extra": tuple(e["extra"]), "kind": JobKind(e.get("kind", JobKind.TRAIN))}) for e in entries
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"The queue {paths.queue.name} is damaged ({error}); delete it and ask again.") from error


def _write(paths: ShopPaths, waiting: list[Waiting]) -> None:
    write_json(paths.queue, {"waiting": [asdict(w) for w in waiting]})


@contextmanager
def _queue_lock(paths: ShopPaths) -> Iterator[None]:
    """Hold the lock under which the queue changes."""
    paths.root.mkdir(parents=True, exist_ok=True)
    with (paths.root / ".queue.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
