"""Names, definitions and formats of the live figures, and the words of their intervals."""

import math

from recsys.evaluation.rates import Change, Estimate
from recsys.vocabulary import Warmth
from ui.text import money, percent, points

REVENUE = "revenue_per_mille"
SHORT = {
    "click_through_rate": "CTR",
    "add_to_cart_rate": "Add to cart",
    "purchases_per_click": "Bought per click",
    "purchases_per_impression": "Bought per impression",
    REVENUE: "Revenue per 1,000",
}
"""Figure -> heading of a narrow column."""
FIGURE_TEXTS: dict[str, tuple[str, str]] = {
    "click_through_rate": (
        "Click-through rate",
        "Clicks divided by impressions: of 100 products shown, how many were clicked.",
    ),
    "add_to_cart_rate": ("Add-to-cart rate", "Products put in the cart from a list, divided by impressions."),
    "purchases_per_click": ("Conversion per click", "Clicked products that were then bought, divided by clicks."),
    "purchases_per_impression": (
        "Conversion per impression",
        "Products bought from a list, divided by impressions.",
    ),
    REVENUE: (
        "Revenue per 1,000 impressions",
        "Money of the products bought from a list, for every 1,000 products shown.",
    ),
}
"""Figure -> name on screen and its definition in one sentence."""
TILES = ("click_through_rate", "add_to_cart_rate", "purchases_per_click", REVENUE)
WARMTH_TEXTS = {
    Warmth.HOT: ("Hot", "somebody had touched the product before that day"),
    Warmth.WARM: ("Warm", "new: in the catalogue, but nobody had touched it yet"),
    Warmth.COLD: ("Cold", "not in the catalogue"),
}
WARMTH_HELP = "  \n".join(f"**{name}**: {text}." for name, text in WARMTH_TEXTS.values())
ANY = "all"
_PLAIN = 0.1


def name_warmth(choice: str) -> str:
    """Return a choice of the Products filter in words."""
    return "All" if choice == ANY else WARMTH_TEXTS[Warmth(choice)][0]


def read_warmth(choice: str) -> Warmth | None:
    """Return the warmth to keep; None keeps all."""
    return None if choice == ANY else Warmth(choice)


def figure_text(name: str, value: float, currency: str | None) -> str:
    """Return a figure in its own format; small rates keep two decimals."""
    if name == REVENUE:
        return money(value, currency)
    return percent(value, 1 if value >= _PLAIN else 2)


def interval_text(name: str, estimate: Estimate, currency: str | None) -> str:
    """Return "4.5% to 5.1%", or empty text where there is no interval."""
    if not estimate.known or math.isnan(estimate.high):
        return ""
    return f"{figure_text(name, estimate.low, currency)} to {figure_text(name, estimate.high, currency)}"


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
        return f"{money(change.low, currency)} to {money(change.high, currency)}"
    return f"{points(change.low, 2).removesuffix(' pts')} to {points(change.high, 2).removesuffix(' pts')}"


def reading(change: Change) -> str:
    """Say in words what the interval of a change allows to say."""
    if not change.known:
        return "Nothing to compare with"
    if not change.decided:
        return "Not decided"
    return "Better" if change.value > 0 else "Worse"
