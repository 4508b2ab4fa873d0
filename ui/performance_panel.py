"""Parts of the Performance page: tiles with intervals, the line with its band, the tables."""

import math
from typing import Literal

import pandas as pd
import streamlit as st

from recsys.evaluation.live import FIGURES, LiveChanges, LiveFigures
from recsys.evaluation.rates import Change, Estimate
from recsys.vocabulary import CATEGORY_SEPARATOR, Columns, Warmth
from recsys.workflows.performance import PerformanceView
from ui import charts
from ui.components import export_button, heading, metric_tile, picture_url
from ui.figure_words import (
    FIGURE_TEXTS,
    SHORT,
    TILES,
    WARMTH_TEXTS,
    change_interval,
    change_text,
    figure_text,
    interval_text,
    reading,
)
from ui.text import cell_text, day, money, number, percent, plural, safe_text

SCREEN_ROWS = 300
"""Products in the table on screen; a longer one would slow the page down for rows nobody scrolls to."""


def summary_line(view: PerformanceView) -> None:
    """Say how much the figures rest on, and what they are compared with."""
    f = view.figures
    counts = [
        plural(f.impressions, "impression"),
        plural(f.requests, "list"),
        plural(f.clicks, "click"),
        plural(f.carts, "cart"),
        plural(f.purchases, "purchase"),
        money(f.revenue, view.currency),
    ]
    span = f"{day(view.period.start)} to {day(view.period.days[-1])}"
    st.markdown(f":gray[{span}, against the {plural(len(view.period.days), 'day')} before · {' · '.join(counts)}]")


def tiles(view: PerformanceView) -> None:
    """Draw the four figures with change, interval and sparkline."""
    with st.grid(4, min_column_width=200):
        for name in TILES:
            _tile(name, view)


def _tile(name: str, view: PerformanceView) -> None:
    """One figure: change against before with the words of its interval, sparkline, the figure's own interval."""
    estimate: Estimate = getattr(view.figures, name)
    change: Change = getattr(view.changes, name)
    label, definition = FIGURE_TEXTS[name]
    with st.container(border=True, height="stretch", gap="xxsmall"):
        st.metric(
            label,
            figure_text(name, estimate.value, view.currency),
            change_text(name, change, view.currency),
            delta_color=_colour(change),
            delta_arrow="off" if not change.value else "up" if change.value > 0 else "down",
            delta_description="" if change.decided or not change.known else "not decided",
            help=definition,
            chart_data=[float(v) for v in view.days[name].fillna(0.0)],
            chart_type="area",
        )
        lines = [f"95%: {interval_text(name, estimate, view.currency) or 'too little to say'}"]
        if change.known:
            lines.append(f"change {change_interval(name, change, view.currency) or 'too little to say'}")
        st.markdown("  \n".join(f":gray[:small[{safe_text(line)}]]" for line in lines))


def _colour(change: Change) -> Literal["green", "red", "gray"]:
    """Green for better, red for worse, grey while it is not decided."""
    return "gray" if not change.decided else "green" if change.value > 0 else "red"


def rate_by_day(view: PerformanceView) -> None:
    """Draw the click-through rate per day with its 95 % band."""
    with st.container(border=True):
        heading("Click-through rate by day", "band: 95% interval, widened because clicks of one list hang together")
        lines = [[_percent(v) for v in view.days[c]] for c in ("click_through_rate", "low", "high")]
        labels = [day(d).rsplit(" ", 1)[0] for d in view.days["day"]]
        rate = view.figures.click_through_rate
        told = f"Click-through rate per day; {percent(rate.value, 2)} over the period."
        st.echarts_chart(charts.band_line(labels, *lines, unit="%"), height=260, key="ctr_by_day", alt=told)


def segments_table(view: PerformanceView) -> None:
    """Draw the figures by placement and warmth."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(
                "By placement and by what was known of the product",
                "95% intervals in words; hover a heading for its definition",
            )
            export_button(lambda: segments_frame(view, plain=True), "performance_segments.csv")
        st.dataframe(
            segments_frame(view),
            hide_index=True,
            placeholder="–",
            key="segments",
            column_config={SHORT[n]: st.column_config.TextColumn(help=FIGURE_TEXTS[n][1]) for n in FIGURES}
            | {"Shown": st.column_config.NumberColumn(format="localized", help="Impressions.")}
            | {
                "CTR against before": st.column_config.TextColumn(
                    help="Change of the click-through rate and its reading."
                )
            },
            alt="Figures by placement and by what was known of the product when it was shown.",
        )


def segments_frame(view: PerformanceView, *, plain: bool = False) -> pd.DataFrame:
    """Return one row per segment; `plain` gives numbers with low and high instead of words.

    Parameters
    ----------
    view
        The page's view model.
    plain
        For export.
    """
    rows = []
    for segment in view.segments:
        name = WARMTH_TEXTS[Warmth(segment.name)][0] if segment.kind == "warmth" else cell_text(segment.name, 60)
        head: dict[str, object] = {"Part": name, "Shown": segment.figures.impressions}
        rows.append(
            head | (_numbers(segment.figures) if plain else _words(segment.figures, segment.changes, view.currency))
        )
    return pd.DataFrame(rows)


def _words(figures: LiveFigures, changes: LiveChanges, currency: str | None) -> dict[str, object]:
    """Figures of one row with their intervals, and the reading of the click-through rate's change."""
    cells: dict[str, object] = {}
    for name in FIGURES:
        estimate: Estimate = getattr(figures, name)
        interval = interval_text(name, estimate, currency)
        cells[SHORT[name]] = figure_text(name, estimate.value, currency) + (f" ({interval})" if interval else "")
        if name == "click_through_rate":
            change = changes.click_through_rate
            cells["CTR against before"] = f"{change_text(name, change, currency) or '–'} · {reading(change)}"
    return cells


def _numbers(figures: LiveFigures) -> dict[str, object]:
    """Figures of one row as numbers with low and high."""
    cells: dict[str, object] = {}
    for name in FIGURES:
        estimate: Estimate = getattr(figures, name)
        cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return cells


def items_table(view: PerformanceView) -> str | None:
    """Draw the items that were shown, most shown first; return the id of the row chosen, if any."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Products shown", _table_note(len(view.items)))
            export_button(lambda: view.items.drop(columns=["line", "image"]), "performance_items.csv")
        frame = items_frame(view)
        chosen = st.dataframe(
            frame,
            hide_index=True,
            placeholder="–",
            row_height=52,
            height=420,
            key="performance_items",
            on_select="rerun",
            selection_mode="single-row",
            column_config=_item_columns(view),
            alt=f"{plural(len(frame), 'product')} shown in the period with their figures.",
        )
        rows = chosen.selection.rows
        return str(view.items[Columns.ITEM].iloc[rows[0]]) if rows and rows[0] < len(view.items) else None


def _table_note(n_items: int) -> str:
    """How the table is ordered, and where the rest is."""
    rest = (
        f"the {SCREEN_ROWS} most shown of {n_items:,}; Export has them all"
        if n_items > SCREEN_ROWS
        else "most shown first"
    )
    return f"{rest}; choose a row to look closer"


def items_frame(view: PerformanceView) -> pd.DataFrame:
    """Return the table on screen, its first `SCREEN_ROWS` rows: picture, title, counts, rates in percent."""
    items = view.items.head(SCREEN_ROWS)
    return pd.DataFrame(
        {
            "picture": [picture_url(h) or None for h in items["image"]],
            "title": [cell_text(t, 80) for t in items["title"]],
            "category": [cell_text(c.split(CATEGORY_SEPARATOR)[-1], 40) for c in items["category"]],
            "impressions": items["impressions"],
            "rate": 100 * items["click_through_rate"],
            "interval": [f"{percent(a)} to {percent(b)}" for a, b in zip(items["low"], items["high"], strict=True)],
            "purchases": items["purchases"],
            "revenue": items["revenue"],
            "line": items["line"],
        }
    )


def _item_columns(view: PerformanceView) -> dict[str, object]:
    c = st.column_config
    steady = view.items[view.items["impressions"] >= view.items["impressions"].median()]  # few impressions, wild rates
    top = float((100 * steady["click_through_rate"]).max()) if len(steady) else 1.0
    symbol = {"EUR": "euro", "USD": "dollar", "GBP": "£%.2f"}.get(view.currency or "", "localized")
    return {
        "picture": c.ImageColumn("", width=56),
        "title": c.TextColumn("Product", width="medium"),
        "category": c.TextColumn("Category"),
        "impressions": c.NumberColumn("Shown", format="localized", help="Impressions in the period."),
        "rate": c.ProgressColumn(
            "CTR", format="%.1f%%", min_value=0, max_value=max(top, 1e-9), help=FIGURE_TEXTS["click_through_rate"][1]
        ),
        "interval": c.TextColumn("95% interval", help="Wilson interval of the click-through rate."),
        "purchases": c.NumberColumn("Bought", format="localized", help="Bought from a list."),
        "revenue": c.NumberColumn("Revenue", format=symbol, help="Money of the purchases from a list."),
        "line": c.AreaChartColumn("Shown per day", y_min=0, help="Impressions on each day of the period."),
    }


def item_card(view: PerformanceView, item_id: str) -> None:
    """Draw one product's figures and where to go from here."""
    row = view.items.set_index(Columns.ITEM).loc[item_id]
    with st.container(border=True, key="performance_item"):
        heading(safe_text(row["title"], 80), "in this period")
        with st.grid(4, min_column_width=180):
            low, high = percent(row["low"]), percent(row["high"])
            metric_tile("Shown", number(row["impressions"]), series=row["line"])
            metric_tile("Click-through rate", percent(row["click_through_rate"], 2), interval=f"{low} to {high}")
            metric_tile("Bought", number(row["purchases"]))
            metric_tile("Revenue", money(row["revenue"], view.currency))


def _percent(value: float) -> float | None:
    """Fraction to a rounded percentage for a chart; None leaves a gap."""
    return None if math.isnan(value) else round(100 * value, 3)
