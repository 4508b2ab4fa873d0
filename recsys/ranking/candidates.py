"""Who gets the exact sum to the last digit: the best of everything, found by a scan where the catalogue is large."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Request, Step
from recsys.ranking.model import Model
from recsys.ranking.nearest import best_of
from recsys.ranking.terms import Terms

SCAN_ITEMS = 60_000
"""From this size on, candidates come from a scan of quantised coordinates."""
PER_PLACE = 6
"""Candidates scored exactly per place of the shortlist."""
FEW = 4_000
"""With no more items than this passing the filters, all of them are candidates."""
LONGEST = 2_000
"""A longer shortlist than this is taken from the sum over everything."""


@dataclass(frozen=True, eq=False)
class Picked:
    """The shortlist of a batch of requests.

    Parameters
    ----------
    items
        Item numbers in no order, shape (n_requests, n_shortlist).
    possible
        Which of them may appear, same shape; a list with fewer candidates is filled up with others.
    remaining
        Items that pass every filter, shape (n_requests,).
    steps
        What was done beside adding, for the trace.
    """

    items: NDArray[np.intp]
    possible: NDArray[np.bool_]
    remaining: NDArray[np.int64]
    steps: tuple[Step, ...] = ()


def choose(
    model: Model,
    histories: Histories,
    request: Request,
    terms: Terms,
    weights: NDArray[np.float64],
    mask: NDArray[np.bool_],
    size: int,
    lift: NDArray[np.float64] | None = None,
) -> Picked:
    """Pick the best by the weighted sum of the terms, and what rules add to it.

    Parameters
    ----------
    model
        Supplies the index of a large catalogue.
    histories
        One row per request.
    request
        Any of the requests, which share time and filters.
    terms, weights
        The sum; one weight per term.
    mask
        Items that pass the filters, shape (n_items,).
    size
        Length of the shortlist, at most the number of items in the mask.
    lift
        What rules add to the score of each item, shape (n_items,).

    Returns
    -------
    Picked
        From the exact sum over everything, or over the candidates of `nearest` in a large catalogue.
    """
    seen = histories if request.filters.exclude_seen else Histories.empty(len(histories))
    found = _find_lifted(model, request, terms, weights, mask, size, lift)
    if found is None:
        return _from_everything(terms, weights, mask, seen, size, lift)
    return _from_candidates(terms, weights, mask, seen, size, found, lift)


def prepare(model: Model) -> None:
    """Build the index of a large catalogue now, so that the first request does not wait for it."""
    if len(model.catalogue) >= SCAN_ITEMS:
        model.index()


def _from_everything(
    terms: Terms,
    weights: NDArray[np.float64],
    mask: NDArray[np.bool_],
    seen: Histories,
    size: int,
    lift: NDArray[np.float64] | None,
) -> Picked:
    """Sum over the whole catalogue."""
    total = terms.total(weights)
    if lift is not None:
        total += lift.astype(np.float32)
    if not mask.all():
        total[:, ~mask] = -np.inf
    total[seen.row, seen.item_num] = -np.inf
    items = np.argpartition(total, total.shape[1] - size, axis=1)[:, total.shape[1] - size :]
    possible = np.isfinite(np.take_along_axis(total, items, axis=1))
    return Picked(items, possible, _remaining(mask, seen))


def _remaining(mask: NDArray[np.bool_], seen: Histories) -> NDArray[np.int64]:
    """Items in the mask that are not in each history."""
    hidden = seen.matrix(len(mask), binary=True)
    rows = np.repeat(np.arange(len(seen)), np.diff(hidden.indptr))
    return np.count_nonzero(mask) - np.bincount(rows[mask[hidden.indices]], minlength=len(seen))


def _find(
    model: Model,
    request: Request,
    terms: Terms,
    weights: NDArray[np.float64],
    mask: NDArray[np.bool_],
    size: int,
) -> list[NDArray[np.intp]] | None:
    """Candidates of each request; None where the sum over everything is to be taken."""
    if len(mask) < SCAN_ITEMS:
        return None
    if np.count_nonzero(mask) <= max(FEW, size):
        return [np.flatnonzero(mask)] * terms.shape[0]
    index = model.index() if size <= LONGEST else None
    if index is None or index.clock != model.clock(request.at):
        return None
    return index.find(terms, weights, mask, PER_PLACE * size)


def _find_lifted(
    model: Model,
    request: Request,
    terms: Terms,
    weights: NDArray[np.float64],
    mask: NDArray[np.bool_],
    size: int,
    lift: NDArray[np.float64] | None,
) -> list[NDArray[np.intp]] | None:
    """As `_find`; among items that rules lift alike the order is that of the sum, so each such group is asked alone."""
    if lift is None or len(mask) < SCAN_ITEMS:
        return _find(model, request, terms, weights, mask, size)
    parts = [
        _find(model, request, terms, weights, mask & (lift == value), size) for value in np.unique(lift[mask]).tolist()
    ]
    known = [part for part in parts if part is not None]
    return [np.concatenate(row) for row in zip(*known, strict=True)] if len(known) == len(parts) else None


def _from_candidates(
    terms: Terms,
    weights: NDArray[np.float64],
    mask: NDArray[np.bool_],
    seen: Histories,
    size: int,
    found: list[NDArray[np.intp]],
    lift: NDArray[np.float64] | None,
) -> Picked:
    """Exact sum over each request's candidates, those of fewer filled up with the first."""
    width = max(size, *(len(f) for f in found))
    items = np.stack([np.concatenate([f, np.full(width - len(f), f[0] if len(f) else 0)]) for f in found])
    total = np.zeros(items.shape, np.float32)
    for part, weight in zip(terms.parts, weights, strict=True):
        if weight:
            total += np.float32(weight) * part.at(items)
    if lift is not None:
        total += lift[items].astype(np.float32)
    for row, candidates in enumerate(found):
        hidden = seen.item_num[seen.indptr[row] : seen.indptr[row + 1]]
        total[row, len(candidates) :] = -np.inf
        total[row, : len(candidates)][np.isin(candidates, hidden)] = -np.inf
    best = np.stack([best_of(row, size) for row in total])
    possible = np.isfinite(np.take_along_axis(total, best, axis=1))
    step = Step("candidates", "nearest by a scan of everything, and the best of the sparse terms", width)
    return Picked(np.take_along_axis(items, best, axis=1), possible, _remaining(mask, seen), (step,))
