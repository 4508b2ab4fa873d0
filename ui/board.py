"""The product board: one in-page component for the grid of cards, the compact compare grid and the history strip.

One message carries the whole list. Product text reaches the page through `textContent` only. Every card knows the
action "why"; where the board can be edited also "move", "pin", "unpin", "hide", "undo" and "redo".
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from ui.wording import mark, t

_ASSETS = Path(__file__).resolve().parent / "assets"

_render = st.components.v2.component(
    "vitrine_board",
    html="<ol></ol><p class='live' role='status' aria-live='polite'></p>",
    css=(_ASSETS / "board.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "board.js").read_text(encoding="utf-8"),
)

Layout = Literal["grid", "compact", "strip"]
WORDS = {
    "why": mark("Why?"),
    "whyHere": mark("Why here?"),
    "entered": mark("new"),
    "earlier": mark("One place up (Alt and left arrow)"),
    "later": mark("One place down (Alt and right arrow)"),
    "pin": mark("Pin at this place (P)"),
    "unpin": mark("Unpin (P)"),
    "hide": mark("Hide (H)"),
    "place": mark("Type a place"),
}
"""What the component says by itself."""
EDITS = ("move", "pin", "unpin", "hide", "undo", "redo")
_ORDER_LENGTH = 200


@dataclass(frozen=True)
class Card:
    """One product as the board shows it.

    Parameters
    ----------
    id
        The item's id; comes back with an action.
    title, sub
        Cleaned product text and a line below it.
    picture, initials
        Address of a picture or "", and the letters shown without one.
    spoken
        What a screen reader says of the card.
    rank, move
        1-based place; places gained against the live list, None when it was not in it. `shown_move` tells whether to
        show the move at all.
    score, parts, terms
        The sum as text, its contributions in component order, and the same in words.
    tag
        A word shown in place of the move.
    pinned
        Whether a draft holds the product at this place.
    source, kind, because
        What put it there: a small word, its code for the colour, and the reason on hover.
    """

    id: str
    title: str
    sub: str
    picture: str
    initials: str
    spoken: str
    rank: int | None = None
    move: int | None = None
    shown_move: bool = False
    score: str = ""
    parts: tuple[float, ...] = ()
    terms: str = ""
    tag: str = ""
    pinned: bool = False
    source: str = ""
    kind: str = ""
    because: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what the browser reads; what is not to be shown is left out."""
        out = asdict(self)
        if not out.pop("shown_move"):
            out.pop("move")
        for name in ("rank", "parts", "score", "terms", "tag", "pinned", "source", "kind", "because"):
            if out[name] in (None, "", (), False):
                out.pop(name)
        return out


@dataclass(frozen=True)
class Clicked:
    """What a person did on the board.

    Parameters
    ----------
    type
        "why", or one of `EDITS`.
    id
        The product's id.
    place
        1-based place of a "move".
    order
        Ids as they stood on the board before an edit.
    """

    type: str
    id: str
    place: int | None = None
    order: tuple[str, ...] = ()


def read_action(key: str) -> Clicked | None:
    """Return what was just done on the board with this key; inside its callback only."""
    action = getattr(st.session_state.get(key), "action", None)
    if not isinstance(action, dict) or not isinstance(action.get("id"), str):
        return None
    place, order = action.get("place"), action.get("order")
    return Clicked(
        str(action.get("type")),
        action["id"],
        int(place) if isinstance(place, int | float) and 1 <= place <= _ORDER_LENGTH else None,
        tuple(str(i) for i in order[:_ORDER_LENGTH]) if isinstance(order, list) else (),
    )


def draw_board(
    cards: Sequence[Card],
    *,
    key: str,
    label: str,
    colors: Sequence[str] = (),
    layout: Layout = "grid",
    edits: bool = False,
    said: str = "",
    on_action: Callable[[], None] = lambda: None,
) -> None:
    """Draw the cards.

    Parameters
    ----------
    cards
        In rank order.
    key
        The component's session key; `read_action(key)` inside `on_action` says what was done.
    label
        What a screen reader calls the list.
    colors
        One per component, in the order of `Card.parts`.
    layout
        `grid` for cards, `compact` for pictures with their place, `strip` for one scrolling row.
    edits
        Whether cards of a grid can be dragged, pinned and hidden.
    said
        Announced politely when it changes.
    """
    low = min((sum(p for p in c.parts if p < 0) for c in cards), default=0.0)
    high = max((sum(p for p in c.parts if p > 0) for c in cards), default=1.0)
    data = {
        "cards": [card.to_json() for card in cards],
        "colors": list(colors),
        "layout": layout,
        "label": label,
        "edits": edits,
        "words": {name: t(text) for name, text in WORDS.items()},
        "said": said,
        "low": low,
        "high": high,
    }
    _render(key=key, data=data, on_action_change=on_action)
