"""Every figure on screen by its name: what it is called, and what it means in one sentence, shown on hover.

Figures that an offline report names itself keep their words there (`recsys.workflows.run_history`,
`recsys.evaluation.beyond_report`); they are looked up here under the same names, so a tile asks one place only.
"""

from typing import Any

import streamlit as st

from recsys.evaluation.beyond_report import FIGURES
from recsys.workflows.run_history import COLUMN_LABELS, MEASURES
from ui.wording import mark, t

TERMS: dict[str, tuple[str, str]] = {
    # what shown lists brought
    "impressions": (mark("Shown"), mark("Impressions: how often a product stood in a list that somebody was shown.")),
    "clicks": (mark("Clicks"), mark("Products opened from a list.")),
    "carts": (mark("Carts"), mark("Products put in the cart from a list.")),
    "purchases": (mark("Bought"), mark("Products bought after being shown in a list.")),
    "revenue": (mark("Revenue"), mark("Money of the products bought from a list.")),
    "click_through_rate": (
        mark("Click-through rate"),
        mark("Clicks divided by impressions: of 100 products shown, how many were clicked."),
    ),
    "add_to_cart_rate": (
        mark("Add-to-cart rate"),
        mark("Products put in the cart from a list, divided by impressions."),
    ),
    "purchases_per_click": (
        mark("Conversion per click"),
        mark("Clicked products that were then bought, divided by clicks."),
    ),
    "purchases_per_impression": (
        mark("Conversion per impression"),
        mark("Products bought from a list, divided by impressions."),
    ),
    "revenue_per_mille": (
        mark("Revenue per 1,000 impressions"),
        mark("Money of the products bought from a list, for every 1,000 products shown."),
    ),
    # what the shop has
    "products": (mark("Products"), mark("Products of the catalogue, on sale or not.")),
    "pictures": (mark("Pictures"), mark("Distinct pictures that some product shows.")),
    "categories": (mark("Categories"), mark("Category paths that hold at least one product.")),
    "last_import": (mark("Last import"), mark("When products or events were last imported.")),
    "events": (mark("Events"), mark("Everything shoppers did that was imported, each once.")),
    "shoppers": (mark("Shoppers"), mark("Different shoppers with at least one event.")),
    "last_event": (mark("Last event"), mark("The shop's own clock: every period is counted back from here.")),
    "unknown_items": (
        mark("Unknown products"),
        mark(
            "Events whose product is not in the catalogue now, for example because its import was rolled back. "
            "They are kept, but nothing is learned from them."
        ),
    ),
    # lists
    "score": (mark("Score"), mark("The sum of all terms of a product for a shopper; the list is sorted by it.")),
    "weight": (mark("Weight"), mark("How much one term counts in the sum; all weights together make 100%.")),
    "contribution": (mark("Contribution"), mark("Weight of a term times its standardised value for this product.")),
    "move": (mark("Move"), mark("Places gained or lost against the live list.")),
    "held_out_shoppers": (
        mark("Held-out shoppers"),
        mark("Shoppers whose last days the run had not seen; their choices judge it."),
    ),
    # runs
    "data_to": (mark("Data to"), mark("Time of the newest event the data holds.")),
    "live_run": (mark("Live run"), mark("The trained model that answers every list now.")),
    "rules_version": (mark("Rules version"), mark("How often the merchandising rules were published; 0 for never.")),
}
"""Figure -> name on screen and its definition in one sentence, in English."""


def _find(name: str) -> tuple[str, str]:
    for registry in (TERMS, MEASURES, COLUMN_LABELS, FIGURES):
        if name in registry:
            return registry[name]
    raise KeyError(f"No figure is called {name!r}; add it to ui.glossary.TERMS.")


def label(name: str) -> str:
    """Return what a figure is called, in the visitor's language.

    Parameters
    ----------
    name
        Key of `TERMS`, or of a registry of the offline report.

    Raises
    ------
    KeyError
        If nothing is called so.
    """
    return t(_find(name)[0])


def define(name: str) -> str:
    """Return what a figure means, one sentence in the visitor's language; raises as `label`."""
    return t(_find(name)[1])


def column(name: str, *, format: str = "localized", **more: Any) -> Any:
    """Return the configuration of a table's number column, headed and explained by the glossary.

    Parameters
    ----------
    name
        As for `label`.
    format, more
        As `st.column_config.NumberColumn` takes them; a definition of its own goes in `help`.
    """
    return st.column_config.NumberColumn(label(name), format=format, **({"help": define(name)} | more))
