"""Earlier trainings on the Training page: how each ended; the gates of the one just finished; the empty state."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.gates import read_gates
from recsys.training.job_state import state_path
from recsys.training.jobs import JobKind, JobStatus, read_job
from recsys.training.runs import show_run
from recsys.workflows.run_history import RunRow
from ui import data, frame, state
from ui.components import empty_state, export_button, heading
from ui.errors import shown
from ui.gates_panel import gates_panel, say_gates
from ui.job_panel import STATUS_WORDS, duration
from ui.text import cell_text
from ui.wording import t, tn


def is_known(paths: ShopPaths, run_id: str) -> bool:
    """Whether a job of this name left a state; somebody may have deleted it meanwhile."""
    return state_path(paths, run_id).is_file()


def outcome_panel(paths: ShopPaths, run_id: str) -> None:
    """Draw the gates of a training that just finished, whether it went live, and the way to Models."""
    job = read_job(paths, run_id)
    if job.status is not JobStatus.DONE or job.kind is not JobKind.TRAIN:
        return
    with shown(), st.container(border=True, key="outcome_panel"):
        record = show_run(paths, run_id)
        gates_panel(record)
        pointer = data.live_pointer()
        live = pointer is not None and pointer[0] == run_id
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            st.markdown(
                f":violet-badge[:material/bolt: {t('Live')}]" if live else f":gray[{t('This run is not live.')}]"
            )
            frame.link(
                "models",
                t("Compare it with the live run"),
                icon=":material/compare_arrows:",
                query={state.RUN: run_id},
            )


def trainings_table(rows: Sequence[RunRow]) -> None:
    """Draw every training of the shop: finished, failed, cancelled."""
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Trainings"), t("newest first; figures, comparison and promotion are on Models"))
            export_button(lambda: trainings_frame(rows), "trainings.csv", label=t("Export"))
        st.dataframe(
            trainings_frame(rows),
            hide_index=True,
            placeholder="–",
            key="trainings",
            column_config={t("Started"): st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", help="UTC")},
            alt=tn("{n} training with how it ended.", "{n} trainings with how each ended.", len(rows)),
        )


def trainings_frame(rows: Sequence[RunRow]) -> pd.DataFrame:
    """Return one row per training for screen and export."""
    return pd.DataFrame(
        [
            {
                t("Run"): r.run_id,
                t("Status"): f"● {t('Live')}" if r.live else t(STATUS_WORDS[r.status]),
                t("Started"): r.created_at.tz_convert("UTC").tz_localize(None),
                t("Took"): duration(r.elapsed_s),
                t("Gates"): say_gates(read_gates(r.record)) if r.record else "–",
                t("Data"): r.data_version,
                t("Note"): cell_text(r.message, 160),
            }
            for r in rows
        ]
    )


def no_runs() -> None:
    """The empty state of a shop that was never trained."""
    empty_state(
        t("No run yet"),
        t("Start a training above. The first finished run can go live at once and fills every page."),
        icon=":material/model_training:",
        command=data.shop_command("train"),
    )
