"""When the shop retrains by itself: set up, next and last times, and why one was skipped."""

from dataclasses import replace
from datetime import time

import pandas as pd
import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.schedule import DAYS, Outcome, Schedule, is_timezone, read_schedule, save_schedule
from recsys.workflows.run_history import GOALS
from ui.components import export_button, heading
from ui.errors import shown
from ui.text import cell_text, safe_text
from ui.training_form import GOAL_WORDS
from ui.wording import mark, t

_DAY_WORDS = dict(
    zip(
        DAYS,
        (
            mark("Monday"),
            mark("Tuesday"),
            mark("Wednesday"),
            mark("Thursday"),
            mark("Friday"),
            mark("Saturday"),
            mark("Sunday"),
        ),
        strict=True,
    )
)
_EVERY = {"off": mark("Off"), "day": mark("Every day"), "week": mark("Every week")}
_OUTCOMES = {
    Outcome.STARTED: mark("Started"),
    Outcome.SKIPPED: mark("Skipped"),
    Outcome.MISSED: mark("Missed"),
}


def schedule_panel(paths: ShopPaths) -> None:
    """Draw the schedule; changes are kept when Save is pressed."""
    with shown(), st.container(border=True, key="schedule_panel"):
        schedule = read_schedule(paths)
        heading(t("Retrain by itself"), t("while the dashboard runs; left out when nothing changed or something runs"))
        zone = schedule.timezone if schedule.enabled else _visitors_zone()
        wanted = _controls(schedule, zone)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            if st.button(t("Save schedule"), icon=":material/save:", key="save_schedule"):
                schedule = save_schedule(paths, wanted, expected_version=schedule.version)
                st.toast(t("Schedule saved."), icon=":material/check:")
            st.markdown(_next_line(schedule))
        _turns(schedule)


def _visitors_zone() -> str:
    """Time zone of the browser, UTC where it tells none that is known."""
    told = st.context.timezone or "UTC"
    return told if is_timezone(told) else "UTC"


def _controls(schedule: Schedule, zone: str) -> Schedule:
    """How often, when, with what, and whether it goes live."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        every = st.segmented_control(
            t("How often"),
            list(_EVERY),
            default=schedule.every if schedule.enabled else "off",
            required=True,
            format_func=lambda e: t(_EVERY[e]),
            key="schedule_every",
        )
        weekday = st.selectbox(
            t("On"),
            list(DAYS),
            index=DAYS.index(schedule.weekday),
            format_func=lambda d: t(_DAY_WORDS[d]),
            key="schedule_weekday",
            disabled=every != "week",
            width=150,
        )
        at = st.time_input(
            t("At ({zone})", zone=zone), time(schedule.hour, schedule.minute), key="schedule_time", width=150
        )
        goal = st.selectbox(
            t("Weights favour"),
            list(GOALS),
            index=_goal_of(schedule),
            format_func=lambda g: t(GOAL_WORDS[g][0]),
            key="schedule_goal",
            width=190,
        )
    go_live = st.checkbox(
        t("Goes live when it passes every gate"),
        schedule.go_live,
        key="schedule_go_live",
        help=t("Otherwise the run waits on Models for somebody to promote it."),
    )
    config = TrainingConfig(column_weights=GOALS[goal][2]).to_json()
    return replace(
        schedule,
        enabled=every != "off",
        every="day" if every == "off" else str(every),
        weekday=weekday,
        hour=at.hour,
        minute=at.minute,
        timezone=zone,
        config=config,
        go_live=bool(go_live),
    )


def _goal_of(schedule: Schedule) -> int:
    """Which goal the schedule's config has; the first one for any other."""
    weights = [dict(GOALS[g][2]) for g in GOALS]
    kept = dict(schedule.config.get("column_weights", {}))
    return weights.index(kept) if kept in weights else 0


def _next_line(schedule: Schedule) -> str:
    """When it comes next, in the schedule's own zone."""
    if schedule.next_time is None:
        return f":gray[{t('Off: nothing is retrained by itself.')}]"
    upcoming = schedule.next_time.astimezone(pd.Timestamp.now(schedule.timezone).tzinfo)
    moment = f"{upcoming:%Y-%m-%d %H:%M} ({safe_text(schedule.timezone)})"
    return f":material/event: {t('Next: {moment}', moment=moment)}"


def _turns(schedule: Schedule) -> None:
    """What became of the last times."""
    if not schedule.turns:
        return
    with st.expander(t("Last times"), icon=":material/history:"):
        st.dataframe(
            turns_frame(schedule), hide_index=True, key="turns", alt=t("Scheduled times and what they led to.")
        )
        export_button(lambda: turns_frame(schedule), "schedule.csv", label=t("Export"))


def turns_frame(schedule: Schedule) -> pd.DataFrame:
    """Return one row per scheduled time that came, newest first."""
    return pd.DataFrame(
        {
            t("When (UTC)"): [turn.at[:16].replace("T", " ") for turn in schedule.turns],
            t("What"): [t(_OUTCOMES[turn.outcome]) for turn in schedule.turns],
            t("Run"): [turn.run_id or "–" for turn in schedule.turns],
            t("Why not"): [cell_text(turn.reason, 300) for turn in schedule.turns],
        }
    )
