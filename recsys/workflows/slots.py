"""What put each product of a list where it stands: the sum, a rule, variety, or being new."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Move, Ranking

VARIETY_STEP = "diversity"


class SlotSource(StrEnum):
    """Whose doing a place is."""

    SUM = "sum"
    RULE = "rule"
    VARIETY = "variety"
    NEW = "new"


@dataclass(frozen=True)
class Slot:
    """One place of a list.

    Parameters
    ----------
    source
        Whose doing it is.
    because
        The reason the trace gives for the move; empty where nothing moved the product.
    """

    source: SlotSource
    because: str = ""


def name_slots(ranking: Ranking, is_new: NDArray[np.bool_]) -> tuple[Slot, ...]:
    """Read from the trace what put each product where it stands.

    Parameters
    ----------
    ranking
        A list with its trace.
    is_new
        Products nobody has touched, shape (n_items,).

    Returns
    -------
    tuple
        One per place. A rule counts before variety, variety before newness: the step that came last decided.
    """
    ruled: dict[int, Move] = {}
    varied: dict[int, Move] = {}
    for step in ranking.trace:
        for move in step.moves:
            (varied if step.name == VARIETY_STEP else ruled)[move.item_num] = move
    return tuple(_slot(int(n), ruled, varied, bool(is_new[n])) for n in ranking.item_num)


def _slot(item_num: int, ruled: dict[int, Move], varied: dict[int, Move], new: bool) -> Slot:
    """One place."""
    if item_num in ruled:
        return Slot(SlotSource.RULE, ruled[item_num].reason)
    if item_num in varied:
        return Slot(SlotSource.VARIETY, varied[item_num].reason)
    return Slot(SlotSource.NEW if new else SlotSource.SUM)
