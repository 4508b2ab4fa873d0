"""A short table of products beside something: picture, title, how near; a row chosen opens its page."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.vocabulary import Columns
from ui import item_data, state
from ui.components import export_button, picture_url
from ui.text import cell_text, money
from ui.wording import t, tn

ROW_PIXELS = 52


def neighbour_table(
    item_ids: Sequence[str],
    strengths: Sequence[float],
    *,
    key: str,
    label: str,
    help: str,  # the name Streamlit gives it
    n_shoppers: Sequence[int] | None = None,
) -> None:
    """Draw products, nearest first.

    Parameters
    ----------
    item_ids, strengths
        Which, and how near in [-1, 1].
    key
        Session key of the table.
    label, help
        Heading of the strength, and what it means.
    n_shoppers
        Shoppers who touched both, where that says something.
    """
    found = item_data.titles(list(item_ids))
    frame = pd.DataFrame(
        {
            "picture": [picture_url(h[0]) if h is not None and len(h) else None for h in found[Columns.IMAGES]],
            "strength": list(strengths),
            "title": [cell_text(v, 80) for v in found[Columns.TITLE]],
            "price": [money(float(p), c) for p, c in zip(found[Columns.PRICE], found[Columns.CURRENCY], strict=True)],
        }
    )
    if n_shoppers is not None:
        frame.insert(2, "shoppers", list(n_shoppers))
    column = st.column_config
    rows = st.dataframe(
        frame,
        key=key,
        hide_index=True,
        row_height=ROW_PIXELS,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "picture": column.ImageColumn("", width=56),
            "strength": column.NumberColumn(label, help=help, format="%.2f", width=76),
            "shoppers": column.NumberColumn(
                t("Both"),
                help=t("Shoppers who acted on both; 0 where the strength is borrowed from products like it."),
                width=64,
            ),
            "title": column.TextColumn(t("Product")),
            "price": column.TextColumn(t("Price"), width=84),
        },
        alt=tn("{n} product, nearest first.", "{n} products, nearest first.", len(frame)),
    ).selection.rows
    export_button(lambda: frame.drop(columns="picture"), f"{key}.csv", key=f"export_{key}")
    if rows and rows[0] < len(item_ids):
        open_item(item_ids[rows[0]])


def open_item(item_id: str) -> None:
    """Show the page of a product, in this run's place."""
    st.query_params[state.ITEM] = item_id
    st.rerun()
