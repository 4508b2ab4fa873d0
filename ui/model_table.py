"""Every finished run in one table, and the card of the one chosen: weights, quality, gates, note, model card."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.care import LONGEST_NOTE, read_note, write_note
from recsys.training.gates import read_gates
from recsys.training.runs import RunRecord
from recsys.workflows.model_card import render_card
from recsys.workflows.run_history import COLUMN_LABELS, RunRow, read_figure
from ui import charts, glossary, state
from ui.components import export_button, heading
from ui.errors import shown
from ui.gates_panel import gates_panel, say_gates
from ui.job_panel import duration
from ui.model_serving import run_actions
from ui.offline_panel import quality_card
from ui.shelf import label_of
from ui.text import cell_text, day, percent, safe_text
from ui.wording import t, tn


def runs_table(paths: ShopPaths, rows: Sequence[RunRow], pointer: Mapping[str, Any]) -> None:
    """Draw every finished run; a click on a row chooses it."""
    frame = runs_frame(paths, rows, pointer)
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Runs"), t("recall@20 on held-out days with its 95% interval; click a row to look closer"))
            export_button(lambda: runs_frame(paths, rows, pointer), "models.csv", label=t("Export"))
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="–",
            key="models",
            on_select=lambda: _choose([r.run_id for r in rows]),
            selection_mode="single-row",
            column_config={
                t("Trained"): st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="UTC"),
                **{glossary.label(c): st.column_config.TextColumn(help=glossary.define(c)) for c in COLUMN_LABELS},
            },
            alt=tn("{n} run with recall and gates.", "{n} runs with recall and gates.", len(rows)),
        )


def _choose(run_ids: Sequence[str]) -> None:
    """Callback: a row was clicked."""
    chosen = st.session_state["models"].selection.rows
    if chosen and chosen[0] < len(run_ids):
        st.session_state[state.RUN] = run_ids[chosen[0]]


def runs_frame(paths: ShopPaths, rows: Sequence[RunRow], pointer: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per finished run for screen and export."""
    return pd.DataFrame(
        [
            {
                t("Run"): r.run_id,
                t("Serves"): serving_word(r.run_id, pointer),
                t("Trained"): r.created_at.tz_convert("UTC").tz_localize(None),
                t("Gates"): say_gates(read_gates(r.record)),
                **{glossary.label(c): _recall(r.record, c) for c in COLUMN_LABELS},
                t("Took"): duration(r.elapsed_s),
                t("Weights"): ", ".join(f"{label_of(n)} {w:.2f}" for n, w in r.record.weights.items() if w > 0),
                t("Data"): r.data_version,
                t("Note"): cell_text(read_note(paths, r.run_id), 160),
            }
            for r in rows
            if r.record is not None
        ]
    )


def serving_word(run_id: str, pointer: Mapping[str, Any]) -> str:
    """Say whom a run serves: live, canary with its share, the one before, or nobody."""
    canary = pointer["canary"] or {}
    if run_id == pointer["run_id"]:
        return f"● {t('Live')}"
    if run_id == canary.get("run_id"):
        return f"◐ {t('Canary {share}', share=percent(canary['share'], 0))}"
    return f"↶ {t('Before')}" if run_id in pointer["previous"][:1] else ""


def run_label(row: RunRow, pointer: Mapping[str, Any]) -> str:
    """Name a run in a list: its id and whom it serves."""
    return f"{row.run_id} {serving_word(row.run_id, pointer)}".strip()


def _recall(record: RunRecord, column: str) -> str:
    figure = read_figure(record, column, "recall")
    return "–" if figure is None else f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def run_card(paths: ShopPaths, row: RunRow, pointer: Mapping[str, Any]) -> None:
    """Draw one run and what can be done with it."""
    record = row.record
    assert record is not None
    with st.container(border=True, key="run_card"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            serves = serving_word(row.run_id, pointer)
            badge = f":violet-badge[{serves}] " if serves else ""
            st.markdown(f"{badge}**{safe_text(row.run_id)}** :gray[:small[{_facts(row)}]]")
            with st.container(horizontal=True, width="content", gap="xsmall", key="run_actions"):
                _card_button(paths, row.run_id)
                run_actions(paths, record)
        if row.message:
            st.markdown(f":gray[{safe_text(row.message, 400)}]")
        left, right = st.columns([2, 3], gap="medium")
        with left:
            _weights(record)
            gates_panel(record)
        with right:
            quality_card(record)
        _note(paths, row.run_id)
        with st.expander(t("Settings, counts and versions"), icon=":material/data_object:"):
            _settings(record)


def _card_button(paths: ShopPaths, run_id: str) -> None:
    """Offer the model card."""
    st.download_button(
        t("Model card"),
        lambda: render_card(paths, run_id),
        f"model-card-{run_id}.html",
        "text/html",
        icon=":material/description:",
        type="tertiary",
        on_click="ignore",
        key="model_card",
        help=t("One HTML file to read, print or keep: data, figures, limits, gates, settings, checksums."),
    )


def _facts(row: RunRow) -> str:
    """When it was trained, on how much."""
    n_items = int(row.record.facts.get("n_items") or 0) if row.record else 0
    parts = [day(row.created_at), duration(row.elapsed_s), tn("{n} product", "{n} products", n_items)]
    if row.n_events:
        parts.append(tn("{n} event", "{n} events", row.n_events))
    return " · ".join(parts)


def _weights(record: RunRecord) -> None:
    names = [n for n, w in record.weights.items() if w > 0]
    heading(t("Weights"), t("chosen on validation"))
    told = ", ".join(f"{label_of(n)} {record.weights[n]:.2f}" for n in names)
    st.echarts_chart(
        charts.term_bars(
            [label_of(n) for n in names], [record.weights[n] for n in names], charts.component_colors(names)
        ),
        height=40 + 26 * len(names),
        key="run_weights",
        alt=t("Weights: {weights}", weights=told),
    )


def _note(paths: ShopPaths, run_id: str) -> None:
    """A free text that whoever comes later reads."""
    kept = read_note(paths, run_id)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_area(
            t("Note"),
            kept,
            key=f"note_{run_id}",
            max_chars=LONGEST_NOTE,
            height=68,
            placeholder=t("What was tried, and what you think of it"),
        )
        if st.button(t("Save note"), icon=":material/save:", key="save_note", disabled=(text or "").strip() == kept):
            with shown():
                write_note(paths, run_id, text or "")
                st.toast(t("Note saved."), icon=":material/check:")
                st.rerun()


def _settings(record: RunRecord) -> None:
    counts = {k: v for k, v in record.facts.items() if isinstance(v, int | float | str)}
    content = {"config": record.config, "facts": counts, "versions": record.versions}
    st.code(json.dumps(content, indent=2), language=None, height=300)
