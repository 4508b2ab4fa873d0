"""What a list would be under another history or price: it is made again by `ranking.rank`, nothing is estimated.

Leaving a touch out changes every term that reads the history. A price changes what is read when a list is made: the
price features of the response term, and a price filter; terms that learned from prices in training stay as they are.
"""

from dataclasses import dataclass, replace

import numpy as np

from recsys.data.interactions import DAY, Histories
from recsys.data.ranking import Ranking
from recsys.errors import InputError
from recsys.explanation.changes import Change, ChangeKind, World, apply_change

PLACES = 200
"""How far down places are told; up to here a longer list only continues a shorter one."""
TOP = 24
_SAME = 5e-4


@dataclass(frozen=True)
class TermShift:
    """One term of the sum before and after: its contributions to the score."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class Outcome:
    """What a change does to one product and its list.

    Parameters
    ----------
    place_before, place_after
        1-based; None below `PLACES` or where a filter leaves the product out.
    score_before, score_after
        None where there is no place.
    terms
        Terms whose contribution changes by more than half a thousandth, largest change first; empty where the score
        of either side is unknown.
    n_stay, n_top
        How many of the first `TOP` products stay among them, and how many there are.
    """

    place_before: int | None
    place_after: int | None
    score_before: float | None
    score_after: float | None
    terms: tuple[TermShift, ...]
    n_stay: int
    n_top: int


def without_touch(world: World, item_num: int, touch: int) -> Outcome:
    """Make the list again as if one touch of the history had not been.

    Parameters
    ----------
    world
        Model, request and rules as of the list at hand.
    item_num
        The product looked at.
    touch
        Position in the request's history, 0-based.

    Raises
    ------
    InputError
        If the history has no such touch.
    """
    history = world.request.history
    n = len(history.item_num)
    if not 0 <= touch < n:
        raise InputError(f"The history has {n:,} touches, counted from 0; there is none of number {touch}.")
    kept = history.where(np.arange(n) != touch)
    return _compare(world, replace(world, request=replace(world.request, history=kept)), item_num)


def at_price(world: World, item_num: int, factor: float) -> Outcome:
    """Make the list again with one product's price multiplied by a factor.

    Raises
    ------
    InputError
        If the factor is not above 0, or the product's price is unknown.
    """
    price = float(world.model.catalogue.prices[item_num])
    if not np.isfinite(factor) or factor <= 0:
        raise InputError(f"A price is multiplied by a number above 0, got {factor}.")
    if not np.isfinite(price):
        raise InputError("The price of this product is not known, so there is no other price to try.")
    change = Change(ChangeKind.PRICE, str(world.model.catalogue.item_ids[item_num]), price, price * factor)
    return _compare(world, apply_change(world, change), item_num)


def touches_of(history: Histories, limit: int = 60) -> list[int]:
    """Return positions of the touches of a history of one, newest first."""
    order = np.lexsort((np.arange(len(history.item_num)), history.occurred_at))[::-1]
    return [int(touch) for touch in order[:limit]]


def touch_age_days(history: Histories, touch: int, clock: np.datetime64) -> int:
    """Whole days since a touch, at least 0."""
    return max(int((clock - history.occurred_at[touch]) / DAY), 0)


def _compare(before: World, after: World, item_num: int) -> Outcome:
    """One product in two worlds."""
    lists = before.rank(PLACES), after.rank(PLACES)
    rows = [_row_of(ranking, item_num) for ranking in lists]
    scores = [None if row is None else float(ranking.scores[row]) for ranking, row in zip(lists, rows, strict=True)]
    tops = [set(ranking.item_num[:TOP].tolist()) for ranking in lists]
    return Outcome(
        place_before=None if rows[0] is None else rows[0] + 1,
        place_after=None if rows[1] is None else rows[1] + 1,
        score_before=scores[0],
        score_after=scores[1],
        terms=() if None in rows else _shifts(lists[0], lists[1], item_num),
        n_stay=len(tops[0] & tops[1]),
        n_top=len(tops[0]),
    )


def _row_of(ranking: Ranking, item_num: int) -> int | None:
    """0-based place of an item; None when it is not listed."""
    found = np.flatnonzero(ranking.item_num == item_num)
    return int(found[0]) if len(found) else None


def _shifts(before: Ranking, after: Ranking, item_num: int) -> tuple[TermShift, ...]:
    """Contributions that differ, largest difference first."""
    parts = []
    for ranking in (before, after):
        row = _row_of(ranking, item_num)
        assert row is not None
        parts.append(dict(zip(ranking.components, map(float, ranking.contributions[row]), strict=True)))
    names = dict.fromkeys((*parts[0], *parts[1]))
    shifts = [TermShift(name, parts[0].get(name, 0.0), parts[1].get(name, 0.0)) for name in names]
    changed = [s for s in shifts if abs(s.after - s.before) > _SAME]
    return tuple(sorted(changed, key=lambda s: (-abs(s.after - s.before), s.name)))
