"""Variety: fill the first places with candidates that repeat each other less, as one recorded step after the sum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Move, Step
from recsys.ranking.diversity_costs import Calibration, Closeness, Cost
from recsys.ranking.model import Model
from recsys.ranking.similarity import similarities
from recsys.vocabulary import DiversityMethod

POOL_FACTOR = 5
"""Candidates looked at per place to fill; with the longest window they are as many as get the response term."""
BLOCK = 64
"""Lists handled at once; bounds the memory for pairwise similarities."""
NAMES = {DiversityMethod.MMR: "MMR", DiversityMethod.CALIBRATED: "Calibrated"}


@dataclass(frozen=True, eq=False)
class Reordered:
    """What the step did to a batch of lists.

    Parameters
    ----------
    order
        Old 0-based places in their new order, shape (n_lists, n_candidates).
    steps
        One record per list.
    """

    order: NDArray[np.intp]
    steps: tuple[Step, ...]


def diversify(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    diversity: Diversity,
    items: NDArray[np.intp],
    scores: NDArray[np.float64],
) -> Reordered:
    r"""Fill the first places greedily: relevance against what the places above already offer.

    Each place takes the candidate of the pool with the largest (1 − s)·r(i) − s·c(i | places above), where r is the
    score scaled to [0, 1] over the pool and s the strength. With MMR, c is the similarity to the nearest item above;
    calibrated, it is the divergence of the list's categories from her history's. The pool is the best
    `POOL_FACTOR` × window candidates; what is not picked goes on in the order of the score. The answer depends on
    nothing but the arguments, and a shorter list is the head of a longer one.

    Parameters
    ----------
    model
        Supplies similarity and categories.
    histories
        One row per list.
    at
        Time of the requests.
    diversity
        Method, strength and window.
    items
        Candidates best first, shape (n_lists, n_candidates).
    scores
        Their scores, descending, same shape; −inf for a candidate that is none.

    References
    ----------
    Carbonell & Goldstein (1998), *The use of MMR, diversity-based reranking*, section 2.
    Steck (2018), *Calibrated recommendations*, eq. 3 and 7, with mean instead of total relevance.
    """
    pool = min(items.shape[1], POOL_FACTOR * diversity.window)
    order = np.tile(np.arange(items.shape[1]), (len(items), 1))
    steps: list[Step] = []
    for start in range(0, len(items), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(items)))
        fits = np.isfinite(scores[rows, :pool])
        cost = _cost(model, histories.take(rows), at, diversity, items[rows, :pool], fits)
        order[rows, :pool] = _fill(cost, _relevance(scores[rows, :pool], fits), fits, diversity)
        steps += [_record(int(row) - start, diversity, cost, items[row], order[row], scores[row]) for row in rows]
    return Reordered(order, tuple(steps))


def _cost(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    diversity: Diversity,
    pool: NDArray[np.intp],
    fits: NDArray[np.bool_],
) -> Cost:
    """What the method has against a candidate, for a block of lists."""
    if diversity.method == DiversityMethod.MMR:
        return Closeness(similarities(model, pool))
    return Calibration(model.catalogue, histories, model.clock(at), pool, fits, diversity.window)


def _relevance(scores: NDArray[np.float64], fits: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Scores scaled to [0, 1] over the candidates of each pool; 1 everywhere where they do not differ."""
    high = scores[:, :1]
    low = np.where(fits, scores, np.inf).min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # a list without a candidate has no span
        span = np.where(fits.any(axis=1, keepdims=True), high - low, 0.0)
        return np.where(fits & (span > 0), (scores - low) / np.maximum(span, 1e-12), 1.0)


def _fill(
    cost: Cost, relevance: NDArray[np.float64], fits: NDArray[np.bool_], diversity: Diversity
) -> NDArray[np.intp]:
    """Old places in their new order, shape (n_lists, n_pool); the best of equals is the one that stood higher."""
    everyone = np.arange(len(relevance))
    left = fits.copy()
    place_of = np.broadcast_to(diversity.window + np.arange(relevance.shape[1]), relevance.shape).copy()
    wanted = (1.0 - diversity.strength) * relevance
    for place in range(min(diversity.window, relevance.shape[1])):
        value = np.where(left, wanted - diversity.strength * cost.of(place), -np.inf)
        pick = value.argmax(axis=1)
        rows = everyone[left[everyone, pick]]
        place_of[rows, pick[rows]] = place
        left[rows, pick[rows]] = False
        cost.add(rows, pick[rows], place)
    return np.argsort(place_of, axis=1, kind="stable")


def _record(
    row: int,
    diversity: Diversity,
    cost: Cost,
    items: NDArray[np.intp],
    order: NDArray[np.intp],
    scores: NDArray[np.float64],
) -> Step:
    """Who moved from where to where, and why; only moves that touch the window are told."""
    window = min(diversity.window, len(order))
    place_to = np.empty(len(order), np.intp)
    place_to[order] = np.arange(len(order))
    near = np.arange(len(order))
    touched = ((near < window) | (place_to < window)) & (near != place_to) & np.isfinite(scores)
    moves = tuple(
        Move(
            int(items[old]), int(old) + 1, int(place_to[old]) + 1, cost.reason(row, int(old), bool(place_to[old] < old))
        )
        for old in order[touched[order]]
    )
    entered = sum(m.place_to <= window < m.place_from for m in moves)
    remark = cost.remark(row)
    told = remark or (
        f"{len({m.place_to for m in moves if m.place_to <= window})} of the first {window} places changed, "
        f"{entered} from below"
    )
    detail = f"{NAMES[diversity.method]}, strength {diversity.strength:g}: {told}"
    return Step("diversity", detail, int(np.isfinite(scores).sum()), moves)
