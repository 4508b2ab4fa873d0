"""Parts of the Explain page: the sum as words, chart and table, the waterfall, the evidence."""

import json
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import streamlit as st

from recsys.explanation.answer import Evidence, PairExplanation
from recsys.explanation.sentences import find_objection
from recsys.ranking.model import Model
from ui import charts, shelf
from ui.components import export_button, heading, thumbnail
from ui.shelf_cards import DEEDS, describe, first_picture
from ui.text import day, number, percent, safe_text, signed
from ui.wording import mark, t, tn

EVIDENCE_WORDS = {
    "text": (mark("Reads like"), mark("nearest by text: cosine of the descriptions")),
    "image": (mark("Looks like"), mark("nearest by picture: cosine of the pictures")),
    "behaviour": (mark("Chosen together with"), mark("share of what her history says by behaviour")),
}


def verdict(model: Model, found: PairExplanation) -> None:
    """Draw the product, where it stands, and the sum in a sentence."""
    with (
        st.container(border=True, key="verdict"),
        st.container(horizontal=True, gap="medium", vertical_alignment="center"),
    ):
        with st.container(width=130):
            thumbnail(first_picture(model.catalogue, found.item_num), found.title, size=320, width=130)
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(
                f"**{safe_text(found.title)}** :gray[:small[{safe_text(found.item_id)} · "
                f"{safe_text(describe(model.catalogue, found.item_num))}]]"
            )
            _place(found)
            st.markdown(_shopper_sentence(found))
            said = t("Parts of a sum, not a cause: they say what the score is made of.")
            st.markdown(f":gray[:small[{said}]]")


def _place(found: PairExplanation) -> None:
    """Rank and score, or the filter that keeps the product out."""
    if found.left_out_by is not None:
        st.markdown(f":orange-badge[:material/filter_alt: {t('Left out')}] {safe_text(found.left_out_by, 400)}")
        st.markdown(t("Score without that filter **{score}**", score=signed(found.score, 3)))
        return
    assert found.rank is not None
    on_list = found.rank <= shelf.LIST_LENGTH
    badge = f":green-badge[:material/check: {t('On her list')}]" if on_list else f":gray-badge[{t('Below her list')}]"
    place = t(
        "Place **{place}** of {n} · score **{score}**",
        place=number(found.rank),
        n=number(found.n_candidates),
        score=signed(found.score, 3),
    )
    st.markdown(f"{badge} {place}")
    if found.variety:
        st.markdown(f":material/shuffle: {safe_text(found.variety, 300)}")


def _shopper_sentence(found: PairExplanation) -> str:
    """The sentence without numbers, and the strongest objection."""
    said = safe_text(found.sentence, 400)
    against = find_objection(found.terms)
    if against is None:
        return said
    objection = t("Against it: {term} is lower than for the average product.", term=safe_text(t(against.label)))
    return f"{said} {objection}"


def the_sum(found: PairExplanation, facts: Mapping[str, str], report: Callable[[Mapping[str, str]], str]) -> None:
    """Draw every term as a bar and as a row of the table; the rows add up to the score.

    Parameters
    ----------
    found
        The explanation.
    facts
        What the file of evidence says beside it: time, rules, filters.
    report
        Makes the file of evidence of those facts.
    """
    left, right = st.columns([2, 3], gap="medium")
    with left.container(border=True, height="stretch"):
        heading(t("The sum"), t("what each term adds to the score"))
        terms = [term for term in found.terms if term.contribution]
        spec = charts.term_bars(
            [t(term.label) for term in terms],
            [term.contribution for term in terms],
            charts.component_colors([term.name for term in terms]),
        )
        st.echarts_chart(spec, height=40 + 34 * max(len(terms), 1), key="explain_sum", alt=found.expert_sentence)
        with st.expander(t("As one sentence"), icon=":material/notes:"):
            st.markdown(safe_text(found.expert_sentence, 900))
    with right.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Term by term"), t("raw score → z → times weight → contribution"))
            export_button(lambda: sum_frame(found, plain=True), "explanation.csv")
        _sum_table(found)
        with st.container(horizontal=True, gap="medium"):
            _download(t("Evidence as one page"), lambda: report(facts).encode(), "evidence.html", "text/html")
            _download(t("Everything as JSON"), lambda: _as_json(found, facts), "explanation.json", "application/json")


def _as_json(found: PairExplanation, facts: Mapping[str, str]) -> bytes:
    """Everything known of the pair."""
    return json.dumps(found.to_json() | {"facts": dict(facts)}, indent=1).encode()


def _download(label: str, content: Callable[[], bytes], name: str, kind: str) -> None:
    """Offer one file, made when it is clicked."""
    st.download_button(
        label,
        content,
        name,
        kind,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"download_{name}",
    )


def _sum_table(found: PairExplanation) -> None:
    column = st.column_config
    st.dataframe(
        sum_frame(found),
        hide_index=True,
        placeholder="–",
        key="explain_terms",
        column_config={
            t("Raw score"): column.TextColumn(
                help=t("In the term's own units; – where it cannot speak of this product.")
            ),
            "z": column.TextColumn(
                help=t("How far above her average product, in standard deviations over what is on sale.")
            ),
            t("Weight"): column.TextColumn(help=t("The weight in the sum.")),
            t("Contribution"): column.TextColumn(help=t("Weight times z. The column adds up to the score.")),
        },
        alt=found.expert_sentence,
    )


def sum_frame(found: PairExplanation, *, plain: bool = False) -> pd.DataFrame:
    """Return one row per term and the total; numbers if `plain`, else text with signs."""
    names = (t("Term"), t("Raw score"), "z", t("Weight"), t("Contribution"))
    rows: list[tuple[object, ...]] = []
    for term in found.terms:
        if plain:
            rows.append((t(term.label), term.raw, term.z, term.weight, term.contribution))
        else:
            z = (t("silent") if term.weight else "–") if term.silent else signed(term.z, 2)
            raw = "–" if term.raw is None else signed(term.raw, 3)
            rows.append((t(term.label), raw, z, f"{term.weight:.2f}", signed(term.contribution, 3)))
    blank = None if plain else ""
    rows.append((t("Score"), blank, blank, blank, found.score if plain else signed(found.score, 3)))
    return pd.DataFrame(rows, columns=names)


def evidence(model: Model, found: PairExplanation) -> None:
    """Draw what of her history lies nearest, in words, in pictures, in behaviour."""
    with st.container(border=True, key="evidence"):
        touches = tn("{n} interaction", "{n} interactions", found.n_touches)
        heading(t("From her history"), t("{touches}; the nearest products in each sense", touches=touches))
        if not found.evidence:
            text = (
                t("She has no history yet.")
                if not found.n_touches
                else t("Nothing in her history lies near this product.")
            )
            st.markdown(f":gray[{text}]")
            return
        for column, kind in zip(st.columns(3, gap="medium"), EVIDENCE_WORDS, strict=True):
            with column:
                name, note = EVIDENCE_WORDS[kind]
                heading(t(name), t(note))
                near = [e for e in found.evidence if e.kind == kind]
                if not near:
                    st.markdown(f":gray[{t('Nothing near.')}]")
                for item in near:
                    _evidence_line(model, item)


def _evidence_line(model: Model, item: Evidence) -> None:
    """One product of the history with its strength and what she did with it."""
    strength = percent(item.strength, 0) if item.kind == "behaviour" else f"{item.strength:.2f}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(width=64):
            thumbnail(first_picture(model.catalogue, item.item_num), item.title, size=96, width=64)
        deed = say_deed(item.event_type, item.occurred_at)
        st.markdown(f"{safe_text(item.title, 60)}  \n**{strength}** :gray[:small[{deed}]]")


def say_deed(event_type: str, occurred_at: str) -> str:
    """Return what she did and when: "bought 3 Nov 2026"."""
    said = next((said for kind, said in DEEDS.items() if kind == event_type), None)
    deed = t("touched") if said is None else t(said)
    return f"{deed} {day(np.datetime64(occurred_at.removesuffix('Z')))}"
