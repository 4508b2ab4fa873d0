"""One live figure as a tile: value, change with the words of its interval, sparkline, and the figure's own interval."""

import math
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from recsys.evaluation.rates import Change, Estimate
from recsys.workflows.performance import PerformanceView
from ui import glossary
from ui.figure_words import change_interval, change_text, figure_text, interval_text
from ui.sparkline import sparkline
from ui.text import safe_text
from ui.wording import t


def figure_tiles(view: PerformanceView, names: Sequence[str]) -> None:
    """Draw figures of `evaluation.live`, each in a tile; inside a grid."""
    for name in names:
        _tile(name, view)


def _tile(name: str, view: PerformanceView) -> None:
    estimate: Estimate = getattr(view.figures, name)
    change: Change = getattr(view.changes, name)
    interval = interval_text(name, estimate, view.currency) or t("too little to say")
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(
            glossary.label(name),
            figure_text(name, estimate.value, view.currency),
            change_text(name, change, view.currency),
            delta_color=_colour(change),
            delta_arrow="off" if not change.value or math.isnan(change.value) else "up" if change.value > 0 else "down",
            delta_description="" if change.decided or not change.known else t("not decided"),
            help=glossary.define(name),
        )
        sparkline(view.days[name].astype(float).tolist(), _say_line(name, view))
        small_lines(t("95%: {interval}", interval=interval), _change_line(name, change, view.currency))


def _say_line(name: str, view: PerformanceView) -> str:
    """What the sparkline shows, in words."""
    known = view.days[name].dropna()
    low, high = (figure_text(name, value, view.currency) for value in (known.min(), known.max()))
    return t("{figure} per day, from {low} to {high}.", figure=glossary.label(name), low=low, high=high)


def _change_line(name: str, change: Change, currency: str | None) -> str:
    """The interval of the change; empty where nothing is compared."""
    if not change.known:
        return ""
    return t("change {interval}", interval=change_interval(name, change, currency) or t("too little to say"))


def small_lines(*lines: str) -> None:
    """Draw small grey lines of plain text; empty ones are left out."""
    st.markdown("  \n".join(f":gray[:small[{safe_text(line)}]]" for line in lines if line))


def _colour(change: Change) -> Literal["green", "red", "gray"]:
    """Green for better, red for worse, grey while it is not decided."""
    return "gray" if not change.decided else "green" if change.value > 0 else "red"
