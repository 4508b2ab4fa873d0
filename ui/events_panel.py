"""Parts of the Events page: counts, events per day by type, the funnel."""

from typing import Any

import pandas as pd
import streamlit as st

from recsys.store import ShopCounts
from recsys.vocabulary import EVENT_TYPES, Columns
from recsys.workflows.performance import Period, find_period
from ui import charts, data, glossary, page_data
from ui.components import export_button, heading, metric_tile
from ui.text import day, number
from ui.wording import mark, t, tn

NAMES = {
    "impression": mark("Shown"),
    "view": mark("Viewed"),
    "click": mark("Clicked"),
    "cart": mark("Put in cart"),
    "purchase": mark("Bought"),
    "rating": mark("Rated"),
    "review": mark("Reviewed"),
    "search": mark("Searched"),
}
OTHER = mark("Other")
_FUNNEL = ("impression", "view", "click", "cart", "purchase")
_MAX_SERIES = 6


def count_tiles(counts: ShopCounts) -> None:
    """Draw how much there is, how fresh it is, and what the catalogue does not know."""
    with st.grid(4, min_column_width=180):
        figures = {
            "events": number(counts.n_events),
            "shoppers": number(counts.n_users),
            "last_event": day(counts.data_to),
            "unknown_items": number(counts.n_unknown_item_events),
        }
        for name, figure in figures.items():
            metric_tile(glossary.label(name), figure, help=glossary.define(name))


def by_day(days: int) -> None:
    """Draw events per day, stacked by type."""
    period = _period(days)
    counts = data.open_store().events_by_day(period.start.to_pydatetime(), period.end.to_pydatetime())
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Events per day"), t("stacked by type; click a name to leave it out"))
            export_button(lambda: counts, "events_by_day.csv")
        wide = counts.pivot_table(
            index="day", columns=Columns.EVENT_TYPE, values="n_events", aggfunc="sum", fill_value=0
        )
        wide = wide.reindex(period.days, fill_value=0)
        total = tn("{n} event", "{n} events", int(counts["n_events"].sum()))
        told = t("{events} from {first} to {last}.", events=total, first=day(period.start), last=day(period.days[-1]))
        st.echarts_chart(stacked_option(wide), height=280, key="events_by_day", alt=told)


def funnel(days: int) -> None:
    """Draw how many events and shoppers reach each step."""
    period = _period(days)
    table = data.open_store().funnel(period.start.to_pydatetime(), period.end.to_pydatetime())
    steps = table[table[Columns.EVENT_TYPE].isin(_FUNNEL) & (table["n_events"] > 0)]
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, height="stretch"):
        heading(t("Funnel"), t("shoppers who did it at least once in the period"))
        pairs = zip(steps[Columns.EVENT_TYPE], steps["n_users"], strict=True)
        told = ", ".join(f"{t(NAMES[kind])} {number(n)}" for kind, n in pairs)
        st.echarts_chart(
            funnel_option(steps),
            height=44 * max(len(steps), 1) + 20,
            key="funnel",
            alt=t("Shoppers: {steps}.", steps=told),
        )
    with right.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("By type"), t("in the period"))
            export_button(lambda: table, "funnel.csv")
        st.dataframe(
            table.assign(event_type=[t(NAMES[kind]) for kind in table[Columns.EVENT_TYPE]]),
            hide_index=True,
            placeholder="–",
            column_config={
                Columns.EVENT_TYPE: st.column_config.TextColumn(t("Type")),
                "n_events": st.column_config.NumberColumn(t("Events"), format="localized"),
                "n_users": st.column_config.NumberColumn(t("Shoppers"), format="localized"),
                "value": st.column_config.NumberColumn(
                    t("Money"), format="localized", help=t("Sum of the values that events carry.")
                ),
            },
            alt=t("Events, shoppers and money by type."),
        )


def stacked_option(wide: pd.DataFrame) -> dict[str, Any]:
    """Return ECharts bars per day, one series per type in the vocabulary's order; rare types become "Other".

    Parameters
    ----------
    wide
        Days by event types, counts.
    """
    names = [str(kind) for kind in EVENT_TYPES if kind in wide.columns and wide[kind].sum() > 0]
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
                "name": t(NAMES.get(n, OTHER)),
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
            data=[t(NAMES[kind]) for kind in steps[Columns.EVENT_TYPE]],
            inverse=True,
            axisLabel={"color": colours["text"]},
        ),
        "series": [
            {
                "type": "bar",
                "barWidth": 18,
                "name": t("Shoppers"),
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
