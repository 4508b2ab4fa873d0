"""What Fusion reads, cached by run; `data` and `page_data` hold what other pages read."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys.workflows.run_history import COLUMN_LABELS
from ui import data, tuning

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recsys.fusion.curve import Curve
    from recsys.fusion.goals import ListFacts
    from recsys.fusion.pareto import FrontPoint
    from recsys.fusion.surface import Surface
    from recsys.ranking.model import Model
    from recsys.training.trade_offs import TradeOffs


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
