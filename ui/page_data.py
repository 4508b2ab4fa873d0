"""What one page each reads, cached by version; what several pages read stands in `data`."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.vocabulary import Columns, Warmth
from ui import data

if TYPE_CHECKING:
    from recsys.data.catalogue import Catalogue
    from recsys.data.interactions import Interactions
    from recsys.discovery.new_items import NewItems
    from recsys.ranking.model import Model
    from recsys.store import ShopCounts
    from recsys.workflows.findings import Finding
    from recsys.workflows.performance import PerformanceView
    from recsys.workflows.periods import Period
    from recsys.workflows.sales_share import SalesShare
    from recsys.workflows.today import Freshness, NewProducts, ShopState
    from ui.overview import Overview

NEW_ITEM_DAYS = 90
"""How far back the New items page looks."""


# ------------------------------------------------------------- what the lists brought, new items


def data_clock() -> pd.Timestamp | None:
    """Return the time of the store's last event, the shop's own clock; None without events."""
    counts = data.open_store().counts()
    return None if counts.data_to is None else pd.Timestamp(counts.data_to)


def possible_comparisons(days: int) -> tuple[str, ...]:
    """Return what a period of so many days can be compared with, the usual one first."""
    from recsys.workflows.periods import possible_comparisons as possible

    counts = data.open_store().counts()
    if counts.data_from is None or counts.data_to is None:
        return ("previous", "none")
    return tuple(str(c) for c in possible(pd.Timestamp(counts.data_from), pd.Timestamp(counts.data_to), days))


def shown_outcomes(days: int, compare: str = "previous") -> "tuple[pd.DataFrame, Period] | None":
    """Return what lists of the last `days` days and of the compared ones brought, marked, and the spans.

    Returns
    -------
    tuple or None
        Rows as `workflows.outcomes.mark_outcomes` gives them; None without events or snapshot.
    """
    clock, info = data_clock(), data.newest_snapshot()
    if clock is None or info is None:
        return None
    root = str(data.shop_paths().root)
    version = data.open_store().data_version()
    return _shown_outcomes(root, version, info.data_version, clock.isoformat(), days, compare)


@st.cache_resource(max_entries=6, show_spinner="Counting what was shown…")
def _shown_outcomes(
    root: str, stored_version: str, data_version: str, clock: str, days: int, compare: str
) -> "tuple[pd.DataFrame, Period]":
    from recsys.workflows.outcomes import OUTCOMES_BY, mark_outcomes
    from recsys.workflows.periods import Comparison, find_period

    period, store = find_period(pd.Timestamp(clock), days, Comparison(compare)), data.open_store()
    folder = str(ShopPaths(Path(root)).snapshots)
    rows = [store.performance(a.to_pydatetime(), b.to_pydatetime(), by=OUTCOMES_BY) for a, b in period.spans]
    catalogue = data.read_catalogue(folder, data_version)
    return mark_outcomes(pd.concat(rows), catalogue, _interactions(folder, data_version)), period


def sales(days: int, compare: str = "previous") -> pd.DataFrame:
    """Return everything sold per item and day in the spans of `shown_outcomes`; empty without events."""
    clock = data_clock()
    stamp = "" if clock is None else clock.isoformat()
    return _sales(str(data.shop_paths().root), data.open_store().data_version(), stamp, days, compare)


@st.cache_resource(max_entries=6, show_spinner=False)
def _sales(root: str, stored_version: str, clock: str, days: int, compare: str) -> pd.DataFrame:
    from recsys.workflows.periods import Comparison, find_period

    store = data.open_store()
    if not clock:
        return store.sales()
    period = find_period(pd.Timestamp(clock), days, Comparison(compare))
    return pd.concat([store.sales(a.to_pydatetime(), b.to_pydatetime()) for a, b in period.spans])


def sales_share(days: int, compare: str = "previous") -> "SalesShare":
    """Return how much of everything sold in the last `days` days came from recommendations."""
    from recsys.workflows.periods import Comparison, find_period
    from recsys.workflows.sales_share import view_share

    clock = data_clock()
    assert clock is not None
    return view_share(sales(days, compare), find_period(clock, days, Comparison(compare)))


def performance_view(
    days: int,
    placement: str | None = None,
    warmth: Warmth | None = None,
    segment: str | None = None,
    compare: str = "previous",
) -> "PerformanceView | None":
    """Return the figures of the last `days` days, of some rows only if asked; None without events."""
    found, info = shown_outcomes(days, compare), data.newest_snapshot()
    if found is None or info is None:
        return None
    version = f"{data.shop_paths().root}:{data.open_store().data_version()}:{info.data_version}"
    return _performance_view(version, days, compare, placement, warmth, segment, *found)


@st.cache_resource(max_entries=24, ttl=3600, show_spinner="Measuring…")
def _performance_view(
    version: str,
    days: int,
    compare: str,
    placement: str | None,
    warmth: Warmth | None,
    segment: str | None,
    _outcomes: pd.DataFrame,
    _period: "Period",
) -> "PerformanceView":
    from recsys.workflows.performance import view_performance

    catalogue = data.snapshot_catalogue()
    assert catalogue is not None
    return view_performance(_outcomes, catalogue, _period, placement=placement, warmth=warmth, segment=segment)


@st.cache_resource(max_entries=2, show_spinner=False)
def _interactions(folder: str, data_version: str) -> "Interactions":
    """Interactions of a snapshot."""
    from recsys.data.interactions import Interactions

    events = pd.read_parquet(Path(folder) / data_version / "events.parquet")
    return Interactions.from_events(events, data.read_catalogue(folder, data_version))


def new_items(model: "Model") -> "NewItems":
    """Return fit, reach and audience of everything that appeared in the last `NEW_ITEM_DAYS` days of the run's data."""
    return _new_items(model.run_id, model)


@st.cache_resource(max_entries=2, show_spinner="Asking a sample of shoppers about the new products…")
def _new_items(run_id: str, _model: "Model") -> "NewItems":
    from recsys.discovery.new_items import view_new_items

    return view_new_items(_model, _model.data_to, NEW_ITEM_DAYS)


def exposure_by_item() -> pd.DataFrame:
    """Return `item_id`, `impressions`, `clicks`, `carts`, `purchases`, `revenue` of every item ever shown."""
    return _exposure_by_item(str(data.shop_paths().root), data.open_store().data_version())


@st.cache_resource(max_entries=2, show_spinner=False)
def _exposure_by_item(root: str, stored_version: str) -> pd.DataFrame:
    return data.open_store().performance(by=("item_id",))


# ------------------------------------------------------------- Today


def overview(days: int, compare: str = "previous") -> "Overview | None":
    """Return what Today shows for the last `days` days; None while the shop has no product."""
    from recsys.workflows.today import count_new
    from ui.overview import build_overview

    catalogue, counts = data.snapshot_catalogue(), data.open_store().counts()
    if catalogue is None:
        return None
    state = _shop_state(days, compare, catalogue, counts)
    performance = performance_view(days, compare=compare)
    shown = frozenset() if performance is None else frozenset(performance.items[Columns.ITEM])
    new = count_new(catalogue, state.clock, state.known_ids, shown)
    fresh, findings = _findings(_state_version(state, compare), state, new)
    return build_overview(
        shop=counts.name,
        days=days,
        catalogue=catalogue,
        performance=performance,
        new=new,
        fresh=fresh,
        findings=findings,
        shown_ids=shown,
    )


def shopper_seen_last() -> str | None:
    """Return the id of the shopper of the newest event of the snapshot; None without events."""
    info = data.newest_snapshot()
    if info is None:
        return None
    found = _interactions(str(data.shop_paths().snapshots), info.data_version)
    return None if len(found) == 0 else str(found.user_ids[found.user_num[found.occurred_at.argmax()]])


def _shop_state(days: int, compare: str, catalogue: "Catalogue", counts: "ShopCounts") -> "ShopState":
    """Everything that findings are looked for in; the large parts come from caches, and no model is read."""
    from recsys.rules.book import read_rules
    from recsys.workflows.run_history import list_trainings
    from recsys.workflows.today import ShopState

    store, shown, runs = data.open_store(), shown_outcomes(days, compare), list_trainings(data.shop_paths())
    live = next((row.record for row in runs if row.live), None)
    learned = None if live is None else data.read_catalogue(str(data.shop_paths().snapshots), live.data_version)
    return ShopState(
        counts=counts,
        store_problem=store.read_only_reason,
        catalogue=catalogue,
        outcomes=None if shown is None else shown[0],
        period=None if shown is None else shown[1],
        sales=sales(days),
        imports=store.imports(),
        runs=runs,
        known_ids=[] if learned is None else list(learned.item_ids),
        rules=read_rules(data.shop_paths()),
        now=pd.Timestamp.now("UTC"),
    )


def _state_version(state: "ShopState", compare: str) -> tuple[object, ...]:
    """What the findings depend on, small enough to be a key; they are looked for again every hour."""
    runs = tuple((row.run_id, str(row.status), row.live) for row in state.runs[:20])
    length = 0 if state.period is None else len(state.period.days)
    info = data.newest_snapshot()
    version = (str(data.shop_paths().root), data.open_store().data_version(), "" if info is None else info.data_version)
    return (*version, compare, length, runs, state.rules.version, state.store_problem or "", f"{state.now:%F %H}")


@st.cache_resource(max_entries=12, show_spinner="Looking for what needs you…")
def _findings(
    version: tuple[object, ...], _state: "ShopState", _new: "NewProducts"
) -> "tuple[Freshness, tuple[Finding, ...]]":
    from recsys.workflows.today import find_everything, measure_freshness

    fresh = measure_freshness(_state)
    return fresh, find_everything(_state, _new, fresh)
