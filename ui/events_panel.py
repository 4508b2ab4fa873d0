"""Parts of the Events page: counts, events per day by type, the funnel."""

from typing import Any

import pandas as pd
import streamlit as st

from recsys.store import ShopCounts
from recsys.vocabulary import EVENT_TYPES, Columns
from recsys.workflows.performance import Period, find_period
from ui import charts, data, page_data
from ui.components import export_button, heading, metric_tile
from ui.text import day, number, plural

NAMES = {
    "impression": "Shown",
    "view": "Viewed",
    "click": "Clicked",
    "cart": "Put in cart",
    "purchase": "Bought",
    "rating": "Rated",
    "review": "Reviewed",
    "search": "Searched",
}
_FUNNEL = ("impression", "view", "click", "cart", "purchase")
_MAX_SERIES = 6


def count_tiles(counts: ShopCounts) -> None:
    """Draw how much there is, how fresh it is, and what the catalogue does not know."""
    with st.grid(4, min_column_width=180):
        metric_tile("Events", number(counts.n_events))
        metric_tile("Shoppers", number(counts.n_users))
        metric_tile(
            "Last event", day(counts.data_to), help="The shop's own clock: every period is counted back from here."
        )
        metric_tile(
            "Unknown products",
            number(counts.n_unknown_item_events),
            help="Events whose product is not in the catalogue now, for example because its import was rolled back. "
            "They are kept, but nothing is learned from them.",
        )


def by_day(days: int) -> None:
    """Draw events per day, stacked by type."""
    period = _period(days)
    counts = data.open_store().events_by_day(period.start.to_pydatetime(), period.end.to_pydatetime())
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Events per day", "stacked by type; click a name to leave it out")
            export_button(lambda: counts, "events_by_day.csv")
        wide = counts.pivot_table(
            index="day", columns=Columns.EVENT_TYPE, values="n_events", aggfunc="sum", fill_value=0
        )
        wide = wide.reindex(period.days, fill_value=0)
        told = f"{plural(int(wide.to_numpy().sum()), 'event')} from {day(period.start)} to {day(period.days[-1])}."
        st.echarts_chart(stacked_option(wide), height=280, key="events_by_day", alt=told)


def funnel(days: int) -> None:
    """Draw how many events and shoppers reach each step."""
    period = _period(days)
    table = data.open_store().funnel(period.start.to_pydatetime(), period.end.to_pydatetime())
    steps = table[table[Columns.EVENT_TYPE].isin(_FUNNEL) & (table["n_events"] > 0)]
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        heading("Funnel", "shoppers who did it at least once in the period")
        told = ", ".join(f"{NAMES[t]} {n:,}" for t, n in zip(steps[Columns.EVENT_TYPE], steps["n_users"], strict=True))
        st.echarts_chart(
            funnel_option(steps), height=44 * max(len(steps), 1) + 20, key="funnel", alt=f"Shoppers: {told}."
        )
    with right.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("By type", "in the period")
            export_button(lambda: table, "funnel.csv")
        st.dataframe(
            table.assign(event_type=table[Columns.EVENT_TYPE].map(NAMES)),
            hide_index=True,
            placeholder="–",
            column_config={
                Columns.EVENT_TYPE: st.column_config.TextColumn("Type"),
                "n_events": st.column_config.NumberColumn("Events", format="localized"),
                "n_users": st.column_config.NumberColumn("Shoppers", format="localized"),
                "value": st.column_config.NumberColumn(
                    "Money", format="localized", help="Sum of the values that events carry."
                ),
            },
            alt="Events, shoppers and money by type.",
        )


def stacked_option(wide: pd.DataFrame) -> dict[str, Any]:
    """Return ECharts bars per day, one series per type in the vocabulary's order; rare types become "Other".

    Parameters
    ----------
    wide
        Days by event types, counts.
    """
    names = [str(t) for t in EVENT_TYPES if t in wide.columns and wide[t].sum() > 0]
    if len(names) > _MAX_SERIES:
        rare = wide[names].sum().nsmallest(len(names) - _MAX_SERIES + 1).index
        wide = wide.assign(other=wide[rare].sum(axis=1))
        names = [n for n in names if n not in rare] + ["other"]
    colours = charts.palette()
    shades = charts.component_colors(["text", "image", "behaviour", "repeat", "trend", "response"])
    return {
        "animation": False,
        "color": shades,
        "grid": {"left": 8, "right": 8, "top": 32, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": {"color": colours["muted"]}, "type": "scroll"},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": charts.axis("category", data=[day(d).rsplit(" ", 1)[0] for d in wide.index]),
        "yAxis": charts.axis("value"),
        "series": [
            {
                "type": "bar",
                "stack": "day",
                "name": NAMES.get(n, "Other"),
                "data": [int(v) for v in wide[n]],
                "barCategoryGap": "25%",
            }
            for n in names
        ],
    }


def funnel_option(steps: pd.DataFrame) -> dict[str, Any]:
    """Return ECharts bars of shoppers per step, first step on top."""
    colours = charts.palette()
    return {
        "animation": False,
        "grid": {"left": 8, "right": 64, "top": 4, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": charts.axis("value", axisLabel={"show": False}, splitLine={"show": False}),
        "yAxis": charts.axis(
            "category",
            data=[NAMES[t] for t in steps[Columns.EVENT_TYPE]],
            inverse=True,
            axisLabel={"color": colours["text"]},
        ),
        "series": [
            {
                "type": "bar",
                "barWidth": 18,
                "name": "Shoppers",
                "itemStyle": {"color": colours["accent"], "borderRadius": 4},
                "label": {"show": True, "position": "right", "color": colours["text"]},
                "data": [int(v) for v in steps["n_users"]],
            }
        ],
    }


def _period(days: int) -> Period:
    """The newest days on the shop's clock."""
    clock = page_data.data_clock()
    assert clock is not None
    return find_period(clock, days)
