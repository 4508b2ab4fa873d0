"""What Today shows besides the live figures: new products, how far data and run are, and what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.rules.kinds import RuleStatus
from recsys.rules.rule import RuleSet
from recsys.store import ShopCounts
from recsys.training.jobs import JobStatus
from recsys.workflows.findings import (
    Finding,
    FindingKind,
    find_bad_imports,
    find_fallen_clicks,
    find_new,
    find_sold_out,
    find_unknown_sales,
    find_unseen,
    rank_findings,
)
from recsys.workflows.periods import Period
from recsys.workflows.run_history import RunRow

OLD_DATA_DAYS = 7
"""Days without an event after which the data counts as old."""
IMPORT_DAYS = 30
"""Imports finished at most so many days ago are looked at for rows they left out."""
WEEKS = 8
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class NewProducts:
    """How the newest products fare.

    Parameters
    ----------
    launched
        On sale and launched in the last `findings.NEW_DAYS` days before the shop's clock.
    unseen
        Of those, in no list of the period.
    waiting
        In the catalogue, but the live run was trained without them.
    per_week
        Launches in each of the last eight weeks, oldest first.
    """

    launched: int
    unseen: int
    waiting: int
    per_week: tuple[int, ...]


@dataclass(frozen=True)
class Freshness:
    """How far data and live run reach.

    Parameters
    ----------
    data_to
        The shop's clock, UTC; None without events.
    data_age_days
        From the clock to now; 0 without events.
    trained_at
        When the live run was trained, UTC; None without one.
    behind_days
        Data newer than what the live run learned from.
    rules_version
        Of the live rules, 0 before the first.
    """

    data_to: pd.Timestamp | None
    data_age_days: float
    trained_at: pd.Timestamp | None
    behind_days: float
    rules_version: int


@dataclass(frozen=True, eq=False)
class ShopState:
    """Everything that findings are looked for in.

    Parameters
    ----------
    counts, store_problem
        What the store holds, and why it cannot be written, if so.
    catalogue
        The newest snapshot's products.
    outcomes, period
        Marked rows of what lists brought in both spans; None without events.
    sales
        `Store.sales` of the last two periods.
    imports
        `Store.imports`.
    runs
        Every training, newest first.
    known_ids
        Items of the live run; empty when no run is live.
    rules
        The live rules.
    now
        UTC.
    """

    counts: ShopCounts
    store_problem: str | None
    catalogue: Catalogue
    outcomes: pd.DataFrame | None
    period: Period | None
    sales: pd.DataFrame
    imports: pd.DataFrame
    runs: Sequence[RunRow]
    known_ids: Sequence[str]
    rules: RuleSet
    now: pd.Timestamp

    @property
    def clock(self) -> pd.Timestamp | None:
        """The shop's own time; None without events."""
        return None if self.counts.data_to is None else pd.Timestamp(self.counts.data_to)

    @property
    def live(self) -> RunRow | None:
        """The live run; None when no run is live."""
        return next((row for row in self.runs if row.live), None)


def count_new(
    catalogue: Catalogue, clock: pd.Timestamp | None, known_ids: Sequence[str], shown_ids: frozenset[str]
) -> NewProducts:
    """Count new products, those never shown, and those the live run does not know.

    Parameters
    ----------
    catalogue
        The shop's products now.
    clock
        The shop's own time; None without events, then nothing counts as launched lately.
    known_ids
        Items of the live run; empty when no run is live.
    shown_ids
        Items that stood in a list of the period.
    """
    known = set(known_ids)
    waiting = sum(item not in known for item in catalogue.item_ids) if known else 0
    if clock is None:
        return NewProducts(0, 0, waiting, ())
    new, _ = find_new(catalogue, clock)
    unseen = sum(item not in shown_ids for item in catalogue.item_ids[new])
    end = np.datetime64(clock.tz_convert("UTC").tz_localize(None), "us")
    weeks = (end - catalogue.launched_at) / np.timedelta64(7, "D")
    weeks = np.floor(weeks[(weeks >= 0) & (weeks < WEEKS)]).astype(int)
    per_week = np.bincount(weeks, minlength=WEEKS)[::-1].astype(int).tolist()
    return NewProducts(len(new), unseen, waiting, tuple(per_week))


def measure_freshness(state: ShopState) -> Freshness:
    """Say how far data and live run reach."""
    live = state.live
    learned_to = None if live is None or live.record is None else pd.Timestamp(live.record.data_to)
    return Freshness(
        state.clock,
        _days_between(state.clock, state.now),
        None if live is None else live.created_at,
        _days_between(learned_to, state.clock),
        state.rules.version,
    )


def _days_between(start: pd.Timestamp | None, end: pd.Timestamp | None) -> float:
    """Days from start to end, 0 when either is unknown or the order is reversed."""
    if start is None or end is None or pd.isna(start):
        return 0.0
    start, end = (t.tz_localize("UTC") if t.tzinfo is None else t for t in (start, end))
    return max((end - start) / _DAY, 0.0)


def find_everything(state: ShopState, new: NewProducts, fresh: Freshness) -> tuple[Finding, ...]:
    """Look for everything that needs a person, most costly first, see `findings.rank_findings`."""
    found = [*_find_in_store(state), *_find_in_runs(state, new, fresh), *_find_in_lists(state), *_find_in_rules(state)]
    found += find_bad_imports(state.imports, state.now - IMPORT_DAYS * _DAY)
    bare = sum(not images for images in state.catalogue.images)
    if bare:
        found.append(Finding(FindingKind.NO_PICTURE, count=bare, total=len(state.catalogue)))
    if not state.counts.simulated and fresh.data_age_days >= OLD_DATA_DAYS:
        found.append(Finding(FindingKind.OLD_DATA, count=int(fresh.data_age_days)))
    return rank_findings(found)


def _find_in_store(state: ShopState) -> list[Finding]:
    """What is wrong with the store itself."""
    return [Finding(FindingKind.STORE, name=state.store_problem)] if state.store_problem else []


def _find_in_runs(state: ShopState, new: NewProducts, fresh: Freshness) -> list[Finding]:
    """What calls for a training."""
    found = []
    if state.runs and state.runs[0].status is JobStatus.FAILED:
        found.append(Finding(FindingKind.TRAINING_FAILED, name=state.runs[0].run_id))
    if state.live is None:
        found.append(Finding(FindingKind.NO_RUN))
    if new.waiting:
        found.append(Finding(FindingKind.WAITING, count=new.waiting, total=len(state.catalogue)))
    if fresh.behind_days >= 1:
        found.append(Finding(FindingKind.BEHIND, count=int(fresh.behind_days)))
    return found


def _find_in_lists(state: ShopState) -> list[Finding]:
    """What the period's lists and sales say; nothing without events."""
    if state.outcomes is None or state.period is None or state.clock is None:
        return []
    period = state.period
    found = find_fallen_clicks(state.outcomes, period)
    found += find_sold_out(state.catalogue, state.sales, period.end, len(period.days))
    found += find_unknown_sales(state.catalogue.item_ids, state.sales, period.start)
    if len(state.outcomes):
        found += find_unseen(state.catalogue, state.outcomes, period, state.clock)
    return found


def _find_in_rules(state: ShopState) -> list[Finding]:
    """Rules whose end is near, on the clock on the wall."""
    at = np.datetime64(state.now.tz_convert("UTC").tz_localize(None), "us")
    ending = [rule for rule in state.rules.rules if rule.status_at(at) is RuleStatus.EXPIRING]
    return [Finding(FindingKind.RULES, count=len(ending), total=len(state.rules))] if ending else []
