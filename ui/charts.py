"""Chart parts in the colours of the theme; one colour per component, the same everywhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ui.wording import t

# Smallest OKLab distance between any two, over normal, protan, deutan and tritan sight: 12.8 light, 11.5 dark (×100).
# Each has at least 3:1 against its page.
_LIGHT = {
    "text": "#2F5BD0",
    "image": "#D9731A",
    "behaviour": "#8A1C5C",
    "next": "#9B6772",
    "repeat": "#1E9FCC",
    "trend": "#421809",
    "momentum": "#19010A",
    "fresh": "#2410A6",
    "response": "#14114B",
}
_DARK = {
    "text": "#7EA6FF",
    "image": "#D0662F",
    "behaviour": "#F3E762",
    "next": "#A2483E",
    "repeat": "#895C9D",
    "trend": "#A1FAE0",
    "momentum": "#838F8F",
    "fresh": "#BAB66B",
    "response": "#574EF8",
}
_OTHER = {"light": "#5A6372", "dark": "#A3ACBC"}


def is_dark() -> bool:
    """Tell whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def component_colors(names: Sequence[str]) -> list[str]:
    """Return the colour of each component, in the order asked."""
    table = _DARK if is_dark() else _LIGHT
    return [table.get(name, _OTHER["dark" if is_dark() else "light"]) for name in names]


def palette() -> dict[str, str]:
    """Return the theme's colours by role: text, muted, line, accent, band, good, bad."""
    if is_dark():
        return {
            "text": "#E7EAF1",
            "muted": "#A3ACBC",
            "line": "#313846",
            "page": "#12151C",
            "accent": "#7EA6FF",
            "band": "rgba(126,166,255,0.22)",
            "good": "#4FC59B",
            "bad": "#FF9178",
        }
    return {
        "text": "#10141D",
        "muted": "#5A6372",
        "line": "#DFE3EA",
        "page": "#FFFFFF",
        "accent": "#2F5BD0",
        "band": "rgba(47,91,208,0.16)",
        "good": "#0B7A5B",
        "bad": "#C2472F",
    }


def sequential() -> list[str]:
    """Return the ramp from low to high; low is near the page in both themes."""
    ramp = [
        "#EEF2FD",
        "#D8E1FA",
        "#BCCBF5",
        "#9DB2EF",
        "#7D97E7",
        "#5F7DDD",
        "#4567CF",
        "#2F52BA",
        "#203F9A",
        "#142C73",
    ]
    return ramp[::-1] if is_dark() else ramp


def axis(kind: str, **more: Any) -> dict[str, Any]:
    """Return an ECharts axis without ticks or line, labels muted, split lines thin."""
    colours = palette()
    base = {
        "type": kind,
        "axisTick": {"show": False},
        "axisLine": {"show": False},
        "axisLabel": {"color": colours["muted"]},
        "splitLine": {"show": kind == "value", "lineStyle": {"color": colours["line"]}},
        "nameTextStyle": {"color": colours["muted"]},
    }
    return base | more


def band_line(
    days: Sequence[str],
    value: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
    *,
    unit: str = "",
) -> dict[str, Any]:
    """Return an ECharts line with its 95 % band; values in the unit shown, None leaves a gap."""
    colours = palette()
    width = [None if lo is None or hi is None else hi - lo for lo, hi in zip(low, high, strict=True)]
    hidden = {
        "type": "line",
        "stack": "band",
        "symbol": "none",
        "lineStyle": {"opacity": 0},
        "silent": True,
        "tooltip": {"show": False},
    }
    return {
        "animation": False,
        "grid": {"left": 8, "right": 12, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": axis("category", data=list(days), boundaryGap=False),
        "yAxis": axis("value", scale=True, axisLabel={"color": colours["muted"], "formatter": "{value}" + unit}),
        "series": [
            hidden | {"data": list(low)},
            hidden | {"data": width, "areaStyle": {"color": colours["band"], "opacity": 1}},
            {
                "type": "line",
                "name": t("Value"),
                "data": list(value),
                "symbol": "none",
                "lineStyle": {"color": colours["accent"], "width": 2},
                "itemStyle": {"color": colours["accent"]},
            },
        ],
    }


def term_bars(
    labels: Sequence[str], values: Sequence[float], colors: Sequence[str], *, digits: int = 2
) -> dict[str, Any]:
    """Return horizontal signed bars, first label on top: the terms of one sum."""
    colours = palette()
    data = [
        {
            "value": round(float(v), digits),
            "itemStyle": {"color": c},
            "label": {"position": "right" if v >= 0 else "left"},
        }
        for v, c in zip(values, colors, strict=True)
    ]
    return {
        "animation": False,
        "grid": {"left": 8, "right": 44, "top": 4, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": axis("value", axisLabel={"show": False}, boundaryGap=["14%", "14%"]),
        "yAxis": axis("category", data=list(labels), inverse=True, axisLabel={"color": colours["text"]}),
        "series": [
            {
                "type": "bar",
                "data": data,
                "barWidth": 14,
                "label": {"show": True, "color": colours["text"]},
            }
        ],
    }


def heat_map(
    grid: Sequence[float],
    z: NDArray[np.float64],
    *,
    ring: tuple[float, float],
    dots: NDArray[np.bool_],
    best: tuple[int, int],
    x_name: str,
    y_name: str,
    label: str,
) -> dict[str, Any]:
    """Return an ECharts heat-map over a square grid with a ring; cell n is row n // len(grid), column n % len(grid).

    Parameters
    ----------
    grid
        Values of both axes, ascending, 0 to 1.
    z
        One value per cell, shape (len(grid), len(grid)); rows are y.
    ring
        (x, y) of the ring, in the units of the grid.
    dots
        Cells that get a dot, shape (len(grid), len(grid)).
    best
        (row, column) of the cell that gets a diamond.
    x_name, y_name, label
        Names of the axes and of the value.
    """
    colours, ticks, n = palette(), [f"{v:g}" for v in grid], len(grid)
    half = (grid[1] - grid[0]) / 2
    shade = {"axisTick": {"show": False}, "axisLine": {"show": False}, "splitLine": {"show": False}}
    name = {"nameLocation": "middle", "nameTextStyle": {"color": colours["muted"]}}
    tick = {"axisLabel": {"color": colours["muted"], "interval": (n - 1) // 5 - 1}}
    over = {"type": "scatter", "xAxisIndex": 1, "yAxisIndex": 1, "silent": True}
    dotted = [[grid[c], grid[r]] for r, c in np.argwhere(dots).tolist() if (r, c) != best]
    free = {"type": "value", "min": grid[0] - half, "max": grid[-1] + half, "show": False}
    cells = [[ticks[c], ticks[r], round(float(z[r, c]), 4)] for r in range(n) for c in range(n)]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 6, "top": 6, "bottom": 4},
        "tooltip": {"formatter": f"{x_name} {{@[0]}}<br>{y_name} {{@[1]}}<br>{label} {{@[2]}}"},
        "xAxis": [{"type": "category", "data": ticks, "name": x_name, "nameGap": 26} | shade | name | tick, free],
        "yAxis": [{"type": "category", "data": ticks, "name": y_name, "nameGap": 30} | shade | name | tick, free],
        "visualMap": {
            "min": float(z.min()),
            "max": float(max(z.max(), z.min() + 1e-9)),
            "show": False,
            "seriesIndex": 0,
            "dimension": 2,
            "inRange": {"color": sequential()},
        },
        "series": [
            {
                "type": "heatmap",
                "data": cells,
                "selectedMode": "single",
                "select": {"itemStyle": {"borderWidth": 0}},
                "emphasis": {"itemStyle": {"borderColor": colours["text"], "borderWidth": 2}},
            },
            over | {"symbolSize": 2.5, "data": dotted, "itemStyle": {"color": colours["page"], "opacity": 0.75}},
            over
            | {
                "symbol": "diamond",
                "symbolSize": 11,
                "data": [[grid[best[1]], grid[best[0]]]],
                "itemStyle": {"color": "#FFFFFF", "borderColor": "#000000", "borderWidth": 1},
            },
            over
            | {
                "symbolSize": 15,
                "data": [list(ring)],
                "itemStyle": {
                    "color": "rgba(0,0,0,0)",
                    "borderColor": "#FFFFFF",
                    "borderWidth": 3,
                    "shadowColor": "#000000",
                    "shadowBlur": 4,
                },
            },
        ],
    }
