"""What the dashboard's process does by itself: start what waits, retrain on schedule, say why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from recsys.errors import StoreLockedError, VitrineError
from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.jobs import running_job
from recsys.training.queue import ask_training, list_waiting, start_next
from recsys.training.runs import list_runs
from recsys.training.schedule import Outcome, Schedule, Turn, record_turn, take_turn


@dataclass(frozen=True)
class Ticked:
    """What one look did: the run started from the queue, and what became of a scheduled time; None where nothing."""

    started: str | None
    turn: Turn | None


def look(paths: ShopPaths, export: Callable[[], str], now: datetime | None = None) -> Ticked:
    """Start what waits first, then take the scheduled turn if its time has come.

    Parameters
    ----------
    paths
        The shop.
    export
        Exports the newest data and returns its version.
    now
        For tests; None takes the clock.

    Raises
    ------
    VitrineError
        If what waits cannot be started; it keeps its place.
    """
    if not paths.root.is_dir():
        return Ticked(None, None)
    schedule = take_turn(paths, now or datetime.now(UTC))
    turn = None
    if schedule is not None:
        turn = _take(paths, schedule, export)
        record_turn(paths, turn)
    return Ticked(start_next(paths, export), turn)


def _take(paths: ShopPaths, schedule: Schedule, export: Callable[[], str]) -> Turn:
    """Retrain, or say why not."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    running = running_job(paths)
    if running is not None or list_waiting(paths):
        what = f"Training {running.run_id} was running." if running else "Other trainings were waiting."
        return Turn(at, Outcome.SKIPPED, reason=what)
    try:
        version = export()
        same = unchanged_since(paths, version, schedule)
        if same:
            return Turn(at, Outcome.SKIPPED, reason=f"The data did not change since run {same}.")
        extra = ("--promote" if schedule.go_live else "--no-promote",)
        asked = ask_training(paths, schedule.config, lambda: version, extra=extra, title="Scheduled")
    except StoreLockedError as error:
        return Turn(at, Outcome.SKIPPED, reason=f"The store was locked: {error}")
    except VitrineError as error:
        return Turn(at, Outcome.SKIPPED, reason=str(error))
    return Turn(at, Outcome.STARTED, asked.run_id)


def unchanged_since(paths: ShopPaths, data_version: str, schedule: Schedule) -> str | None:
    """Return the newest run that learned from this data with these settings, None where there is none."""
    wanted = TrainingConfig.from_json(schedule.config).to_json()
    for record in list_runs(paths):
        if record.data_version == data_version and {**record.config, "data_version": None} == wanted:
            return record.run_id
    return None
