"""What lists may be good at besides accuracy, judged on held-out shoppers for any weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.holdout import CUTOFF, HoldoutTerms

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Objective:
    """One thing lists may be good at.

    Parameters
    ----------
    label, summary
        Its name on screen and its definition in one sentence.
    more_is_better
        Direction.
    """

    label: str
    summary: str
    more_is_better: bool = True


OBJECTIVES: Mapping[str, Objective] = {
    "recall": Objective("Recall@20", "Share of what held-out shoppers went on to choose that is among the first 20."),
    "diversity": Objective("Diversity", "Mean distance between the products of a list: 0 all alike, 1 nothing shared."),
    "novelty": Objective(
        "Novelty", "How few shoppers had touched the products of a list, in bits: 10 is one in 1,024."
    ),
    "new_items": Objective("New products", "Share of the list that nobody had touched before."),
    "margin": Objective("Margin", "Mean margin of the products of a list, as a share of the price, where it is known."),
    "latency": Objective("Time", "Milliseconds the terms with a weight take for one list.", more_is_better=False),
}
"""What may be traded; the first one is always part of it."""


@dataclass(frozen=True, eq=False)
class ListFacts:
    """What is known of the candidates of held-out terms, beyond whether they were chosen.

    Parameters
    ----------
    new, novelty, margin
        As in `HoldoutItems`; margin as a share of the price, NaN where unknown; shape (n_candidates,) each.
    distances
        Function from candidates, shape (n_lists, k), to their pairwise distances in [0, 1], shape (n_lists, k, k).
    costs
        Milliseconds of each component for one list.
    """

    new: NDArray[np.bool_]
    novelty: NDArray[np.float32]
    margin: Floats
    distances: Callable[[NDArray[np.intp]], NDArray[np.floating[Any]]]
    costs: Mapping[str, float]


def judge_lists(terms: HoldoutTerms, facts: ListFacts, weights: Mapping[str, float]) -> dict[str, Floats]:
    """Judge the first `CUTOFF` places of every held-out shopper by every objective.

    Returns
    -------
    dict
        Objective to one value per shopper, shape (n_users,) each; "latency" is the same for all.
    """
    scores = terms.scores(weights)
    k = min(CUTOFF, scores.shape[1])
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k else np.zeros((terms.n_users, 0), np.intp)
    there = np.isfinite(np.take_along_axis(scores, best, axis=1))
    cost = sum(ms for name, ms in facts.costs.items() if weights.get(name, 0.0) > 0)
    known = there & np.isfinite(facts.margin)[best]
    pairs = there[:, :, None] & there[:, None, :] & ~np.eye(k, dtype=bool)
    return {
        "recall": terms.judge(scores)[1],
        "diversity": _mean_where(facts.distances(best), pairs, (1, 2)),
        "novelty": _mean_where(facts.novelty[best], there, 1),
        "new_items": _mean_where(facts.new[best], there, 1),
        "margin": _mean_where(np.nan_to_num(facts.margin)[best], known, 1),
        "latency": np.full(terms.n_users, float(cost)),
    }


def usable_objectives(facts: ListFacts) -> tuple[str, ...]:
    """Objectives the candidates can differ in: no new products without new ones, no margin where none is known."""
    known = facts.margin[np.isfinite(facts.margin)]
    absent = {"new_items": not facts.new.any(), "margin": len(np.unique(known)) < 2, "latency": not facts.costs}
    return tuple(name for name in OBJECTIVES if not absent.get(name, False))


def _mean_where(values: NDArray[Any], where: NDArray[np.bool_], axis: int | tuple[int, int]) -> Floats:
    """Mean of the values that count; 0 where none does."""
    total = np.where(where, values, 0.0).sum(axis=axis, dtype=np.float64)
    return np.asarray(total / np.maximum(where.sum(axis=axis), 1))
