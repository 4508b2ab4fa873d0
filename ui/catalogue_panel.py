"""Parts of the Catalogue page: counts, and the products with picture and search."""

from typing import Any

import pandas as pd
import streamlit as st

from recsys.store import ShopCounts
from recsys.vocabulary import Columns
from ui import address, data, glossary, state
from ui.components import empty_state, export_button, heading, metric_tile, picture_url
from ui.neighbour_table import open_item
from ui.text import cell_text, day, money, number, plain_text
from ui.wording import mark, t, tn

PAGE_ROWS = 50
EXPORT_ROWS = 100_000
STOCKS = {"any": mark("Any stock"), "in": mark("In stock"), "out": mark("Sold out")}
_IN_STOCK = {"any": None, "in": True, "out": False}


def count_tiles(counts: ShopCounts) -> None:
    """Draw how much there is and how fresh it is."""
    figures = {
        "products": number(counts.n_items),
        "pictures": number(counts.n_pictures),
        "categories": number(len(data.open_store().categories())),
        "last_import": day(counts.last_import_at),
    }
    with st.grid(4, min_column_width=180):
        for name, value in figures.items():
            metric_tile(glossary.label(name), value, help=glossary.define(name))


def items_browser() -> None:
    """Draw the products with search and filters; reruns alone while one types."""
    st.fragment(_browse, key="items_browser")()


def _browse() -> None:
    store = data.open_store()
    with st.container(border=True):
        query, filters, pager = _filters()
        offset = (st.session_state.get(pager, 1) - 1) * PAGE_ROWS
        found = store.items(query, **filters, limit=PAGE_ROWS, offset=offset)
        seen = tn("{n} product in this view", "{n} products in this view", found.total)
        heading(t("Products"), f"{seen}; {t('choose a row to open it')}")
        if found.total == 0:
            empty_state(t("No product matches"), t("Try fewer letters, or all categories."))
            return
        rows = st.dataframe(
            items_frame(found.frame),
            hide_index=True,
            placeholder="–",
            row_height=52,
            key="items",
            on_select="rerun",
            selection_mode="single-row",
            column_config=_columns(),
            alt=tn(
                "{n} product with picture, price and stock.",
                "{n} products with picture, price and stock.",
                len(found.frame),
            ),
        ).selection.rows
        if rows and rows[0] < len(found.frame):
            open_item(str(found.frame[Columns.ITEM].iloc[rows[0]]))
        if found.total > PAGE_ROWS:
            st.pagination(-(-found.total // PAGE_ROWS), key=pager)


def _filters() -> tuple[str, dict[str, Any], str]:
    """Draw search and filters; return both, and the session key of the page number, one for each choice."""
    store = data.open_store()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="item_filters"):
        query = st.text_input(
            t("Search"),
            type="search",
            live="300ms",
            key="q",
            bind="query-params",
            placeholder=t("Title or id"),
            width=260,
        )
        category = st.selectbox(
            t("Category"),
            store.categories()["category"].tolist(),
            index=None,
            placeholder=t("All categories"),
            format_func=plain_text,
            key="item_category",
            bind="query-params",
            width=240,
        )
        stock = address.choose(
            t("Stock"), {code: t(name) for code, name in STOCKS.items()}, key=state.STOCK, default="any"
        )
        filters: dict[str, Any] = {"category": category, "in_stock": _IN_STOCK[stock]}
        st.space("stretch")
        export_button(
            lambda: store.items(query, **filters, limit=EXPORT_ROWS).frame.drop(columns=Columns.IMAGES),
            "products.csv",
        )
    return query, filters, f"items_page:{query}:{category}:{stock}"


def items_frame(items: pd.DataFrame) -> pd.DataFrame:
    """Return the table on screen.

    Parameters
    ----------
    items
        Canonical catalogue columns.
    """
    text = {c: [cell_text(v, 120) for v in items[c]] for c in (Columns.TITLE, Columns.CATEGORY, Columns.BRAND)}
    pictures = [picture_url(h[0]) if h is not None and len(h) else None for h in items[Columns.IMAGES]]
    return pd.DataFrame(
        {
            "picture": pictures,
            Columns.ITEM: [cell_text(i, 80) for i in items[Columns.ITEM]],
            **text,
            Columns.PRICE: [
                money(float(v), c) for v, c in zip(items[Columns.PRICE], items[Columns.CURRENCY], strict=True)
            ],
            Columns.STOCK: items[Columns.STOCK].astype("Int64"),
            Columns.MARGIN: 100 * items[Columns.MARGIN],
            Columns.LAUNCHED_AT: items[Columns.LAUNCHED_AT].dt.tz_localize(None),
            "pictures": [0 if h is None else len(h) for h in items[Columns.IMAGES]],
        }
    )


def _columns() -> dict[str, Any]:
    c = st.column_config
    return {
        "picture": c.ImageColumn("", width=56),
        Columns.ITEM: c.TextColumn(t("Id"), width="small"),
        Columns.TITLE: c.TextColumn(t("Title"), width="medium"),
        Columns.CATEGORY: c.TextColumn(t("Category")),
        Columns.BRAND: c.TextColumn(t("Brand")),
        Columns.PRICE: c.TextColumn(t("Price")),
        Columns.STOCK: c.NumberColumn(
            t("Stock"), format="localized", help=t("Pieces; empty when unknown: counts as sellable.")
        ),
        Columns.MARGIN: c.NumberColumn(t("Margin"), format="%.0f%%", help=t("Share of the price.")),
        Columns.LAUNCHED_AT: c.DateColumn(t("Launched"), format="D MMM YYYY"),
        "pictures": c.NumberColumn(t("Pictures"), help=t("How many the product has.")),
    }
