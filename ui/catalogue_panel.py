"""Parts of the Catalogue page: counts, and the products with picture and search."""

import pandas as pd
import streamlit as st

from recsys.store import ShopCounts
from recsys.vocabulary import Columns
from ui import data
from ui.components import empty_state, export_button, heading, metric_tile, picture_url
from ui.text import cell_text, day, money, number, plain_text, plural

PAGE_ROWS = 50
EXPORT_ROWS = 100_000
_STOCK = {"Any stock": None, "In stock": True, "Sold out": False}


def count_tiles(counts: ShopCounts) -> None:
    """Draw how much there is and how fresh it is."""
    with st.grid(4, min_column_width=180):
        metric_tile("Products", number(counts.n_items))
        metric_tile("Pictures", number(counts.n_pictures), help="Distinct pictures that some product shows.")
        metric_tile("Categories", number(len(data.open_store().categories())))
        metric_tile("Last import", day(counts.last_import_at), help="When products or events were last imported.")


def items_browser() -> None:
    """Draw the products with search and filters; reruns alone while one types."""
    st.fragment(_browse, key="items_browser")()


def _browse() -> None:
    store = data.open_store()
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="item_filters"):
            query = st.text_input(
                "Search",
                type="search",
                live="300ms",
                key="q",
                bind="query-params",
                placeholder="Title or id",
                width=260,
            )
            category = st.selectbox(
                "Category",
                store.categories()["category"].tolist(),
                index=None,
                placeholder="All categories",
                format_func=plain_text,
                key="item_category",
                bind="query-params",
                width=240,
            )
            stock = st.segmented_control(
                "Stock", list(_STOCK), default="Any stock", required=True, key="item_stock", bind="query-params"
            )
            filters = {"category": category, "in_stock": _STOCK[stock]}
            st.space("stretch")
            export_button(
                lambda: store.items(query, **filters, limit=EXPORT_ROWS).frame.drop(columns=Columns.IMAGES),
                "products.csv",
            )
        pager = f"items_page:{query}:{category}:{stock}"  # other filters begin at their own first page
        offset = (st.session_state.get(pager, 1) - 1) * PAGE_ROWS
        found = store.items(query, **filters, limit=PAGE_ROWS, offset=offset)
        heading("Products", f"{plural(found.total, 'product')} in this view")
        if found.total == 0:
            empty_state("No product matches", "Try fewer letters, or all categories.")
            return
        st.dataframe(
            items_frame(found.frame),
            hide_index=True,
            placeholder="–",
            row_height=52,
            key="items",
            column_config=_columns(),
            alt=f"{plural(len(found.frame), 'product')} with picture, price and stock.",
        )
        if found.total > PAGE_ROWS:
            st.pagination(-(-found.total // PAGE_ROWS), key=pager)


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


def _columns() -> dict[str, object]:
    c = st.column_config
    return {
        "picture": c.ImageColumn("", width=56),
        Columns.ITEM: c.TextColumn("Id", width="small"),
        Columns.TITLE: c.TextColumn("Title", width="medium"),
        Columns.CATEGORY: c.TextColumn("Category"),
        Columns.BRAND: c.TextColumn("Brand"),
        Columns.PRICE: c.TextColumn("Price"),
        Columns.STOCK: c.NumberColumn(
            "Stock", format="localized", help="Pieces; empty when unknown: counts as sellable."
        ),
        Columns.MARGIN: c.NumberColumn("Margin", format="%.0f%%", help="Share of the price."),
        Columns.LAUNCHED_AT: c.DateColumn("Launched", format="D MMM YYYY"),
        "pictures": c.NumberColumn("Pictures", help="How many the product has."),
    }
