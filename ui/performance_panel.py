"""Parts of the Performance page: what the figures rest on, the line with its band, breakdowns, the share of sales."""

import math

import pandas as pd
import streamlit as st

from recsys.evaluation.live import FIGURES, LiveChanges, LiveFigures
from recsys.evaluation.rates import Change, Estimate
from recsys.vocabulary import Columns
from recsys.workflows.outcomes import CATEGORY_COLUMN, NONE, SEGMENT_COLUMN, WARMTH_COLUMN
from recsys.workflows.performance import DAILY, PerformanceView, Segment
from recsys.workflows.sales_share import SalesShare
from ui import address, charts, glossary, state
from ui.components import export_button, heading
from ui.figure_words import REVENUE, SHORT, change_text, figure_text, interval_text, reading, span_text, warmth_name
from ui.scope import SEGMENT_NAMES
from ui.text import cell_text, day, money, number, percent, points
from ui.wording import mark, t, tn

BREAKDOWNS = {
    Columns.PLACEMENT: mark("Placement"),
    SEGMENT_COLUMN: mark("Segment"),
    WARMTH_COLUMN: mark("What was known"),
    CATEGORY_COLUMN: mark("Category"),
}
"""Column of the outcomes -> its name; the column is the code in the address."""


def summary_line(view: PerformanceView) -> None:
    """Say how much the figures rest on, and what they are compared with."""
    f, period = view.figures, view.period
    parts = [t("{first} to {last}", first=day(period.days[0]), last=day(period.days[-1]))]
    if period.compares:
        earlier = period.compared_days
        parts.append(t("against {first} to {last}", first=day(earlier[0]), last=day(earlier[-1])))
    parts += [
        tn("{n} impression", "{n} impressions", f.impressions),
        tn("{n} list", "{n} lists", f.requests),
        tn("{n} click", "{n} clicks", f.clicks),
        tn("{n} cart", "{n} carts", f.carts),
        tn("{n} purchase", "{n} purchases", f.purchases),
        money(f.revenue, view.currency),
    ]
    st.markdown(f":gray[{' · '.join(parts)}]")


def figure_by_day(view: PerformanceView) -> None:
    """Draw one figure per day with its 95 % band."""
    with st.container(border=True, key="by_day"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Day by day"), t("band: 95% interval"))
            options = {name: t(SHORT[name]) for name in DAILY}
            name = st.segmented_control(
                t("Figure"),
                list(options),
                default=DAILY[0],
                required=True,
                format_func=options.__getitem__,
                key=state.DAILY_FIGURE,
                label_visibility="collapsed",
            )
            export_button(lambda: days_frame(view), "performance_by_day.csv")
        table, scale = view.daily[name], 1.0 if name == REVENUE else 100.0
        lines = [[_scaled(v, scale) for v in table[c]] for c in ("value", "low", "high")]
        labels = [day(d, year=False) for d in table["day"]]
        estimate: Estimate = getattr(view.figures, name)
        st.echarts_chart(
            charts.band_line(labels, *lines, unit="" if name == REVENUE else "%"),
            height=260,
            key="figure_by_day",
            alt=_say_line(name, estimate, table, view.currency),
        )


def _say_line(name: str, estimate: Estimate, table: pd.DataFrame, currency: str | None) -> str:
    """The finding of the line: the figure of the period, and between what the days lie."""
    known = table["value"].dropna()
    return t(
        "{figure} per day: {value} over the period ({interval}), days between {low} and {high}.",
        figure=glossary.label(name),
        value=figure_text(name, estimate.value, currency),
        interval=interval_text(name, estimate, currency) or "–",
        low=figure_text(name, known.min(), currency) if len(known) else "–",
        high=figure_text(name, known.max(), currency) if len(known) else "–",
    )


def days_frame(view: PerformanceView) -> pd.DataFrame:
    """Return the counts and every daily figure with its interval, for export."""
    parts = [
        view.daily[name].set_index("day").add_prefix(f"{name}_").rename(columns={f"{name}_value": name})
        for name in DAILY
    ]
    counts = view.days.set_index("day")[["impressions", "clicks", "carts", "purchases", "revenue"]]
    return pd.concat([counts, *parts], axis=1).reset_index()


def breakdown_table(view: PerformanceView) -> None:
    """Draw the figures of the parts of what was shown, by what the reader chooses."""
    with st.container(border=True, key="breakdown"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Broken down"), t("with 95% intervals; hover a heading for its definition"))
            export_button(lambda: parts_frame(view, plain=True), "performance_parts.csv")
        options = {code: t(name) for code, name in BREAKDOWNS.items()}
        kind = address.choose(t("By"), options, key=state.BREAKDOWN, default=Columns.PLACEMENT)
        frame = parts_frame(view, kind)
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="–",
            key="parts",
            column_config={t(SHORT[n]): st.column_config.TextColumn(help=glossary.define(n)) for n in FIGURES}
            | {t("Shown"): glossary.column("impressions")}
            | {t("CTR against before"): st.column_config.TextColumn(help=t("Change of the click-through rate."))},
            alt=_say_parts(view, kind),
        )


def _say_parts(view: PerformanceView, kind: str) -> str:
    """The finding of the breakdown: which part has the highest click-through rate."""
    parts = [s for s in view.segments if s.kind == kind and s.figures.click_through_rate.known]
    if not parts:
        return t("Figures of each part of what was shown.")
    best = max(parts, key=lambda s: s.figures.click_through_rate.value)
    rate = figure_text("click_through_rate", best.figures.click_through_rate.value, view.currency)
    return t("Highest click-through rate: {part}, {rate}.", part=_part_name(best), rate=rate)


def parts_frame(view: PerformanceView, kind: str = "", *, plain: bool = False) -> pd.DataFrame:
    """Return one row per part, everything first.

    Parameters
    ----------
    view
        The page's view model.
    kind
        Key of `BREAKDOWNS`; empty for every breakdown.
    plain
        Numbers with low and high instead of words, and the kind of part, for export.
    """
    rows = []
    for part in view.segments:
        if kind and part.kind not in (kind, "all"):
            continue
        head: dict[str, object] = {"kind": part.kind, "part": part.name, "impressions": part.figures.impressions}
        if not plain:
            head = {t("Part"): cell_text(_part_name(part), 60), t("Shown"): part.figures.impressions}
        rows.append(head | (_numbers(part.figures) if plain else _words(part.figures, part.changes, view.currency)))
    return pd.DataFrame(rows)


def _part_name(part: Segment) -> str:
    """A part in the visitor's language; categories and placements are the shop's own words."""
    if part.kind == "all":
        return t("All")
    if part.kind == WARMTH_COLUMN:
        return warmth_name(part.name)
    if part.kind == SEGMENT_COLUMN:
        return t(SEGMENT_NAMES[part.name])
    return t("(none)") if part.name == NONE else part.name


def _words(figures: LiveFigures, changes: LiveChanges, currency: str | None) -> dict[str, object]:
    """Figures of one row with their intervals, and the reading of the click-through rate's change."""
    cells: dict[str, object] = {}
    for name in FIGURES:
        estimate: Estimate = getattr(figures, name)
        interval = interval_text(name, estimate, currency)
        cells[t(SHORT[name])] = figure_text(name, estimate.value, currency) + (f" ({interval})" if interval else "")
        if name == "click_through_rate":
            change: Change = changes.click_through_rate
            cells[t("CTR against before")] = f"{change_text(name, change, currency) or '–'} · {reading(change)}"
    return cells


def _numbers(figures: LiveFigures) -> dict[str, object]:
    """Figures of one row as numbers with low and high."""
    cells: dict[str, object] = {}
    for name in FIGURES:
        estimate: Estimate = getattr(figures, name)
        cells |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return cells


def share_card(share: SalesShare, currency: str | None) -> None:
    """Draw how much of everything sold came from recommendations, and how that went day by day."""
    with st.container(border=True, key="share"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(
                t("Share of everything sold"),
                t("purchases of the period, whenever the list was shown; not what would be lost without lists"),
            )
            export_button(lambda: share.days, "share_of_sales.csv")
        if not share.share.known:
            st.markdown(f":gray[{t('Nothing was sold in this period.')}]")
            return
        said = t(
            "**{share}** of {all} came from recommendations ({interval}): {part} in {n} of {sold} purchases.",
            share=percent(share.share.value),
            all=money(share.revenue, currency),
            interval=span_text(percent(share.share.low), percent(share.share.high)),
            part=money(share.recommended_revenue, currency),
            n=number(share.recommended_purchases),
            sold=number(share.purchases),
        )
        st.markdown(said.replace("$", "\\$") + _say_share_change(share))
        labels = [day(d, year=False) for d in share.days["day"]]
        values = [_scaled(v, 100.0) for v in share.days["share"]]
        line = charts.band_line(labels, values, values, values, unit="%")
        alt = t(
            "Share of sales from recommendations per day; {share} over the period.", share=percent(share.share.value)
        )
        st.echarts_chart(line, height=160, key="share_by_day", alt=alt)


def _say_share_change(share: SalesShare) -> str:
    """The change of the share with its interval; empty where nothing is compared."""
    if not share.change.known:
        return ""
    interval = span_text(points(share.change.low, unit=False), points(share.change.high, unit=False))
    change = points(share.change.value)
    return " :gray[" + t("Against before: {change} ({interval}).", change=change, interval=interval) + "]"


def _scaled(value: float, scale: float) -> float | None:
    """A value in the unit of a chart; None leaves a gap."""
    return None if math.isnan(value) else round(scale * value, 3)
