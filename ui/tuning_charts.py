"""Chart specs of Fusion: the exact curve of one weight and the front of trade-offs."""

from typing import Any

from recsys.fusion.curve import Curve
from ui import charts

HAIR = 1e-4
"""Steps narrower than this share of the line are thinner than a pixel and are not drawn."""


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
