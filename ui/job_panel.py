"""The job panel: how a training process is doing, from its state file; asks once a second, and only while it runs."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.jobs import JobKind, JobState, JobStatus, cancel, read_job, tail_of_log
from ui.components import heading
from ui.errors import shown
from ui.job_curves import draw_curves
from ui.text import safe_text
from ui.wording import mark, t

STATUS_WORDS = {
    JobStatus.QUEUED: mark("Starting"),
    JobStatus.RUNNING: mark("Running"),
    JobStatus.DONE: mark("Finished"),
    JobStatus.FAILED: mark("Failed"),
    JobStatus.CANCELLED: mark("Cancelled"),
}
_LOOKS = {
    JobStatus.QUEUED: ("blue", "hourglass_top"),
    JobStatus.RUNNING: ("blue", "autorenew"),
    JobStatus.DONE: ("green", "check"),
    JobStatus.FAILED: ("red", "error"),
    JobStatus.CANCELLED: ("gray", "stop_circle"),
}
_LOG_LINES = 200


def status_badge(status: JobStatus) -> str:
    """Return the badge of a status as Markdown."""
    colour, icon = _LOOKS[status]
    return f":{colour}-badge[:material/{icon}: {t(STATUS_WORDS[status])}]"


def duration(seconds: float) -> str:
    """Return a length of time in words: "8 s", "2 min 5 s", "1 h 10 min".

    Examples
    --------
    >>> duration(8.4), duration(125), duration(4200)
    ('8 s', '2 min 5 s', '1 h 10 min')
    """
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rough_duration(seconds: float) -> str:
    """Return a length of time as one would guess it: "20 s", "6 min".

    Examples
    --------
    >>> rough_duration(13), rough_duration(359), rough_duration(5000)
    ('15 s', '6 min', '1 h 25 min')
    """
    if seconds < 55:
        return duration(5 * max(round(seconds / 5), 1))
    minutes = max(round(seconds / 60), 1)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {5 * round(minutes % 60 / 5)} min"


def job_panel(paths: ShopPaths, run_id: str) -> None:
    """Draw one job; redraws itself while the job runs, and the whole page once when it ends.

    Parameters
    ----------
    paths
        The shop.
    run_id
        The job to follow.
    """
    running = not read_job(paths, run_id).status.is_final
    st.fragment(_panel, run_every=1.0 if running else None)(paths, run_id, running)


def _panel(paths: ShopPaths, run_id: str, was_running: bool) -> None:
    job = read_job(paths, run_id)
    if was_running and job.status.is_final:
        _say_it_is_over(job)
        st.rerun()
    with st.container(border=True, key="job_panel"):
        _headline(paths, job)
        st.progress(job.fraction, text=_progress_line(job))
        if job.status is JobStatus.FAILED:
            st.error(safe_text(job.message, 900), icon=":material/error:")
        elif job.status is JobStatus.CANCELLED:
            st.markdown(f":gray[{safe_text(job.message)}]")
        if job.stages:
            left, right = st.columns([2, 3], gap="medium")
            with left:
                _draw_stages(job)
            with right:
                draw_curves(job.curve)
        else:
            draw_curves(job.curve)
        with st.expander(t("Log"), icon=":material/terminal:", key="job_log"):
            st.code(tail_of_log(paths, run_id, _LOG_LINES) or t("Nothing was written yet."), language=None, height=220)


def _headline(paths: ShopPaths, job: JobState) -> None:
    """Badge, stage in words, and Cancel while there is something to cancel."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        stage = _finished(job) if job.status is JobStatus.DONE else safe_text(job.stage)
        st.markdown(f"{status_badge(job.status)} **{stage}** :gray[:small[{safe_text(job.run_id)}]]")
        if not job.status.is_final:
            st.button(
                t("Cancel"),
                icon=":material/stop_circle:",
                type="tertiary",
                key="cancel_job",
                on_click=_cancel,
                args=(paths, job.run_id),
                help=t("Stops it. The live run stays as it is."),
            )


def _finished(job: JobState) -> str:
    """What was brought to its end."""
    words = {
        JobKind.TRAIN: t("Training finished"),
        JobKind.SEARCH: t("Search finished; see below what it found"),
        JobKind.PARETO: t("Trade-offs found; Fusion shows them"),
    }
    return words[job.kind]


def _cancel(paths: ShopPaths, run_id: str) -> None:
    with shown():
        cancel(paths, run_id)


def _say_it_is_over(job: JobState) -> None:
    """Say it briefly, wherever on the page one is."""
    words = {
        JobStatus.DONE: (_finished(job), ":material/check:"),
        JobStatus.FAILED: (t("It failed; its card says why."), ":material/error:"),
        JobStatus.CANCELLED: (t("It was cancelled."), ":material/stop_circle:"),
    }
    text, icon = words[job.status]
    st.toast(text, icon=icon, duration="long")


def _progress_line(job: JobState) -> str:
    """What stands above the bar: message, elapsed, about how long it will still take."""
    until = job.updated_at if job.status.is_final else datetime.now(UTC)
    passed = duration((until - job.started_at).total_seconds())
    parts = [safe_text(job.message)] if job.message and not job.status.is_final else []
    parts.append(t("{time} in all", time=passed) if job.status.is_final else t("{time} elapsed", time=passed))
    if job.eta_s is not None and not job.status.is_final:
        parts.append(t("about {time} left", time=rough_duration(job.eta_s)))
    return " · ".join(parts)


def _draw_stages(job: JobState) -> None:
    """Each stage with its time; the one at work is marked."""
    heading(t("Stages"), t("time each took"))
    spans = job.spans(None if job.status.is_final else datetime.now(UTC))
    st.markdown(stage_lines(spans, job.status))


def stage_lines(spans: Sequence[tuple[str, float]], status: JobStatus) -> str:
    """Return the stages as Markdown lines: a tick for those done, a mark for the last one as the job stands."""
    last = {
        JobStatus.DONE: ":green[:material/check:]",
        JobStatus.FAILED: ":red[:material/error:]",
        JobStatus.CANCELLED: ":gray[:material/stop_circle:]",
    }.get(status, ":blue[:material/play_arrow:]")
    marks = [":green[:material/check:]"] * (len(spans) - 1) + [last]
    lines = [
        f"{mark} {safe_text(stage)} :gray[:small[{duration(seconds)}]]"
        for mark, (stage, seconds) in zip(marks, spans, strict=True)
    ]
    return "  \n".join(lines)
