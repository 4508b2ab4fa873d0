"""One list as a whole: what each term carries of it, and which of her touches it rests on."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from recsys.components import COMPONENTS
from recsys.explanation.listing import ListExplanation, explain_list
from ui import charts
from ui.components import empty_state, export_button, heading, picture_url
from ui.explain_panel import say_deed
from ui.explain_question import Question
from ui.shelf_cards import first_picture
from ui.text import cell_text, number, percent, safe_text, signed
from ui.wording import t, tn

REASONS = 3
TOUCHES = 12


def draw_list(question: Question) -> None:
    """Draw why the products of a list are there, and what hangs on each touch."""
    with st.spinner(t("Making the list again without each touch…")):
        found = explain_list(question.model, question.request, question.world.rules)
    if not found.terms:
        empty_state(t("This list is empty"), t("Nothing passes the filters. Loosen them."))
        return
    with st.container(border=True, key="list_verdict"):
        heading(t("In a sentence"))
        st.markdown(say_to_shopper(found))
        with st.expander(t("For an expert"), icon=":material/notes:"):
            st.markdown(say_to_expert(found))
    left, right = st.columns([2, 3], gap="medium")
    with left.container(border=True, height="stretch"):
        _draw_terms(found)
    with right.container(border=True, height="stretch"):
        _draw_touches(question, found)


def say_to_shopper(found: ListExplanation) -> str:
    """Return the list's reasons as one plain sentence without a number."""
    phrases = [COMPONENTS[term.name].phrase for term in found.terms if term.mean > 0 and term.name in COMPONENTS]
    told = join_reasons(phrases[:REASONS])
    products = tn("this {n} product", "these {n} products", len(found.ranking))
    said = t("Mostly, each of {products} {reasons}.", products=products, reasons=told)
    most = found.touches[0] if found.touches and found.touches[0].leave else None
    if most is None:
        return said
    title = safe_text(most.title, 80)
    return f"{said} " + t("No single thing she did shapes the list more than “{title}”.", title=title)


def join_reasons(phrases: Sequence[str]) -> str:
    """Return "a, b or c"."""
    if len(phrases) < 2:
        return "".join(phrases)
    return t("{first} or {last}", first=", ".join(phrases[:-1]), last=phrases[-1])


def say_to_expert(found: ListExplanation) -> str:
    """Return shares and counts as one sentence to check."""
    parts = [
        t("{term} {share} (mean {mean}, first for {n})", term=t(term.label), share=percent(term.share, 1),
          mean=signed(term.mean, 3), n=term.first_for)
        for term in found.terms
        if term.share > 0
    ]  # fmt: skip
    said = t("Share of all that is said, Σ|contribution|: {parts}.", parts="; ".join(parts))
    touches = tn("{n} touched product", "{n} touched products", found.n_touched)
    return f"{said} " + t("The list was made again without each of the latest of {touches}.", touches=touches)


def _draw_terms(found: ListExplanation) -> None:
    """Shares of the terms."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(t("What carries the list"), t("each term's share, %"))
        export_button(lambda: terms_frame(found), "list_terms.csv")
    terms = [term for term in found.terms if term.share > 0]
    spec = charts.term_bars(
        [t(term.label) for term in terms],
        [100 * term.share for term in terms],
        charts.component_colors([term.name for term in terms]),
        digits=1,
    )
    told = ", ".join(f"{t(term.label)} {percent(term.share, 0)}" for term in terms)
    st.echarts_chart(
        spec, height=40 + 34 * len(terms), key="list_terms", alt=t("Share of each term in percent: {terms}", terms=told)
    )


def terms_frame(found: ListExplanation) -> pd.DataFrame:
    """Return one row per term."""
    return pd.DataFrame(
        [(term.name, t(term.label), term.share, term.mean, term.first_for) for term in found.terms],
        columns=["term", t("Term"), t("Share"), t("Mean contribution"), t("First reason for")],
    )


def _draw_touches(question: Question, found: ListExplanation) -> None:
    """What would leave or move without each touch."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        heading(t("What hangs on her touches"), t("the list made again without each of them"))
        if found.touches:
            export_button(lambda: touches_frame(found), "list_touches.csv")
    if not found.touches:
        st.markdown(f":gray[{t('She has no history yet: this list is the same for everybody unknown.')}]")
        return
    shown = touches_frame(found).head(TOUCHES)
    pictures = [
        picture_url(first_picture(question.model.catalogue, touch.item_num), 96) for touch in found.touches[:TOUCHES]
    ]
    shown.insert(0, "", pictures)
    most = found.touches[0]
    st.dataframe(
        shown,
        hide_index=True,
        row_height=48,
        key="list_touches",
        column_config={
            "": st.column_config.ImageColumn(width=56),
            t("Leave"): st.column_config.NumberColumn(help=t("Products that would leave the list without this touch.")),
            t("Move"): st.column_config.NumberColumn(help=t("Products that would stay at another place.")),
        },
        alt=t(
            "Most hangs on {title}: {n} products would leave the list.",
            title=cell_text(most.title, 80),
            n=number(most.leave),
        ),
    )


def touches_frame(found: ListExplanation) -> pd.DataFrame:
    """Return one row per touched product."""
    return pd.DataFrame(
        [
            (cell_text(touch.title, 80), say_deed(touch.event_type, touch.occurred_at), touch.leave, touch.moved)
            for touch in found.touches
        ],
        columns=[t("Product"), t("What she did"), t("Leave"), t("Move")],
    )
