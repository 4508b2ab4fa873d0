"""How good a run is on days it had not seen: the four columns with intervals, as a chart and a table."""

from typing import Any

import pandas as pd
import streamlit as st

from recsys.evaluation.beyond_report import FIGURES
from recsys.training.runs import RunRecord, show_run
from recsys.workflows.run_history import COLUMN_LABELS, MEASURES, tabulate_beyond, tabulate_groups, tabulate_quality
from ui import charts, data, glossary
from ui.components import empty_state, export_button, heading
from ui.errors import shown
from ui.text import day, safe_text
from ui.wording import mark, t

GROUPS = (mark("Shoppers by activity"), mark("Products by popularity"))
"""Rows of the table by group."""
_GROUP_HELP = mark(
    "Fifths of equal size: shoppers by how often they chose anything, products by how many shoppers chose them. "
    "New: products nobody had chosen."
)


def offline_quality() -> None:
    """Draw the live run's offline figures, or say that there are none."""
    pointer = data.live_pointer()
    if pointer is None:
        return
    with shown(), st.container(border=True, key="offline"):
        record = show_run(data.shop_paths(), pointer[0])
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Live run {run} on days it had not seen", run=safe_text(record.run_id)), _window(record))
            export_button(lambda: tabulate_quality(record), "offline_quality.csv", label=t("Export"))
        quality_card(record, titled=False)


def quality_card(record: RunRecord, *, titled: bool = True) -> None:
    """Draw recall and NDCG of each column with intervals.

    Parameters
    ----------
    record
        The run.
    titled
        Whether to draw a heading of its own.
    """
    if titled:
        heading(t("On held-out days"), t("95% intervals over shoppers"))
    table = tabulate_quality(record)
    if table.empty:
        note = record.facts.get("note") or t("There was too little data to hold days out.")
        empty_state(t("Nothing was held out"), safe_text(note), icon=":material/hourglass_empty:")
        return
    measure = st.segmented_control(
        t("Measure"),
        list(MEASURES),
        default="recall",
        required=True,
        format_func=glossary.label,
        key=f"measure_{record.run_id}",
        help=" ".join(f"**{glossary.label(m)}**: {glossary.define(m)}" for m in MEASURES),
        label_visibility="collapsed",
    )
    rows = table[table["measure"] == measure]
    st.echarts_chart(interval_option(rows), height=44 * len(rows) + 40, key=f"quality_{record.run_id}", alt=_alt(rows))
    st.dataframe(
        quality_frame(rows),
        hide_index=True,
        placeholder="–",
        key=f"quality_table_{record.run_id}",
        column_config={
            t("Shoppers"): st.column_config.NumberColumn(format="localized", help=t("Shoppers with such a choice.")),
            t("Column"): st.column_config.TextColumn(
                help=" ".join(f"{glossary.label(c)}: {glossary.define(c)}" for c in COLUMN_LABELS)
            ),
        },
        alt=_alt(rows),
    )
    _beyond_accuracy(record, measure)


def _beyond_accuracy(record: RunRecord, measure: str) -> None:
    """Draw what lies beyond accuracy, and accuracy by group; nothing for a run that did not measure it."""
    figures, groups = tabulate_beyond(record), tabulate_groups(record, measure)
    if figures.empty:
        return
    heading(t("Beyond accuracy"), t("of the lists of everybody; hover a name for its definition"))
    help_by_label = dict(FIGURES.values())
    st.dataframe(
        figures,
        hide_index=True,
        key=f"beyond_{record.run_id}",
        column_config={
            str(n): st.column_config.NumberColumn(t(str(n)), format="%.3g", help=t(help_by_label[str(n)]))
            for n in figures
        },
        alt="; ".join(f"{t(str(name))} {figures[name].iat[0]:.3g}" for name in figures),
    )
    if groups.empty:
        return
    about = t("{measure} for each fifth of the shoppers, and of the products", measure=glossary.label(measure))
    st.markdown(f":gray[:small[{about}]]")
    st.dataframe(
        groups.rename(index=t).reset_index(names=""),
        hide_index=True,
        placeholder="–",
        key=f"groups_{record.run_id}",
        column_config={
            str(n): st.column_config.NumberColumn(t(str(n)), format="%.3f", help=t(_GROUP_HELP)) for n in groups
        },
        alt=t("{measure} by activity and popularity.", measure=glossary.label(measure)),
    )


def quality_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the figures in words, one row per column."""
    return pd.DataFrame(
        {
            t("Column"): [glossary.label(c) for c in rows["column"]],
            t("Value"): [f"{v:.3f}" for v in rows["value"]],
            t("95% interval"): [
                t("{low} to {high}", low=f"{a:.3f}", high=f"{b:.3f}")
                for a, b in zip(rows["low"], rows["high"], strict=True)
            ],
            t("Shoppers"): rows["n_users"].to_numpy(),
        }
    )


def interval_option(rows: pd.DataFrame) -> dict[str, Any]:
    """Return an ECharts interval chart: one row per column, bar = interval, dot = estimate."""
    colours = charts.palette()
    labels = [glossary.label(c) for c in rows["column"]]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 24, "top": 4, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": charts.axis("value", min=0),
        "yAxis": charts.axis("category", data=labels, inverse=True, axisLabel={"color": colours["text"]}),
        "series": [
            {"type": "bar", "stack": "i", "silent": True, "itemStyle": {"opacity": 0}, "data": _rounded(rows["low"])},
            {
                "type": "bar",
                "stack": "i",
                "barWidth": 10,
                "silent": True,
                "itemStyle": {"color": colours["band"], "borderRadius": 5},
                "data": _rounded(rows["high"] - rows["low"]),
            },
            {
                "type": "scatter",
                "symbolSize": 11,
                "z": 3,
                "itemStyle": {"color": colours["accent"]},
                "data": [[v, name] for v, name in zip(_rounded(rows["value"]), labels, strict=True)],
            },
        ],
    }


def _rounded(values: pd.Series) -> list[float]:
    return [round(float(v), 4) for v in values]


def _alt(rows: pd.DataFrame) -> str:
    """Say the figures."""
    return "; ".join(f"{glossary.label(c)} {v:.3f}" for c, v in zip(rows["column"], rows["value"], strict=True))


def _window(record: RunRecord) -> str:
    """Say which days were held out."""
    facts = record.facts
    if "test_from" not in facts:
        return ""
    first, last = (day(pd.Timestamp(facts[name])) for name in ("test_from", "test_to"))
    return t("held out: {first} to {last}", first=first, last=last)
