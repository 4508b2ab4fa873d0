"""Every change of the weights under trial goes through here, so that each can be taken back."""

from collections.abc import Mapping

import streamlit as st

from ui import lab, shelf, state, tuning
from ui.wording import t

MOST_STEPS = 50


def change_weights(weights: Mapping[str, float] | None, live: Mapping[str, float]) -> None:
    """Put the sliders somewhere and remember where they stood; inside a callback only.

    Parameters
    ----------
    weights
        Slider positions; None or the live ones again mean no draft, all at 0 is no choice and changes nothing.
    live
        Slider positions of the live weights.
    """
    if weights is not None and not any(weights.values()):
        return
    kept = None if weights is None or shelf.same_weights(weights, live) else dict(weights)
    held = st.session_state.get(state.DRAFT)
    if kept == held:
        return
    st.session_state[state.UNDO] = [*st.session_state.get(state.UNDO, []), held][-MOST_STEPS:]
    st.session_state[state.REDO] = []
    state.keep_draft(kept)


def _step(back: str, forth: str) -> None:
    """Callback: take the newest weights from one pile, lay those on screen on the other."""
    pile = list(st.session_state.get(back, []))
    if pile:
        weights = pile.pop()
        st.session_state[forth] = [*st.session_state.get(forth, []), st.session_state.get(state.DRAFT)]
        st.session_state[back] = pile
        state.forget_preset()
        state.keep_draft(weights)


def step_buttons() -> None:
    """Undo and redo of every change of the weights."""
    for key, back, forth, icon, label in (
        ("weights_back", state.UNDO, state.REDO, ":material/undo:", t("Undo")),
        ("weights_forth", state.REDO, state.UNDO, ":material/redo:", t("Redo")),
    ):
        st.button(
            label,
            icon=icon,
            key=key,
            type="tertiary",
            disabled=not st.session_state.get(back),
            on_click=_step,
            args=(back, forth),
        )


def take_release(names: tuple[str, ...], live: Mapping[str, float]) -> None:
    """Callback of the lab: keep the weights just let go, and let the curve follow the one that moved."""
    weights = lab.read_release(state.LAB, names)
    if weights is not None:
        state.forget_preset()
        st.session_state[state.CURVE] = tuning.moved_most(state.draft_weights(live), weights)
        change_weights(weights, live)


def use_weights(moved: Mapping[str, float], live: Mapping[str, float]) -> None:
    """Callback: put the sliders where something was chosen."""
    state.forget_preset()
    change_weights(moved, live)


def go_back_to_live(live: Mapping[str, float]) -> None:
    """Callback: no draft, no preset; can be undone."""
    state.forget_preset()
    change_weights(None, live)
