"""Two runs beside each other: figures, weights, how much of the lists stays, and one shopper's list item by item."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.runs import RunRecord
from recsys.workflows.compare_runs import FigurePair, Overlap, Placed, compare_figures, compare_weights
from recsys.workflows.run_history import RunRow
from ui import charts, data, glossary, model_data, state
from ui.components import empty_state, export_button, heading, metric_tile, picture_url
from ui.errors import shown
from ui.shelf import label_of
from ui.text import cell_text, plain_text, safe_text, signed
from ui.wording import t, tn


def nothing_to_compare() -> None:
    """The empty state of a shop with one run."""
    empty_state(t("Only one run so far"), t("Train again with other settings, and compare the two here."))


def compare_panel(paths: ShopPaths, first: RunRow, second: RunRow) -> None:
    """Draw everything in which two runs differ."""
    ours, theirs = first.record, second.record
    if ours is None or theirs is None:  # finished runs have one
        return
    st.markdown(
        t("**{ours}** against **{theirs}**", ours=safe_text(ours.run_id), theirs=safe_text(theirs.run_id))
        + f"  \n:gray[:small[{t('A change is the first minus the second.')}]]"
    )
    pairs = compare_figures(paths, ours, theirs)
    _headline(pairs)
    _figures(pairs, ours, theirs)
    left, right = st.columns(2, gap="medium")
    with left:
        _weights(ours, theirs)
    with right, shown(), st.spinner(t("Making lists with both runs…")):
        _overlap(model_data.overlap_of(ours.run_id, theirs.run_id))
    with shown():
        _lists(ours.run_id, theirs.run_id)


def _headline(pairs: Sequence[FigurePair]) -> None:
    """The recall of every column as a tile with its change."""
    recalls = [p for p in pairs if p.measure == "recall"]
    if not recalls:
        return
    with st.grid(len(recalls), min_column_width=190):
        for p in recalls:
            metric_tile(
                glossary.label(p.column),
                f"{p.ours.value:.3f}",
                change=signed(p.change.value),
                change_note=t("{low} to {high}", low=signed(p.change.low), high=signed(p.change.high)),
                decided=p.decided,
                help=glossary.define(p.column),
            )


def _figures(pairs: Sequence[FigurePair], ours: RunRecord, theirs: RunRecord) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Figures"), _pairing(pairs))
            export_button(lambda: figures_frame(pairs), f"compare-{ours.run_id}-{theirs.run_id}.csv", label=t("Export"))
        if not pairs:
            empty_state(t("Nothing to compare"), t("One of the runs had too little data to hold days out."))
            return
        st.dataframe(
            figures_frame(pairs),
            hide_index=True,
            key="compared_figures",
            alt="; ".join(f"{glossary.label(p.column)} {signed(p.change.value)}" for p in pairs),
        )


def _pairing(pairs: Sequence[FigurePair]) -> str:
    """Say over whom the intervals are."""
    if not pairs:
        return ""
    if all(p.paired for p in pairs):
        return t("paired: both judged the same {n} shoppers", n=f"{max(p.change.n_users for p in pairs):,}")
    return t("not paired: other days or shoppers, or a run that did not keep them; intervals are wider")


def figures_frame(pairs: Sequence[FigurePair]) -> pd.DataFrame:
    """Return one row per figure: both values with intervals, the change with its own, and whether it is decided."""
    return pd.DataFrame(
        [
            {
                t("Column"): glossary.label(p.column),
                t("Measure"): glossary.label(p.measure),
                t("First"): f"{p.ours.value:.3f} ({p.ours.low:.3f} to {p.ours.high:.3f})",
                t("Second"): f"{p.theirs.value:.3f} ({p.theirs.low:.3f} to {p.theirs.high:.3f})",
                t("Change"): f"{signed(p.change.value)} ({signed(p.change.low)} to {signed(p.change.high)})",
                t("Verdict"): _verdict(p),
            }
            for p in pairs
        ]
    )


def _verdict(pair: FigurePair) -> str:
    if not pair.decided:
        return t("not decided")
    return f"↑ {t('better')}" if pair.change.value > 0 else f"↓ {t('worse')}"


def _weights(ours: RunRecord, theirs: RunRecord) -> None:
    pairs = compare_weights(ours, theirs)
    with st.container(border=True, height="stretch"):
        heading(t("Weights"), t("filled: first, outlined: second"))
        told = ", ".join(f"{label_of(p.component)} {p.ours:.2f} / {p.theirs:.2f}" for p in pairs)
        names = [p.component for p in pairs]
        option = weights_option([label_of(n) for n in names], [p.ours for p in pairs], [p.theirs for p in pairs], names)
        st.echarts_chart(option, height=40 + 40 * len(pairs), key="compared_weights", alt=told)


def weights_option(
    labels: Sequence[str], ours: Sequence[float], theirs: Sequence[float], names: Sequence[str]
) -> dict[str, Any]:
    """Return an ECharts pair of bars per component in its colour: the first run's filled, the second's outlined."""
    colours = charts.palette()

    def series(name: str, values: Sequence[float], filled: bool) -> dict[str, Any]:
        return {
            "type": "bar",
            "name": name,
            "barWidth": 11,
            "label": {"show": True, "position": "right", "color": colours["text"]},
            "data": [
                {"value": round(v, 2), "itemStyle": {"color": c if filled else colours["page"], "borderColor": c}}
                for v, c in zip(values, charts.component_colors(names), strict=True)
            ],
        }

    return {
        "animation": False,
        "grid": {"left": 8, "right": 40, "top": 4, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": charts.axis("value", axisLabel={"show": False}),
        "yAxis": charts.axis("category", data=list(labels), inverse=True, axisLabel={"color": colours["text"]}),
        "series": [series(t("First"), ours, True), series(t("Second"), theirs, False)],
    }


def _overlap(found: Overlap | None) -> None:
    """How many of the first places stay, and over how many shoppers."""
    with st.container(border=True, height="stretch"):
        heading(t("How much of the lists stays"), t("each run with its own weights, a sample of shoppers"))
        if found is None:
            st.markdown(f":gray[{t('The runs know no shopper in common.')}]")
            return
        with st.grid(2, min_column_width=150):
            metric_tile(
                t("Stay in the top {n}", n=found.n_places),
                f"{found.stay.value:.1f}",
                interval=t("{low} to {high}", low=f"{found.stay.low:.1f}", high=f"{found.stay.high:.1f}"),
                help=t("Products in both lists, mean over {n} shoppers.", n=found.stay.n_users),
            )
            metric_tile(
                t("At the same place"),
                f"{found.same_place.value:.1f}",
                interval=t("{low} to {high}", low=f"{found.same_place.low:.1f}", high=f"{found.same_place.high:.1f}"),
                help=t("Products at the very same place in both lists."),
            )
        heading(t("Shoppers"), t("by how many products stay in their list"))
        st.echarts_chart(_histogram(found), height=150, key="overlap", alt=_overlap_alt(found))


def _histogram(found: Overlap) -> dict[str, Any]:
    """Shoppers by how many products stay in their list."""
    counts = [int((found.counts == k).sum()) for k in range(found.n_places + 1)]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 8, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": charts.axis("category", data=list(range(found.n_places + 1))),
        "yAxis": charts.axis("value", minInterval=1),
        "series": [
            {"type": "bar", "name": t("Shoppers"), "data": counts, "itemStyle": {"color": charts.palette()["accent"]}}
        ],
    }


def _overlap_alt(found: Overlap) -> str:
    return t(
        "Of {n} products {stay} stay on average, over {users} shoppers.",
        n=found.n_places,
        stay=f"{found.stay.value:.1f}",
        users=found.stay.n_users,
    )


def _lists(ours: str, theirs: str) -> None:
    """One shopper's lists, item by item."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
            heading(t("One shopper's list"), t("place in the first run, in the second, and the move"))
            shopper = st.selectbox(
                t("Shopper"),
                data.shoppers(),
                format_func=plain_text,
                accept_new_options=True,
                key=state.SHOPPER,
                bind="query-params",
                width=210,
            )
            placed = model_data.lists_of(ours, theirs, shopper or "")
            export_button(lambda: lists_frame(placed), f"lists-{ours}-{theirs}.csv", label=t("Export"))
        frame = lists_frame(placed)
        stay = sum(p.move is not None for p in placed)
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="–",
            key="compared_lists",
            row_height=52,
            column_config={t("Picture"): st.column_config.ImageColumn(width="small")},
            alt=tn("{n} product stands in both lists.", "{n} products stand in both lists.", stay),
        )


def lists_frame(placed: Sequence[Placed]) -> pd.DataFrame:
    """Return one row per product of either list."""
    return pd.DataFrame(
        {
            t("First"): pd.array([p.ours for p in placed], dtype="Int64"),
            t("Second"): pd.array([p.theirs for p in placed], dtype="Int64"),
            t("Move"): [_move(p) for p in placed],
            t("Picture"): [picture_url(p.picture) or None for p in placed],
            t("Product"): [cell_text(p.title, 120) for p in placed],
            t("Id"): [cell_text(p.item_id, 60) for p in placed],
        }
    )


def _move(placed: Placed) -> str:
    """↑ 3, ↓ 2, =, new, or gone."""
    if placed.theirs is None:
        return t("new")
    if placed.move is None:
        return t("gone")
    return "=" if placed.move == 0 else f"↑ {placed.move}" if placed.move > 0 else f"↓ {-placed.move}"
