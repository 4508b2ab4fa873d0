"""What a merchandiser changed on a board, as pins and hidden products; pure steps from one state to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_PLACE = 100


class EditKind(StrEnum):
    """What was done to one product."""

    MOVE = "move"
    PIN = "pin"
    UNPIN = "unpin"
    HIDE = "hide"
    SHOW = "show"
    CLEAR = "clear"


@dataclass(frozen=True)
class Edit:
    """One deed on a board.

    Parameters
    ----------
    kind
        What was done.
    item_id
        To which product; empty for `CLEAR`.
    place
        1-based place of a `MOVE`, and of a `PIN` of a product that is not on the board.
    """

    kind: EditKind
    item_id: str = ""
    place: int | None = None


@dataclass(frozen=True)
class Edits:
    """The state of a draft.

    Parameters
    ----------
    pins
        (item_id, 1-based place), by place.
    hidden
        Products taken off, in the order it was done.

    Examples
    --------
    >>> state = apply_edit(Edits(), Edit(EditKind.MOVE, "c", 1), ["a", "b", "c"])
    >>> state = apply_edit(state, Edit(EditKind.HIDE, "a"), ["c", "a", "b"])
    >>> state.pins, state.hidden, len(state)
    ((('c', 1),), ('a',), 2)
    """

    pins: tuple[tuple[str, int], ...] = ()
    hidden: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.pins) + len(self.hidden)

    @property
    def places(self) -> dict[str, int]:
        """Place by pinned product."""
        return dict(self.pins)

    def to_json(self) -> dict[str, Any]:
        """Return what a file keeps."""
        return {"pins": [list(pin) for pin in self.pins], "hidden": list(self.hidden)}

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Edits":
        """Read what `to_json` gave."""
        return Edits(tuple((str(i), int(p)) for i, p in told["pins"]), tuple(str(i) for i in told["hidden"]))


def apply_edit(edits: Edits, edit: Edit, order: Sequence[str]) -> Edits:
    """Return the state after one deed.

    A product put at a place stays pinned there; pinned products it passes give way by one, as cards on a table do.

    Parameters
    ----------
    edits
        The state before.
    edit
        What was done.
    order
        Item ids as they stood on the board, best first; may be older than `edits`.

    Returns
    -------
    Edits
        Equal to `edits` where the deed changes nothing.
    """
    places, item = edits.places, edit.item_id
    if edit.kind == EditKind.CLEAR:
        return Edits()
    if edit.kind == EditKind.SHOW:
        return Edits(edits.pins, tuple(h for h in edits.hidden if h != item))
    if edit.kind in (EditKind.UNPIN, EditKind.HIDE):
        places.pop(item, None)
        hidden = edits.hidden
        if edit.kind == EditKind.HIDE:
            hidden = (*(h for h in hidden if h != item), item)
        return Edits(_by_place(places), hidden)
    now = list(order).index(item) + 1 if item in order else 1
    to = now if edit.kind == EditKind.PIN and edit.place is None else edit.place or now
    return Edits(_by_place(_put(places, item, to, order)), tuple(h for h in edits.hidden if h != item))


def _put(places: Mapping[str, int], item: str, place: int, order: Sequence[str]) -> dict[str, int]:
    """Pins after a product was put at a place; those on the board move along with it.

    The pins themselves say where they stand, so an order seen before somebody else's edit loses none of them.
    """
    after = [i for i in order if i not in places]
    for pinned, at in sorted(places.items(), key=lambda pin: pin[1]):
        if pinned in order:
            after.insert(at - 1, pinned)
    after = [i for i in after if i != item]
    to = min(max(place, 1), len(after) + 1, MAX_PLACE)
    after.insert(to - 1, item)
    return {**places, **{i: n for n, i in enumerate(after, start=1) if i in places or i == item}}


def _by_place(places: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Pins in the order of their places."""
    return tuple(sorted(places.items(), key=lambda pin: (pin[1], pin[0])))
