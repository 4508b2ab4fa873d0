"""Parts of the New items page: tiles, the table, one item looked at closely. Wording and formats only."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from recsys.discovery.new_items import NewItem, NewItems, tell_audience
from recsys.evaluation.rates import estimate_rate
from recsys.training.runs import RunRecord, show_run
from recsys.workflows.run_history import COLUMN_LABELS, read_figure
from ui import charts, data, frame, shelf, state
from ui.components import export_button, heading, metric_tile, picture_url, thumbnail
from ui.text import cell_text, day, number, percent, plural, safe_text, signed

FIT_HELP = (
    "How far the product stands above an average product, in standard deviations of a shopper's scores, averaged "
    "over the tenth of the sampled shoppers it suits best. 0 is average, above 2 is a strong match. The response term "
    "is left out."
)


def tiles(found: NewItems, items: Sequence[NewItem], table: pd.DataFrame) -> None:
    """Draw how many there are, how many reach a list, and how well the live run serves new products."""
    reached = sum(i.n_reached > 0 for i in items)
    unseen = int((table["impressions"] == 0).sum())
    record = show_run(data.shop_paths(), data.live_pointer()[0])
    with st.grid(5, min_column_width=170):
        metric_tile("New products", number(len(items)), help="Launched, or first touched, in the days chosen.")
        metric_tile(
            "On somebody's list",
            number(reached),
            interval=f"of {number(len(items))}",
            help=f"New products that are among the {found.list_length} recommendations of at least one of "
            f"{found.n_sampled:,} sampled shoppers.",
        )
        metric_tile(
            "Never shown yet", number(unseen), interval=f"of {number(len(items))}", help="No impression so far."
        )
        for column in ("cold_among_new", "cold_among_all"):
            _recall_tile(record, column)


def _recall_tile(record: RunRecord, column: str) -> None:
    figure = read_figure(record, column, "recall")
    label, text = COLUMN_LABELS[column]
    value = "–" if figure is None else f"{figure.value:.3f}"
    interval = "not measured" if figure is None else f"{figure.low:.3f} to {figure.high:.3f}"
    metric_tile(label, value, interval=interval, help=f"Recall@20 of the live run on held-out days. {text}")


def items_table(items: Sequence[NewItem], table: pd.DataFrame, found: NewItems) -> NewItem | None:
    """Draw the new items, newest first; return the one chosen, else the best fit."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("New products", "newest first; choose a row to look closer")
            export_button(lambda: table.drop(columns=["image", "short"]), "new_items.csv")
        rows = st.dataframe(
            screen_frame(table),
            hide_index=True,
            placeholder="–",
            row_height=52,
            height=min(52 * len(table) + 42, 460),
            key="new_items",
            on_select="rerun",
            selection_mode="single-row",
            column_config=_columns(found, table),
            alt=f"{plural(len(table), 'new product')} with predicted fit, audience and exposure.",
        ).selection.rows
    if rows and rows[0] < len(items):
        return items[rows[0]]
    return max(items, key=lambda i: np.nan_to_num(i.fit, nan=-np.inf), default=None)


def screen_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table on screen."""
    return pd.DataFrame(
        {
            "picture": [picture_url(h) or None for h in table["image"]],
            "title": [cell_text(t, 80) for t in table["title"]],
            "launched": table["appeared_at"].dt.tz_localize(None),
            "days": table["days_listed"],
            "fit": table["fit"].round(2),
            "reach": 100 * table["reach"],
            "impressions": table["impressions"],
            "clicks": table["clicks"],
            "rate": 100 * table["click_through_rate"],
            "audience": [cell_text(a, 160) for a in table["short"]],
            "sale": ["On sale" if s else "Not on sale" for s in table["on_sale"]],
        }
    )


def _columns(found: NewItems, table: pd.DataFrame) -> dict[str, object]:
    c = st.column_config
    best = float(np.nanmax(table["fit"])) if table["fit"].notna().any() else 1.0
    return {
        "picture": c.ImageColumn("", width=56),
        "title": c.TextColumn("Product", width="medium"),
        "launched": c.DateColumn("Launched", format="D MMM"),
        "days": c.NumberColumn("Days", help="Days since then, on the shop's own clock."),
        "fit": c.ProgressColumn("Predicted fit", format="%.2f", min_value=0, max_value=max(best, 1.0), help=FIT_HELP),
        "reach": c.NumberColumn(
            "On lists",
            format="%.1f%%",
            help=f"Share of {found.n_sampled:,} sampled shoppers who have it among their {found.list_length}.",
        ),
        "audience": c.TextColumn("Who would want it, and why", width="large"),
        "impressions": c.NumberColumn("Shown", format="localized", help="Impressions so far."),
        "clicks": c.NumberColumn("Clicked", format="localized"),
        "rate": c.NumberColumn("CTR", format="%.1f%%", help="Clicks divided by impressions, so far."),
        "sale": c.TextColumn("Status"),
    }


def item_card(item: NewItem, line: pd.Series, list_length: int) -> None:
    """Draw one new item: facts, audience, the terms for its best shoppers, and the shoppers themselves."""
    with st.container(border=True, key="new_item"):
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            with st.container(width=130):
                thumbnail(item.image, item.title, size=320, width=130)
            with st.container(gap="xsmall", width="stretch"):
                badge = "" if item.on_sale else " :orange-badge[Not on sale]"
                new = " :blue-badge[Nobody has touched it yet]" if not item.touched else ""
                st.markdown(f"**{safe_text(item.title)}** :gray[:small[{safe_text(item.item_id)}]]{badge}{new}")
                st.markdown(safe_text(tell_audience(item), 500))
                st.markdown(f":gray[{_facts(item, line, list_length)}]")
        left, right = st.columns([3, 2], gap="medium")
        with left:
            heading("What speaks for it", "mean part of the score over its best shoppers; not a cause")
            terms = [(name, value) for name, value in item.terms if value]
            spec = charts.term_bars(
                [shelf.label_of(n) for n, _ in terms],
                [v for _, v in terms],
                charts.component_colors([n for n, _ in terms]),
            )
            told = ", ".join(f"{shelf.label_of(n)} {signed(v, 2)}" for n, v in terms)
            st.echarts_chart(spec, height=40 + 30 * max(len(terms), 1), key="new_item_terms", alt=f"Terms: {told}.")
        with right:
            heading("Shoppers it suits best", "standing among their own scores")
            _shoppers(item)


def _facts(item: NewItem, line: pd.Series, list_length: int) -> str:
    """Launch, reach and exposure in one line."""
    reach = item.reach
    span = f"{percent(reach.low)} to {percent(reach.high)}"
    share = f"on the list of {percent(reach.value)} of shoppers ({span}, top {list_length})"
    rate = estimate_rate(int(line["clicks"]), int(line["impressions"]))
    seen = f"shown {number(line['impressions'])} times, clicked {number(line['clicks'])}"
    if rate.known:
        seen += f" (CTR {percent(rate.value)}, {percent(rate.low)} to {percent(rate.high)})"
    return f"Launched {day(item.appeared_at)} · {share if reach.known else 'no shoppers to ask'} · {seen}"


def _shoppers(item: NewItem) -> None:
    """The best shoppers, each a link to the explanation of this very pair."""
    if not item.shoppers:
        st.markdown(":gray[No shopper has a history yet.]")
    for user_id, standing in item.shoppers[:6]:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            frame.link(
                "explain",
                safe_text(user_id, 40),
                icon=":material/person:",
                query={state.SHOPPER: user_id, state.ITEM: item.item_id},
            )
            st.markdown(f"**{signed(standing, 2)}**", width="content")
