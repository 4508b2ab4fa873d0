"""Parts of the New items page: tiles, the table, one item looked at closely. Wording and formats only."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from recsys.discovery.new_items import NewItem, NewItems, tell_audience
from recsys.evaluation.rates import estimate_rate
from recsys.training.runs import RunRecord, show_run
from recsys.workflows.run_history import COLUMN_LABELS, read_figure
from ui import charts, data, frame, glossary, shelf, state
from ui.components import export_button, heading, metric_tile, picture_url, thumbnail
from ui.figure_words import span_text
from ui.new_items_pin import launch_actions
from ui.text import cell_text, day, number, percent, safe_text, signed
from ui.wording import mark, t, tn

FIT_HELP = mark(
    "How far the product stands above an average product, in standard deviations of a shopper's scores, averaged "
    "over the tenth of the sampled shoppers it suits best. 0 is average, above 2 is a strong match. The response term "
    "is left out."
)


def tiles(found: NewItems, items: Sequence[NewItem], table: pd.DataFrame) -> None:
    """Draw how many there are, how many reach a list, and how well the live run serves new products."""
    reached = sum(i.n_reached > 0 for i in items)
    unseen = int((table["impressions"] == 0).sum())
    pointer = data.live_pointer()
    assert pointer is not None  # the page needs a model
    record, whole = show_run(data.shop_paths(), pointer[0]), t("of {n}", n=number(len(items)))
    with st.grid(5, min_column_width=170):
        said = t("Launched, or first touched, in the days chosen.")
        metric_tile(t("New products"), number(len(items)), help=said)
        said = t(
            "New products that are among the {length} recommendations of at least one of {n} sampled shoppers.",
            length=found.list_length,
            n=number(found.n_sampled),
        )
        metric_tile(t("On somebody's list"), number(reached), interval=whole, help=said)
        metric_tile(t("Never shown yet"), number(unseen), interval=whole, help=t("No impression so far."))
        for column in ("cold_among_new", "cold_among_all"):
            _recall_tile(record, column)


def _recall_tile(record: RunRecord, column: str) -> None:
    figure = read_figure(record, column, "recall")
    label, text = COLUMN_LABELS[column]
    value = "–" if figure is None else number(figure.value, 3)
    interval = t("not measured") if figure is None else span_text(number(figure.low, 3), number(figure.high, 3))
    said = t("Recall@20 of the live run on held-out days. {meaning}", meaning=t(text))
    metric_tile(t(label), value, interval=interval, help=said)


def items_table(items: Sequence[NewItem], table: pd.DataFrame, found: NewItems) -> NewItem | None:
    """Draw the new items, newest first; return the one chosen, else the best fit."""
    with st.container(border=True, key="new_items_card"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("New products"), t("newest first; choose a row to look closer"))
            export_button(lambda: table.drop(columns=["image", "short"]), "new_items.csv")
        unseen = int((table["impressions"] == 0).sum())
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
            alt=t(
                "{products} with predicted fit, audience and exposure; {unseen} never shown.",
                products=tn("{n} new product", "{n} new products", len(table)),
                unseen=number(unseen),
            ),
        ).selection.rows
    if rows and rows[0] < len(items):
        return items[rows[0]]
    return max(items, key=lambda i: np.nan_to_num(i.fit, nan=-np.inf), default=None)


def screen_frame(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table on screen."""
    return pd.DataFrame(
        {
            "picture": [picture_url(h) or None for h in table["image"]],
            "title": [cell_text(title, 80) for title in table["title"]],
            "status": [_status(s, n) for s, n in zip(table["on_sale"], table["impressions"], strict=True)],
            "launched": table["appeared_at"].dt.tz_localize(None),
            "days": table["days_listed"],
            "fit": table["fit"].round(2),
            "reach": 100 * table["reach"],
            "impressions": table["impressions"],
            "clicks": table["clicks"],
            "rate": 100 * table["click_through_rate"],
            "audience": [cell_text(a, 160) for a in table["short"]],
        }
    )


def _status(on_sale: bool, impressions: int) -> str:
    """What stands between the product and shoppers."""
    if not on_sale:
        return t("Not on sale")
    return t("Unseen") if impressions == 0 else t("Shown")


def _columns(found: NewItems, table: pd.DataFrame) -> dict[str, Any]:
    c = st.column_config
    best = float(np.nanmax(table["fit"])) if table["fit"].notna().any() else 1.0
    top = max(best, 1.0)
    reach = t(
        "Share of {n} sampled shoppers who have it among their {length}.",
        n=number(found.n_sampled),
        length=found.list_length,
    )
    return {
        "picture": c.ImageColumn("", width=56),
        "title": c.TextColumn(t("Product"), width="medium"),
        "status": c.TextColumn(t("Status"), help=t("Unseen: on sale, but no list has shown it yet.")),
        "launched": c.DateColumn(t("Launched"), format="D MMM"),
        "days": c.NumberColumn(t("Days"), help=t("Days since then, on the shop's own clock.")),
        "fit": c.ProgressColumn(t("Predicted fit"), format="%.2f", min_value=0, max_value=top, help=t(FIT_HELP)),
        "reach": c.NumberColumn(t("On lists"), format="%.1f%%", help=reach),
        "audience": c.TextColumn(t("Who would want it, and why"), width="large"),
        "impressions": glossary.column("impressions"),
        "clicks": glossary.column("clicks"),
        "rate": c.NumberColumn(t("CTR"), format="%.1f%%", help=glossary.define("click_through_rate")),
    }


def item_card(item: NewItem, line: pd.Series, list_length: int) -> None:
    """Draw one new item: facts, actions, audience, the terms for its best shoppers, and the shoppers themselves."""
    with st.container(border=True, key="new_item"):
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            with st.container(width=130):
                thumbnail(item.image, item.title, size=320, width=130)
            with st.container(gap="xsmall", width="stretch"):
                badges = "" if item.on_sale else f" :orange-badge[{t('Not on sale')}]"
                badges += "" if int(line["impressions"]) else f" :orange-badge[{t('Unseen')}]"
                badges += "" if item.touched else f" :blue-badge[{t('Nobody has touched it yet')}]"
                st.markdown(f"**{safe_text(item.title)}** :gray[:small[{safe_text(item.item_id)}]]{badges}")
                st.markdown(safe_text(tell_audience(item), 500))
                st.markdown(f":gray[{_facts(item, line, list_length)}]")
                launch_actions(item)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            heading(t("What speaks for it"), t("mean part of the score over its best shoppers; not a cause"))
            terms = [(name, value) for name, value in item.terms if value]
            spec = charts.term_bars(
                [shelf.label_of(n) for n, _ in terms],
                [v for _, v in terms],
                charts.component_colors([n for n, _ in terms]),
            )
            told = ", ".join(f"{shelf.label_of(n)} {signed(v, 2)}" for n, v in terms)
            alt = t("Terms of the score: {terms}.", terms=told)
            st.echarts_chart(spec, height=40 + 30 * max(len(terms), 1), key="new_item_terms", alt=alt)
        with right:
            heading(t("Shoppers it suits best"), t("standing among their own scores"))
            _shoppers(item)


def _facts(item: NewItem, line: pd.Series, list_length: int) -> str:
    """Launch, reach and exposure in one line."""
    reach, rate = item.reach, estimate_rate(int(line["clicks"]), int(line["impressions"]))
    share = t("no shoppers to ask")
    if reach.known:
        interval = span_text(percent(reach.low), percent(reach.high))
        share = t(
            "on the list of {share} of shoppers ({interval}, top {length})",
            share=percent(reach.value),
            interval=interval,
            length=list_length,
        )
    seen = t(
        "shown {shown} times, clicked {clicked}", shown=number(line["impressions"]), clicked=number(line["clicks"])
    )
    if rate.known:
        seen += f" ({t('CTR')} {percent(rate.value)}, {span_text(percent(rate.low), percent(rate.high))})"
    ago = tn("{n} day ago", "{n} days ago", item.days_listed)
    return " · ".join((t("Launched {day} ({ago})", day=day(item.appeared_at), ago=ago), share, seen))


def _shoppers(item: NewItem) -> None:
    """The best shoppers, each a link to the explanation of this very pair."""
    if not item.shoppers:
        st.markdown(f":gray[{t('No shopper has a history yet.')}]")
    for user_id, standing in item.shoppers[:6]:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            frame.link(
                "explain",
                safe_text(user_id, 40),
                icon=":material/person:",
                query={state.SHOPPER: user_id, state.ITEM: item.item_id},
            )
            st.markdown(f"**{signed(standing, 2)}**", width="content")
