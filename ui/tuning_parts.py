"""Parts of the Fusion page: how far the browser's list is exact, and what the weights are good for, in tiles."""

import math
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from recsys.fusion.goals import OBJECTIVES
from recsys.fusion.holdout import Quality
from recsys.fusion.pareto import FrontPoint
from ui import shelf, tuning
from ui.components import empty_state, export_button
from ui.figure_words import span_text
from ui.text import number, percent, points, signed
from ui.wording import mark, t, tn

GOAL_TILES = ("diversity", "new_items", "margin", "novelty")
"""Objectives shown as tiles beside NDCG and recall."""
SHARES = ("new_items", "margin")
"""Objectives shown as percentages."""
_DIGITS = {"recall": 3}
_MEASURES = (
    (
        "NDCG@20",
        "ndcg",
        mark("How high the list puts what held-out shoppers went on to choose: 1 is a perfect order of the first 20."),
    ),
    (
        "Recall@20",
        "recall",
        mark("Share of what held-out shoppers went on to choose that stands among the first 20."),
    ),
)


def exactness_note(bench: tuning.Bench) -> None:
    """Say how far the browser's list can be trusted."""
    held = t(
        "The browser holds the {held} of {all} that can reach the list from here",
        held=tn("{n} product", "{n} products", len(bench.data.items)),
        all=number(bench.n_products),
    )
    unlike = (
        tn(
            "{n} place differs from the served list, where only the best candidates get Response",
            "{n} places differ from the served list, where only the best candidates get Response",
            bench.n_unlike,
        )
        if bench.n_unlike
        else t("for these weights its order is the served one")
    )
    st.markdown(f":gray[:small[{held}; {unlike}.]]")


def quality_tiles(
    found: Quality | None, goals: FrontPoint | None, weights: Mapping[str, float], live: Mapping[str, float]
) -> None:
    """Quality of the weights on held-out shoppers and what else their lists are good at, with intervals against live.

    Parameters
    ----------
    found
        Quality in the column judged by; None when there are no held-out shoppers.
    goals
        Every objective of the lists; None where the run cannot tell.
    weights, live
        Slider positions.
    """
    if found is None:
        empty_state(
            t("No held-out shoppers"),
            t("This run kept none, so weights cannot be judged. Train again to keep some."),
        )
        return
    is_live, people = shelf.same_weights(weights, live), found.n_users
    with st.grid(2, min_column_width=140, gap="small"):
        for label, name, meaning in _MEASURES:
            value, (change, half) = getattr(found, name), _change_of(found, name)
            _tile("recall", label, value, 0.0 if is_live else change, half, t(meaning), people)
        for name in GOAL_TILES:
            if goals is not None and name in goals.values:
                change = 0.0 if is_live else goals.change[name]
                goal, half = OBJECTIVES[name], goals.half_width[name]
                _tile(name, t(goal.label), goals.values[name], change, half, t(goal.summary), people)
    export_button(lambda: judged_frame(found, goals, weights, live), "weights_judged.csv", label=t("Export figures"))


def _tile(name: str, label: str, value: float, change: float, half: float, meaning: str, n_users: int) -> None:
    """One figure with its change against live and half of the interval of that change."""
    moved = show_change(name, change) not in (show_change(name, 0.0), show_change(name, -0.0))
    told = t(
        "{people}; change against live, paired by shopper, 95% interval {interval}.",
        people=tn("{n} held-out shopper", "{n} held-out shoppers", n_users),
        interval=span_text(show_change(name, change - half), show_change(name, change + half)),
    )
    decided = abs(change) > half
    st.metric(
        label,
        show_value(name, value),
        f"{show_change(name, change)} ± {show_half(name, half)}" if moved else 0,
        delta_color="gray" if not (moved and decided) else "green" if change > 0 else "red",
        delta_arrow="off" if not moved else "up" if change > 0 else "down",
        delta_description=None if moved else t("same as live"),
        help=f"{meaning} {told}" if decided or not moved else f"{meaning} {told} {t('It includes zero: not decided.')}",
        border=True,
        height="stretch",
    )


def show_half(name: str, half_width: float) -> str:
    """Return half of an interval without sign and unit."""
    shown = points(half_width, unit=False) if name in SHARES else show_change(name, half_width)
    return shown.removeprefix("+")


def show_value(name: str, value: float) -> str:
    """Return an objective's value in its own format."""
    if name in SHARES:
        return percent(value)
    return t("{n} ms", n=number(value, 1)) if name == "latency" else number(value, _DIGITS.get(name, 2))


def show_change(name: str, change: float) -> str:
    """Return a change in the objective's own format."""
    return points(change) if name in SHARES else signed(change, _DIGITS.get(name, 2))


def judged_frame(
    found: Quality, goals: FrontPoint | None, weights: Mapping[str, float], live: Mapping[str, float]
) -> pd.DataFrame:
    """Return the weights (shares of the sum) and every figure with its change and interval, for export."""
    now, before = shelf.normalise(weights), shelf.normalise(live)
    rows: list[tuple[str, str, float, float, float, float]] = [
        ("weight", name, now[name], before.get(name, 0.0), math.nan, math.nan) for name in weights
    ]
    figures = {name: (getattr(found, name), *_change_of(found, name)) for _, name, _ in _MEASURES}
    if goals is not None:
        told = {n: (v, goals.change[n], goals.half_width[n]) for n, v in goals.values.items()}
        figures |= {n: figure for n, figure in told.items() if n not in figures}
    for name, (value, change, half) in figures.items():
        rows.append(("figure", name, value, value - change, change - half, change + half))
    return pd.DataFrame(rows, columns=["kind", "name", "now", "live", "change_low", "change_high"])


def _change_of(found: Quality, name: str) -> tuple[float, float]:
    """Change of a measure against live, and half of its interval."""
    return getattr(found, f"{name}_change"), getattr(found, f"{name}_half_width")
