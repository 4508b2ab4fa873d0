"""Parts of the Explain page: the sum as words, chart and table, the waterfall, the evidence."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from recsys.explanation.answer import Evidence, PairExplanation
from recsys.explanation.sentences import find_objection
from recsys.explanation.steps import WaterfallStep, waterfall_steps
from recsys.ranking.model import Model
from ui import charts, shelf
from ui.components import export_button, heading, thumbnail
from ui.text import day, number, percent, plural, safe_text, signed

EVIDENCE_WORDS = {
    "text": ("Reads like", "nearest by text: cosine of the descriptions"),
    "image": ("Looks like", "nearest by picture: cosine of the pictures"),
    "behaviour": ("Chosen together with", "share of what her history says by behaviour"),
}
_DEEDS = {
    "view": "viewed",
    "click": "clicked",
    "cart": "put in cart",
    "purchase": "bought",
    "rating": "rated",
    "review": "reviewed",
}


def verdict(model: Model, found: PairExplanation) -> None:
    """Draw the product, where it stands, and the sum in a sentence."""
    with (
        st.container(border=True, key="verdict"),
        st.container(horizontal=True, gap="medium", vertical_alignment="center"),
    ):
        with st.container(width=130):
            thumbnail(shelf.first_picture(model.catalogue, found.item_num), found.title, size=320, width=130)
        with st.container(gap="xsmall", width="stretch"):
            st.markdown(
                f"**{safe_text(found.title)}** :gray[:small[{safe_text(found.item_id)} · "
                f"{safe_text(shelf.describe(model.catalogue, found.item_num))}]]"
            )
            _place(found)
            st.markdown(_shopper_sentence(found))
            st.markdown(":gray[:small[Parts of a sum, not a cause: they say what the score is made of.]]")


def _place(found: PairExplanation) -> None:
    """Rank and score, or the filter that keeps the product out."""
    if found.left_out_by is not None:
        st.markdown(f":orange-badge[:material/filter_alt: Left out] {safe_text(found.left_out_by)}")
        st.markdown(f"Score without that filter **{signed(found.score, 3)}**")
        return
    assert found.rank is not None
    on_list = found.rank <= shelf.LIST_LENGTH
    badge = ":green-badge[:material/check: On her list]" if on_list else ":gray-badge[Below her list]"
    st.markdown(
        f"{badge} Place **{number(found.rank)}** of {number(found.n_candidates)} · score **{signed(found.score, 3)}**"
    )
    if found.variety:
        st.markdown(f":material/shuffle: {safe_text(found.variety, 300)}")


def _shopper_sentence(found: PairExplanation) -> str:
    """The sentence without numbers, and the strongest objection."""
    said = safe_text(found.sentence, 400)
    against = find_objection(found.terms)
    return (
        said
        if against is None
        else f"{said} Against it: {safe_text(against.label)} is lower than for the average product."
    )


def the_sum(found: PairExplanation) -> None:
    """Draw every term as a bar and as a row of the table; the rows add up to the score."""
    left, right = st.columns([2, 3], gap="medium")
    with left.container(border=True, height="stretch"):
        heading("The sum", "what each term adds to the score")
        terms = [t for t in found.terms if t.contribution]
        spec = charts.term_bars(
            [t.label for t in terms], [t.contribution for t in terms], charts.component_colors([t.name for t in terms])
        )
        st.echarts_chart(spec, height=40 + 34 * max(len(terms), 1), key="explain_sum", alt=found.expert_sentence)
        with st.expander("As one sentence", icon=":material/notes:"):
            st.markdown(safe_text(found.expert_sentence, 900))
    with right.container(border=True, height="stretch"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading("Term by term", "raw score → z → times weight → contribution")
            export_button(lambda: sum_frame(found, plain=True), "explanation.csv")
        _sum_table(found)
        st.download_button(
            "Everything as JSON",
            lambda: json.dumps(found.to_json(), indent=1).encode(),
            "explanation.json",
            "application/json",
            icon=":material/data_object:",
            type="tertiary",
            on_click="ignore",
            key="explain_json",
        )


def _sum_table(found: PairExplanation) -> None:
    column = st.column_config
    st.dataframe(
        sum_frame(found),
        hide_index=True,
        placeholder="–",
        key="explain_terms",
        column_config={
            "Raw score": column.TextColumn(help="In the term's own units; – where it cannot speak of this product."),
            "z": column.TextColumn(
                help="How far above her average product, in standard deviations over what is on sale."
            ),
            "Weight": column.TextColumn(help="The weight in the sum."),
            "Contribution": column.TextColumn(help="Weight times z. The column adds up to the score."),
        },
        alt=found.expert_sentence,
    )


def sum_frame(found: PairExplanation, *, plain: bool = False) -> pd.DataFrame:
    """Return one row per term and the total; numbers if `plain`, else text with signs."""
    rows: list[dict[str, object]] = [
        {
            "Term": t.label,
            "Raw score": t.raw if plain else ("–" if t.raw is None else signed(t.raw, 3)),
            "z": t.z if plain else (("silent" if t.weight else "–") if t.silent else signed(t.z, 2)),
            "Weight": t.weight if plain else f"{t.weight:.2f}",
            "Contribution": t.contribution if plain else signed(t.contribution, 3),
        }
        for t in found.terms
    ]
    total = found.score if plain else signed(found.score, 3)
    blank = None if plain else ""
    rows.append({"Term": "Score", "Raw score": blank, "z": blank, "Weight": blank, "Contribution": total})
    return pd.DataFrame(rows)


def response_waterfall(found: PairExplanation) -> None:
    """Draw how the response term gets from an average candidate to this one."""
    with st.container(border=True, key="waterfall"):
        if found.waterfall is None:
            heading("Inside Response", "this run has no response term")
            return
        fall = found.waterfall
        kind = "exact SHAP values" if fall.exact else "SHAP values, sampled"
        heading("Inside Response", f"log-odds of a click or purchase when shown; {kind}, they add up")
        odds = f"from {signed(fall.base, 2)} for an average candidate to {signed(fall.log_odds, 2)} for this one"
        st.markdown(f"Chance of a response **{percent(fall.probability, 2)}** :gray[{odds}]")
        weight = next((t.weight for t in found.terms if t.name == "response"), 0.0)
        if not weight or not found.in_shortlist:
            reason = "Response weighs nothing here" if not weight else "This product is outside the shortlist"
            st.markdown(
                f":gray[:small[{reason}, so the term is not part of the sum; the chart says what it would be.]]"
            )
        steps = waterfall_steps(fall)
        told = "; ".join(f"{s.label} {signed(s.effect, 2)}" for s in steps)
        st.echarts_chart(
            waterfall_option(steps), height=90 + 30 * len(steps), key="explain_shap", alt=f"Effects: {told}."
        )


def waterfall_option(steps: Sequence[WaterfallStep]) -> dict[str, Any]:
    """Return ECharts floating bars between two markers, first step on top; two colours, and signs."""
    colours = charts.palette()
    first, last = steps[0].start, steps[-1].end
    rows = [
        ("average candidate", first, first, colours["muted"], signed(first, 2)),
        *(
            (_name_step(s), s.start, s.end, colours["good"] if s.effect >= 0 else colours["bad"], signed(s.effect, 2))
            for s in steps
        ),
        ("this product", last, last, colours["muted"], signed(last, 2)),
    ]
    low, high = min(min(r[1], r[2]) for r in rows), max(max(r[1], r[2]) for r in rows)
    span = max(high - low, 1e-6)
    hidden = [round(min(start, end) - low + 0.03 * span, 5) for _, start, end, _, _ in rows]
    bars = [
        {
            "value": round(max(abs(end - start), 0.004 * span), 5),
            "itemStyle": {"color": colour, "borderRadius": 3},
            "label": {"show": True, "formatter": text},
        }
        for _, start, end, colour, text in rows
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 24, "top": 4, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item", "formatter": "{b}"},
        "xAxis": charts.axis("value", axisLabel={"show": False}, splitLine={"show": False}, max=round(1.12 * span, 5)),
        "yAxis": charts.axis(
            "category",
            data=[name for name, *_ in rows],
            inverse=True,
            axisLabel={"color": colours["text"], "width": 300, "overflow": "truncate"},
        ),
        "series": [
            {"type": "bar", "stack": "w", "silent": True, "itemStyle": {"opacity": 0}, "data": hidden},
            {
                "type": "bar",
                "stack": "w",
                "barWidth": 14,
                "data": bars,
                "label": {"position": "right", "color": colours["text"]},
            },
        ],
    }


def _name_step(step: WaterfallStep) -> str:
    """Feature with its value."""
    return step.label + ("" if step.value is None else f" = {step.value:.3g}")


def evidence(model: Model, found: PairExplanation) -> None:
    """Draw what of her history lies nearest, in words, in pictures, in behaviour."""
    with st.container(border=True, key="evidence"):
        heading("From her history", f"{plural(found.n_touches, 'interaction')}; the nearest products in each sense")
        if not found.evidence:
            text = (
                "She has no history yet." if not found.n_touches else "Nothing in her history lies near this product."
            )
            st.markdown(f":gray[{text}]")
            return
        for column, kind in zip(st.columns(3, gap="medium"), EVIDENCE_WORDS, strict=True):
            with column:
                name, help_text = EVIDENCE_WORDS[kind]
                heading(name, help_text)
                near = [e for e in found.evidence if e.kind == kind]
                if not near:
                    st.markdown(":gray[Nothing near.]")
                for item in near:
                    _evidence_line(model, item)


def _evidence_line(model: Model, item: Evidence) -> None:
    """One product of the history with its strength and what she did with it."""
    strength = percent(item.strength, 0) if item.kind == "behaviour" else f"{item.strength:.2f}"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(width=64):
            thumbnail(shelf.first_picture(model.catalogue, item.item_num), item.title, size=96, width=64)
        deed = f"{_DEEDS.get(item.event_type, 'touched')} {day(np.datetime64(item.occurred_at.removesuffix('Z')))}"
        st.markdown(f"{safe_text(item.title, 60)}  \n**{strength}** :gray[:small[{deed}]]")
