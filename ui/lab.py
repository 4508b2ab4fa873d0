"""The fusion lab: one slider per term, re-ranking in the browser while it moves, one message when it is let go."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.wording import mark, t

_ASSETS = Path(__file__).resolve().parent / "assets"
_HTML = """
<div class="lab">
  <div class="main"></div>
  <details><summary></summary><div class="rest"></div></details>
  <ol class="shelf"></ol>
  <div class="changes"><strong class="count"></strong><span class="out"></span><ol class="gone"></ol></div>
  <ol class="bars"></ol>
  <p class="spoken" role="status" aria-live="polite"></p>
</div>
"""

WORDS = {
    "rest": mark("Other terms of the sum"),
    "shelf": mark("Top products for these weights"),
    "out": mark("Out:"),
    "gone": mark("Products that left the list"),
    "bars": mark("The sum of the first products, term by term"),
    "weight": mark("Weight of {term}"),
    "share": mark("of the sum · live {share}"),
    "spoken_share": mark("{position}, {share} percent of the sum"),
    "changed": mark("{kept} of the live top {all} stay, {new} come in."),
    "same": mark("The same {all} products as live."),
    "first": mark("First is {title}."),
    "was": mark("{title}, live place {place}"),
    "entered": mark("new"),
}
"""What the browser says, by name; it fills in the braces itself."""

_render = st.components.v2.component(
    "vitrine_lab",
    html=_HTML,
    css=(_ASSETS / "lab.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "lab.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class LabTerm:
    """One slider: a component's name, label, symbol and one-sentence summary, and whether it stands on top."""

    name: str
    label: str
    symbol: str
    summary: str
    prominent: bool


@dataclass(frozen=True)
class LabItem:
    """One product the list may show: its number breaks ties, `z` holds its terms in slider order."""

    id: str
    number: int
    title: str
    picture: str
    initials: str
    z: tuple[float, ...]


@dataclass(frozen=True)
class LabData:
    """What the browser needs to rank by itself.

    Parameters
    ----------
    terms
        The sliders, in order.
    items
        Every product that can reach the list.
    live
        1-based place of each item in the live list.
    live_shares
        Share of the sum of each term in the live weights, 0 to 1.
    """

    terms: tuple[LabTerm, ...]
    items: tuple[LabItem, ...]
    live: Mapping[str, int]
    live_shares: Mapping[str, float]


def read_release(key: str, names: Sequence[str]) -> dict[str, float] | None:
    """Return the weights of the slider just let go, each kept in [0, 1]; None when the message does not fit."""
    weights: Any = getattr(st.session_state.get(key), "weights", None)
    if not isinstance(weights, dict) or set(weights) != set(names):
        return None
    if not all(isinstance(w, int | float) for w in weights.values()):
        return None
    return {name: min(max(float(weights[name]), 0.0), 1.0) for name in names}


def draw_lab(
    data: LabData,
    weights: Mapping[str, float],
    *,
    key: str,
    colors: Sequence[str],
    track: str,
    on_release: Callable[[], None],
) -> None:
    """Draw the lab at the given slider positions; `on_release` reads `read_release(key, …)`.

    Parameters
    ----------
    data
        The products and the live list.
    weights
        Slider positions by term, in [0, 1].
    key
        The component's session key.
    colors, track
        One colour per term, and that of an empty slider.
    on_release
        Called once per slider let go.
    """
    message = {
        "terms": [vars(term) | {"label": t(term.label), "summary": t(term.summary)} for term in data.terms],
        "items": [vars(item) for item in data.items],
        "live": dict(data.live),
        "live_shares": dict(data.live_shares),
        "words": {name: t(text) for name, text in WORDS.items()},
        "weights": {term.name: weights.get(term.name, 0.0) for term in data.terms},
        "colors": list(colors),
        "track": track,
    }
    _render(key=key, data=message, on_weights_change=on_release)
