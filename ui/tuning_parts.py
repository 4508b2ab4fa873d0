"""Parts of the Fusion page: presets, quality tiles, the table of weights, and the callbacks behind them."""

import math
from collections.abc import Mapping

import streamlit as st

from recsys.fusion.holdout import Quality
from recsys.fusion.presets import list_presets, save_preset
from recsys.fusion.scopes import SEGMENTS, Scope
from recsys.ranking.model import Model
from ui import data, errors, lab, shelf, state, tuning
from ui.components import empty_state, heading, metric_tile
from ui.text import number, plain_text, plural, safe_text, signed

_MEASURES = (
    (
        "NDCG@20",
        "ndcg",
        "How high the list puts what held-out shoppers went on to choose: 1 is a perfect order of the first 20.",
    ),
    ("Recall@20", "recall", "Share of what held-out shoppers went on to choose that stands among the first 20."),
)


def take_release(names: tuple[str, ...], live: Mapping[str, float]) -> None:
    """Callback of the lab: keep the weights just let go; the live ones again mean no draft."""
    weights = lab.read_release(state.LAB, names)
    if weights is not None:
        state.forget_preset()
        st.session_state[state.CURVE] = tuning.moved_most(state.draft_weights(live), weights)
        state.keep_draft(None if not any(weights.values()) or shelf.same_weights(weights, live) else weights)


def preset_picker(model: Model) -> None:
    """Choose a preset; its weights become the draft."""
    presets = list_presets(data.shop_paths())

    def load() -> None:
        name = st.session_state.get(state.PRESET)
        if name in presets:
            state.keep_draft(tuning.slider_positions(presets[name], model.names))

    st.selectbox(
        "Preset",
        list(presets),
        index=None,
        placeholder="Load a preset",
        format_func=plain_text,
        key=state.PRESET,
        on_change=load,
        width=190,
    )


def preset_saver(model: Model, live: Mapping[str, float]) -> None:
    """Name the weights on screen and keep them for everybody."""

    def save() -> None:
        name = str(st.session_state.get("preset_name") or "").strip()
        with errors.shown():
            scope = Scope(st.session_state.get("preset_category") or "", st.session_state.get("preset_segment") or "")
            save_preset(data.shop_paths(), name, shelf.normalise(state.draft_weights(live)), scope)
            st.toast(f"Saved as {safe_text(name, 60)}", icon=":material/bookmark_added:")

    with st.popover("Save as preset", icon=":material/bookmark_add:"), st.form("save_preset", border=False):
        st.text_input("Name", key="preset_name", max_chars=60, placeholder="Autumn push")
        st.selectbox(
            "Lists of one category",
            data.categories(),
            index=None,
            placeholder="No category: only when chosen",
            format_func=plain_text,
            key="preset_category",
            help="Live lists filtered to this category, or below it, are then made with this preset.",
        )
        st.selectbox(
            "One segment",
            list(SEGMENTS),
            index=None,
            placeholder="Every shopper",
            format_func=lambda name: f"{name.capitalize()}: {SEGMENTS[name]}",
            key="preset_segment",
            help="Alone: all live lists of these shoppers. With a category: their lists of that category.",
        )
        st.form_submit_button("Save", type="primary", on_click=save)


def go_back_to_live() -> None:
    """Callback: no draft, no preset."""
    state.forget_preset()
    state.keep_draft(None)


def exactness_note(bench: tuning.Bench) -> None:
    """Say how far the browser's list can be trusted."""
    n = len(bench.data.items)
    held = (
        f"The browser holds the {plural(n, 'product')} of {number(bench.n_products)} that can reach the list from here"
    )
    unlike = (
        f"; {plural(bench.n_unlike, 'place')} differ from the served list, where only the best candidates get Response"
        if bench.n_unlike
        else "; for these weights its order is the served one"
    )
    st.markdown(f":gray[:small[{held}{unlike}.]]")


def quality_tiles(found: Quality | None, is_live: bool) -> None:
    """Quality of the weights on held-out shoppers and its change against live with the interval of the change."""
    if found is None:
        empty_state(
            "No held-out shoppers", "This run kept none, so weights cannot be judged. Train again to keep some."
        )
        return
    with st.grid(2, min_column_width=140, gap="small"):
        for label, name, meaning in _MEASURES:
            change, half = getattr(found, f"{name}_change"), getattr(found, f"{name}_half_width")
            interval = f"{signed(change - half)} to {signed(change + half)}"
            metric_tile(
                label,
                f"{getattr(found, name):.3f}",
                change=0 if is_live or math.isclose(change, 0, abs_tol=5e-4) else signed(change),
                change_note="same as live" if is_live else interval,
                decided=abs(change) > half,
                help=f"{meaning} {plural(found.n_users, 'held-out shopper')}; change against live, paired by shopper, "
                f"95% interval {interval}.",
            )


def weight_table(weights: Mapping[str, float], live: Mapping[str, float]) -> None:
    """Shares of the sum now and live: what is served is what stands here."""
    now, before = shelf.normalise(weights), shelf.normalise(live)
    rows = [
        {"Term": shelf.label_of(name), "Now": round(100 * now[name], 1), "Live": round(100 * before.get(name, 0.0), 1)}
        for name in weights
    ]
    column = st.column_config.NumberColumn
    with st.container(border=True, gap="xsmall", key="weight_table"):
        heading("Weights", "percent of the sum")
        st.dataframe(
            rows,
            hide_index=True,
            column_config={"Now": column(format="%.1f%%"), "Live": column(format="%.1f%%")},
            alt="Share of each term in the sum, now and live.",
        )
