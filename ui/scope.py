"""The scope of a page, the same on every page that has it: period, segment, what to compare with, shopper.

Each function draws one control inside the page's filter bar, binds it to the address and returns what it says.
"""

from collections.abc import Sequence

import streamlit as st

from recsys.fusion.scopes import SEGMENTS
from ui import address, data, state
from ui.text import plain_text
from ui.wording import mark, t, tn

PERIODS = (7, 28, 90)
"""Days to look back."""
PERIOD = 28
ANY = "all"
SEGMENT_NAMES = {"new": mark("New"), "returning": mark("Returning"), "loyal": mark("Loyal")}
COMPARISONS = {
    "previous": mark("Period before"),
    "year": mark("Same days last year"),
    "none": mark("No comparison"),
}
"""Code -> what figures are set against."""


def period_control(choices: Sequence[int] = PERIODS, *, help: str | None = None) -> int:
    """Draw the period and return it in days.

    Parameters
    ----------
    choices
        Days to offer; must hold `PERIOD`.
    help
        Tooltip; left out, it says where the days are counted from.
    """
    options = {str(d): tn("{n} day", "{n} days", d) for d in choices}
    said = help or t("Counted back from the shop's last event, not from today.")
    return int(address.choose(t("Period"), options, key=state.PERIOD, default=str(PERIOD), help=said))


def segment_control() -> str | None:
    """Draw the segment of shoppers and return its name in `SEGMENTS`; None for all."""
    options = {ANY: t("All")} | {name: t(SEGMENT_NAMES[name]) for name in SEGMENTS}
    lines = [f"**{t(SEGMENT_NAMES[name])}**: {t(text)}." for name, text in SEGMENTS.items()]
    chosen = address.choose(t("Segment"), options, key=state.SEGMENT, default=ANY, help="  \n".join(lines))
    return None if chosen == ANY else chosen


def compare_control(available: Sequence[str] = ("previous", "year", "none")) -> str:
    """Draw what figures are compared with and return a key of `COMPARISONS`.

    Parameters
    ----------
    available
        What the data allows; a link that asks for anything else falls back to the first.
    """
    options = {code: t(COMPARISONS[code]) for code in available}
    said = t("What the change under each figure is measured against.")
    return address.choose(t("Compare with"), options, key=state.COMPARE, default=available[0], help=said, width=200)


def shopper_control(*, help: str | None = None, width: int = 210) -> str:
    """Draw the shopper; anybody can be typed. Return the id, empty for nobody."""
    chosen = st.selectbox(
        t("Shopper"),
        data.shoppers(),
        format_func=plain_text,
        accept_new_options=True,
        key=state.SHOPPER,
        bind="query-params",
        width=width,
        help=help or t("Type any shopper id. Somebody unknown gets the list for people without history."),
    )
    return chosen or ""
