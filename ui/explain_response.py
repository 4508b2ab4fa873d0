"""The response term taken apart: SHAP as a waterfall, LIME as a second opinion beside it."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from recsys.explanation.answer import PairExplanation
from recsys.explanation.lime import SecondOpinion
from recsys.explanation.steps import WaterfallStep, waterfall_steps
from ui import charts
from ui.components import export_button, heading
from ui.text import number, percent, signed
from ui.wording import t, tn

SHOWN = 10
"""Features of the second opinion on screen; the export has all."""


def response_waterfall(found: PairExplanation) -> None:
    """Draw how the response term gets from an average candidate to this one."""
    with st.container(border=True, key="waterfall"):
        if found.waterfall is None:
            heading(t("Inside Response"), t("this run has no response term"))
            return
        fall = found.waterfall
        kind = t("exact SHAP values") if fall.exact else t("SHAP values, sampled")
        heading(t("Inside Response"), t("log-odds of a click or purchase when shown; {kind}, they add up", kind=kind))
        odds = t(
            "from {base} for an average candidate to {odds} for this one",
            base=signed(fall.base, 2),
            odds=signed(fall.log_odds, 2),
        )
        chance = t("Chance of a response **{share}**", share=percent(fall.probability, 2))
        st.markdown(f"{chance} :gray[{odds}]")
        _say_not_asked(found)
        steps = waterfall_steps(fall)
        told = "; ".join(f"{_say_label(s)} {signed(s.effect, 2)}" for s in steps)
        st.echarts_chart(
            waterfall_option(steps),
            height=90 + 30 * len(steps),
            key="explain_shap",
            alt=t("Effects: {effects}.", effects=told),
        )


def _say_not_asked(found: PairExplanation) -> None:
    """Say when the response term is not part of the sum."""
    weight = next((term.weight for term in found.terms if term.name == "response"), 0.0)
    if weight and found.in_shortlist:
        return
    reason = t("This product is outside the shortlist") if weight else t("Response weighs nothing here")
    said = t("{reason}, so the term is not part of the sum; the chart says what it would be.", reason=reason)
    st.markdown(f":gray[:small[{said}]]")


def waterfall_option(steps: Sequence[WaterfallStep]) -> dict[str, Any]:
    """Return ECharts floating bars between two markers, first step on top; two colours, and signs."""
    colours = charts.palette()
    first, last = steps[0].start, steps[-1].end
    rows = [
        (t("average candidate"), first, first, colours["muted"], signed(first, 2)),
        *(
            (_name_step(s), s.start, s.end, colours["good"] if s.effect >= 0 else colours["bad"], signed(s.effect, 2))
            for s in steps
        ),
        (t("this product"), last, last, colours["muted"], signed(last, 2)),
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
            axisLabel={"color": colours["text"], "width": 220, "overflow": "truncate"},
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
    return _say_label(step) + ("" if step.value is None else f" = {step.value:.3g}")


def _say_label(step: WaterfallStep) -> str:
    """A feature's name, or how many share the bar."""
    return tn("{n} other feature", "{n} other features", step.n_other) if step.n_other else t(step.label)


# ------------------------------------------------------------- LIME


def draw_second_opinion(opinion: SecondOpinion | None) -> None:
    """Draw LIME beside SHAP, and how far the two agree."""
    if opinion is None:
        return
    with st.container(border=True, key="second_opinion"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            heading(t("Second opinion"), t("LIME: a line fitted around this product"))
            export_button(lambda: opinion_frame(opinion), "lime.csv")
        figures = (
            (t("Same order"), number(opinion.rank_correlation, 2), t(
                "Spearman's rank correlation of how strongly LIME and SHAP rate each feature: 1 is the same order, "
                "0 none."
            )),
            (t("Same sign"), percent(opinion.sign_agreement, 0), t(
                "Share of the {n} features that count for both on whose direction they agree.", n=opinion.n_compared
            )),
            (t("Line fits"), number(opinion.fit, 2), t(
                "Weighted R² of the line: how much of what Response does around here a line can follow. Where it is "
                "low, believe SHAP."
            )),
        )  # fmt: skip
        for column, (name, value, help_text) in zip(st.columns(3), figures, strict=True):
            column.metric(name, value, help=help_text, border=True)
        pairs = list(zip(opinion.effects, opinion.shap, strict=True))[:SHOWN]
        told = "; ".join(f"{t(e.label)} LIME {signed(e.effect, 2)}, SHAP {signed(s, 2)}" for e, s in pairs)
        st.echarts_chart(
            opinion_option([(t(e.label), e.effect, s) for e, s in pairs]),
            height=60 + 36 * len(pairs),
            key="explain_lime",
            alt=t("LIME against SHAP: {values}.", values=told),
        )


def opinion_option(rows: Sequence[tuple[str, float, float]]) -> dict[str, Any]:
    """Return ECharts bars of (feature, LIME, SHAP), two per feature, first feature on top."""
    colours = charts.palette()
    series = [("LIME", colours["accent"], [r[1] for r in rows]), ("SHAP", colours["muted"], [r[2] for r in rows])]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 24, "top": 30, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": {"color": colours["text"]}},
        "tooltip": {"trigger": "axis"},
        "xAxis": charts.axis("value", axisLabel={"show": False}),
        "yAxis": charts.axis(
            "category",
            data=[r[0] for r in rows],
            inverse=True,
            axisLabel={"color": colours["text"], "width": 220, "overflow": "truncate"},
        ),
        "series": [
            {
                "type": "bar",
                "name": name,
                "barWidth": 9,
                "itemStyle": {"color": colour, "borderRadius": 2},
                "data": [round(v, 4) for v in values],
            }
            for name, colour, values in series
        ],
    }


def opinion_frame(opinion: SecondOpinion) -> pd.DataFrame:
    """Return one row per feature with both effects."""
    return pd.DataFrame(
        [(e.name, t(e.label), e.value, e.effect, s) for e, s in zip(opinion.effects, opinion.shap, strict=True)],
        columns=["feature", t("Feature"), t("Value"), "LIME", "SHAP"],
    )
