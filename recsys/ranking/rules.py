"""Merchandising rules inside `rank`: what may appear, what is added to the sum, and whom the list needs for its places.

Block and filter close the gate before anything is scored. Boost and bury add to the sum, so they decide with it who is
a candidate. Pins, slots, soft pins and caps come last, after variety, because they promise places.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Request, Step
from recsys.ranking.candidates import Picked, choose
from recsys.ranking.model import Model
from recsys.ranking.places import PLACING, Placing
from recsys.ranking.ruling import Ruling
from recsys.ranking.terms import Terms
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule

SLOT_CANDIDATES = 20
"""How many of the best by the sum a slot chooses from, where the shortlist holds fewer than there are slots."""


@dataclass(frozen=True, eq=False)
class Applied:
    """The rules that act on a batch of requests.

    Parameters
    ----------
    ruling
        The version over the catalogue.
    rules
        Those that act, in the order in which they have their say.
    mask
        Items that pass the filters, and every block and filter, shape (n_items,).
    gates
        One step per block and filter.
    lift
        Strengths of boosts less those of buries, float64, shape (n_items,); None where no such rule speaks of an item
        that may appear. In the sum they count times the sum of the weights.
    placings
        What gives out places.
    """

    ruling: Ruling
    rules: tuple[Rule, ...]
    mask: NDArray[np.bool_]
    gates: tuple[Step, ...]
    lift: NDArray[np.float64] | None
    placings: tuple[Placing, ...]

    @property
    def n_pins(self) -> int:
        """Pins, which may stand below the end of a list and take an item out of it."""
        return sum(p.rule.kind == RuleKind.PIN for p in self.placings)


def apply_rules(ruling: Ruling, rules: tuple[Rule, ...], model: Model, mask: NDArray[np.bool_]) -> Applied:
    """Close the gate and make ready what acts after the sum.

    Parameters
    ----------
    ruling, rules
        The version, and those of its rules that act.
    model
        Supplies the catalogue.
    mask
        Items that pass the request's filters, shape (n_items,).
    """
    gates = []
    for rule in rules:
        if rule.kind in (RuleKind.BLOCK, RuleKind.FILTER):
            keep = ruling.mask(rule) if rule.kind == RuleKind.FILTER else ~ruling.mask(rule)
            before, mask = int(mask.sum()), mask & keep
            gates.append(_gate_step(rule, before, int(mask.sum())))
    lift = np.zeros(len(mask))
    for rule in rules:
        if rule.strength is not None:
            lift[ruling.mask(rule)] += rule.strength if rule.kind == RuleKind.BOOST else -rule.strength
    placings = tuple(_placing(ruling, rule, model) for rule in rules if rule.kind in PLACING)
    return Applied(ruling, rules, mask, tuple(gates), lift if lift[mask].any() else None, placings)


def _gate_step(rule: Rule, before: int, after: int) -> Step:
    """Record a block or filter."""
    said = f"blocks {rule.selection}" if rule.kind == RuleKind.BLOCK else f"only {rule.selection}"
    acted = after < before
    detail = (
        said if acted else f"did nothing: no candidate is {'one of ' if rule.kind == RuleKind.BLOCK else 'outside '}"
    )
    return Step(str(rule.kind), detail if acted else f"{detail}{rule.selection}", after, (), rule.rule_id, acted)


def _placing(ruling: Ruling, rule: Rule, model: Model) -> Placing:
    """Make one rule ready that gives out places."""
    if rule.kind == RuleKind.CAP:
        return Placing(rule, groups=ruling.groups(rule))
    if rule.kind == RuleKind.SLOT:
        return Placing(rule, chosen=ruling.mask(rule))
    return Placing(rule, item=int(model.catalogue.numbers(rule.selection.item_ids)[0]))


# ------------------------------------------------------------- candidates that rules need beside the shortlist


def add_candidates(
    applied: Applied,
    model: Model,
    histories: Histories,
    request: Request,
    terms: Terms,
    weights: NDArray[np.float64],
    lift: NDArray[np.float64] | None,
    picked: Picked,
) -> Picked:
    """Append to a shortlist what pins, slots and caps need and it does not hold; its own columns stay as they are.

    Parameters
    ----------
    applied
        The rules.
    model, histories, request, terms, weights, lift
        As for `candidates.choose`.
    picked
        The shortlist, shape (n_requests, n_shortlist).
    """
    parts = [_pinned(applied, picked)]
    slots = [p for p in applied.placings if p.chosen is not None]
    for placing in slots:
        assert placing.chosen is not None
        chosen = applied.mask & placing.chosen
        held = (placing.chosen[picked.items] & picked.possible).sum(axis=1)
        if (held < len(slots)).any() and chosen.any():
            size = min(int(chosen.sum()), SLOT_CANDIDATES + len(slots))
            parts.append(choose(model, histories, request, terms, weights, chosen, size, lift).items)
    for placing in applied.placings:
        if placing.groups is not None and not _room(placing, picked):
            parts.append(_spread(placing, applied.mask, terms, weights, lift))
    extra = np.concatenate(parts, axis=1)
    if not extra.shape[1]:
        return picked
    seen = histories if request.filters.exclude_seen else Histories.empty(len(histories))
    possible = np.stack([_is_new(row, applied.mask, extra, picked, seen) for row in range(len(extra))])
    return Picked(
        np.concatenate([picked.items, extra], axis=1),
        np.concatenate([picked.possible, possible], axis=1),
        picked.remaining,
        picked.steps,
    )


def _pinned(applied: Applied, picked: Picked) -> NDArray[np.intp]:
    """Pinned items, shape (n_requests, n_pinned)."""
    items = np.array(sorted({p.item for p in applied.placings if p.item >= 0}), np.intp)
    return np.broadcast_to(items, (len(picked.items), len(items)))


def _room(placing: Placing, picked: Picked) -> bool:
    """Tell whether every shortlist can fill a cap's window without breaking it."""
    rule, groups = placing.rule, placing.groups
    assert groups is not None and rule.limit is not None and rule.window is not None
    n_groups = int(groups.max(initial=-1)) + 1
    for items, possible in zip(picked.items, picked.possible, strict=True):
        own = groups[items[possible]]
        counts = np.bincount(own[own >= 0], minlength=n_groups)
        if np.minimum(counts, rule.limit).sum() + (own < 0).sum() < rule.window:
            return False
    return True


def _spread(
    placing: Placing,
    mask: NDArray[np.bool_],
    terms: Terms,
    weights: NDArray[np.float64],
    lift: NDArray[np.float64] | None,
) -> NDArray[np.intp]:
    """Best items by the sum with no group above its cap, shape (n_requests, at most window)."""
    rule, groups = placing.rule, placing.groups
    assert groups is not None and rule.limit is not None and rule.window is not None
    items = np.flatnonzero(mask)
    total = terms.total(weights)[:, items].astype(np.float64)
    if lift is not None:
        total += lift[items]
    return np.stack([items[_best_spread(row, groups[items], rule.limit, rule.window)] for row in total])


def _best_spread(total: NDArray[np.float64], groups: NDArray[np.intp], limit: int, size: int) -> NDArray[np.intp]:
    """Positions of the best `size` with at most `limit` of each group, filled up with the next best."""
    order = np.lexsort((-total, groups))
    starts = np.r_[0, np.flatnonzero(np.diff(groups[order])) + 1]
    within = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    over = np.zeros(len(order), bool)
    over[order] = (within >= limit) & (groups[order] >= 0)
    return np.lexsort((-total, over))[:size]


def _is_new(
    row: int, mask: NDArray[np.bool_], extra: NDArray[np.intp], picked: Picked, seen: Histories
) -> NDArray[np.bool_]:
    """Which of the extra items of one request may appear and are neither in its shortlist nor named before."""
    items = extra[row]
    first = np.zeros(len(items), bool)
    first[np.unique(items, return_index=True)[1]] = True
    known = np.isin(items, picked.items[row][picked.possible[row]])
    return first & ~known & mask[items] & ~np.isin(items, seen.item_num[seen.indptr[row] : seen.indptr[row + 1]])
