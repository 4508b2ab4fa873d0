"""Weights chosen on validation: coordinate search over the logarithm of the four columns."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.split import Split
from recsys.errors import RunError
from recsys.fusion.holdout import HoldoutTerms, find_floors, find_places, gains
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST
from recsys.training.along import objectives_along
from recsys.training.column_views import ColumnView, column_views, describe_candidates
from recsys.training.columns import truth_of

FALLBACK_WEIGHTS: Mapping[str, float] = {
    "text": 0.2,
    "image": 0.15,
    "behaviour": 0.2,
    "next": 0.1,
    "repeat": 0.05,
    "trend": 0.1,
    "momentum": 0.05,
    "fresh": 0.15,
}
"""Used where there is nothing to validate on."""

STEPS: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5)
ROUNDS = 3
FIRST_ROUNDS = 2
"""Of the search before the response term joins, which moves every weight again."""
WORKERS = min(2, os.cpu_count() or 1)
"""Windows judged at once; NumPy sorts and compares outside the interpreter lock."""
HOLDOUT_USERS = 150
MAX_CELLS = 12_000_000
"""Shoppers times items on sale for which terms are held while weights are chosen."""


@dataclass(frozen=True, eq=False)
class ValidationTask:
    """Terms of the validation shoppers and how the columns look at them.

    Parameters
    ----------
    everyone
        Terms and choices of the sample over the items on sale.
    users
        Their user numbers, shape (n_users,).
    hidden
        Candidates that discovery leaves out (seen or new), bool, shape (n_users, n_candidates).
    new
        Candidates nobody had touched, shape (n_candidates,).
    columns
        One view per column with something to find.
    column_weights
        Weight of each column in the objective.
    """

    everyone: HoldoutTerms
    users: NDArray[np.intp]
    hidden: NDArray[np.bool_]
    new: NDArray[np.intp]
    columns: Mapping[str, ColumnView]
    column_weights: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        """Components in the order of `z`."""
        return self.everyone.names

    @property
    def z(self) -> NDArray[np.float32]:
        """Standardised terms, shape (n_components, n_users, n_candidates)."""
        return self.everyone.z

    def figures(self, total: NDArray[np.float32]) -> dict[str, tuple[float, float]]:
        """Mean recall@20 and NDCG@20 of each column with something to find, by scores of every candidate."""
        lists = {"everything": total, "new": total[:, self.new]}
        if "discovery" in self.columns:
            lists["discovery"] = np.where(self.hidden, -np.inf, total)
        floors = {name: find_floors(lists[name]) for name in {view.lists for view in self.columns.values()}}
        found = {}
        for column, view in self.columns.items():
            places = find_places(lists[view.lists], view.rows, view.candidates, floors[view.lists])
            ndcg, recall = gains(places, view.rows, view.n_relevant)
            judged = view.n_relevant > 0
            found[column] = float(recall[judged].mean()), float(ndcg[judged].mean())
        return found

    def objective(self, total: NDArray[np.float32]) -> float:
        """Σ column weight · log of the mean of recall and NDCG; columns without truth do not count."""
        figures = self.figures(total)
        return sum(self.column_weights[c] * float(np.log((r + n) / 2 + 1e-4)) for c, (r, n) in figures.items())


def validation_task(
    model: Model, split: Split, column_weights: Mapping[str, float], max_users: int, seed: int
) -> ValidationTask:
    """Compute the terms of a sample of validation shoppers over the items on sale; fewer where many are on sale."""
    affordable = max(MAX_CELLS // max(int(split.on_sale.sum()), 1), HOLDOUT_USERS)
    truth = truth_of(split, min(max_users, affordable), seed)
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(truth.users)
    items = np.flatnonzero(split.on_sale)
    terms = served.terms(histories, split.cut)
    z = np.stack([t[:, items] for t in terms.z])
    seen = histories.matrix(split.train.n_items, binary=True)[:, items].toarray() > 0
    facts = describe_candidates(split, items, seen)
    everyone = HoldoutTerms(terms.names, z, truth.relevant["all"][:, items], np.ones(seen.shape, bool), facts)
    hidden, new = seen | split.new[items][None, :], np.flatnonzero(split.new[items])
    return ValidationTask(
        everyone, truth.users, hidden, new, column_views(truth, items, new, column_weights), column_weights
    )


def choose_weights(
    tasks: Sequence[ValidationTask],
    progress: Callable[[float, float], None] | None = None,
    start: Mapping[str, float] | None = None,
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """Coordinate search: each weight in turn takes the value that validation likes best.

    Parameters
    ----------
    tasks
        What to maximise, on average; one per validation window, with the same terms. Two months agree less often by
        chance than one.
    progress
        Called with the share done and the objective.
    start
        Where to begin; None begins with `FALLBACK_WEIGHTS`.
    rounds
        Times every weight has its turn, at most.

    Returns
    -------
    dict
        Weights that sum to 1, by component name. A term that does not help gets 0.
    """
    names = tasks[0].names
    weights = np.array([(FALLBACK_WEIGHTS if start is None else start).get(n, 0.1) for n in names])
    if not any(task.columns for task in tasks):
        return normalise(dict(zip(names, weights.tolist(), strict=True)))
    weights *= np.array([any(task.z[place].any() for task in tasks) for place in range(len(names))])
    weights /= max(weights.max(), 1e-12)
    best = _mean_objective(tasks, [_total(task, weights) for task in tasks])
    for step in range(rounds):
        before = best
        for place in range(len(weights)):
            weights, best = _improve(tasks, weights, place, best)
            if progress is not None:
                progress((step + (place + 1) / len(weights)) / rounds, best)
        if best - before < 1e-4:
            break
    return normalise(dict(zip(names, weights.tolist(), strict=True)))


def _improve(
    tasks: Sequence[ValidationTask], weights: NDArray[np.float64], place: int, best: float
) -> tuple[NDArray[np.float64], float]:
    """Try values for one weight, the others fixed; the lowest of equals wins."""
    others = weights.copy()
    others[place] = 0.0
    scale = weights.max() if weights.max() > 0 else 1.0
    values = sorted({s * scale for s in STEPS} | {weights[place] * 0.7, weights[place] * 1.4})

    def reach(task: ValidationTask) -> NDArray[np.float64]:
        columns = (task.columns, task.column_weights, task.hidden, task.new)
        return objectives_along(*columns, _total(task, others), task.z[place], values)

    chosen = weights
    with ThreadPoolExecutor(WORKERS) as workers:
        objectives = np.mean(list(workers.map(reach, tasks)), axis=0)
    for value, reached in zip(values, objectives.tolist(), strict=True):
        if reached > best + 1e-6:
            best, chosen = reached, others.copy()
            chosen[place] = value
    return chosen, best


def _mean_objective(tasks: Sequence[ValidationTask], totals: Sequence[NDArray[np.float32]]) -> float:
    """Objective averaged over the windows."""
    return sum(task.objective(total) for task, total in zip(tasks, totals, strict=True)) / len(tasks)


def _total(task: ValidationTask, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weighted sum of the terms, shape (n_users, n_candidates)."""
    total = np.zeros(task.z.shape[1:], np.float32)
    for weight, z in zip(weights.astype(np.float32), task.z, strict=True):
        if weight:
            total += weight * z
    return total


def normalise(weights: Mapping[str, float]) -> dict[str, float]:
    """Scale weights to sum to 1; the order of every list stays the same.

    Examples
    --------
    >>> normalise({"text": 1.0, "trend": 3.0})
    {'text': 0.25, 'trend': 0.75}
    """
    total = sum(weights.values())
    return {n: (w / total if total > 0 else 1.0 / len(weights)) for n, w in weights.items()}


def choose_with_response(
    task: ValidationTask,
    response_of: Callable[[Mapping[str, float]], NDArray[np.float32]],
    weights: Mapping[str, float],
    progress: Callable[[float, float], None] | None = None,
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Choose κ beside fixed other weights, then let all weights move once more together.

    The weights of the other terms also decide whom the response term is asked about, so the second step counts only
    if it still gains with the shortlists it leads to.

    Parameters
    ----------
    task
        What to maximise; of a window the response term has not learnt from.
    response_of
        Gives the response term of the same shoppers and candidates by the weights of the other terms, shape
        (n_users, n_candidates).
    weights
        The other weights.
    progress
        Called with the share done and the objective.

    Returns
    -------
    tuple
        All weights, summing to 1, `response` being 0 where it does not help; and the response term by them.
    """
    response = response_of(weights)
    total = _total(task, np.array([weights[n] for n in task.names]))
    spread = float(np.partition(total, -20, axis=1)[:, -20:].std(axis=1).mean()) if total.shape[1] > 20 else 1.0
    tried = [0.0, *(spread * s for s in (0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0))]
    reached = [task.objective(total + np.float32(k) * response) for k in tried]
    kappa = tried[int(np.argmax(reached))]
    alone = normalise({**weights, "response": kappa})
    if not kappa:
        return alone, response
    everyone = task.everyone
    joined = replace(everyone, names=(*everyone.names, "response"), z=np.concatenate([everyone.z, response[None]]))
    together = choose_weights([replace(task, everyone=joined)], start=alone, progress=progress)
    anew = response_of(together)
    moved = _total(task, np.array([together[n] for n in task.names])) + np.float32(together["response"]) * anew
    return (together, anew) if task.objective(moved) > max(reached) else (alone, response)


def response_terms(
    model: Model, split: Split, task: ValidationTask, weights: Mapping[str, float]
) -> NDArray[np.float32]:
    """Response term of the task's shoppers over the items on sale, the lowest of each row outside its shortlist.

    Raises
    ------
    RunError
        If the model has no response term.
    """
    if model.response is None:
        raise RunError("This model has no response term to weigh.")
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(task.users)
    items = np.flatnonzero(split.on_sale)
    total = _total(task, np.array([weights[n] for n in task.names]))
    size = min(SHORTLIST, len(items))
    best = np.argpartition(-total, size - 1, axis=1)[:, :size]
    terms = served.terms(histories, split.cut)
    features = candidate_features(served, histories, split.cut, terms, items[best]).values
    z = model.response.standardised(features.reshape(-1, features.shape[2])).reshape(best.shape)
    # whoever is not asked about cannot enter a list: with the lowest term it stays below everybody who is
    out = np.repeat(z.min(axis=1, keepdims=True), total.shape[1], axis=1).astype(np.float32)
    np.put_along_axis(out, best, z.astype(np.float32), axis=1)
    return out
