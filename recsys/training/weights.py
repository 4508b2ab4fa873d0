"""Weights chosen on validation: coordinate search over the logarithm of the four columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.split import Split
from recsys.fusion.holdout import HoldoutTerms
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.training.columns import COLUMNS, Truth, truth_of

FALLBACK_WEIGHTS: Mapping[str, float] = {
    "text": 0.2,
    "image": 0.15,
    "behaviour": 0.3,
    "repeat": 0.05,
    "trend": 0.15,
    "fresh": 0.15,
}
"""Used where there is nothing to validate on."""

STEPS: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)
ROUNDS = 3
HOLDOUT_USERS = 150


@dataclass(frozen=True, eq=False)
class ValidationTask:
    """Terms of the validation shoppers and how the columns look at them.

    Parameters
    ----------
    terms
        Column to held-out terms; the columns share one `z` and differ in truth and in what is allowed.
    column_weights
        Weight of each column in the objective.
    """

    terms: Mapping[str, HoldoutTerms]
    column_weights: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        """Components in the order of `z`."""
        return self.terms["all"].names

    @property
    def z(self) -> NDArray[np.float32]:
        """Standardised terms, shape (n_components, n_users, n_candidates)."""
        return self.terms["all"].z

    def objective(self, total: NDArray[np.float32]) -> float:
        """Σ column weight · log of the mean of recall and NDCG; columns without truth do not count."""
        value = 0.0
        for column, weight in self.column_weights.items():
            terms = self.terms[column]
            judged = terms.relevant.any(axis=1)
            if weight and judged.any():
                ndcg, recall = terms.judge(np.where(terms.allowed, total, -np.inf))
                value += weight * float(np.log((ndcg[judged].mean() + recall[judged].mean()) / 2 + 1e-4))
        return value


def validation_task(
    model: Model, split: Split, column_weights: Mapping[str, float], max_users: int, seed: int
) -> ValidationTask:
    """Compute the terms of a sample of validation shoppers over the items on sale."""
    truth = truth_of(split, max_users, seed)
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(truth.users)
    items = np.flatnonzero(split.on_sale)
    terms = served.terms(histories, split.cut)
    z = np.stack([t[:, items] for t in terms.z])
    seen = histories.matrix(split.train.n_items, binary=True)[:, items].toarray() > 0
    return ValidationTask(_columns(terms.names, z, truth, items, seen, split.new[items]), column_weights)


def _columns(
    names: tuple[str, ...],
    z: NDArray[np.float32],
    truth: Truth,
    items: NDArray[np.intp],
    seen: NDArray[np.bool_],
    new: NDArray[np.bool_],
) -> dict[str, HoldoutTerms]:
    """One view per column."""
    everything = np.ones(seen.shape, bool)
    allowed = {
        "all": everything,
        "discovery": ~seen & ~new[None, :],
        "cold_among_new": np.broadcast_to(new[None, :], seen.shape),
        "cold_among_all": everything,
    }
    return {c: HoldoutTerms(names, z, truth.relevant[c][:, items], allowed[c]) for c in COLUMNS}


def choose_weights(task: ValidationTask, progress: Callable[[float, float], None] | None = None) -> dict[str, float]:
    """Coordinate search: each weight in turn takes the value that validation likes best.

    Parameters
    ----------
    task
        What to maximise.
    progress
        Called with the share done and the objective.

    Returns
    -------
    dict
        Weights that sum to 1, by component name. A term that does not help gets 0.
    """
    speaks = np.array([bool(z.any()) for z in task.z])
    weights = np.array([FALLBACK_WEIGHTS.get(n, 0.1) for n in task.names]) * speaks
    weights /= max(weights.max(), 1e-12)
    best = task.objective(_total(task, weights))
    for step in range(ROUNDS):
        before = best
        for place in range(len(weights)):
            weights, best = _improve(task, weights, place, best)
            if progress is not None:
                progress((step + (place + 1) / len(weights)) / ROUNDS, best)
        if best - before < 1e-4:
            break
    return normalise(dict(zip(task.names, weights.tolist(), strict=True)))


def _improve(
    task: ValidationTask, weights: NDArray[np.float64], place: int, best: float
) -> tuple[NDArray[np.float64], float]:
    """Try values for one weight, the others fixed; the lowest of equals wins."""
    others = weights.copy()
    others[place] = 0.0
    rest = _total(task, others)
    scale = weights.max() if weights.max() > 0 else 1.0
    chosen = weights
    for value in sorted({s * scale for s in STEPS} | {weights[place] * 0.7, weights[place] * 1.4}):
        tried = others.copy()
        tried[place] = value
        reached = task.objective(rest + np.float32(value) * task.z[place])
        if reached > best + 1e-6:
            best, chosen = reached, tried
    return chosen, best


def _total(task: ValidationTask, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weighted sum of the terms, shape (n_users, n_candidates)."""
    return np.tensordot(weights.astype(np.float32), task.z, axes=1)


def normalise(weights: Mapping[str, float]) -> dict[str, float]:
    """Scale weights to sum to 1; the order of every list stays the same.

    Examples
    --------
    >>> normalise({"text": 1.0, "trend": 3.0})
    {'text': 0.25, 'trend': 0.75}
    """
    total = sum(weights.values())
    return {n: (w / total if total > 0 else 1.0 / len(weights)) for n, w in weights.items()}


def choose_response_weight(
    task: ValidationTask, response: NDArray[np.float32], weights: Mapping[str, float]
) -> dict[str, float]:
    """Choose κ beside fixed other weights.

    Parameters
    ----------
    task
        What to maximise.
    response
        The response term of the same shoppers and candidates, 0 outside each shortlist, shape (n_users, n_candidates).
    weights
        The other weights.

    Returns
    -------
    dict
        All weights, summing to 1; `response` is 0 where it does not help.
    """
    total = _total(task, np.array([weights[n] for n in task.names]))
    spread = float(np.partition(total, -20, axis=1)[:, -20:].std(axis=1).mean()) if total.shape[1] > 20 else 1.0
    tried = [0.0, *(spread * s for s in (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0))]
    reached = [task.objective(total + np.float32(k) * response) for k in tried]
    return normalise({**weights, "response": tried[int(np.argmax(reached))]})


def response_terms(
    model: Model, split: Split, task_users: NDArray[np.intp], weights: Mapping[str, float], shortlist: int
) -> NDArray[np.float32]:
    """Response term of validation shoppers over the items on sale, 0 outside the shortlist of the other terms."""
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(task_users)
    items = np.flatnonzero(split.on_sale)
    terms = served.terms(histories, split.cut)
    total = sum(np.float32(weights[n]) * z[:, items] for n, z in zip(terms.names, terms.z, strict=True))
    size = min(shortlist, len(items))
    best = np.argpartition(-np.asarray(total), size - 1, axis=1)[:, :size]
    features = candidate_features(served, histories, split.cut, terms, items[best]).values
    assert served.response is not None
    z = served.response.standardised(features.reshape(-1, features.shape[2])).reshape(best.shape)
    out = np.zeros((len(task_users), len(items)), np.float32)
    np.put_along_axis(out, best, z.astype(np.float32), axis=1)
    return out
