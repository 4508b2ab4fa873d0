"""What one page each reads, cached by version; what several pages read stands in `data`."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.vocabulary import Columns, Warmth
from recsys.workflows.run_history import COLUMN_LABELS
from ui import data, tuning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recsys.discovery.new_items import NewItems
    from recsys.fusion.curve import Curve
    from recsys.fusion.goals import ListFacts
    from recsys.fusion.pareto import FrontPoint
    from recsys.fusion.surface import Surface
    from recsys.ingest.tables import RawTable
    from recsys.ranking.model import Model
    from recsys.training.trade_offs import TradeOffs
    from recsys.workflows.imports import ImportReport
    from recsys.workflows.performance import PerformanceView, Period
    from ui.overview import Overview

NEW_ITEM_DAYS = 90
"""How far back the New items page looks."""


# ------------------------------------------------------------- what the lists brought, new items


def data_clock() -> pd.Timestamp | None:
    """Return the time of the store's last event, the shop's own clock; None without events."""
    counts = data.open_store().counts()
    return None if counts.data_to is None else pd.Timestamp(counts.data_to)


def shown_outcomes(days: int) -> "tuple[pd.DataFrame, Period] | None":
    """Return what lists of the last `days` days and of as many before brought, with each item's warmth then.

    Returns
    -------
    tuple or None
        Rows with `evaluation.live.OUTCOME_COLUMNS` and `warmth`, and the spans; None without events or snapshot.
    """
    clock, info = data_clock(), data.newest_snapshot()
    if clock is None or info is None:
        return None
    root = str(data.shop_paths().root)
    return _shown_outcomes(root, data.open_store().data_version(), info.data_version, clock.isoformat(), days)


@st.cache_resource(max_entries=6, show_spinner="Counting what was shown…")
def _shown_outcomes(
    root: str, stored_version: str, data_version: str, clock: str, days: int
) -> "tuple[pd.DataFrame, Period]":
    from recsys.workflows.performance import OUTCOMES_BY, find_period, mark_warmth

    period = find_period(pd.Timestamp(clock), days)
    folder = str(ShopPaths(Path(root)).snapshots)
    rows = data.open_store().performance(period.before.to_pydatetime(), period.end.to_pydatetime(), by=OUTCOMES_BY)
    return mark_warmth(rows, data.read_catalogue(folder, data_version), _first_seen(folder, data_version)), period


def performance_view(days: int, placement: str | None = None, warmth: Warmth | None = None) -> "PerformanceView | None":
    """Return the figures of the last `days` days, of one placement and warmth if asked; None without events."""
    found, info = shown_outcomes(days), data.newest_snapshot()
    if found is None or info is None:
        return None
    version = f"{data.shop_paths().root}:{data.open_store().data_version()}:{info.data_version}"
    return _performance_view(version, days, placement, warmth, *found)


@st.cache_resource(max_entries=24, ttl=3600, show_spinner="Measuring…")
def _performance_view(
    version: str,
    days: int,
    placement: str | None,
    warmth: Warmth | None,
    _outcomes: pd.DataFrame,
    _period: "Period",
) -> "PerformanceView":
    from recsys.workflows.performance import view_performance

    catalogue = data.snapshot_catalogue()
    assert catalogue is not None
    return view_performance(_outcomes, catalogue, _period, placement=placement, warmth=warmth)


@st.cache_resource(max_entries=2, show_spinner=False)
def _first_seen(folder: str, data_version: str) -> "NDArray[np.datetime64]":
    """First interaction per item of a snapshot, shape (n_items,); NaT where never touched."""
    from recsys.data.interactions import Interactions

    events = pd.read_parquet(Path(folder) / data_version / "events.parquet")
    return Interactions.from_events(events, data.read_catalogue(folder, data_version)).first_seen


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


# ------------------------------------------------------------- uploads


def read_upload(path: str, options: "tuple[str | None, str | None, str | None]") -> "RawTable":
    """Return an uploaded table as it was read; kept while the person maps its columns.

    Parameters
    ----------
    path
        Where the upload was copied to.
    options
        Delimiter, encoding and sheet; None or empty finds out.
    """
    return _read_upload(path, Path(path).stat().st_mtime_ns, tuple(o or None for o in options))


@st.cache_resource(max_entries=4, ttl=3600, show_spinner="Reading the file…")
def _read_upload(path: str, changed_ns: int, options: "tuple[str | None, ...]") -> "RawTable":
    from recsys.ingest.readers import read_table
    from recsys.ingest.tables import ReadOptions

    return read_table(Path(path), ReadOptions(*options))


@st.cache_resource(max_entries=8, ttl=3600, show_spinner="Checking every row…")
def check_upload(kind: str, path: str, pictures: str | None, mapping: str, stored_version: str) -> "ImportReport":
    """Return what an import of this file with these pictures and this mapping would do; nothing is written."""
    from recsys.workflows.imports import import_catalogue, import_events

    store, paths = data.open_store(), data.shop_paths()
    if kind == "catalogue":
        return import_catalogue(store, paths, Path(path), images=pictures, mapping=mapping, dry_run=True)
    return import_events(store, paths, Path(path), mapping=mapping, dry_run=True)


# ------------------------------------------------------------- Today


def overview(days: int) -> "Overview | None":
    """Return what Today shows for the last `days` days; None while the shop has no product."""
    from recsys.workflows.run_history import list_trainings
    from ui.overview import build_overview

    store, catalogue = data.open_store(), data.snapshot_catalogue()
    if catalogue is None:
        return None
    performance = performance_view(days)
    pointer = data.live_pointer()
    return build_overview(
        counts=store.counts(),
        catalogue=catalogue,
        performance=performance,
        shown_ids=frozenset() if performance is None else frozenset(performance.items[Columns.ITEM]),
        known_ids=[] if pointer is None else data.live_model().catalogue.item_ids,
        runs=list_trainings(data.shop_paths()),
        store_problem=store.read_only_reason,
        now=pd.Timestamp.now("UTC"),
    )


# ------------------------------------------------------------- Fusion


def judged_columns(model: "Model") -> list[str]:
    """Return the columns that held-out shoppers can judge, "all" first; none where the run kept nobody."""
    return _judged_columns(str(data.shop_paths().root), model.run_id, model)


@st.cache_resource(max_entries=4, show_spinner=False)
def _judged_columns(root: str, run_id: str, _model: "Model") -> list[str]:
    kept = _model.holdout
    if kept is None:
        return []
    return ["all"] + [c for c in COLUMN_LABELS if c != "all" and kept.items is not None and kept.view(c).n_users]


def surface(model: "Model", weights: dict[str, float], column: str) -> "Surface":
    """Return NDCG@20 of held-out shoppers over the α/β grid in one column, the other weights as given."""
    others = tuple(sorted(tuning.other_weights(weights).items()))
    return _surface(str(data.shop_paths().root), model.run_id, others, column, model)


@st.cache_resource(max_entries=32, show_spinner=False)
def _surface(root: str, run_id: str, others: tuple[tuple[str, float], ...], column: str, _model: "Model") -> "Surface":
    from recsys.fusion.surface import map_surface

    assert _model.holdout is not None
    return map_surface(_model.holdout.view(column), dict(others), *tuning.SYMBOLS)


def curve(model: "Model", weights: dict[str, float], name: str, column: str) -> "Curve":
    """Return the exact NDCG@20 of held-out shoppers along one weight in one column, the other weights as given."""
    others = tuple(sorted(tuning.other_weights(weights, (name,)).items()))
    return _curve(str(data.shop_paths().root), model.run_id, others, name, column, model)


@st.cache_resource(max_entries=64, show_spinner=False)
def _curve(
    root: str, run_id: str, others: tuple[tuple[str, float], ...], name: str, column: str, _model: "Model"
) -> "Curve":
    from recsys.fusion.curve import trace_weight

    assert _model.holdout is not None
    return trace_weight(_model.holdout.view(column), dict(others), name)


def lists_compared(model: "Model", weights: dict[str, float]) -> "FrontPoint | None":
    """Return what the lists of these weights are good at beside those of the live ones; None where runs cannot tell."""
    if model.holdout is None or model.holdout.items is None or not model.holdout.n_users:
        return None
    return _lists_compared(str(data.shop_paths().root), model.run_id, tuple(sorted(weights.items())), model)


@st.cache_resource(max_entries=64, show_spinner=False)
def _lists_compared(root: str, run_id: str, weights: tuple[tuple[str, float], ...], _model: "Model") -> "FrontPoint":
    from recsys.fusion.goals import usable_objectives
    from recsys.fusion.pareto import compare_lists

    facts, live = _list_facts(root, run_id, _model)
    assert _model.holdout is not None
    return compare_lists(_model.holdout, facts, dict(weights), live, usable_objectives(facts))


@st.cache_resource(max_entries=2, show_spinner=False)
def _list_facts(root: str, run_id: str, _model: "Model") -> "tuple[ListFacts, dict[str, NDArray[np.float64]]]":
    """What the candidates are, and the live weights judged; components cost nothing here, since nobody timed them."""
    from recsys.fusion.goals import judge_lists
    from recsys.training.trade_offs import list_facts

    assert _model.holdout is not None
    facts = list_facts(_model, _model.holdout, {})
    return facts, judge_lists(_model.holdout, facts, _model.weights)


def trade_offs(model: "Model") -> "TradeOffs | None":
    """Return the front kept with a run, None where none was searched yet."""
    from recsys.training.run_files import run_folder
    from recsys.training.trade_offs import FRONT_FILE

    folder = run_folder(data.shop_paths(), model.run_id)
    path = folder / FRONT_FILE
    return _trade_offs(str(folder), path.stat().st_mtime_ns) if path.is_file() else None


@st.cache_resource(max_entries=4, show_spinner=False)
def _trade_offs(folder: str, changed_ns: int) -> "TradeOffs | None":
    from recsys.training.trade_offs import read_trade_offs

    return read_trade_offs(Path(folder))
