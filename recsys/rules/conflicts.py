"""Rules that want what cannot be had together: which two, over what, who wins and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.rules.kinds import RuleKind, RuleStatus
from recsys.rules.rule import Rule, precedence

_GATES = (RuleKind.BLOCK, RuleKind.FILTER)
_PINS = (RuleKind.PIN, RuleKind.SOFT_PIN)


class Clash(StrEnum):
    """What two rules cannot both have."""

    PLACE = "place"
    PRODUCT = "product"
    GATE = "gate"
    NOTHING_LEFT = "nothing left"
    AGAINST = "against each other"


_WHY = {
    Clash.PLACE: "both want place {place}; {winner} before {loser}, of alike ones what was changed last",
    Clash.PRODUCT: "both place the same product; the one with the higher place, of alike ones what was changed last",
    Clash.GATE: "a {winner} is applied before anything is placed or boosted",
    Clash.NOTHING_LEFT: "no product passes both filters, so lists are empty",
    Clash.AGAINST: "they add up, so the stronger one decides",
}


@dataclass(frozen=True)
class Conflict:
    """Two rules in each other's way where their scopes and times meet.

    Parameters
    ----------
    clash
        What they cannot both have.
    winner, loser
        Who gets it; with `Clash.NOTHING_LEFT` both act.
    n_items
        Products concerned.
    why
        The reason in words.
    """

    clash: Clash
    winner: Rule
    loser: Rule
    n_items: int
    why: str


def find_conflicts(rules: Sequence[Rule], catalogue: Catalogue, at: np.datetime64) -> tuple[Conflict, ...]:
    """Find every pair of rules in each other's way, now or later.

    Parameters
    ----------
    rules
        The rules, live, scheduled or drafted.
    catalogue
        Tells which products they mean.
    at
        Now; rules that ended before are left out.

    Returns
    -------
    tuple of Conflict
        In the order of precedence of the winner, then of the loser.
    """
    standing = sorted((r for r in rules if r.status_at(at) != RuleStatus.EXPIRED), key=precedence)
    masks = {r.rule_id: r.selection.mask(catalogue) for r in standing if r.kind != RuleKind.CAP}
    found: list[Conflict] = []
    for first, second in combinations(standing, 2):
        if first.scope.meets(second.scope) and first.overlaps(second):
            found += _clashes(first, second, masks)
    return tuple(found)


def _clashes(first: Rule, second: Rule, masks: dict[str, NDArray[np.bool_]]) -> Iterator[Conflict]:
    """What stands between two rules, the first of which has its say first."""
    if RuleKind.CAP in (first.kind, second.kind):
        return
    one, two = masks[first.rule_id], masks[second.rule_id]
    if first.kind in _GATES:
        yield from _at_the_gate(first, second, one, two)
    elif first.place is not None and second.place is not None:
        same = first.kind in _PINS and second.kind in _PINS and first.selection == second.selection
        if same:
            yield _conflict(Clash.PRODUCT, first, second, int(one.sum()))
        elif first.place == second.place and second.kind != RuleKind.SOFT_PIN:
            yield _conflict(Clash.PLACE, first, second, int((one | two).sum()))
    elif {first.kind, second.kind} == {RuleKind.BOOST, RuleKind.BURY} and (one & two).any():
        strong, weak = (first, second) if (first.strength or 0) >= (second.strength or 0) else (second, first)
        yield _conflict(Clash.AGAINST, strong, weak, int((one & two).sum()))


def _at_the_gate(first: Rule, second: Rule, one: NDArray[np.bool_], two: NDArray[np.bool_]) -> Iterator[Conflict]:
    """A block or filter that leaves nothing of what another rule means."""
    if second.kind == RuleKind.BLOCK or not two.any():
        return
    kept = two & (one if first.kind == RuleKind.FILTER else ~one)
    if kept.any():
        return
    filters = second.kind == RuleKind.FILTER
    yield _conflict(Clash.NOTHING_LEFT if filters else Clash.GATE, first, second, int(two.sum()))


def _conflict(clash: Clash, winner: Rule, loser: Rule, n_items: int) -> Conflict:
    """Say it in words."""
    why = _WHY[clash].format(place=winner.place, winner=winner.kind, loser=loser.kind)
    return Conflict(clash, winner, loser, n_items, why)
