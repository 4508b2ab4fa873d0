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
from recsys.ranking.places import Placing
from recsys.ranking.ruling import Company
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
    company
        Those that act.
    mask
        Items that pass the filters, and every block and filter, shape (n_items,).
    gates
        One step per block and filter.
    lift
        What the company lifts; None where that is no item that may appear. In the sum it counts times the sum of the
        weights.
    """

    company: Company
    mask: NDArray[np.bool_]
    gates: tuple[Step, ...]
    lift: NDArray[np.float64] | None

    @property
    def placings(self) -> tuple[Placing, ...]:
        """What gives out places."""
        return self.company.placings


def apply_rules(company: Company, mask: NDArray[np.bool_]) -> Applied:
    """Close the gate and make ready what acts after the sum.

    Parameters
    ----------
    company
        The rules that act.
    mask
        Items that pass the request's filters, shape (n_items,).
    """
    gates, left = [], int(np.count_nonzero(mask))
    for rule, keep in company.gates:
        before, mask = left, mask & keep
        left = int(np.count_nonzero(mask))
        gates.append(_gate_step(rule, before, left))
    return Applied(company, mask, tuple(gates), company.lift if (company.lifted & mask).any() else None)


def _gate_step(rule: Rule, before: int, after: int) -> Step:
    """Record a block or filter."""
    blocks, acted = rule.kind == RuleKind.BLOCK, after < before
    detail = f"{'blocks' if blocks else 'only'} {rule.selection}"
    if not acted:
        detail = f"did nothing: no candidate is {'one of' if blocks else 'outside'} {rule.selection}"
    return Step(str(rule.kind), detail, after, (), rule.rule_id, acted)


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
    everyone = np.ones(len(histories), bool)
    parts = [(_pinned(applied, picked), everyone)]
    slots = [p for p in applied.placings if p.chosen is not None]
    for placing in slots:
        assert placing.chosen is not None
        lacking = np.count_nonzero(placing.chosen[picked.items] & picked.possible, axis=1) < len(slots)
        chosen = applied.mask & placing.chosen if lacking.any() else None
        if chosen is not None and chosen.any():
            size = min(int(chosen.sum()), SLOT_CANDIDATES + len(slots))
            parts.append((choose(model, histories, request, terms, weights, chosen, size, lift).items, lacking))
    for placing in applied.placings:
        lacking = everyone if placing.groups is None else ~_room(placing, picked)
        if placing.groups is not None and lacking.any():
            parts.append((_spread(placing, applied.mask, terms, weights, lift), lacking))
    extra = np.concatenate([items for items, _ in parts], axis=1)
    if not extra.shape[1]:
        return picked
    asked = np.concatenate([np.tile(rows[:, None], items.shape[1]) for items, rows in parts], axis=1)
    asked &= applied.mask[extra]
    seen = histories if request.filters.exclude_seen else Histories.empty(len(histories))
    for row in range(len(extra)):
        _leave_new(row, asked[row], extra[row], picked, seen)
    return Picked(
        np.concatenate([picked.items, extra], axis=1),
        np.concatenate([picked.possible, asked], axis=1),
        picked.remaining,
        picked.steps,
    )


def _pinned(applied: Applied, picked: Picked) -> NDArray[np.intp]:
    """Pinned items, shape (n_requests, n_pinned)."""
    items = np.array(sorted({p.item for p in applied.placings if p.item >= 0}), np.intp)
    return np.broadcast_to(items, (len(picked.items), len(items)))


def _room(placing: Placing, picked: Picked) -> NDArray[np.bool_]:
    """Tell which shortlists can fill a cap's window without breaking it, shape (n_requests,)."""
    rule, groups = placing.rule, placing.groups
    assert groups is not None and rule.limit is not None and rule.window is not None
    room = np.zeros(len(picked.items), bool)
    for row, (items, possible) in enumerate(zip(picked.items, picked.possible, strict=True)):
        own = groups[items[possible]]
        counts = np.bincount(own[own >= 0], minlength=placing.n_groups)
        room[row] = np.minimum(counts, rule.limit).sum() + np.count_nonzero(own < 0) >= rule.window
    return room


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


def _leave_new(row: int, asked: NDArray[np.bool_], extra: NDArray[np.intp], picked: Picked, seen: Histories) -> None:
    """Take out of the extra items of one request what it has seen, has in its shortlist, or was asked for before."""
    known = set(picked.items[row][picked.possible[row]].tolist())
    known |= set(seen.item_num[seen.indptr[row] : seen.indptr[row + 1]].tolist())
    for column in np.flatnonzero(asked).tolist():
        item = int(extra[column])
        asked[column] = item not in known
        known.add(item)
