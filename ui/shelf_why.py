"""The drawer that says why a product stands where it stands, and what another history or price would make of it."""

from collections.abc import Mapping

import numpy as np
import streamlit as st

from recsys.explanation.answer import PairExplanation
from recsys.explanation.changes import World
from recsys.workflows.what_if import Outcome, at_price, touch_age_days, touches_of, without_touch
from ui import charts, frame, shelf, state
from ui.components import empty_state, heading, thumbnail
from ui.reasons import say_reasons
from ui.shelf_cards import currency_of, describe, first_picture, label_of, name_deed
from ui.text import day, money, number, percent, plain_text, safe_text, signed
from ui.wording import mark, t, tn

_EFFECTS_SHOWN = 7
_SPOKEN_SHARE = 0.02
"""A term below this share of the sum stands in the chart only."""
PRICE_STEPS: Mapping[str, float] = {"−20 %": 0.8, "−10 %": 0.9, "+10 %": 1.1, "+20 %": 1.2}
PRICE_HELP = mark(
    "Of the terms, only Response reads the price when a list is made, and a price filter does. Terms that learned from "
    "prices in training stay as they are."
)


def why_drawer(board: shelf.Board, world: World, item_id: str) -> None:
    """Open the drawer; its title is in the visitor's language."""
    st.dialog(t("Why here?"), position="right", width="small")(_draw_why)(board, world, item_id)


def _draw_why(board: shelf.Board, world: World, item_id: str) -> None:
    """Say term by term why a product stands where it stands, and try what-ifs.

    Parameters
    ----------
    board
        What the list was asked with.
    world
        What the list on screen was made from, the draft's edits included.
    item_id
        The product.
    """
    found = shelf.explain_card(world, item_id)
    if found is None:
        empty_state(t("This product is gone"), t("The live run changed. Close this and look at the list again."))
        return
    _draw_product(board, found)
    tabs = st.tabs([t("The sum"), t("What if?")], key="why_tab")
    with tabs[0]:
        _draw_sum(found)
        _draw_response(found)
    with tabs[1]:
        what_if(world, found.item_num)
    _draw_facts(board, found.item_num)
    if board.audience.is_somebody:
        variety = str(st.session_state.get(state.VARIETY, "Off"))
        query = {state.SHOPPER: board.audience.shopper, state.ITEM: item_id, state.VARIETY: variety}
        frame.link("explain", t("Open in Explain"), icon=":material/account_tree:", query=query)


def _draw_product(board: shelf.Board, found: PairExplanation) -> None:
    """Picture, title, place and score."""
    catalogue = board.model.catalogue
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        thumbnail(first_picture(catalogue, found.item_num), found.title, size=320, width=128)
        with st.container(gap="xxsmall", width="stretch"):
            st.markdown(f"**{safe_text(found.title)}**")
            st.markdown(f":gray[{safe_text(describe(catalogue, found.item_num))}]")
            place = (
                t("Place {place} of {n}", place=found.rank, n=number(found.n_candidates))
                if found.rank
                else t("Not on the list")
            )
            st.markdown(f"{place} · {t('score')} **{number(found.score, 2)}**")
            if found.variety:
                st.markdown(f":material/shuffle: {safe_text(found.variety, 300)}")


def _draw_sum(found: PairExplanation) -> None:
    """The sum as sentences with shares and as one chart."""
    heading(t("The sum"), t("each part adds to or takes from the score; not a cause"))
    said = say_reasons(found)
    if not said:
        st.markdown(t("No term speaks of this product."))
        return
    with st.container(gap="xxsmall"):
        for _, sentence, share, contribution in [s for s in said if s[2] >= _SPOKEN_SHARE]:
            sign = ":green[:material/add:]" if contribution > 0 else ":orange[:material/remove:]"
            st.markdown(f"{sign} {sentence} :gray[· {share:.0%}]")
    names = [name for name, *_ in said]
    spec = charts.term_bars(
        [label_of(n) for n in names], [c for *_, c in said], charts.component_colors(names), digits=2
    )
    told = ", ".join(f"{label_of(n)} {signed(c, 2)}" for n, _, _, c in said)
    alt = t("Terms of the score: {terms}", terms=told)
    st.echarts_chart(spec, height=30 + 28 * len(said), key="why_sum", alt=alt)


def _draw_response(found: PairExplanation) -> None:
    """Exact SHAP values of the response term, when the run has one and it counts."""
    spoken = any(term.name == "response" and term.contribution for term in found.terms)
    if found.waterfall is None or not spoken:
        return
    heading(t("Inside Response"), t("log-odds of a click or purchase, exact SHAP"))
    effects = found.waterfall.effects[:_EFFECTS_SHOWN]
    colours = charts.palette()
    spec = charts.term_bars(
        [t(e.label) for e in effects],
        [e.effect for e in effects],
        [colours["good"] if e.effect > 0 else colours["bad"] for e in effects],
    )
    told = ", ".join(f"{t(e.label)} {signed(e.effect, 2)}" for e in effects)
    st.echarts_chart(spec, height=30 + 26 * len(effects), key="why_shap", alt=t("SHAP values: {values}", values=told))


def _draw_facts(board: shelf.Board, item_num: int) -> None:
    """Stock, launch and how often anybody touched it."""
    catalogue = board.model.catalogue
    stock, touches = catalogue.stock[item_num], int(board.model.interactions.item_counts[item_num])
    facts = [
        safe_text(catalogue.item_ids[item_num], 60),
        t("stock unknown") if np.isnan(stock) else t("{n} in stock", n=number(stock)),
        t("launched {day}", day=day(catalogue.launched_at[item_num])),
        tn("{n} interaction in all", "{n} interactions in all", touches) if touches else t("nobody has touched it yet"),
    ]
    st.markdown(f":gray[:small[{' · '.join(facts)}]]")


# ------------------------------------------------------------- what if


def what_if(world: World, item_num: int) -> None:
    """Try a history without one touch, and another price; each list is made again."""
    heading(t("Without this click"), t("the list made again as if she had not"))
    _try_touch(world, item_num)
    heading(t("At another price"), t("the list made again with this one price changed"))
    _try_price(world, item_num)


def _try_touch(world: World, item_num: int) -> None:
    """Choose a touch to leave out."""
    history, model = world.request.history, world.model
    touches = touches_of(history)
    if not touches:
        st.markdown(f":gray[{t('There is no history to leave a click out of.')}]")
        return
    clock = model.clock(world.request.at)

    def name(touch: int) -> str:
        title = plain_text(model.catalogue.titles[history.item_num[touch]], 40)
        days = touch_age_days(history, touch, clock)
        return (
            f"{title} · {name_deed(history, touch)} {tn('{n} day ago', '{n} days ago', days) if days else t('today')}"
        )

    chosen = st.selectbox(
        t("Leave out"), touches, index=None, format_func=name, key="what_if_touch",
        placeholder=t("Choose what she did"), label_visibility="collapsed",
    )  # fmt: skip
    if chosen is not None:
        outcome(without_touch(world, item_num, chosen))


def _try_price(world: World, item_num: int) -> None:
    """Choose another price."""
    catalogue = world.model.catalogue
    price, currency = float(catalogue.prices[item_num]), currency_of(catalogue, item_num)
    if np.isnan(price):
        st.markdown(f":gray[{t('The price of this product is not known.')}]")
        return
    chosen = st.segmented_control(
        t("Price"), list(PRICE_STEPS), key="what_if_price", label_visibility="collapsed", help=t(PRICE_HELP)
    )
    if chosen not in PRICE_STEPS:
        return
    factor = PRICE_STEPS[str(chosen)]
    st.markdown(f"{money(price, currency)} → **{money(price * factor, currency)}**")
    found = at_price(world, item_num, factor)
    outcome(found)
    if not found.terms:
        st.markdown(f":gray[:small[{t(PRICE_HELP)}]]")


def outcome(found: Outcome) -> None:
    """Draw a place before and after, the terms that changed, and how much of the list stays."""
    with st.container(gap="xxsmall"):
        _draw_outcome(found)


def _draw_outcome(found: Outcome) -> None:
    """The lines of an outcome."""
    before, after = _say_place(found.place_before), _say_place(found.place_after)
    st.markdown(t("Place **{before}** → **{after}**", before=before, after=after) + f" {_badge(found)}")
    if found.score_before is not None and found.score_after is not None:
        st.markdown(
            f":gray[{t('score')} {number(found.score_before, 2)} → {number(found.score_after, 2)}"
            f" ({signed(found.score_after - found.score_before, 3)})]"
        )
    for term in found.terms[:6]:
        change = signed(term.after - term.before, 3)
        st.markdown(
            f":gray[:small[{label_of(term.name)} {signed(term.before, 3)} → {signed(term.after, 3)} ({change})]]"
        )
    if found.score_before is not None and found.score_after is not None and not found.terms:
        st.markdown(f":gray[:small[{t('No term of this product changes.')}]]")
    stay = t("{n} of the first {top} stay", n=found.n_stay, top=found.n_top)
    share = f" ({percent(found.n_stay / found.n_top, 0)})" if found.n_top else ""
    st.markdown(f":gray[:small[{stay}{share}]]")


def _say_place(place: int | None) -> str:
    """A place, or that it lies below what is told."""
    return t("below {n}", n=200) if place is None else str(place)


def _badge(found: Outcome) -> str:
    """Arrow and distance between two places."""
    if found.place_before is None or found.place_after is None:
        return ""
    move = found.place_before - found.place_after
    if move == 0:
        return ":gray-badge[=]"
    return f":green-badge[↑ {move}]" if move > 0 else f":orange-badge[↓ {-move}]"
