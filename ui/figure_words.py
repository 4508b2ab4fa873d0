"""Formats of the live figures, and the words of their intervals; names and definitions stand in `ui.glossary`."""

import math

from recsys.evaluation.rates import Change, Estimate
from recsys.vocabulary import Warmth
from ui.text import money, percent, points
from ui.wording import mark, t

REVENUE = "revenue_per_mille"
TILES = ("click_through_rate", "add_to_cart_rate", "purchases_per_click", REVENUE)
WARMTH_TEXTS = {
    Warmth.HOT: (mark("Hot"), mark("somebody had touched the product before that day")),
    Warmth.WARM: (mark("Warm"), mark("new: in the catalogue, but nobody had touched it yet")),
    Warmth.COLD: (mark("Cold"), mark("not in the catalogue")),
}
"""Name and meaning."""
SHORT = {
    "click_through_rate": mark("CTR"),
    "add_to_cart_rate": mark("Add to cart"),
    "purchases_per_click": mark("Bought per click"),
    "purchases_per_impression": mark("Bought per impression"),
    REVENUE: mark("Revenue per 1,000"),
}
"""Figure -> heading of a narrow column."""
_PLAIN = 0.1


def warmth_name(warmth: str) -> str:
    """Return a warmth in the visitor's language."""
    return t(WARMTH_TEXTS[Warmth(warmth)][0])


def warmth_help() -> str:
    """Say what each warmth means, one line each."""
    return "  \n".join(f"**{t(name)}**: {t(text)}." for name, text in WARMTH_TEXTS.values())


def figure_text(name: str, value: float, currency: str | None) -> str:
    """Return a figure in its own format; small rates keep two decimals."""
    if name == REVENUE:
        return money(value, currency)
    return percent(value, 1 if value >= _PLAIN else 2)


def span_text(low: str, high: str) -> str:
    """Return "4.5% to 5.1%"."""
    return t("{low} to {high}", low=low, high=high)


def interval_text(name: str, estimate: Estimate, currency: str | None) -> str:
    """Return "4.5% to 5.1%", or empty text where there is no interval."""
    if not estimate.known or math.isnan(estimate.high):
        return ""
    return span_text(figure_text(name, estimate.low, currency), figure_text(name, estimate.high, currency))


def change_text(name: str, change: Change, currency: str | None) -> str | None:
    """Return a signed change with its unit; None where one of the periods is unknown."""
    if not change.known:
        return None
    if name == REVENUE:
        return ("+" if change.value >= 0 else "") + money(change.value, currency)
    return points(change.value, 2)


def change_interval(name: str, change: Change, currency: str | None) -> str:
    """Return the interval of a change, short enough for a tile."""
    if not change.known or math.isnan(change.low):
        return ""
    if name == REVENUE:
        return span_text(money(change.low, currency), money(change.high, currency))
    return span_text(points(change.low, 2, unit=False), points(change.high, 2, unit=False))


def reading(change: Change) -> str:
    """Say in words what the interval of a change allows to say."""
    if not change.known:
        return t("Nothing to compare with")
    if not change.decided:
        return t("Not decided")
    return t("Better") if change.value > 0 else t("Worse")
