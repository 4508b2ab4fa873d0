"""View model of Today: live figures, new products, how fresh data and run are, and what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.store import ShopCounts
from recsys.training.jobs import JobStatus
from recsys.vocabulary import Columns
from recsys.workflows.performance import PerformanceView
from recsys.workflows.run_history import RunRow
from ui import state
from ui.board import Card
from ui.components import initials, picture_url
from ui.shelf import first_picture
from ui.text import day, plain_text, plural

NEW_DAYS = 28
MOST_SHOWN = 50
NEWEST = 14
OLD_DATA_DAYS = 7
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class NewProducts:
    """How the newest products fare.

    Parameters
    ----------
    launched
        Launched in the `NEW_DAYS` days before the shop's clock.
    unseen
        Of those, never shown in a list since then.
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
class Alert:
    """One line of the needs-attention list: a badge, a sentence, and the page with its filters filled in."""

    colour: str
    icon: str
    topic: str
    text: str
    page: str
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Overview:
    """What Today shows.

    Parameters
    ----------
    performance
        Live figures of the period; None without events.
    new
        New products.
    trained_at
        When the live run was trained; None without one.
    data_to
        The shop's clock.
    data_age_days
        From the clock to now.
    unlearned_days
        Data newer than what the live run learned from.
    alerts
        Most pressing first.
    newest
        The products launched last, newest first.
    """

    performance: PerformanceView | None
    new: NewProducts
    trained_at: pd.Timestamp | None
    data_to: pd.Timestamp | None
    data_age_days: float
    unlearned_days: float
    alerts: tuple[Alert, ...]
    newest: tuple[Card, ...]


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
        Items that stood in a list in the last `NEW_DAYS` days.
    """
    known = set(known_ids)
    waiting = sum(item not in known for item in catalogue.item_ids) if known else 0
    if clock is None:
        return NewProducts(0, 0, waiting, ())
    end = np.datetime64(clock.tz_convert("UTC").tz_localize(None), "us")
    age = (end - catalogue.launched_at) / np.timedelta64(1, "D")
    lately = (age >= 0) & (age < NEW_DAYS)
    unseen = sum(item not in shown_ids for item in catalogue.item_ids[lately])
    weeks = np.floor(age[(age >= 0) & (age < 56)] / 7).astype(int)
    return NewProducts(
        int(lately.sum()), unseen, waiting, tuple(np.bincount(weeks, minlength=8)[::-1].astype(int).tolist())
    )


def build_overview(
    *,
    counts: ShopCounts,
    catalogue: Catalogue,
    performance: PerformanceView | None,
    shown_ids: frozenset[str],
    known_ids: Sequence[str],
    runs: Sequence[RunRow],
    store_problem: str | None,
    now: pd.Timestamp,
) -> Overview:
    """Put the page's content together.

    Parameters
    ----------
    counts
        What the store holds.
    catalogue
        The newest snapshot's products.
    performance
        Live figures of the newest period; None without events.
    shown_ids
        Items shown in the period.
    known_ids
        Items the live run knows.
    runs
        Every training, newest first.
    store_problem
        Why the store cannot be written, if so.
    now
        UTC.
    """
    clock = None if counts.data_to is None else pd.Timestamp(counts.data_to)
    new = count_new(catalogue, clock, known_ids, shown_ids)
    live = next((r for r in runs if r.live), None)
    learned_to = None if live is None or live.record is None else pd.Timestamp(live.record.data_to)
    behind = _days_between(learned_to, clock)
    age = _days_between(clock, now)
    alerts = [
        *_store_alerts(counts, store_problem),
        *_run_alerts(runs, live, new.waiting, behind),
        *_figure_alerts(performance),
        *_product_alerts(catalogue, performance, new),
        *([] if counts.simulated else _age_alerts(age)),
    ]
    newest = () if clock is None else _newest_cards(catalogue, clock, shown_ids)
    trained_at = None if live is None else live.created_at
    return Overview(performance, new, trained_at, clock, age, behind, tuple(alerts), newest)


def _newest_cards(catalogue: Catalogue, clock: pd.Timestamp, shown_ids: frozenset[str]) -> tuple[Card, ...]:
    """The products launched last before the clock, each with its age and whether a list has shown it."""
    end = np.datetime64(clock.tz_convert("UTC").tz_localize(None), "us")
    launched = np.flatnonzero(catalogue.launched_at <= end)
    order = launched[np.argsort(-catalogue.launched_at[launched].astype(np.int64), kind="stable")][:NEWEST]
    cards = []
    for i in map(int, order):
        item_id, title = str(catalogue.item_ids[i]), plain_text(catalogue.titles[i], 120)
        age = int((end - catalogue.launched_at[i]) / np.timedelta64(1, "D"))
        when = "today" if age == 0 else f"{plural(age, 'day')} ago"
        seen = item_id in shown_ids
        cards.append(
            Card(
                id=item_id,
                title=title,
                sub=f"{age} d · shown" if seen else f"{age} d · unseen",
                picture=picture_url(first_picture(catalogue, i), 96),
                initials=initials(title),
                spoken=f"{title}: launched {when}, {'shown in lists' if seen else 'in no list yet'}",
            )
        )
    return tuple(cards)


def _days_between(start: pd.Timestamp | None, end: pd.Timestamp | None) -> float:
    """Days from start to end, 0 when either is unknown or the order is reversed."""
    if start is None or end is None:
        return 0.0
    start, end = (t.tz_localize("UTC") if t.tzinfo is None else t for t in (start, end))
    return max((end - start) / _DAY, 0.0)


def _store_alerts(counts: ShopCounts, problem: str | None) -> list[Alert]:
    """What is wrong with the data itself."""
    found = [Alert("red", "error", "Store", problem, "catalogue")] if problem else []
    if counts.n_unknown_item_events:
        text = f"{plural(counts.n_unknown_item_events, 'event')} name products that are not in the catalogue"
        found.append(Alert("orange", "warning", "Events", text, "events"))
    return found


def _run_alerts(runs: Sequence[RunRow], live: RunRow | None, waiting: int, behind: float) -> list[Alert]:
    """What calls for a training."""
    found = []
    if runs and runs[0].status is JobStatus.FAILED:
        text = f"The last training failed on {day(runs[0].created_at)}; the live run is unchanged"
        found.append(Alert("red", "error", "Training", text, "training"))
    if live is None:
        found.append(
            Alert("orange", "warning", "Training", "No run is live, so nothing can be recommended", "training")
        )
    if waiting:
        text = f"{plural(waiting, 'product')} came after the live run; a retrain makes lists with them"
        found.append(Alert("blue", "model_training", "Retrain", text, "training"))
    if behind >= 1:
        text = f"{plural(int(behind), 'day')} of events came after the live run's data"
        found.append(Alert("blue", "model_training", "Retrain", text, "training"))
    return found


def _figure_alerts(performance: PerformanceView | None) -> list[Alert]:
    """Live figures that changed for sure."""
    if performance is None:
        return []
    change, span = performance.changes.click_through_rate, f"{len(performance.period.days)} days"
    if not change.decided:
        return []
    down = change.value < 0
    text = f"Click-through rate {'fell' if down else 'rose'} against the {span} before"
    icon = "trending_down" if down else "trending_up"
    return [Alert("orange" if down else "green", icon, "Clicks", text, "performance", {state.PERIOD: span})]


def _product_alerts(catalogue: Catalogue, performance: PerformanceView | None, new: NewProducts) -> list[Alert]:
    """Products that lack something."""
    found = []
    if performance is not None and len(performance.items):
        top = catalogue.numbers(performance.items[Columns.ITEM].head(MOST_SHOWN))
        n_out = int((catalogue.stock[top[top >= 0]] <= 0).sum())
        if n_out:
            text = f"{n_out} of the {MOST_SHOWN} products shown most {'is' if n_out == 1 else 'are'} sold out"
            found.append(
                Alert("orange", "production_quantity_limits", "Stock", text, "catalogue", {"item_stock": "Sold out"})
            )
    if new.unseen:
        text = f"{new.unseen} of {plural(new.launched, 'product')} launched lately stood in no list yet"
        found.append(Alert("blue", "fiber_new", "New", text, "new_items"))
    bare = sum(not images for images in catalogue.images)
    if bare:
        text = f"{plural(bare, 'product')} {'has' if bare == 1 else 'have'} no picture"
        found.append(Alert("gray", "hide_image", "Pictures", text, "catalogue"))
    return found


def _age_alerts(age: float) -> list[Alert]:
    """Data that stopped coming."""
    if age < OLD_DATA_DAYS:
        return []
    return [Alert("orange", "schedule", "Data", f"The last event is {plural(int(age), 'day')} old", "events")]
