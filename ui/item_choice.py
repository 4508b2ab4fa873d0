"""Choosing the product of Explain: from the address, from her list, or by search; the address carries its id."""

from collections.abc import Sequence

import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.ranking.model import Model
from ui import state
from ui.text import plain_text

MATCHES = 30
"""Products offered for a search."""


def follow_address(model: Model) -> None:
    """Take the product from the address when the address changed; call before the choice is drawn.

    A bound widget would write the title on screen into the address; a link must carry the product's id.
    """
    asked = st.query_params.get(state.ITEM)
    if asked and asked != st.session_state.get(state.ITEM_WRITTEN) and model.catalogue.numbers([asked])[0] >= 0:
        st.session_state[state.ITEM] = asked


def write_address(item_id: str | None) -> None:
    """Put the product chosen into the address."""
    st.session_state[state.ITEM_WRITTEN] = item_id
    if item_id is None:
        st.query_params.pop(state.ITEM, None)
    elif st.query_params.get(state.ITEM) != item_id:
        st.query_params[state.ITEM] = item_id


def item_options(model: Model, top: Sequence[str], query: str) -> list[str]:
    """Return products to offer: what matches the search, else her list; the one chosen before is always among them.

    Parameters
    ----------
    model
        The live model.
    top
        Her list, best first.
    query
        Part of a title or id; empty offers the list.
    """
    found = find_titles(model.catalogue, query) if query.strip() else list(top)
    chosen = st.session_state.get(state.ITEM)
    if chosen is None or chosen in found or model.catalogue.numbers([chosen])[0] < 0:
        return found
    return [*found, chosen] if query.strip() else [chosen, *found]


def find_titles(catalogue: Catalogue, query: str) -> list[str]:
    """Return ids of at most `MATCHES` items whose title or id contains the words, in catalogue order."""
    wanted = query.strip().lower()
    hits = [
        n
        for n, (t, i) in enumerate(zip(catalogue.titles, catalogue.item_ids, strict=True))
        if wanted in f"{t} {i}".lower()
    ]
    return [str(catalogue.item_ids[n]) for n in hits[:MATCHES]]


def name_item(catalogue: Catalogue, top: Sequence[str], item_id: str, first_place: int = 1) -> str:
    """Return "3 · Linen shirt" for a product on her list, whose first place is given, its title otherwise."""
    title = plain_text(catalogue.titles[catalogue.number(item_id)], 70)
    return f"{top.index(item_id) + first_place} · {title}" if item_id in top else title
