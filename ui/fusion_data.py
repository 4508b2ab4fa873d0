"""What Fusion reads, cached by run; `data` and `page_data` hold what other pages read."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from recsys.fusion.presets import published_preset
from recsys.workflows.run_history import COLUMN_LABELS
from ui import data, tuning
from ui.shelf import now

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recsys.fusion.curve import Curve
    from recsys.fusion.goals import ListFacts
    from recsys.fusion.holdout import Quality
    from recsys.fusion.movers import Movers
    from recsys.fusion.pareto import FrontPoint
    from recsys.fusion.surface import Surface
    from recsys.ranking.model import Model
    from recsys.training.trade_offs import TradeOffs

Ordered = tuple[tuple[str, float], ...]
"""Weights as part of a key."""


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
    x, y = tuning.SYMBOLS
    return map_surface(_model.holdout.view(column), dict(others), x, y)


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


def live_weights(model: "Model") -> dict[str, float]:
    """Return what lists are made with that no narrower preset covers: the published weights, else the run's own."""
    published = published_preset(data.shop_paths())
    known = {} if published is None else {n: w for n, w in published.weights.items() if n in model.names}
    return known if any(known.values()) else dict(model.weights)


def judge(model: "Model", weights: dict[str, float], column: str) -> "Quality | None":
    """Return the quality of weights on held-out shoppers, paired with the live ones; None when there are none."""
    return tuning.judge(model, weights, live_weights(model), column)


def bench(model: "Model", shopper: str, weights: dict[str, float]) -> "tuning.Bench":
    """Return what the lab shows for a shopper at these slider positions; kept for a while, since people go back."""
    root, live = str(data.shop_paths().root), _ordered(live_weights(model))
    return _bench(root, model.run_id, shopper, _ordered(weights), live, str(now()), model)


@st.cache_resource(max_entries=64, ttl=600, show_spinner=False)
def _bench(
    root: str, run_id: str, shopper: str, weights: Ordered, live: Ordered, minute: str, _model: "Model"
) -> "tuning.Bench":
    return tuning.build_bench(_model, shopper, dict(weights), dict(live), np.datetime64(minute, "us"))


def _ordered(weights: Mapping[str, float]) -> Ordered:
    """Weights as part of a key."""
    return tuple(sorted(weights.items()))


def _can_compare(model: "Model") -> bool:
    """Whether the run kept what its held-out candidates are, and somebody to ask."""
    return model.holdout is not None and model.holdout.items is not None and model.holdout.n_users > 0


def lists_compared(model: "Model", weights: dict[str, float]) -> "FrontPoint | None":
    """Return what the lists of these weights are good at beside those of the live ones; None where runs cannot tell."""
    if not _can_compare(model):
        return None
    live = _ordered(live_weights(model))
    return _lists_compared(str(data.shop_paths().root), model.run_id, _ordered(weights), live, model)


@st.cache_resource(max_entries=64, show_spinner=False)
def _lists_compared(root: str, run_id: str, weights: Ordered, live: Ordered, _model: "Model") -> "FrontPoint":
    from recsys.fusion.goals import usable_objectives
    from recsys.fusion.pareto import compare_lists

    facts = _list_facts(root, run_id, _model)
    judged = _judged_live(root, run_id, live, _model)
    assert _model.holdout is not None
    return compare_lists(_model.holdout, facts, dict(weights), judged, usable_objectives(facts))


@st.cache_resource(max_entries=2, show_spinner=False)
def _list_facts(root: str, run_id: str, _model: "Model") -> "ListFacts":
    """What the candidates are; components cost nothing here, since nobody timed them."""
    from recsys.training.trade_offs import list_facts

    assert _model.holdout is not None
    return list_facts(_model, _model.holdout, {})


@st.cache_resource(max_entries=4, show_spinner=False)
def _judged_live(root: str, run_id: str, live: Ordered, _model: "Model") -> "dict[str, NDArray[np.float64]]":
    """The live weights judged by every objective."""
    from recsys.fusion.goals import judge_lists

    assert _model.holdout is not None
    return judge_lists(_model.holdout, _list_facts(root, run_id, _model), dict(live))


def movers(model: "Model", weights: dict[str, float]) -> "Movers | None":
    """Return the products that move most between live and these weights; None where runs cannot tell."""
    if not _can_compare(model):
        return None
    live = _ordered(live_weights(model))
    return _movers(str(data.shop_paths().root), model.run_id, _ordered(weights), live, model)


@st.cache_resource(max_entries=64, show_spinner=False)
def _movers(root: str, run_id: str, weights: Ordered, live: Ordered, _model: "Model") -> "Movers":
    from recsys.fusion.movers import find_movers

    assert _model.holdout is not None
    return find_movers(_model.holdout, dict(weights), dict(live))


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
