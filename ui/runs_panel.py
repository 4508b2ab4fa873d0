"""The runs of the Training page: the table, one run looked at closely, promotion and roll-back."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.jobs import JobStatus
from recsys.training.runs import live_pointer, promote, roll_back
from recsys.workflows.run_history import COLUMN_LABELS, RunRow, read_figure
from ui import charts, data
from ui.components import empty_state, export_button, heading
from ui.errors import shown
from ui.job_panel import BADGES, duration
from ui.offline_panel import quality_card
from ui.shelf import label_of
from ui.text import cell_text, plural, safe_text

_STATUS_WORDS = {
    JobStatus.QUEUED: "Starting",
    JobStatus.RUNNING: "Running",
    JobStatus.DONE: "Finished",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELLED: "Cancelled",
}


def runs_table(rows: Sequence[RunRow]) -> RunRow | None:
    """Draw every run; return the one chosen, by default the live one."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Runs", "recall@20 on held-out days with its 95% interval; choose a row to look closer")
            export_button(lambda: runs_frame(rows), "runs.csv")
        chosen = st.dataframe(
            runs_frame(rows),
            hide_index=True,
            placeholder="–",
            key="runs",
            on_select="rerun",
            selection_mode="single-row",
            column_config={
                "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="UTC"),
                **{label: st.column_config.TextColumn(help=text) for label, text in COLUMN_LABELS.values()},
            },
            alt=f"{plural(len(rows), 'run')} with status and recall.",
        ).selection.rows
    if chosen and chosen[0] < len(rows):
        return rows[chosen[0]]
    return next((r for r in rows if r.live), None)


def runs_frame(rows: Sequence[RunRow]) -> pd.DataFrame:
    """Return one row per run for screen and export."""
    return pd.DataFrame(
        [
            {
                "Run": r.run_id,
                "Status": "● Live" if r.live else _STATUS_WORDS[r.status],
                "Started": r.created_at.tz_convert("UTC").tz_localize(None),
                "Took": duration(r.elapsed_s),
                **{label: _recall(r, column) for column, (label, _) in COLUMN_LABELS.items()},
                "Data": r.data_version,
                "Weights": _weights(r),
                "Note": cell_text(r.message, 160),
            }
            for r in rows
        ]
    )


def _recall(row: RunRow, column: str) -> str:
    figure = read_figure(row.record, column, "recall") if row.record else None
    return "–" if figure is None else f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _weights(row: RunRow) -> str:
    if row.record is None:
        return "–"
    return ", ".join(f"{label_of(name)} {w:.2f}" for name, w in row.record.weights.items() if w > 0)


def run_card(paths: ShopPaths, row: RunRow) -> None:
    """Draw one run: how it ended, its weights and figures, and what can be done with it."""
    with st.container(border=True, key="run_card"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            badge = ":violet-badge[:material/bolt: Live]" if row.live else BADGES[row.status]
            st.markdown(f"{badge} **{safe_text(row.run_id)}**")
            _actions(paths, row)
        if row.status is JobStatus.FAILED:
            st.error(safe_text(row.message, 900), icon=":material/error:")
        elif row.message:
            st.markdown(f":gray[{safe_text(row.message, 400)}]")
        if row.record is not None:
            _look_closer(row)


def _look_closer(row: RunRow) -> None:
    """Weights and offline figures beside each other, the rest in an expander."""
    record = row.record
    assert record is not None
    left, right = st.columns([2, 3], gap="medium")
    with left:
        heading("Weights", "chosen on validation")
        names = [n for n, w in record.weights.items() if w > 0]
        spec = charts.term_bars(
            [label_of(n) for n in names], [record.weights[n] for n in names], charts.component_colors(names)
        )
        told = ", ".join(f"{label_of(n)} {record.weights[n]:.2f}" for n in names)
        st.echarts_chart(spec, height=40 + 30 * len(names), key="run_weights", alt=f"Weights: {told}")
    with right:
        quality_card(record)
    with st.expander("Settings, counts and versions", icon=":material/data_object:"):
        counts = {k: v for k, v in record.facts.items() if isinstance(v, int | float | str)}
        st.code(
            json.dumps({"config": record.config, "facts": counts, "versions": record.versions}, indent=2),
            language="json",
        )


def _actions(paths: ShopPaths, row: RunRow) -> None:
    """Promote this run, or roll back from it."""
    pointer = live_pointer(paths)
    with st.container(horizontal=True, width="content", gap="xsmall"):
        if row.record is not None and not row.live and st.button("Promote", icon=":material/publish:", key="promote"):
            _confirm_promotion(paths, row, pointer)
        if row.live and pointer["previous"] and st.button("Roll back", icon=":material/undo:", key="roll_back"):
            _confirm_roll_back(paths, pointer)


@st.dialog("Make this run live?", icon=":material/publish:")
def _confirm_promotion(paths: ShopPaths, row: RunRow, pointer: dict[str, Any]) -> None:
    """Say what changes, then do it."""
    now = f" instead of **{safe_text(pointer['run_id'])}**" if pointer["run_id"] else ""
    st.markdown(f"Every list will be made with **{safe_text(row.run_id)}**{now}. You can roll back at any time.")
    if st.button("Promote", type="primary", icon=":material/publish:", key="confirm_promote"):
        with shown():
            promote(paths, row.run_id, expected_version=pointer["version"])
            st.rerun()


@st.dialog("Roll back?", icon=":material/undo:")
def _confirm_roll_back(paths: ShopPaths, pointer: dict[str, Any]) -> None:
    """Say what changes, then do it."""
    st.markdown(f"Every list will again be made with **{safe_text(pointer['previous'][0])}**.")
    if st.button("Roll back", type="primary", icon=":material/undo:", key="confirm_roll_back"):
        with shown():
            roll_back(paths)
            st.rerun()


def no_runs() -> None:
    """The empty state of a shop that was never trained."""
    empty_state(
        "No run yet",
        "Start a training above. The first finished run can go live at once and fills every page.",
        icon=":material/model_training:",
        command=data.shop_command("train"),
    )
