"""Which candidates may appear: the filters of Recommendations, each bound to the address."""

import streamlit as st

from recsys.data.ranking import Diversity, Filters
from recsys.vocabulary import ItemScope
from ui import address, data, state
from ui.shelf import ON_SALE_HELP
from ui.text import plain_text
from ui.variety import variety_control
from ui.wording import mark, t

ITEM_NAMES = {ItemScope.ALL: mark("All"), ItemScope.NEW: mark("New"), ItemScope.WARM: mark("Warm")}


def category_control() -> tuple[str, ...]:
    """Draw the choice of a category; return its path, nothing for all."""
    chosen = st.selectbox(
        t("Category"),
        data.categories(),
        index=None,
        placeholder=t("All categories"),
        format_func=plain_text,
        key=state.CATEGORY,
        bind="query-params",
        width=160,
    )
    return (chosen,) if chosen else ()


def more_filters(categories: tuple[str, ...]) -> tuple[Filters, Diversity]:
    """Draw the popover of the rarer filters; return all of them, and the variety asked for."""
    with st.popover(t("Filters"), icon=":material/filter_list:"):
        scopes = {str(scope): t(ITEM_NAMES[scope]) for scope in ItemScope}
        said = t("New: nobody has touched it in the run's data. Warm: the others.")
        items = address.choose(t("Products"), scopes, key=state.ITEMS, default=str(ItemScope.ALL), help=said)
        hide_seen = st.toggle(t("Hide what she has touched"), key=state.HIDE_SEEN, bind="query-params")
        on_sale = st.toggle(
            t("On sale only"), True, key=state.IN_STOCK, bind="query-params", help=t(ON_SALE_HELP)
        )  # fmt: skip
        diversity = variety_control()
    return Filters(ItemScope(items), hide_seen, categories, on_sale), diversity
