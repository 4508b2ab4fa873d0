"""The products that were shown, with their figures: the table, and one of them looked at closely."""

from typing import Any

import pandas as pd
import streamlit as st

from recsys.vocabulary import CATEGORY_SEPARATOR, Columns
from recsys.workflows.performance import PerformanceView
from ui import frame, glossary, state
from ui.components import export_button, heading, metric_tile, picture_url
from ui.figure_words import span_text
from ui.text import cell_text, money, number, percent, safe_text
from ui.wording import t, tn

SCREEN_ROWS = 300
"""Products in the table on screen; a longer one would slow the page down for rows nobody scrolls to."""


def items_table(view: PerformanceView) -> str | None:
    """Draw the items that were shown, most shown first; return the id of the row chosen, if any."""
    with st.container(border=True, key="items_shown"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Products shown"), _table_note(len(view.items)))
            export_button(lambda: view.items.drop(columns=["line", "image"]), "performance_items.csv")
        table = items_frame(view)
        chosen = st.dataframe(
            table,
            hide_index=True,
            placeholder="–",
            row_height=52,
            height=420,
            key="performance_items",
            on_select="rerun",
            selection_mode="single-row",
            column_config=_item_columns(view),
            alt=tn("{n} product shown in the period.", "{n} products shown in the period.", len(view.items)),
        )
        rows = chosen.selection.rows
        return str(view.items[Columns.ITEM].iloc[rows[0]]) if rows and rows[0] < len(view.items) else None


def _table_note(n_items: int) -> str:
    """How the table is ordered, and where the rest is."""
    rest = (
        t("the {shown} most shown of {n}; Export has them all", shown=SCREEN_ROWS, n=number(n_items))
        if n_items > SCREEN_ROWS
        else t("most shown first")
    )
    return t("{order}; choose a row to look closer", order=rest)


def items_frame(view: PerformanceView) -> pd.DataFrame:
    """Return the table on screen, its first `SCREEN_ROWS` rows: picture, title, counts, rates in percent."""
    items = view.items.head(SCREEN_ROWS)
    return pd.DataFrame(
        {
            "picture": [picture_url(h) or None for h in items["image"]],
            "title": [cell_text(title, 80) for title in items["title"]],
            "category": [cell_text(c.split(CATEGORY_SEPARATOR)[-1], 40) for c in items["category"]],
            "impressions": items["impressions"],
            "rate": 100 * items["click_through_rate"],
            "interval": [span_text(percent(a), percent(b)) for a, b in zip(items["low"], items["high"], strict=True)],
            "purchases": items["purchases"],
            "revenue": items["revenue"],
            "line": items["line"],
        }
    )


def _item_columns(view: PerformanceView) -> dict[str, Any]:
    c = st.column_config
    steady = view.items[view.items["impressions"] >= view.items["impressions"].median()]  # few impressions, wild rates
    top = float((100 * steady["click_through_rate"]).max()) if len(steady) else 1.0
    symbol = {"EUR": "euro", "USD": "dollar", "GBP": "£%.2f"}.get(view.currency or "", "localized")
    return {
        "picture": c.ImageColumn("", width=56),
        "title": c.TextColumn(t("Product"), width="medium"),
        "category": c.TextColumn(t("Category")),
        "impressions": glossary.column("impressions"),
        "rate": c.ProgressColumn(
            t("CTR"), format="%.1f%%", min_value=0, max_value=max(top, 1e-9), help=glossary.define("click_through_rate")
        ),
        "interval": c.TextColumn(t("95% interval"), help=t("Wilson interval of the click-through rate.")),
        "purchases": glossary.column("purchases"),
        "revenue": glossary.column("revenue", format=symbol),
        "line": c.AreaChartColumn(t("Shown per day"), y_min=0, help=t("Impressions on each day of the period.")),
    }


def item_card(view: PerformanceView, item_id: str) -> None:
    """Draw one product's figures and where to go from here."""
    row: dict[str, Any] = view.items[view.items[Columns.ITEM] == item_id].iloc[0].to_dict()
    with st.container(border=True, key="performance_item"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(safe_text(row["title"], 80), t("in this period"))
            frame.link("explain", t("Explain"), icon=":material/account_tree:", query={state.ITEM: item_id})
        with st.grid(4, min_column_width=180):
            interval = span_text(percent(row["low"]), percent(row["high"]))
            rate = percent(row["click_through_rate"], 2)
            metric_tile(t("Shown"), number(row["impressions"]), series=row["line"], help=glossary.define("impressions"))
            metric_tile(t("CTR"), rate, interval=interval, help=glossary.define("click_through_rate"))
            metric_tile(t("Bought"), number(row["purchases"]), help=glossary.define("purchases"))
            metric_tile(t("Revenue"), money(row["revenue"], view.currency), help=glossary.define("revenue"))
