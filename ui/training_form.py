"""The settings form of the Training page, the estimate, and the start."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.jobs import start_training
from recsys.workflows.run_history import GOALS, RunRow, estimate_training_s
from ui import data
from ui.components import heading
from ui.errors import shown
from ui.job_panel import rough_duration
from ui.text import plural

_DEFAULTS = TrainingConfig()


def settings_form(running: bool, has_live: bool, estimate: str) -> tuple[TrainingConfig, bool] | None:
    """Draw the settings; return the config and whether to promote when Start was pressed, else None.

    Parameters
    ----------
    running
        Whether a training runs; then none can be started.
    has_live
        Whether some run is live.
    estimate
        On what it would learn, and about how long that takes.
    """
    with st.form("training_settings", border=True):
        heading("New training", estimate)
        goal = st.segmented_control(
            "What should the weights favour?",
            list(GOALS),
            default="balanced",
            required=True,
            format_func=lambda g: GOALS[g][0],
            help=" ".join(f"**{name}**: {sentence}" for name, sentence, _ in GOALS.values()),
        )
        with st.grid(3, min_column_width=230):
            window = st.slider(
                "Held-out days",
                7,
                90,
                _DEFAULTS.window_days,
                help="Length of the validation and test windows at the end of your data. Weights are chosen on the "
                "one, the report comes from the other, and then the run learns from everything.",
            )
            fine_tune = st.slider(
                "Seconds to fit the picture encoder",
                0,
                300,
                int(_DEFAULTS.fine_tune_s),
                step=5,
                help="The picture encoder is fitted to your own pictures and texts for this long; 0 skips it.",
            )
            response = st.toggle(
                "Response term",
                _DEFAULTS.response,
                help="Learn the chance of a click or purchase from what shown lists brought; "
                "needs impressions, or enough interactions.",
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pressed = st.form_submit_button(
                "Start training",
                type="primary",
                icon=":material/play_arrow:",
                disabled=running,
                key="start_training",
                help="One training runs at a time." if running else None,
            )
            go_live = st.checkbox(
                "Make it live when it finishes",
                not has_live,
                help="Otherwise you promote by hand. A failed or cancelled training never goes live.",
            )
            st.space("stretch")
            advanced = _advanced()
    if not pressed:
        return None
    config = TrainingConfig(
        window_days=window, fine_tune_s=float(fine_tune), response=response, column_weights=GOALS[goal][2], **advanced
    )
    return config, bool(go_live)


def _advanced() -> dict[str, Any]:
    """Settings few people need."""
    with st.popover("Advanced", icon=":material/tune:"):
        text = st.checkbox("Use texts", True, help="The text term α: titles, descriptions, attributes.")
        image = st.checkbox("Use pictures", True, help="The image term β: product pictures.")
        users = st.number_input(
            "Shoppers to choose weights on",
            50,
            5000,
            _DEFAULTS.search_users,
            step=50,
            help="More is steadier and slower.",
        )
        seed = st.number_input(
            "Seed", 0, 2**31 - 1, _DEFAULTS.seed, help="Equal settings, data and seed give equal runs."
        )
    return {
        "text_encoder": _DEFAULTS.text_encoder if text else "",
        "image_encoder": _DEFAULTS.image_encoder if image else "",
        "search_users": int(users),
        "seed": int(seed),
    }


def tell_estimate(rows: Sequence[RunRow], n_events: int, n_items: int) -> str:
    """Say on what it would learn, and about how long that takes."""
    seconds = estimate_training_s(rows, n_events)
    takes = f"about {rough_duration(seconds)}, judging by the last run" if seconds else "a few minutes the first time"
    return f"learns from {plural(n_items, 'product')} and {plural(n_events, 'event')} · takes {takes}"


def start(paths: ShopPaths, config: TrainingConfig, go_live: bool) -> str | None:
    """Export the newest data and start the process; return the run's id, None when an error was shown."""
    with shown():
        with st.spinner("Exporting the newest data…"):
            version = data.open_store().export_snapshot().name
        return start_training(paths, config.to_json(), version, extra=("--promote" if go_live else "--no-promote",))
    return None
