"""The job panel: how a training process is doing, from its state file; asks once a second, and only while it runs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.jobs import CurvePoint, JobState, JobStatus, cancel, read_job, tail_of_log
from ui import charts
from ui.components import heading
from ui.errors import shown
from ui.text import safe_text

BADGES = {
    JobStatus.QUEUED: ":blue-badge[:material/hourglass_top: Starting]",
    JobStatus.RUNNING: ":blue-badge[:material/autorenew: Running]",
    JobStatus.DONE: ":green-badge[:material/check: Finished]",
    JobStatus.FAILED: ":red-badge[:material/error: Failed]",
    JobStatus.CANCELLED: ":gray-badge[:material/stop_circle: Cancelled]",
}
_LOG_LINES = 200
_DASHES = ("solid", "dashed", "dotted")


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
        if job.curve:
            _draw_curve(job.curve)
        with st.expander("Log", icon=":material/terminal:", key="job_log"):
            st.code(tail_of_log(paths, run_id, _LOG_LINES) or "Nothing was written yet.", language=None, height=220)


def _headline(paths: ShopPaths, job: JobState) -> None:
    """Badge, stage in words, and Cancel while there is something to cancel."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        stage = "Training finished" if job.status is JobStatus.DONE else safe_text(job.stage)
        st.markdown(f"{BADGES[job.status]} **{stage}** :gray[:small[{safe_text(job.run_id)}]]")
        if not job.status.is_final:
            st.button(
                "Cancel",
                icon=":material/stop_circle:",
                type="tertiary",
                key="cancel_job",
                on_click=_cancel,
                args=(paths, job.run_id),
                help="Stops this training. The live run stays as it is.",
            )


def _cancel(paths: ShopPaths, run_id: str) -> None:
    with shown():
        cancel(paths, run_id)


def _say_it_is_over(job: JobState) -> None:
    words = {
        JobStatus.DONE: ("Training finished", ":material/check_circle:"),
        JobStatus.CANCELLED: ("Training cancelled; the live run is unchanged", ":material/stop_circle:"),
    }
    text, icon = words.get(job.status, ("Training failed; the live run is unchanged", ":material/error:"))
    st.toast(text, icon=icon, duration="long")


def _progress_line(job: JobState) -> str:
    """What stands above the bar: message, elapsed, about how long it will still take."""
    until = job.updated_at if job.status.is_final else datetime.now(UTC)
    parts = [safe_text(job.message)] if job.message and not job.status.is_final else []
    parts.append(
        f"{duration((until - job.started_at).total_seconds())} {'elapsed' if not job.status.is_final else 'in all'}"
    )
    if job.eta_s is not None and not job.status.is_final:
        parts.append(f"about {rough_duration(job.eta_s)} left")
    return " · ".join(parts)


def _draw_curve(curve: Sequence[CurvePoint]) -> None:
    """Draw loss and validation of the newest stage that learned."""
    stages = [(stage, list(points)) for stage, points in groupby(curve, key=lambda p: p.stage)]
    stage, points = stages[-1]
    with st.container(gap="xxsmall"):
        heading(safe_text(stage), "training loss and validation per step")
        st.echarts_chart(curve_option(points), height=200, key="job_curve", alt=_curve_alt(points))


def curve_option(points: Sequence[CurvePoint]) -> dict[str, Any]:
    """Return an ECharts line of loss (left) and validation (right), whichever was measured."""
    colours = charts.palette()
    measured = [
        (name, values, colour)
        for name, values, colour in (
            ("Loss", [p.loss for p in points], colours["accent"]),
            ("Validation", [p.validation for p in points], charts.component_colors(["image"])[0]),
        )
        if any(v is not None for v in values)
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 28, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": {"color": colours["muted"]}},
        "tooltip": {"trigger": "axis"},
        "xAxis": charts.axis("category", data=[p.step for p in points]),
        "yAxis": [charts.axis("value", scale=True, splitLine={"show": n == 0}) for n in range(len(measured))],
        "series": [
            {
                "type": "line",
                "name": name,
                "data": values,
                "yAxisIndex": n,
                "symbol": "circle",
                "symbolSize": 4,
                "connectNulls": True,
                "lineStyle": {"color": colour, "width": 2, "type": _DASHES[n]},
                "itemStyle": {"color": colour},
            }
            for n, (name, values, colour) in enumerate(measured)
        ],
    }


def _curve_alt(points: Sequence[CurvePoint]) -> str:
    """Say the finding of the curve."""
    losses = [p.loss for p in points if p.loss is not None]
    if losses:
        return f"Training loss went from {losses[0]:.3f} to {losses[-1]:.3f} in {len(points)} steps."
    values = [p.validation for p in points if p.validation is not None]
    return f"Validation went from {values[0]:.3f} to {values[-1]:.3f} in {len(points)} steps."
