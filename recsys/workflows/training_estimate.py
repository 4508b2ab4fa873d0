"""How long a training will take and how much memory it needs: from the shop's own earlier runs, else from counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from recsys.training.config import TrainingConfig
from recsys.workflows.run_history import RunRow

MOST_RUNS = 6
"""Earlier runs looked at, newest first."""
START_S, EVENT_S, ITEM_S = 30.0, 0.0004, 0.008
"""Seconds to begin with, per event and per product with a picture, measured on two cores; only their proportions count
where the shop has runs of its own."""
START_MB, EVENT_MB, ITEM_MB = 900.0, 0.0012, 0.02
"""Memory to begin with, per event and per product."""
FEW = 3
"""From so many runs on their own spread is the range; fewer are given the usual one."""
USUAL_SPREAD = (0.6, 1.8)
WIDE_SPREAD = (0.4, 4.0)
"""How far from the guess a training may end, as factors: with one or two runs to go by, and with none."""
WIDEN = 1.2
MIN_S = 5.0


class Basis(StrEnum):
    """What an estimate rests on."""

    RUNS = "runs"
    COUNTS = "counts"


@dataclass(frozen=True)
class TrainingEstimate:
    """A range, not a promise.

    Parameters
    ----------
    low_s, high_s
        Seconds it will likely take.
    low_mb, high_mb
        Most memory it will likely hold, MiB.
    basis
        Earlier runs of this shop, or the counts only.
    n_runs
        Earlier runs it rests on.
    """

    low_s: float
    high_s: float
    low_mb: float
    high_mb: float
    basis: Basis
    n_runs: int


def estimate_training(
    rows: Sequence[RunRow], n_events: int, n_items: int, config: TrainingConfig | None = None
) -> TrainingEstimate:
    """Estimate a training.

    Every earlier run is scaled by what events and products would cost now and then; the seconds given to fitting the
    picture encoder are taken out before and put back after.

    Parameters
    ----------
    rows
        From `run_history.list_trainings`.
    n_events, n_items
        What it would learn from.
    config
        What it would do; None takes the defaults.
    """
    asked = config or TrainingConfig()
    earlier = [row for row in rows if row.record is not None and row.elapsed_s > 0][:MOST_RUNS]
    tuning = asked.fine_tune_s if asked.image_encoder else 0.0
    seconds = [s + tuning for row in earlier if (s := _scaled_seconds(row, n_events, n_items)) is not None]
    memory = [m for row in earlier if (m := _scaled_memory(row, n_events, n_items)) is not None]
    if seconds:
        low_s, high_s = _range(seconds)
        basis = Basis.RUNS
    else:
        guess = _work(n_events, n_items) + tuning
        low_s, high_s = guess * WIDE_SPREAD[0], guess * WIDE_SPREAD[1]
        basis = Basis.COUNTS
    low_mb, high_mb = _range(memory or [_memory(n_events, n_items)])
    return TrainingEstimate(max(low_s, MIN_S), max(high_s, 2 * MIN_S), low_mb, high_mb, basis, len(seconds))


def _range(values: Sequence[float]) -> tuple[float, float]:
    """Low and high end: the spread of several, the usual spread around the middle of few."""
    if len(values) >= FEW:
        return min(values) / WIDEN, max(values) * WIDEN
    return median(values) * USUAL_SPREAD[0], median(values) * USUAL_SPREAD[1]


def _scaled_seconds(row: RunRow, n_events: int, n_items: int) -> float | None:
    """What a run would take on today's counts, without fitting the picture encoder; None where its size is unknown."""
    size = _size_of(row)
    if size is None or row.record is None:
        return None
    config = row.record.config
    tuning = float(config.get("fine_tune_s") or 0.0) if config.get("image_encoder") else 0.0
    rest = max(row.elapsed_s - tuning, 0.3 * row.elapsed_s)  # fitting may have stopped early
    return rest * _work(n_events, n_items) / _work(*size)


def _scaled_memory(row: RunRow, n_events: int, n_items: int) -> float | None:
    """What a run would hold on today's counts, MiB; None where it was not measured."""
    size, measured = _size_of(row), row.record.facts.get("peak_memory_mb") if row.record else None
    if size is None or not measured:
        return None
    return float(measured) * _memory(n_events, n_items) / _memory(*size)


def _size_of(row: RunRow) -> tuple[int, int] | None:
    """Events and products a run learned from."""
    facts = row.record.facts if row.record is not None else {}
    n_events, n_items = row.n_events or int(facts.get("n_interactions") or 0), int(facts.get("n_items") or 0)
    return (n_events, n_items) if n_items else None


def _work(n_events: int, n_items: int) -> float:
    return START_S + EVENT_S * n_events + ITEM_S * n_items


def _memory(n_events: int, n_items: int) -> float:
    return START_MB + EVENT_MB * n_events + ITEM_MB * n_items
