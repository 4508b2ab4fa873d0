"""One product in full, at `item` in the address of the Catalogue page."""

import html
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from recsys.ranking.item_neighbours import ItemNeighbours, NeighbourKind, Silence
from ui import data, frame, glossary, item_data, state
from ui.components import empty_state, export_button, heading, metric_tile, picture_url, thumbnail
from ui.neighbour_table import neighbour_table
from ui.text import cell_text, day, money, number, percent, plain_text, safe_text
from ui.wording import mark, t, tn

if TYPE_CHECKING:
    from recsys.workflows.item_page import ItemView

SENSES: dict[NeighbourKind, tuple[str, str, str]] = {
    "text": (mark("By text"), mark("Alike"), mark("Cosine of the descriptions as the live run reads them.")),
    "image": (mark("By image"), mark("Alike"), mark("Cosine of the pictures as the live run sees them.")),
    "behaviour": (
        mark("By behaviour"),
        mark("Strength"),
        mark("How strongly acting on this product leads to the other, as a share of the strongest."),
    ),
}
"""Kind of neighbour to heading, heading of the strength and what it means."""
SILENT: dict[Silence, str] = {
    "no_component": mark("The live run has no such term."),
    "no_content": mark("The live run knows no text or picture of it."),
    "no_behaviour": mark("Nobody has acted on it yet."),
}
ATTRIBUTES = {"colour": mark("Colour"), "category": mark("Category"), "pattern": mark("Pattern")}
LARGE_PIXELS = 320


def item_page(item_id: str) -> None:
    """Draw the page of one product.

    Parameters
    ----------
    item_id
        As in the address; an unknown one is said to be unknown.
    """
    st.button(t("All products"), icon=":material/arrow_back:", type="tertiary", key="close_item", on_click=close_item)
    view = item_data.view_item(item_id)
    if view is None:
        name = safe_text(item_id, 80)
        empty_state(t("No product {name}", name=name), t("It may have been rolled back, or the link is not complete."))
        return
    left, right = st.columns([2, 3], gap="medium")
    with left:
        _pictures(view)
    with right:
        _facts(view)
    _exposure(view)
    with st.container(border=True, key="item_neighbours"):
        _neighbours(view)


def close_item() -> None:
    """Go back to all products."""
    st.query_params.pop(state.ITEM, None)


def _pictures(view: "ItemView") -> None:
    """Every picture, the first one large."""
    if not view.pictures:
        thumbnail(None, view.title, size=320, width=LARGE_PIXELS)
        st.markdown(f":gray[:small[{t('It has no picture.')}]]")
        return
    alt = html.escape(plain_text(view.title, 120), quote=True)
    look = "border-radius:.6rem;object-fit:contain;display:block;width:100%;max-height:420px"
    small = "border-radius:.4rem;object-fit:cover;width:88px;height:88px"
    first, *others = [picture_url(picture, 320) for picture in view.pictures]
    images = f'<img src="{first}" alt="{alt}" style="{look}">'
    row = "".join(
        f'<a href="{url}" target="_blank"><img src="{url}" alt="" style="{small}"></a>' for url in others if url
    )
    st.html(f'{images}<div style="display:flex;flex-wrap:wrap;gap:8px;margin-top:8px">{row}</div>')


def _facts(view: "ItemView") -> None:
    """What the catalogue says, what the pictures show, and where to go on."""
    st.markdown(f"## {safe_text(view.title, 300)}")
    parts = [safe_text(part, 120) for part in (view.category, view.brand, view.item_id) if part]
    parts += [t("launched {day}", day=day(view.launched_at))] if view.launched_at is not None else []
    where = " · ".join(parts)
    st.markdown(f":gray[{where}]")
    with st.grid(3, min_column_width=120):
        metric_tile(t("Price"), money(view.price, view.currency), help=t("As the catalogue says."))
        metric_tile(
            t("Stock"), "–" if view.stock is None else number(view.stock), help=t("Unknown counts as sellable.")
        )
        metric_tile(t("Margin"), percent(view.margin, 0), help=t("Share of the price."))
    if view.description:
        st.text(plain_text(view.description, 1200))
    if view.attributes:
        table = pd.DataFrame(
            {
                t("Attribute"): [cell_text(n, 60) for n, _ in view.attributes],
                t("Value"): [cell_text(v, 200) for _, v in view.attributes],
            }
        )
        st.dataframe(
            table,
            hide_index=True,
            key="item_attributes",
            height="content" if len(table) < 9 else 320,
            alt=tn("{n} attribute of the product.", "{n} attributes of the product.", len(table)),
        )
    _tags(view)
    with st.container(horizontal=True, gap="small", key="item_links"):
        frame.link("explain", t("Explain"), icon=":material/account_tree:", query={state.ITEM: view.item_id})
        like = {state.WHO: "like", state.SEEDS: view.item_id}
        frame.link("recommendations", t("More like this"), icon=":material/grid_view:", query=like)


def _tags(view: "ItemView") -> None:
    """What the image model found in the picture."""
    if view.tags is None:
        return
    if not view.tags:
        st.markdown(f":gray[:small[{t('The image model is sure of nothing in its picture.')}]]")
        return
    badges = " ".join(
        f":blue-badge[{t(ATTRIBUTES[tag.attribute])}: {safe_text(tag.word, 40)} {percent(tag.probability, 0)}]"
        for tag in view.tags
        if tag.attribute in ATTRIBUTES
    )
    st.markdown(
        f":gray[:small[{t('The picture shows')}]] {badges}",
        help=t("Found by the image model of the live run, with its probability; the catalogue may say otherwise."),
    )


def _exposure(view: "ItemView") -> None:
    """How often it was shown, and what came of it."""
    shown = view.exposure
    counts = (0, 0, 0, 0) if shown is None else (shown.impressions, shown.clicks, shown.carts, shown.purchases)
    with st.grid(5, min_column_width=130):
        for name, value in zip(("impressions", "clicks", "carts", "purchases"), counts, strict=True):
            metric_tile(glossary.label(name), number(value), help=glossary.define(name))
        revenue = money(shown.revenue if shown else 0.0, view.currency or None)
        metric_tile(glossary.label("revenue"), revenue, help=glossary.define("revenue"))


def _neighbours(view: "ItemView") -> None:
    """Nearest products in three senses, side by side."""
    found = item_data.neighbours(view.item_id)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(t("Neighbours"), t("nearest first; choose a row to open it"))
        if found:
            export_button(
                lambda: _table(found), f"neighbours_{plain_text(view.item_id, 40)}.csv", key="export_neighbours"
            )
    if not found:
        reason = (
            t("The live run does not know this product yet: train again.")
            if data.live_pointer()
            else t("No run is live in this shop yet.")
        )
        st.markdown(f":gray[{reason}]")
        return
    for side, column in zip(found, st.columns(len(found), gap="medium"), strict=True):
        with column:
            _sense(side, view.item_id)


def _sense(found: ItemNeighbours, item_id: str) -> None:
    """Neighbours in one sense."""
    title, label, help = SENSES[found.kind]
    st.markdown(f"**{t(title)}**")
    if not found.items:
        st.markdown(f":gray[{t(SILENT[found.silence])}]" if found.silence else f":gray[{t('None.')}]")
        return
    ids = data.live_model().catalogue.item_ids
    neighbour_table(
        [str(ids[n.item_num]) for n in found.items],
        [n.strength for n in found.items],
        key=f"near:{found.kind}:{item_id}",
        label=t(label),
        help=t(help),
        n_shoppers=[n.n_shoppers for n in found.items] if found.kind == "behaviour" else None,
    )


def _table(found: tuple[ItemNeighbours, ...]) -> pd.DataFrame:
    """All neighbours for export."""
    catalogue = data.live_model().catalogue
    return pd.DataFrame(
        [
            {
                "sense": side.kind,
                "place": place,
                "item_id": str(catalogue.item_ids[near.item_num]),
                "title": str(catalogue.titles[near.item_num]),
                "strength": near.strength,
                "shoppers_of_both": near.n_shoppers,
            }
            for side in found
            for place, near in enumerate(side.items, start=1)
        ]
    )
