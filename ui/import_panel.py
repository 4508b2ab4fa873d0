"""Imports that are running, waiting or just ended: progress, cancel and result, whoever started them."""

import streamlit as st

from recsys.ingest.mapping import Kind
from recsys.workflows.import_jobs import ImportJob, JobState
from ui import upload_data
from ui.text import safe_text
from ui.wording import mark, t, tn

EVERY_S = 1.0
STAGES = {
    "": mark("Starting"),
    "read": mark("Reading the file"),
    "check": mark("Checking every row"),
    "pictures": mark("Keeping the pictures"),
    "write": mark("Writing in one transaction"),
    "export": mark("Exporting the newest data"),
}
_LOOKS = {
    JobState.DONE: (st.success, ":material/check_circle:"),
    JobState.FAILED: (st.error, ":material/error:"),
    JobState.CANCELLED: (st.info, ":material/stop_circle:"),
}


def import_panel(kind: Kind) -> None:
    """Draw the imports of one kind; looks again once a second, and only while one is active.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    """
    active = any(job.active for job in upload_data.import_jobs().jobs())
    st.fragment(_draw, key=f"imports_{kind}", run_every=EVERY_S if active else None)(kind, active)


def _draw(kind: Kind, was_active: bool) -> None:
    """Draw what goes on; draw the whole page once when everything has ended."""
    jobs = upload_data.import_jobs()
    everything = jobs.jobs()
    if was_active and not any(job.active for job in everything):
        st.rerun()
    for job in everything:
        if job.active and job.kind == kind:
            _progress(job, ahead=sum(other.active and other.created_at < job.created_at for other in everything))
    ended = next((job for job in everything if job.kind == kind and not job.active and not job.dismissed), None)
    if ended is not None:
        _result(ended)


def _progress(job: ImportJob, ahead: int) -> None:
    """Draw how far one import is, and the way to stop it."""
    name = safe_text(job.file_name, 60)
    if job.state is JobState.WAITING and ahead:
        words = tn("{name} waits for {n} other import", "{name} waits for {n} other imports", ahead, name=name)
    else:
        words = t("{name}: {stage}", name=name, stage=t(STAGES[job.stage]))
    with st.container(border=True, key=f"import_running_{job.job_id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(job.fraction, text=words)
            st.button(
                t("Cancel"),
                icon=":material/stop_circle:",
                key=f"cancel_import:{job.job_id}",
                disabled=job.stage in ("write", "export"),
                on_click=upload_data.import_jobs().cancel,
                args=(job.job_id,),
            )
        st.markdown(f":gray[:small[{t('You may leave this page; the import goes on.')}]]")


def _result(job: ImportJob) -> None:
    """Say how an import ended, until somebody puts it away."""
    show, icon = _LOOKS[job.state]
    message = job.message or t("The import of {name} was cancelled; nothing was written.", name=job.file_name)
    if job.n_warnings:
        message += " " + tn("{n} warning while it was checked.", "{n} warnings while it was checked.", job.n_warnings)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"import_ended_{job.job_id}"):
        show(safe_text(message, 600), icon=icon)
        st.button(
            t("Dismiss"),
            icon=":material/close:",
            type="tertiary",
            key=f"dismiss_import:{job.job_id}",
            on_click=upload_data.import_jobs().dismiss,
            args=(job.job_id,),
        )
