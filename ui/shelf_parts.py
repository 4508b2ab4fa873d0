"""Parts of the Recommendations page: history strip, legend, compare, and the drawer that says why."""

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from recsys.data.ranking import Diversity, Filters
from recsys.explanation.answer import PairExplanation
from recsys.ranking.model import Model
from ui import charts, frame, shelf, state
from ui.board import draw_board, read_action
from ui.components import empty_state, heading, thumbnail
from ui.reasons import say_reasons
from ui.text import day, number, plural, safe_text, signed

_EFFECTS_SHOWN = 7
_SPOKEN_SHARE = 0.02
"""A term below this share of the sum stands in the chart only."""


def remember_click() -> None:
    """Callback of the board: the product whose drawer opens in this run."""
    clicked = read_action("board")
    if clicked is not None and clicked.type == "why":
        st.session_state[state.WHY] = clicked.id


def shopper_strip(found: shelf.Shelf) -> None:
    """Show what she touched lately, or say which terms stand in for a history."""
    if found.note:
        st.info(found.note, icon=":material/person_off:")
        return
    with st.container(border=True, gap="xsmall", key="history"):
        heading("Her history", f"{plural(found.n_touches, 'interaction')}, newest first")
        draw_board(found.history, key="history_strip", label="What she touched lately", layout="strip")


def legend(components: Sequence[str], colors: Sequence[str]) -> None:
    """Name the colours of the terms; the names are ours, never the shop's."""
    chips = "".join(
        f'<span style="white-space:nowrap"><i style="display:inline-block;width:10px;height:10px;border-radius:3px;'
        f'background:{color};margin-right:5px;forced-color-adjust:none"></i>{shelf.label_of(name)}</span>'
        for name, color in zip(components, colors, strict=True)
    )
    st.html(f'<div style="display:flex;gap:4px 14px;flex-wrap:wrap;font-size:.82rem">{chips}</div>', width="content")


def compare(found: shelf.Shelf, used: str) -> None:
    """Two lists side by side, the moves on the right one."""
    left, right = st.columns(2, gap="medium")
    with left.container(border=True, gap="small"):
        heading("Live", "the weights of the live run")
        draw_board(found.live_cards, key="board_live", label="Live list", layout="compact")
    with right.container(border=True, gap="small"):
        if found.differs:
            heading(safe_text(used, 60), "as asked, places against live")
            draw_board(found.cards, key="board_draft", label=f"List for {used}", layout="compact")
        else:
            empty_state(
                "Nothing to compare yet",
                "Choose a preset under Weights, or try your own weights in Fusion.",
                icon=":material/compare_arrows:",
                action=lambda: frame.link("fusion", "Open Fusion", icon=":material/tune:"),
            )


@st.dialog("Why here?", position="right", width="small")
def why_drawer(
    model: Model,
    shopper: str,
    item_id: str,
    filters: Filters,
    weights: Mapping[str, float] | None,
    at: np.datetime64,
    diversity: Diversity | None = None,
) -> None:
    """Say term by term why a product stands where it stands, and whether variety moved it."""
    found = shelf.explain_card(model, shopper, item_id, filters, weights, at, diversity)
    if found is None:
        empty_state("This product is gone", "The live run changed. Close this and look at the list again.")
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        thumbnail(shelf.first_picture(model.catalogue, found.item_num), found.title, size=320, width=128)
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(f"**{safe_text(found.title)}**")
            st.markdown(f":gray[{safe_text(shelf.describe(model.catalogue, found.item_num))}]")
            place = f"Place {found.rank} of {number(found.n_candidates)}" if found.rank else "Not on the list"
            st.markdown(f"{place} · score **{number(found.score, 2)}**")
            if found.variety:
                st.markdown(f":material/shuffle: {safe_text(found.variety, 300)}")
    _draw_sum(found)
    _draw_response(found)
    _draw_facts(model, found.item_num)
    frame.link(
        "explain",
        "Open in Explain",
        icon=":material/account_tree:",
        query={state.SHOPPER: shopper, state.ITEM: item_id, state.VARIETY: st.session_state.get(state.VARIETY, "Off")},
    )


def _draw_sum(found: PairExplanation) -> None:
    """The sum as sentences with shares and as one chart."""
    heading("The sum", "each part adds to or takes from the score; not a cause")
    said = say_reasons(found)
    if not said:
        st.markdown("No term speaks of this product.")
        return
    with st.container(gap="xxsmall"):
        for _, sentence, share, contribution in [s for s in said if s[2] >= _SPOKEN_SHARE]:
            sign = ":green[:material/add:]" if contribution > 0 else ":orange[:material/remove:]"
            st.markdown(f"{sign} {sentence} :gray[· {share:.0%}]")
    names = [name for name, *_ in said]
    spec = charts.term_bars(
        [shelf.label_of(n) for n in names], [c for *_, c in said], charts.component_colors(names), digits=2
    )
    told = ", ".join(f"{shelf.label_of(n)} {signed(c, 2)}" for n, _, _, c in said)
    st.echarts_chart(spec, height=30 + 28 * len(said), key="why_sum", alt=f"Terms of the score: {told}")


def _draw_response(found: PairExplanation) -> None:
    """Exact SHAP values of the response term, when the run has one and it counts."""
    spoken = any(t.name == "response" and t.contribution for t in found.terms)
    if found.waterfall is None or not spoken:
        return
    heading("Inside Response", "log-odds of a click or purchase, exact SHAP")
    effects = found.waterfall.effects[:_EFFECTS_SHOWN]
    colours = charts.palette()
    spec = charts.term_bars(
        [e.label for e in effects],
        [e.effect for e in effects],
        [colours["good"] if e.effect > 0 else colours["bad"] for e in effects],
    )
    told = ", ".join(f"{e.label} {signed(e.effect, 2)}" for e in effects)
    st.echarts_chart(spec, height=30 + 26 * len(effects), key="why_shap", alt=f"SHAP values: {told}")


def _draw_facts(model: Model, item_num: int) -> None:
    """Stock, launch and how often anybody touched it."""
    catalogue = model.catalogue
    stock, touches = catalogue.stock[item_num], int(model.interactions.item_counts[item_num])
    facts = [
        f"{safe_text(catalogue.item_ids[item_num], 60)}",
        "stock unknown" if np.isnan(stock) else f"{number(stock)} in stock",
        f"launched {day(catalogue.launched_at[item_num])}",
        f"{plural(touches, 'interaction')} in all" if touches else "nobody has touched it yet",
    ]
    st.markdown(f":gray[:small[{' · '.join(facts)}]]")
