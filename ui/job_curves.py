"""Learning curves of a training: loss and validation of every stage that learned, one chart each."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import streamlit as st

from recsys.training.jobs import CurvePoint
from ui import charts
from ui.components import heading
from ui.text import safe_text
from ui.wording import t

_DASHES = ("solid", "dashed", "dotted")


def draw_curves(curve: Sequence[CurvePoint]) -> None:
    """Draw the curve of each stage that learned; nothing before the first point."""
    for stage, points in stage_curves(curve):
        with st.container(gap="xxsmall"):
            heading(safe_text(stage), _note(points))
            st.echarts_chart(curve_option(points), height=170, key=f"curve_{stage}", alt=curve_alt(points))


def stage_curves(curve: Sequence[CurvePoint]) -> list[tuple[str, list[CurvePoint]]]:
    """Return the points of each stage that measured something at least twice, in the order of the stages."""
    found: dict[str, list[CurvePoint]] = {}
    for stage, points in groupby(curve, key=lambda p: p.stage):
        found.setdefault(stage, []).extend(points)
    return [(stage, points) for stage, points in found.items() if len(points) > 1]


def _note(points: Sequence[CurvePoint]) -> str:
    """What the lines are."""
    loss, validation = _measured(points, "loss"), _measured(points, "validation")
    if loss and validation:
        return t("training loss and validation per step")
    return t("training loss per step, lower is better") if loss else t("validation per step, higher is better")


def _measured(points: Sequence[CurvePoint], name: str) -> list[float]:
    return [value for p in points if (value := getattr(p, name)) is not None]


def curve_option(points: Sequence[CurvePoint]) -> dict[str, Any]:
    """Return an ECharts line of loss (left) and validation (right), whichever was measured."""
    colours = charts.palette()
    measured = [
        (name, values, colour)
        for name, values, colour in (
            (t("Loss"), [p.loss for p in points], colours["accent"]),
            (t("Validation"), [p.validation for p in points], charts.component_colors(["image"])[0]),
        )
        if any(v is not None for v in values)
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 28, "bottom": 4, "containLabel": True},
        "legend": {"top": 0, "left": 0, "textStyle": {"color": colours["muted"]}},
        "tooltip": {"trigger": "axis"},
        "xAxis": charts.axis("category", data=[p.step for p in points]),
        "yAxis": [charts.axis("value", scale=True, splitLine={"show": n == 0}) for n in range(len(measured))],
        "series": [
            {
                "type": "line",
                "name": name,
                "data": values,
                "yAxisIndex": n,
                "symbol": "circle",
                "symbolSize": 4,
                "connectNulls": True,
                "lineStyle": {"color": colour, "width": 2, "type": _DASHES[n]},
                "itemStyle": {"color": colour},
            }
            for n, (name, values, colour) in enumerate(measured)
        ],
    }


def curve_alt(points: Sequence[CurvePoint]) -> str:
    """Say the finding of the curve."""
    loss = _measured(points, "loss")
    values, name = (loss, t("Training loss")) if loss else (_measured(points, "validation"), t("Validation"))
    return t(
        "{name} went from {first} to {last} in {steps} steps.",
        name=name,
        first=f"{values[0]:.3f}",
        last=f"{values[-1]:.3f}",
        steps=len(points),
    )
