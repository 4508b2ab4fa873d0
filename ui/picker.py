"""Choosing products by typing: an in-page component with pictures, for a basket, "like this", and "where is mine?"."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from recsys.data.catalogue import Catalogue
from ui.components import initials, picture_url
from ui.item_choice import find_titles
from ui.shelf_cards import describe, first_picture
from ui.text import plain_text
from ui.wording import t

_ASSETS = Path(__file__).resolve().parent / "assets"
QUERY_LENGTH = 100
SHOWN = 12
"""Products offered for what was typed."""

_render = st.components.v2.component(
    "vitrine_picker",
    html="<div class='picker'></div>",
    css=(_ASSETS / "picker.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "picker.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Product:
    """One product as the picker shows it."""

    id: str
    title: str
    sub: str
    picture: str
    initials: str


@dataclass(frozen=True)
class Picked:
    """What a person did: "add" or "remove", and to which product."""

    type: str
    id: str


def show_product(catalogue: Catalogue, number: int) -> Product:
    """Return one product as the picker shows it."""
    title = plain_text(catalogue.titles[number], 80)
    return Product(
        str(catalogue.item_ids[number]),
        title,
        " · ".join(p for p in (plain_text(catalogue.item_ids[number], 40), describe(catalogue, number)) if p),
        picture_url(first_picture(catalogue, number), 96),
        initials(title),
    )


def read_pick(key: str) -> Picked | None:
    """Return what was just done in the picker with this key; inside its callback only."""
    action = getattr(st.session_state.get(key), "action", None)
    if not isinstance(action, dict) or not isinstance(action.get("id"), str):
        return None
    return Picked("remove" if action.get("type") == "remove" else "add", action["id"])


def draw_picker(
    catalogue: Catalogue,
    chosen: Sequence[str],
    *,
    key: str,
    label: str,
    limit: int = 1,
    on_pick: Callable[[], None] = lambda: None,
) -> None:
    """Draw the field with the chosen products and what matches the typed words.

    Parameters
    ----------
    catalogue
        Searched by title and id.
    chosen
        Ids chosen so far; those the catalogue does not know are left out.
    key
        The component's session key; `read_pick(key)` inside `on_pick` says what was done.
    label
        Above the field.
    limit
        Most products that may be chosen; of one, a new choice replaces the old.
    on_pick
        Called after a choice.
    """
    query = str(getattr(st.session_state.get(key), "query", None) or "")[:QUERY_LENGTH]
    numbers = [int(n) for n in catalogue.numbers(chosen) if n >= 0]
    found = [i for i in find_titles(catalogue, query) if i not in chosen][:SHOWN] if query else []
    data = {
        "label": label,
        "query": query,
        "limit": limit,
        "chosen": [asdict(show_product(catalogue, n)) for n in numbers],
        "matches": [asdict(show_product(catalogue, int(n))) for n in catalogue.numbers(found)],
        "words": {
            "search": t("Title or id"),
            "another": t("Add another") if limit > 1 else t("Search another"),
            "remove": t("Remove"),
            "none": t("No product has these words."),
        },
    }
    _render(key=key, data=data, on_action_change=on_pick, on_query_change=lambda: None)
