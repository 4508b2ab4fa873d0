"""Keep the weights on screen: as a draft for later, for one category or segment, or for every list."""

from collections.abc import Mapping

import streamlit as st

from recsys.fusion.presets import list_own_presets, list_presets, published_preset, save_preset, withdraw_preset
from recsys.fusion.scopes import SEGMENTS, Scope
from recsys.ranking.model import Model
from ui import data, errors, frame, shelf, state, tuning
from ui.scope import SEGMENT_NAMES
from ui.text import plain_text, safe_text
from ui.tuning_moves import change_weights
from ui.wording import mark, t

PURPOSES = {
    "later": (mark("Keep for later"), mark("A preset that is used only where somebody chooses it.")),
    "part": (
        mark("One category or segment"),
        mark("Live lists of that category or those shoppers are made with it from the next list on."),
    ),
    "every": (
        mark("Publish for every list"),
        mark(
            "From the next list on, every list that no narrower preset covers is made with these weights: here, from "
            "the command line and in batches. The run stays as it is, and you can go back at any time."
        ),
    ),
}
"""What weights are kept for -> name and what happens."""


def preset_picker(model: Model, live: Mapping[str, float]) -> None:
    """Choose a preset; its weights become the draft."""
    presets = list_presets(data.shop_paths())

    def load() -> None:
        name = st.session_state.get(state.PRESET)
        if name in presets:
            change_weights(tuning.slider_positions(presets[name], model.names), live)

    st.selectbox(
        t("Preset"),
        list(presets),
        index=None,
        placeholder=t("Load a preset"),
        format_func=plain_text,
        key=state.PRESET,
        on_change=load,
        width=170,
    )


def saver(live: Mapping[str, float]) -> None:
    """Name the weights on screen and say what they are for."""
    with st.popover(t("Save or publish"), icon=":material/bookmark_add:"):
        purpose = st.radio(
            t("What for"),
            list(PURPOSES),
            format_func=lambda code: t(PURPOSES[code][0]),
            captions=[t(text) for _, text in PURPOSES.values()],
            key="preset_purpose",
        )
        with st.form("save_preset", border=False):
            st.text_input(t("Name"), key="preset_name", max_chars=60, placeholder=t("Autumn push"))
            if purpose == "part":
                _scope_inputs()
            label = t("Publish") if purpose == "every" else t("Save")
            st.form_submit_button(label, type="primary", on_click=_save, args=(live,))
        st.button(
            t("Rehearse before publishing"),
            icon=":material/theater_comedy:",
            disabled=True,
            help=t(
                "Replaying past lists to forecast clicks needs lists served with known chances. It comes with the "
                "experiments; until then go by the held-out shoppers above."
            ),
            key="rehearse",
        )


def _scope_inputs() -> None:
    """Where a preset applies by itself."""
    st.selectbox(
        t("Lists of one category"),
        data.categories(),
        index=None,
        placeholder=t("Any category"),
        format_func=plain_text,
        key="preset_category",
        help=t("Live lists filtered to this category, or below it, are then made with this preset."),
    )
    st.selectbox(
        t("One segment"),
        list(SEGMENTS),
        index=None,
        placeholder=t("Every shopper"),
        format_func=lambda name: f"{t(SEGMENT_NAMES[name])}: {t(SEGMENTS[name])}",
        key="preset_segment",
        help=t("Alone: all live lists of these shoppers. With a category: their lists of that category."),
    )


def _save(live: Mapping[str, float]) -> None:
    """Callback of the form: keep the weights, published ones at once."""
    name, purpose = str(st.session_state.get("preset_name") or "").strip(), st.session_state.get("preset_purpose")
    with errors.shown():
        category, segment = (st.session_state.get(f"preset_{part}") or "" for part in ("category", "segment"))
        scope = Scope(category, segment) if purpose == "part" else Scope(everyone=purpose == "every")
        save_preset(data.shop_paths(), name, shelf.normalise(state.draft_weights(live)), scope)
        said = t("Published {name}") if purpose == "every" else t("Saved {name}")
        st.toast(said.format(name=safe_text(name, 60)), icon=":material/bookmark_added:")


def say_live() -> None:
    """Say which weights are live for which lists, with the way back to the run's own."""
    published = published_preset(data.shop_paths())
    narrower = [p for p in list_own_presets(data.shop_paths()) if p.scope and not p.scope.everyone]
    if published is None and not narrower:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="live_presets"):
        if published is not None:
            name = safe_text(published.name, 60)
            st.markdown(
                f":blue-badge[{t('Published')}] {t('Live are the weights of {name}.', name=name)}", width="content"
            )
            st.button(
                t("Back to the run's weights"),
                icon=":material/undo:",
                type="tertiary",
                key="withdraw",
                on_click=withdraw_preset,
                args=(data.shop_paths(),),
            )
        if narrower:
            told = "; ".join(f"{p.name}: {p.scope}" for p in narrower[:6])
            more = t("Other weights in part of the lists: {presets}.", presets=safe_text(told, 300))
            st.markdown(f":gray[:small[{more}]]", width="content")
        frame.link("recommendations", t("See the lists"), icon=":material/grid_view:")
