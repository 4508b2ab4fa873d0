"""What each rule did to one list, as steps of its trace; of one that did nothing, why."""

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Move, Request, Step
from recsys.ranking.filters import closed_by
from recsys.ranking.model import Model
from recsys.ranking.places import Filled, Placing
from recsys.ranking.rules import Applied
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule


def lift_steps(
    applied: Applied, items: NDArray[np.intp], with_rules: NDArray[np.float64], without: NDArray[np.float64], n: int
) -> tuple[Step, ...]:
    """Record boosts and buries of one list: which items of theirs changed places near its head.

    Parameters
    ----------
    applied
        The rules.
    items
        The shortlist, shape (n_shortlist,).
    with_rules, without
        Scores with and without what the rules add, same shape; −inf for an item that may not appear.
    n
        Length of the list; moves that touch it are told.
    """
    remaining = int(np.count_nonzero(np.isfinite(with_rules)))
    before, after = _places(items, without), _places(items, with_rules)
    touched = np.flatnonzero((before != after) & (np.minimum(before, after) <= n) & np.isfinite(with_rules))
    touched = touched[np.argsort(after[touched])]
    own = items[touched]
    changed = list(zip(own.tolist(), before[touched].tolist(), after[touched].tolist(), strict=True))
    return tuple(
        _lift_step(rule, changed, meant[own].tolist(), meant, applied.mask, remaining)
        for rule, meant in applied.company.lifts
    )


def _places(items: NDArray[np.intp], scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """1-based places by score; the lower item number first among equals."""
    places = np.empty(len(items), np.intp)
    places[np.lexsort((items, -scores))] = np.arange(1, len(items) + 1)
    return places


def _lift_step(
    rule: Rule,
    changed: list[tuple[int, int, int]],
    is_meant: list[bool],
    meant: NDArray[np.bool_],
    mask: NDArray[np.bool_],
    remaining: int,
) -> Step:
    """Record one boost or bury; `changed` are items with their places before and after."""
    said = f"{'boosts' if rule.kind == RuleKind.BOOST else 'buries'} {rule.selection} by {rule.strength:g}"
    moves = tuple(Move(*move, said) for move, own in zip(changed, is_meant, strict=True) if own)
    if moves:
        return Step(str(rule.kind), said, remaining, moves, rule.rule_id)
    why = "no place of the list changed" if (meant & mask).any() else "none of its products is a candidate"
    return Step(str(rule.kind), f"did nothing: {why}", remaining, (), rule.rule_id, acted=False)


def place_steps(
    applied: Applied, model: Model, request: Request, items: NDArray[np.intp], filled: Filled
) -> tuple[Step, ...]:
    """Record pins, slots, soft pins and caps of one list.

    Parameters
    ----------
    applied
        The rules.
    model, request
        Tell which filter kept a pinned item out.
    items
        Candidates before the places were given out, best first, shape (n_candidates,).
    filled
        What `fill_places` did.
    """
    place_of = {position: place for place, position in enumerate(filled.order, start=1)}
    steps = []
    for placing, said, placed in zip(applied.placings, filled.said, filled.placed, strict=True):
        moved = [(old, place_of.get(old, len(filled.order) + 1)) for old in placed]
        reason = f"{placing.rule.kind} {placing.rule.rule_id}"
        moves = tuple(Move(int(items[old]), old + 1, new, reason) for old, new in moved if old + 1 != new)
        if not placed and placing.item >= 0 and said == "its product is no candidate":
            said = _why_out(applied, model, request, placing.item)
        detail = _describe(placing, said, bool(placed), bool(moves), len(filled.order))
        steps.append(Step(str(placing.rule.kind), detail, len(items), moves, placing.rule.rule_id, bool(moves)))
    return tuple(steps)


def _describe(placing: Placing, said: str, placed: bool, moved: bool, n: int) -> str:
    """One rule's step in words."""
    rule = placing.rule
    if rule.kind == RuleKind.CAP:
        per = f"per {rule.per}" if rule.per is not None else f"of {rule.selection}"
        told = f"at most {rule.limit} {per} in the first {rule.window}"
        return f"{told}{f'; {said}' if said else ''}" if moved else f"did nothing: {said or 'no place is over it'}"
    if moved:
        return f"{rule.selection} at place {rule.place}" + (f"; {said}" if said else "")
    if said:
        return f"did nothing: {said}"
    if placed:
        return f"did nothing: its place {rule.place} would be the same without it"
    if rule.kind == RuleKind.SOFT_PIN and rule.place is not None and rule.place <= n:
        return f"did nothing: it stands above place {rule.place} by itself"
    return f"did nothing: place {rule.place} lies below the end of the list"


def _why_out(applied: Applied, model: Model, request: Request, item: int) -> str:
    """Say what keeps a pinned item out of a list."""
    title = model.catalogue.item_ids[item]
    closed = closed_by(model, request.filters, request.at, item)
    if closed is not None:
        return f"the filter '{closed}' of the request leaves {title} out"
    for rule, keep in applied.company.gates:
        if not keep[item]:
            return f"{rule.kind} {rule.rule_id} leaves {title} out"
    if request.filters.exclude_seen and item in request.history.item_num:
        return f"the filter 'seen' of the request leaves {title} out"
    return f"{title} is no candidate"
