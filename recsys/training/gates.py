"""What a run must pass before it may go live by itself: one literal, `GATES`; a person may promote in spite of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import hypot, isfinite
from typing import Any

from recsys.evaluation.metrics import Estimate
from recsys.evaluation.paired import bootstrap_difference
from recsys.training.config import COLUMN_NAMES
from recsys.training.judged import JudgedShoppers, pair
from recsys.training.run_files import RunRecord

MIN_SHARED = 30
"""Fewer shoppers judged by both runs than this do not tell two runs apart."""
COVERAGE_SHARE, COVERAGE_FLOOR = 0.5, 0.02
"""Lists must reach this share of what the live run's reached, and this share of the products on sale in any case."""
TIME_FACTOR, TIME_FLOOR_S, FIRST_TIME_S = 4.0, 900.0, 4 * 3600.0
"""A training may take this many times as long as the live run's; never less than the floor; the first one this long."""


class Gated(StrEnum):
    """How a gate ended; one that could not be checked holds nobody up."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """One gate of one run.

    Parameters
    ----------
    name
        Key of `GATES`.
    outcome
        How it ended.
    value, limit
        What was measured and what it was held against, in the gate's own unit; None where there was nothing.
    detail
        One sentence.
    """

    name: str
    outcome: Gated
    value: float | None
    limit: float | None
    detail: str

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "outcome": str(self.outcome)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Finding":
        """Read what `to_json` gave."""
        return Finding(**{**values, "outcome": Gated(values["outcome"])})


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the gates look at.

    Parameters
    ----------
    metrics, weights, elapsed_s
        Of the new run, as in its record.
    judged
        What each of its test shoppers got, by column.
    window
        First and last moment of its test window.
    live
        Record of the live run; None before the first promotion.
    live_judged
        What each test shopper of the live run got; empty where it kept nothing.
    time_budget_s
        Seconds the training may take; None derives it from the live run.
    """

    metrics: Mapping[str, Any]
    weights: Mapping[str, float]
    elapsed_s: float
    judged: Mapping[str, JudgedShoppers] = field(default_factory=dict)
    window: tuple[str, str] = ("", "")
    live: RunRecord | None = None
    live_judged: Mapping[str, JudgedShoppers] = field(default_factory=dict)
    time_budget_s: float | None = None


@dataclass(frozen=True)
class Gate:
    """One gate: its name on screen, what it asks in one sentence, and how it is checked."""

    label: str
    asks: str
    check: Callable[[str, Evidence], Finding]


def check_gates(evidence: Evidence) -> list[Finding]:
    """Check every gate, in the order of `GATES`."""
    return [gate.check(name, evidence) for name, gate in GATES.items()]


def read_gates(record: RunRecord) -> list[Finding]:
    """Return what was found when a run was trained; empty for runs older than the gates."""
    return [Finding.from_json(values) for values in record.gates]


def failed(findings: Sequence[Finding]) -> list[Finding]:
    """Return the gates that failed."""
    return [f for f in findings if f.outcome is Gated.FAILED]


def say_failed(findings: Sequence[Finding]) -> str:
    """Say which gates failed and why, "" where none did."""
    return " ".join(f"{GATES[f.name].label}: {f.detail}" for f in failed(findings))


def tested_days(record: RunRecord) -> tuple[str, str]:
    """Return first and last moment of the days a run was tested on; empty texts where nothing was held out."""
    return str(record.facts.get("test_from", "")), str(record.facts.get("test_to", ""))


def compare_means(
    ours: Estimate, theirs: Estimate, paired: tuple[JudgedShoppers, JudgedShoppers] | None, measure: str
) -> tuple[Estimate, bool]:
    """Return the difference of two means with its 95 % interval, and whether it is over the same shoppers.

    Over the same shoppers the paired bootstrap; else the half widths of both intervals added in squares, as for
    independent samples.
    """
    if paired is not None:
        left, right = pair(*paired, measure)
        if len(left) >= MIN_SHARED:
            return bootstrap_difference(left, right), True
    half = hypot((ours.high - ours.low) / 2, (theirs.high - theirs.low) / 2)
    change = ours.value - theirs.value
    return Estimate(change, change - half, change + half, min(ours.n_users, theirs.n_users)), False


def estimate_of(figure: Any) -> Estimate | None:
    """Read an estimate of a record; None where it was not measured."""
    if not isinstance(figure, Mapping) or figure.get("value") is None or not figure.get("n_users", 1):
        return None
    return Estimate(
        float(figure["value"]), float(figure["low"]), float(figure["high"]), int(figure.get("n_users") or 0)
    )


def _not_worse(column: str) -> Callable[[str, Evidence], Finding]:
    """Recall@20 of a column: the 95 % interval of the difference to the live run must reach 0 or above."""

    def check(name: str, seen: Evidence) -> Finding:
        ours = estimate_of(seen.metrics.get("test", {}).get(column, {}).get("recall"))
        if ours is None:
            return Finding(name, Gated.NOT_CHECKED, None, None, "Nothing was held out to measure it on.")
        theirs = None if seen.live is None else estimate_of(_test_figure(seen.live, column))
        if theirs is None or seen.live is None:
            return Finding(name, Gated.NOT_CHECKED, ours.value, None, "No live run to compare with.")
        both = None
        if column in seen.judged and column in seen.live_judged and seen.window == tested_days(seen.live):
            both = seen.judged[column], seen.live_judged[column]
        change, same = compare_means(ours, theirs, both, "recall")
        outcome = Gated.FAILED if change.high < 0 else Gated.PASSED
        over = f"the same {change.n_users:,} shoppers" if same else "other shoppers or days"
        detail = (
            f"{ours.value:.3f} against {theirs.value:.3f} of the live run, change {change.value:+.3f} "
            f"({change.low:+.3f} to {change.high:+.3f}) over {over}."
        )
        return Finding(name, outcome, ours.value, theirs.value, detail)

    return check


def _test_figure(record: RunRecord, column: str) -> Any:
    return record.metrics.get("test", {}).get(column, {}).get("recall")


def _finite(name: str, seen: Evidence) -> Finding:
    """Every weight and figure is a number, and some weight is above 0."""
    measured = {
        f"{part} {column}": figures
        for part in ("validation", "test")
        for column, figures in seen.metrics.get(part, {}).items()
        if column in COLUMN_NAMES and figures["recall"].get("n_users")
    }
    strange = [where for where, value in _numbers({"weight": seen.weights, **measured}) if not isfinite(value)]
    if strange:
        return Finding(name, Gated.FAILED, float(len(strange)), 0.0, f"Not a number: {', '.join(strange[:5])}.")
    if not any(weight > 0 for weight in seen.weights.values()):
        return Finding(name, Gated.FAILED, 0.0, 0.0, "Every weight is 0, so every list would be empty of sense.")
    return Finding(name, Gated.PASSED, 0.0, 0.0, "Every weight and figure is a number.")


def _numbers(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Names and values of the numbers in nested mappings."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{prefix}{key}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{key}", float(value)


def _coverage(name: str, seen: Evidence) -> Finding:
    """Share of the products on sale that stand in somebody's list."""
    ours = seen.metrics.get("test", {}).get("coverage")
    if ours is None:
        return Finding(name, Gated.NOT_CHECKED, None, None, "Nothing was held out to measure it on.")
    live = None if seen.live is None else seen.live.metrics.get("test", {}).get("coverage")
    limit = max(COVERAGE_FLOOR, COVERAGE_SHARE * float(live or 0.0))
    outcome = Gated.PASSED if float(ours) >= limit else Gated.FAILED
    return Finding(
        name, outcome, float(ours), limit, f"Lists reach {ours:.0%} of the products; at least {limit:.0%} is asked."
    )


def _time(name: str, seen: Evidence) -> Finding:
    """Seconds of the training against its budget."""
    limit = seen.time_budget_s
    if limit is None:
        live = None if seen.live is None else seen.live.elapsed_s
        limit = FIRST_TIME_S if live is None else max(TIME_FLOOR_S, TIME_FACTOR * live)
    outcome = Gated.PASSED if seen.elapsed_s <= limit else Gated.FAILED
    detail = f"It took {seen.elapsed_s / 60:.1f} min; {limit / 60:.0f} min is the budget."
    return Finding(name, outcome, seen.elapsed_s, limit, detail)


GATES: dict[str, Gate] = {
    "recall": Gate(
        "Recall",
        "Recall@20 of held-out shoppers is not lower than the live run's by more than the interval of the difference.",
        _not_worse("all"),
    ),
    "new_items": Gate(
        "New products",
        "Recall@20 among products nobody had touched is not lower than the live run's by more than the interval.",
        _not_worse("cold_among_new"),
    ),
    "finite": Gate("Sound numbers", "Every weight and figure is a number, and some weight is above 0.", _finite),
    "coverage": Gate(
        "Coverage",
        f"Lists reach at least {COVERAGE_FLOOR:.0%} of the products on sale, and {COVERAGE_SHARE:.0%} of what the live "
        "run's lists reach.",
        _coverage,
    ),
    "time": Gate(
        "Time",
        f"The training took no longer than its budget: {TIME_FACTOR:.0f} times the live run's time and at least "
        f"{TIME_FLOOR_S / 60:.0f} minutes, unless one is given.",
        _time,
    ),
}
"""Gate to its name on screen, what it asks, and its check."""
