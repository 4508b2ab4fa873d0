"""The small line of a tile as a picture: no script runs for it, which a chart of Streamlit's metric would need."""

import math
from base64 import b64encode
from collections.abc import Sequence

import streamlit as st

from ui import charts

_WIDE, _HIGH = 220.0, 44.0


def sparkline(values: Sequence[float], alt: str, *, key: str | None = None) -> None:
    """Draw a line with a shaded area in the width there is; nothing for fewer than two known values.

    Parameters
    ----------
    values
        Oldest first; NaN leaves a gap, which the line bridges.
    alt
        What the line says, for who cannot see it.
    key
        Names the container around it.
    """
    points = _place(values)
    if len(points) < 2:
        return
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    area = f"{points[0][0]:.1f},{_HIGH} {line} {points[-1][0]:.1f},{_HIGH}"
    colour = charts.palette()["muted"]
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {_HIGH}" preserveAspectRatio="none">'
        f'<polygon points="{area}" fill="{colour}" opacity="0.12"/>'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5" '
        'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
    source = b64encode(picture.encode()).decode()
    escaped = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    look = f"display:block;width:100%;height:{_HIGH:.0f}px"
    with st.container(key=key):
        st.html(f'<img src="data:image/svg+xml;base64,{source}" alt="{escaped}" style="{look}">')


def _place(values: Sequence[float]) -> list[tuple[float, float]]:
    """Known values as points of the picture, 2 units inside its edges."""
    known = [(n, v) for n, v in enumerate(values) if math.isfinite(v)]
    if len(known) < 2:
        return []
    low, high = min(v for _, v in known), max(v for _, v in known)
    span, steps = (high - low) or 1.0, len(values) - 1
    flat = high == low
    return [(_WIDE * n / steps, _HIGH / 2 if flat else 2 + (_HIGH - 4) * (1 - (v - low) / span)) for n, v in known]
