"""The settings of the Training page, the estimate before the start, and the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.jobs import JobKind
from recsys.training.queue import ask_training
from recsys.workflows.run_history import GOALS, RunRow
from recsys.workflows.training_estimate import Basis, TrainingEstimate, estimate_training
from ui import data, state
from ui.components import heading
from ui.errors import shown
from ui.job_panel import rough_duration
from ui.wording import mark, t, tn

_DEFAULTS = TrainingConfig()
GOAL_WORDS = {
    "balanced": (mark("Balanced"), mark("A little of everything.")),
    "regulars": (mark("Regular customers"), mark("What they will choose next, repeats included.")),
    "discovery": (mark("Discovery"), mark("Products they know nothing of yet.")),
    "new_items": (mark("New products"), mark("Find shoppers for what was launched lately.")),
}
"""Key of `run_history.GOALS` -> name and sentence on screen."""
_TRADE_OFFS = 400


@dataclass(frozen=True)
class Order:
    """A training as somebody ordered it: its config, more arguments of `vitrine train`, and what to call it."""

    config: TrainingConfig
    extra: tuple[str, ...]
    title: str


def settings_form(
    rows: Sequence[RunRow], n_events: int, n_items: int, busy: bool, has_live: bool
) -> tuple[Order, bool]:
    """Draw settings, estimate and start; return what is chosen, and whether Start was pressed.

    Parameters
    ----------
    rows
        Earlier trainings, for the estimate.
    n_events, n_items
        What it would learn from.
    busy
        Whether a training runs or waits; a start then joins the queue.
    has_live
        Whether some run is live.
    """
    with st.container(border=True, key="training_settings"):
        heading(t("New training"), t("the defaults suit most shops"))
        goal = _goal()
        with st.grid(3, min_column_width=240):
            values = _windows() | _content() | _response()
        with st.expander(t("Advanced"), icon=":material/tune:"):
            advanced, extra = _advanced()
        config = TrainingConfig(**values, **advanced, column_weights=GOALS[goal][2])
        _tell_estimate(estimate_training(rows, n_events, n_items, config), n_events, n_items)
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pressed = st.button(
                t("Add to the queue") if busy else t("Start training"),
                type="primary",
                icon=":material/playlist_add:" if busy else ":material/play_arrow:",
                key="start_training",
                help=t("One training runs at a time; this one starts when its turn comes.") if busy else None,
            )
            go_live = st.checkbox(
                t("Make it live when it finishes and passes every gate"),
                not has_live,
                key="go_live",
                help=t("Otherwise you promote by hand on Models. A failed or cancelled training never goes live."),
            )
    live = "--promote" if go_live else "--no-promote"
    return Order(config, (live, *extra), t(GOAL_WORDS[goal][0])), pressed


def _goal() -> str:
    """What the weights shall favour."""
    goal = st.segmented_control(
        t("What should the weights favour?"),
        list(GOALS),
        default="balanced",
        required=True,
        format_func=lambda g: t(GOAL_WORDS[g][0]),
        key="goal",
    )
    st.markdown(f":gray[:small[{t(GOAL_WORDS[str(goal)][1])}]]")
    return str(goal)


def _windows() -> dict[str, Any]:
    """Which days are held out."""
    with st.container(gap="xsmall"):
        heading(t("Judging"), t("how it finds out what is good"))
        days = st.slider(
            t("Held-out days"),
            7,
            90,
            _DEFAULTS.window_days,
            key="window_days",
            help=t(
                "Length of the validation and test windows at the end of your data. Weights are chosen on the one, the "
                "report comes from the other, and then the run learns from everything."
            ),
        )
    return {"window_days": days}


def _content() -> dict[str, Any]:
    """Which content it reads, and how long it fits the picture encoder."""
    with st.container(gap="xsmall"):
        heading(t("Content"), t("what it reads in your catalogue"))
        with st.container(horizontal=True, gap="medium"):
            text = st.checkbox(t("Texts"), True, key="use_text", help=t("Titles, descriptions and attributes: term α."))
            image = st.checkbox(t("Pictures"), True, key="use_image", help=t("Product pictures: term β."))
        fine_tune = st.slider(
            t("Seconds to fit the picture encoder"),
            0,
            300,
            int(_DEFAULTS.fine_tune_s),
            step=5,
            key="fine_tune",
            disabled=not image,
            help=t("The picture encoder is fitted to your own pictures and texts for this long; 0 skips it."),
        )
    return {
        "text_encoder": _DEFAULTS.text_encoder if text else "",
        "image_encoder": _DEFAULTS.image_encoder if image else "",
        "fine_tune_s": float(fine_tune),
    }


def _response() -> dict[str, Any]:
    """Whether it learns the chance of a response."""
    with st.container(gap="xsmall"):
        heading(t("Response"), t("what shown lists brought"))
        response = st.toggle(
            t("Learn the chance of a click or purchase"),
            _DEFAULTS.response,
            key="response",
            help=t("Needs impressions, or enough interactions. Adds the term κ and its calibration."),
        )
    return {"response": bool(response)}


def _advanced() -> tuple[dict[str, Any], tuple[str, ...]]:
    """Settings few people need: of the config, and more arguments."""
    with st.grid(4, min_column_width=190):
        users = st.number_input(
            t("Shoppers to choose weights on"),
            50,
            5000,
            _DEFAULTS.search_users,
            step=50,
            key="search_users",
            help=t("More is steadier and slower."),
        )
        trade_offs = st.number_input(
            t("Weights tried for the trade-offs"),
            0,
            5000,
            _TRADE_OFFS,
            step=100,
            key="trade_offs",
            help=t("For the front that Fusion shows; 0 leaves it out."),
        )
        budget = st.number_input(
            t("Time budget in minutes"),
            0,
            24 * 60,
            0,
            key="time_budget",
            help=t("A run that took longer fails the gate on time; 0 compares with the live run."),
        )
        seed = st.number_input(
            t("Seed"),
            0,
            2**31 - 1,
            _DEFAULTS.seed,
            key="seed",
            help=t("Equal settings, data and seed give equal runs."),
        )
    extra = ("--trade-offs", str(int(trade_offs)), *(("--time-budget", str(int(budget))) if budget else ()))
    return {"search_users": int(users), "seed": int(seed)}, extra


def _tell_estimate(found: TrainingEstimate, n_events: int, n_items: int) -> None:
    """Say on what it would learn, how long that takes and how much memory it needs."""
    learns = t(
        "Learns from {products} and {events}",
        products=tn("{n} product", "{n} products", n_items),
        events=tn("{n} event", "{n} events", n_events),
    )
    takes = t("{low} to {high}", low=rough_duration(found.low_s), high=rough_duration(found.high_s))
    memory = t("{low} to {high} GB of memory", low=f"{found.low_mb / 1024:.1f}", high=f"{found.high_mb / 1024:.1f}")
    basis = (
        tn("judging by {n} earlier run", "judging by {n} earlier runs", found.n_runs)
        if found.basis is Basis.RUNS
        else t("judging by counts alone, since no run has finished here yet")
    )
    st.markdown(f":material/schedule: **{takes}** · **{memory}**  \n:gray[:small[{learns} · {basis}]]")


def start(paths: ShopPaths, order: Order, kind: JobKind = JobKind.TRAIN) -> bool:
    """Start a job or put it into the queue; whether that worked. An error is shown in place."""
    done = False
    with shown():
        with st.spinner(t("Exporting the newest data…")):
            asked = ask_training(
                paths,
                order.config.to_json(),
                lambda: data.open_store().export_snapshot().name,
                extra=order.extra,
                title=order.title,
                kind=kind,
            )
        if asked.place:
            st.toast(t("Waits at place {place} of the queue.", place=asked.place), icon=":material/playlist_add_check:")
        else:
            st.session_state[state.JOB] = asked.run_id
        done = True
    return done
