"""Chart specs of Fusion: the exact curve of one weight and the front of trade-offs."""

from collections.abc import Callable, Mapping
from typing import Any

from recsys.fusion.curve import Curve
from recsys.fusion.goals import OBJECTIVES
from recsys.fusion.pareto import Front
from ui import charts

HAIR = 1e-4
"""Steps narrower than this share of the line are thinner than a pixel and are not drawn."""
LEAST = 0.5
"""Trade-offs that give up more than this share of the highest recall are not offered."""


def curve_line(curve: Curve, *, now: float, live: float, color: str, x_name: str) -> dict[str, Any]:
    """Return an ECharts step line with the plateau shaded, a line where the slider stands and one where it is live.

    Parameters
    ----------
    curve
        What to draw.
    now, live
        Slider positions.
    color
        Of the component.
    x_name
        Name of the axis.
    """
    colours = charts.palette()
    wide = (curve.ends - curve.points) > HAIR * (curve.high - curve.points[0])
    points = [
        [round(float(t), 4), round(float(v), 5)] for t, v in zip(curve.points[wide], curve.ndcg[wide], strict=True)
    ]
    points.append([curve.high, points[-1][1]])
    low, high = curve.plateau
    label = {"color": colours["muted"], "fontSize": 11, "distance": 3}
    marks = [
        {
            "xAxis": live,
            "lineStyle": {"type": "dashed", "color": colours["muted"], "width": 1.5},
            "label": label | {"formatter": "live", "position": "start" if live == now else "end"},
        },
        {
            "xAxis": now,
            "lineStyle": {"type": "solid", "color": colours["text"], "width": 2},
            "label": label | {"formatter": "now", "color": colours["text"], "fontWeight": "bold"},
        },
    ]
    return {
        "animation": False,
        "grid": {"left": 4, "right": 14, "top": 20, "bottom": 22, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": charts.axis("value", min=0, max=1, name=x_name, nameLocation="middle", nameGap=24)
        | {"splitLine": {"show": False}},
        "yAxis": charts.axis("value", scale=True, splitNumber=3),
        "series": [
            {
                "type": "line",
                "name": "NDCG@20",
                "step": "end",
                "symbol": "none",
                "data": points,
                "lineStyle": {"color": color, "width": 1.5},
                "itemStyle": {"color": color},
                "markArea": {
                    "silent": True,
                    "itemStyle": {"color": colours["band"]},
                    "data": [[{"xAxis": round(low, 4)}, {"xAxis": round(high, 4)}]],
                },
                "markLine": {"silent": True, "symbol": "none", "data": marks[1:] if live == now else marks},
            }
        ],
    }


def front_chart(
    front: Front, goal: str, *, now: tuple[float, float] | None, unit: Callable[[float], float]
) -> dict[str, Any]:
    """Return an ECharts scatter of recall against one other objective: the front, where live stands and where now.

    Points of the series "front" are in the order of `front.along(goal, LEAST)`.

    Parameters
    ----------
    front
        What to draw.
    goal
        The other objective.
    now
        Recall and the other objective of the weights on screen; None where that is not known.
    unit
        Function from an objective's value to the number shown.
    """
    colours, recall = charts.palette(), front.objectives[0]
    shown = front.along(goal, LEAST)
    least = LEAST * max(p.values[recall] for p in front.points)

    def place(values: Mapping[str, float]) -> list[float]:
        return [round(values[recall], 4), round(unit(values[goal]), 3)]

    along = [place(front.points[n].values) for n in shown]
    rest = [place(p.values) for n, p in enumerate(front.points) if n not in shown and p.values[recall] >= least]
    series = [
        {"name": "other trade-offs", "data": rest, "symbolSize": 4, "silent": True, "color": colours["line"]},
        {
            "name": "front line",
            "type": "line",
            "data": along,
            "showSymbol": False,
            "silent": True,
            "lineStyle": {"color": colours["accent"], "width": 1.5, "opacity": 0.5},
        },
        {
            "name": "front",
            "data": along,
            "symbolSize": 11,
            "selectedMode": "single",
            "itemStyle": {"color": colours["accent"]},
            "select": {"itemStyle": {"color": colours["accent"]}},
            "emphasis": {"scale": 1.5},
        },
        {
            "name": "live",
            "data": [place(front.live.values)],
            "symbol": "diamond",
            "symbolSize": 13,
            "silent": True,
            "color": colours["muted"],
            "label": {"show": True, "formatter": "live", "position": "top", "color": colours["muted"], "fontSize": 11},
        },
    ]
    if now is not None:
        ring = {"color": "transparent", "borderColor": colours["text"], "borderWidth": 3}
        data = [[round(now[0], 4), round(unit(now[1]), 3)]]
        said = {"show": True, "formatter": "now", "position": "bottom", "color": colours["text"], "fontWeight": "bold"}
        series.append({"name": "now", "data": data, "symbolSize": 16, "silent": True, "itemStyle": ring, "label": said})
    gap = {"nameLocation": "middle", "scale": True}
    return {
        "animation": False,
        "grid": {"left": 26, "right": 34, "top": 14, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": charts.axis("value", name=OBJECTIVES[recall].label, nameGap=26, **gap),
        "yAxis": charts.axis("value", name=OBJECTIVES[goal].label, nameGap=40, splitNumber=4, **gap),
        "series": [{"type": "scatter"} | one for one in series],
    }
