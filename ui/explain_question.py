"""What Explain is asked: which view, whose list, which product, with which weights and filters. All in the address."""

from dataclasses import dataclass

import streamlit as st

from recsys.data.ranking import Ranking, Request
from recsys.explanation.changes import World
from recsys.ranking.model import Model
from ui import address, data, explain_data, item_choice, shelf, state
from ui.notices import canary_notice
from ui.scope import shopper_control
from ui.shelf_filters import category_control, more_filters
from ui.text import plain_text
from ui.wording import mark, t

PRODUCT, LIST, MODEL, MISSING = "product", "list", "model", "missing"
VIEWS = {
    PRODUCT: mark("One product"),
    LIST: mark("One list"),
    MODEL: mark("Whole model"),
    MISSING: mark("Not here"),
}
BELOW = 60
"""Products below the list that "Not here" offers before anything is searched."""


@dataclass(frozen=True, eq=False)
class Question:
    """What was asked.

    Parameters
    ----------
    world
        Model, request and live rules.
    shopper
        Whose list.
    ranking
        The list as it is shown.
    item_id
        The product; None where the view asks for none, or nothing can be offered.
    unknown
        The id in a link that the live run does not know; empty otherwise.
    """

    world: World
    shopper: str
    ranking: Ranking
    item_id: str | None
    unknown: str = ""

    @property
    def model(self) -> Model:
        """The live model."""
        return self.world.model

    @property
    def request(self) -> Request:
        """The request."""
        return self.world.request


def view_control() -> str:
    """Draw the switch between the views and return a key of `VIEWS`."""
    options = {code: t(name) for code, name in VIEWS.items()}
    return address.choose(t("View"), options, key=state.EXPLAIN, default=PRODUCT)


def ask(model: Model, view: str) -> Question:
    """Draw the controls that a view needs, inside the page's filter bar, and return what they say."""
    sets = data.weight_sets(model)
    shopper = shopper_control(
        help=t("Type any shopper id. Somebody unknown is explained as a visitor without history."), width=190
    )
    slot = st.container(horizontal=True, vertical_alignment="bottom", gap="small", width="content")
    categories = category_control() if view == MISSING else ()
    used = st.selectbox(
        t("Weights"), list(sets), format_func=plain_text, key=state.WEIGHT_SET, bind="query-params", width=150
    )
    filters, diversity = more_filters(categories)
    if used == data.LIVE:
        model = data.serving_model(shopper)
        canary_notice(model)
    book = data.preset_book(model, used)
    request = shelf.build_request(model, shopper, filters, sets[used], shelf.now(), shelf.LIST_LENGTH, diversity, book)
    world = World(model, request, explain_data.live_rules())
    ranking = world.rank(shelf.LIST_LENGTH)
    unknown, item = _unknown_link(model), None
    with slot:
        if view == PRODUCT:
            item = _ask_product(model, [str(i) for i in ranking.item_ids], first_place=1)
        elif view == MISSING:
            below = world.rank(shelf.LIST_LENGTH + BELOW).item_ids[shelf.LIST_LENGTH :]
            item = _ask_product(model, [str(i) for i in below], first_place=shelf.LIST_LENGTH + 1)
    return Question(world, shopper, ranking, item, unknown)


def _unknown_link(model: Model) -> str:
    """The product a link names that the live run does not know; empty where it knows it."""
    asked = st.query_params.get(state.ITEM, "")
    return asked if asked and model.catalogue.numbers([asked])[0] < 0 else ""


def _ask_product(model: Model, top: list[str], first_place: int) -> str | None:
    """Draw the search and the choice of a product; its id stands in the address.

    Parameters
    ----------
    model
        The live model.
    top
        Ids offered without a search, in rank order.
    first_place
        Place of the first of them.
    """
    query = st.text_input(
        t("Find a product"), type="search", live="300ms", key="explain_query", width=160, placeholder=t("Title or id")
    )
    item_choice.follow_address(model)
    options = item_choice.item_options(model, top, query)
    chosen = st.selectbox(
        t("Product"),
        options,
        format_func=lambda i: item_choice.name_item(model.catalogue, top, i, first_place),
        key=state.ITEM,
        width=250,
        help=t("The list, best first; search to reach any other product."),
    )
    item_choice.write_address(chosen)
    return chosen
