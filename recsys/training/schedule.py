"""When a shop retrains by itself: `schedule.json` of a shop. Off until somebody turns it on.

The next time stands in the file, so it survives a restart; a time that passed while nothing ran counts as missed when
it is too long ago. The triggers are those of APScheduler.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.training.run_files import write_json

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_KEPT = 50
GRACE = timedelta(hours=3)
"""A time that passed longer ago than this is missed, not made up for."""


class Outcome(StrEnum):
    """What became of a scheduled time."""

    STARTED = "started"
    SKIPPED = "skipped"
    MISSED = "missed"


@dataclass(frozen=True)
class Turn:
    """A scheduled time that came: when, what became of it, the run if one was started, and why not otherwise."""

    at: str
    outcome: Outcome
    run_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Schedule:
    """When to retrain, with what, and what became of it so far.

    Parameters
    ----------
    enabled
        Whether it is on.
    every
        "day" or "week".
    weekday
        One of `DAYS`; read where `every` is "week".
    hour, minute
        Time of day in `timezone`.
    timezone
        IANA name such as "Europe/Berlin".
    config
        The training config as plain JSON types.
    go_live
        Whether a run that passes every gate becomes live by itself.
    next_at
        ISO 8601, UTC; None while it is off.
    turns
        What became of the last times, newest first.
    version
        Grows by one with every change.
    """

    enabled: bool = False
    every: str = "day"
    weekday: str = "mon"
    hour: int = 3
    minute: int = 0
    timezone: str = "UTC"
    config: Mapping[str, Any] = field(default_factory=dict)
    go_live: bool = True
    next_at: str | None = None
    turns: tuple[Turn, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        fits = self.every in {"day", "week"} and self.weekday in DAYS and 0 <= self.hour < 24 and 0 <= self.minute < 60
        if not fits or not is_timezone(self.timezone):
            raise InputError(
                "A schedule is every day or week, on a weekday such as mon, at 0–23 h 0–59 min in a time zone such as "
                f"Europe/Berlin; got {self.every}, {self.weekday}, {self.hour}:{self.minute}, {self.timezone}."
            )

    @property
    def next_time(self) -> datetime | None:
        """The next time as a moment; None while it is off."""
        return datetime.fromisoformat(self.next_at) if self.enabled and self.next_at else None


def is_timezone(name: str) -> bool:
    """Tell whether a text names a time zone.

    Examples
    --------
    >>> is_timezone("Europe/Berlin"), is_timezone("Nowhere"), is_timezone("../etc")
    (True, False, False)
    """
    try:
        return bool(ZoneInfo(name).key)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


def read_schedule(paths: ShopPaths) -> Schedule:
    """Return a shop's schedule, one that is off where none was saved.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    if not paths.schedule.is_file():
        return Schedule()
    try:
        values = json.loads(paths.schedule.read_text(encoding="utf-8"))
        turns = tuple(Turn(**{**turn, "outcome": Outcome(turn["outcome"])}) for turn in values["turns"])
        return Schedule(**{**values, "turns": turns})
    except (ValueError, KeyError, TypeError) as error:
        name = paths.schedule.name
        raise InputError(f"The schedule {name} is damaged ({error}); delete it and set it up again.") from error


def save_schedule(
    paths: ShopPaths, wanted: Schedule, *, expected_version: int | None = None, now: datetime | None = None
) -> Schedule:
    """Keep a schedule as somebody set it up; the turns so far stay, the next time is reckoned anew.

    Parameters
    ----------
    paths
        The shop.
    wanted
        What was set up.
    expected_version
        Version of the schedule that was looked at; None takes whatever stands.
    now
        For tests; None takes the clock.

    Raises
    ------
    InputError
        If somebody changed it in between.
    """
    with _schedule_lock(paths):
        stands = read_schedule(paths)
        if expected_version is not None and stands.version != expected_version:
            raise InputError("Somebody changed the schedule in the meantime; look again and decide.")
        upcoming = next_time(wanted, now or datetime.now(UTC)) if wanted.enabled else None
        kept = replace(wanted, turns=stands.turns, next_at=_iso(upcoming), version=stands.version + 1)
        return _write(paths, kept)


def next_time(schedule: Schedule, after: datetime) -> datetime:
    """Return the first time of a schedule after a moment, UTC; a time the clocks skip is moved as APScheduler does.

    Examples
    --------
    >>> monday = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    >>> next_time(Schedule(hour=3), monday).isoformat()
    '2026-11-24T03:00:00+00:00'
    >>> next_time(Schedule(every="week", weekday="mon", hour=3), monday).isoformat()
    '2026-11-30T03:00:00+00:00'
    """
    from apscheduler.triggers.cron import CronTrigger

    day = schedule.weekday if schedule.every == "week" else None
    trigger = CronTrigger(
        day_of_week=day, hour=schedule.hour, minute=schedule.minute, timezone=ZoneInfo(schedule.timezone)
    )
    found: datetime | None = trigger.get_next_fire_time(None, after + timedelta(seconds=1))
    assert found is not None  # a time of day comes back for ever
    return found.astimezone(UTC)


def take_turn(paths: ShopPaths, now: datetime) -> Schedule | None:
    """Return the schedule if its time has come, moved on to the next time; None otherwise.

    Moving on first means that a crash right after loses a turn rather than taking it twice. A time longer ago than
    the grace is written down as missed.
    """
    schedule = read_schedule(paths)
    if schedule.next_time is None or now < schedule.next_time:
        return None
    with _schedule_lock(paths):
        schedule = read_schedule(paths)
        due = schedule.next_time
        if due is None or now < due:
            return None
        moved = replace(schedule, next_at=_iso(next_time(schedule, now)), version=schedule.version + 1)
        if now - due > GRACE:
            missed = Turn(due.isoformat(), Outcome.MISSED, reason="The dashboard was not running.")
            _write(paths, replace(moved, turns=(missed, *moved.turns)[:MOST_KEPT]))
            return None
        return _write(paths, moved)


def record_turn(paths: ShopPaths, turn: Turn) -> None:
    """Write down what became of a scheduled time."""
    with _schedule_lock(paths):
        stands = read_schedule(paths)
        _write(paths, replace(stands, turns=(turn, *stands.turns)[:MOST_KEPT], version=stands.version + 1))


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _write(paths: ShopPaths, schedule: Schedule) -> Schedule:
    write_json(paths.schedule, json.loads(json.dumps(asdict(schedule))))
    return schedule


@contextmanager
def _schedule_lock(paths: ShopPaths) -> Iterator[None]:
    """Hold the lock under which the schedule changes."""
    paths.root.mkdir(parents=True, exist_ok=True)
    with (paths.root / ".schedule.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
