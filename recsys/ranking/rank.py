"""`rank`: candidates → standardised sum → response term → rules → variety → places → list, with a trace."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Ranking, Request, Step
from recsys.errors import InputError
from recsys.ranking.answers import Scored, assemble, empty
from recsys.ranking.candidates import choose
from recsys.ranking.diversity import diversify
from recsys.ranking.features import candidate_features
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.ranking.rules import add_candidates, apply_rules
from recsys.ranking.ruling import Company
from recsys.ranking.terms import Terms
from recsys.rules.rule import RuleSet

SHORTLIST = 200
"""Candidates that get the response term; up to this length a longer list only continues a shorter one."""
BATCH_CELLS = 2_000_000
"""Requests × items scored at once by one worker."""
WORKERS = min(2, os.cpu_count() or 1)
"""Batches scored side by side; NumPy and the trees work outside the interpreter lock."""
Batch = tuple[list[Request], Company | None]
"""Requests that are alike, and the rules that act on them."""


def rank(request: Request, model: Model, rules: RuleSet | None = None) -> Ranking:
    """Rank items for one request.

    Parameters
    ----------
    request
        Who asks (her history), when, with which filters and weights.
    model
        The trained model.
    rules
        Merchandising rules; those in scope at `request.at` act. None where none are to apply: what is served takes the
        shop's published ones, offline evaluation takes none.

    Returns
    -------
    Ranking
        At most `request.n` items, best first. Contributions sum to the score. Where diversity is asked for, the first
        places are filled by it, and rules put items at their places, which the trace records move by move.

    Raises
    ------
    InputError
        If the length is below 1, or a weight is unknown, negative or not finite.
    """
    return rank_many([request], model, rules=rules)[0]


def rank_many(
    requests: Sequence[Request],
    model: Model,
    progress: Callable[[float], None] | None = None,
    rules: RuleSet | None = None,
) -> list[Ranking]:
    """Rank items for many requests; the same answer as one at a time.

    Parameters
    ----------
    requests
        Any mix; neighbours with the same time, filters, weights, length and diversity are scored together.
    model
        The trained model.
    progress
        Called with the share done, 0 to 1.
    rules
        Merchandising rules, see `rank`.

    Returns
    -------
    list of Ranking
        In the order of the requests.
    """
    acting, order = _acting(requests, model, rules), list(range(len(requests)))
    if len(set(acting)) > 1:  # requests under the same rules are ranked together
        groups = {found: number for number, found in enumerate(dict.fromkeys(acting))}
        order.sort(key=lambda row: groups[acting[row]])
    rankings: list[Ranking] = []
    batches = list(_batches([(requests[row], acting[row]) for row in order], len(model.catalogue)))
    for made in _rank_batches(batches, model, rules):
        rankings += made
        if progress is not None:
            progress(len(rankings) / len(requests))
    return [ranking for _, ranking in sorted(zip(order, rankings, strict=True), key=lambda pair: pair[0])]


def _acting(requests: Sequence[Request], model: Model, rules: RuleSet | None) -> list[Company | None]:
    """Rules that act on each request."""
    if not rules:
        return [None] * len(requests)
    ruling = model.ruling(rules)
    return [ruling.acting(request) for request in requests]


def _rank_batches(batches: Sequence[Batch], model: Model, rules: RuleSet | None) -> Iterable[list[Ranking]]:
    """Rank every batch, in order; the first alone, so that what all share is computed once."""
    yield from (_rank_batch(batch, model, rules) for batch in batches[:1])
    if len(batches) > 1:
        with ThreadPoolExecutor(WORKERS) as workers:
            yield from workers.map(lambda batch: _rank_batch(batch, model, rules), batches[1:])


def _batches(requests: Sequence[tuple[Request, Company | None]], n_items: int) -> Iterator[Batch]:
    """Runs of alike requests with the rules that act on them, each run small enough for memory."""
    size = max(1, BATCH_CELLS // max(n_items, 1))
    for _, group in groupby(requests, key=lambda pair: (_alike(pair[0]), pair[1])):
        alike = list(group)
        for start in range(0, len(alike), size):
            yield [request for request, _ in alike[start : start + size]], alike[0][1]


def _alike(request: Request) -> tuple[object, ...]:
    """What requests must share to be scored together."""
    weights = None if request.weights is None else tuple(sorted(request.weights.items()))
    return request.at, request.filters, request.n, weights, request.diversity


def resolve_weights(names: Sequence[str], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Weights in the order of `names`; 0 for a component not mentioned.

    Raises
    ------
    InputError
        If a weight names no component, is negative or not finite.
    """
    unknown = sorted(set(weights) - set(names))
    if unknown:
        raise InputError(f"No component {', '.join(unknown)} in this run; it has {', '.join(names)}.")
    values = np.array([float(weights.get(n, 0.0)) for n in names])
    if not np.isfinite(values).all() or (values < 0).any():
        raise InputError(f"Weights must be finite and at least 0, got {dict(weights)}.")
    return values


def weighted_sum(terms: Terms, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Σ_c w_c · z_c over the catalogue components, float32, shape (n_requests, n_items)."""
    return terms.total(weights)


def _rank_batch(alike: Batch, model: Model, rules: RuleSet | None) -> list[Ranking]:
    """Rank requests that are alike."""
    (requests, acting), first = alike, alike[0][0]
    if first.n < 1:
        raise InputError(f"A list needs at least one place, got n = {first.n}.")
    weights = resolve_weights(model.names, model.weights if first.weights is None else first.weights)
    mask, steps = eligible_items(model, first.filters, first.at)
    applied = apply_rules(acting, mask) if acting is not None and acting.rules else None
    if applied is not None:
        mask, steps = applied.mask, (*steps, *applied.gates)
    version = None if rules is None else rules.version
    if not mask.any():
        steps = (*steps, Step("list", "nothing is left to rank", 0))
        return [empty(r, model, weights, steps, version) for r in requests]
    histories = Histories.concatenate([r.history for r in requests])
    terms = model.terms(histories, first.at)
    lift = None if applied is None or applied.lift is None else applied.lift * (weights.sum() or 1.0)
    size = min(int(np.count_nonzero(mask)), max(SHORTLIST, first.n + (0 if acting is None else acting.n_pins)))
    picked = choose(model, histories, first, terms, weights[: len(terms.names)], mask, size, lift)
    if applied is not None and applied.placings:
        picked = add_candidates(applied, model, histories, first, terms, weights[: len(terms.names)], lift, picked)
    contributions = _contributions(model, histories, first.at, terms, picked.items, weights)
    if lift is not None:
        contributions = np.concatenate([contributions, lift[picked.items][:, :, None]], axis=2)
    batch = Scored(first, model, weights, steps, picked, contributions, size, applied, version)
    order, varied = _order(batch, histories)
    return [
        assemble(batch, request, row, terms.silent[row], order[row], None if varied is None else varied[row])
        for row, request in enumerate(requests)
    ]


def _order(batch: Scored, histories: Histories) -> tuple[NDArray[np.intp], tuple[Step, ...] | None]:
    """Columns best first, (n_requests, n_shortlist), those that rules asked for last; and what variety did."""
    size, items, scores = batch.size, batch.picked.items, batch.scores
    order, step = np.lexsort((items[:, :size], -scores[:, :size]), axis=1), None
    if batch.first.diversity.is_on:
        by_score, descending = np.take_along_axis(items, order, axis=1), np.take_along_axis(scores, order, axis=1)
        varied = diversify(batch.model, histories, batch.first.at, batch.first.diversity, by_score, descending)
        order, step = np.take_along_axis(order, varied.order, axis=1), varied.steps
    if items.shape[1] > size:
        extra = np.lexsort((items[:, size:], -scores[:, size:]), axis=1) + size
        order = np.concatenate([order, extra], axis=1)
    return order, step


def _contributions(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    terms: Terms,
    shortlist: NDArray[np.intp],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """w_c · z_c of the shortlist, float64, shape (n_requests, n_shortlist, n_components)."""
    parts = [z.astype(np.float64) for z in terms.at(shortlist)]
    if model.response is not None:
        z = np.zeros(shortlist.shape)
        if weights[-1]:
            features = candidate_features(model, histories, at, terms, shortlist).values
            z = model.response.standardised(features.reshape(-1, features.shape[2])).reshape(shortlist.shape)
        parts.append(z)
    return np.stack(parts, axis=2) * weights
