"""`rank`: candidates → standardised sum → response term → variety → list, with contributions and a trace."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Ranking, Request, Step
from recsys.errors import InputError
from recsys.ranking.candidates import choose
from recsys.ranking.diversity import diversify
from recsys.ranking.features import candidate_features
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.ranking.terms import Terms

SHORTLIST = 200
"""Candidates that get the response term; up to this length a longer list only continues a shorter one."""
BATCH_CELLS = 2_000_000
"""Requests × items scored at once by one worker."""
WORKERS = min(2, os.cpu_count() or 1)
"""Batches scored side by side; NumPy and the trees work outside the interpreter lock."""


def rank(request: Request, model: Model) -> Ranking:
    """Rank items for one request.

    Parameters
    ----------
    request
        Who asks (her history), when, with which filters and weights.
    model
        The trained model.

    Returns
    -------
    Ranking
        At most `request.n` items, best first. Contributions sum to the score. Where diversity is asked for, the first
        places are filled by it, which the trace records move by move.

    Raises
    ------
    InputError
        If the length is below 1, or a weight is unknown, negative or not finite.
    """
    return rank_many([request], model)[0]


def rank_many(
    requests: Sequence[Request], model: Model, progress: Callable[[float], None] | None = None
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

    Returns
    -------
    list of Ranking
        In the order of the requests.
    """
    rankings: list[Ranking] = []
    batches = list(_batches(requests, len(model.catalogue)))
    for made in _rank_batches(batches, model):
        rankings += made
        if progress is not None:
            progress(len(rankings) / len(requests))
    return rankings


def _rank_batches(batches: Sequence[Sequence[Request]], model: Model) -> Iterable[list[Ranking]]:
    """Rank every batch, in order; the first alone, so that what all share is computed once."""
    yield from (_rank_batch(batch, model) for batch in batches[:1])
    if len(batches) > 1:
        with ThreadPoolExecutor(WORKERS) as workers:
            yield from workers.map(lambda batch: _rank_batch(batch, model), batches[1:])


def _batches(requests: Sequence[Request], n_items: int) -> Iterator[list[Request]]:
    """Runs of alike requests, each small enough for memory."""
    size = max(1, BATCH_CELLS // max(n_items, 1))
    for _, group in groupby(requests, key=_alike):
        alike = list(group)
        for start in range(0, len(alike), size):
            yield alike[start : start + size]


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


def _rank_batch(requests: Sequence[Request], model: Model) -> list[Ranking]:
    """Rank requests that are alike."""
    first = requests[0]
    if first.n < 1:
        raise InputError(f"A list needs at least one place, got n = {first.n}.")
    weights = resolve_weights(model.names, model.weights if first.weights is None else first.weights)
    mask, steps = eligible_items(model, first.filters, first.at)
    if not mask.any():
        return [_empty(r, model, weights, (*steps, Step("list", "nothing is left to rank", 0))) for r in requests]
    histories = Histories.concatenate([r.history for r in requests])
    terms = model.terms(histories, first.at)
    size = min(int(mask.sum()), max(SHORTLIST, first.n))
    picked = choose(model, histories, first, terms, weights[: len(terms.names)], mask, size)
    shortlist, steps = picked.items, (*steps, *picked.steps)
    contributions = _contributions(model, histories, first.at, terms, shortlist, weights)
    scores = np.where(picked.possible, contributions.sum(axis=2), -np.inf)
    order = np.lexsort((shortlist, -scores), axis=1)
    places, varied = np.broadcast_to(np.arange(size), order.shape), None
    if first.diversity.is_on:
        best_first = (np.take_along_axis(a, order, axis=1) for a in (shortlist, scores))
        varied = diversify(model, histories, first.at, first.diversity, *best_first)
        places = varied.order
    order, places = np.take_along_axis(order, places, axis=1)[:, : first.n], places[:, : first.n]
    return [
        _answer(
            request,
            model,
            weights,
            terms.silent[row],
            steps,
            int(picked.remaining[row]),
            size,
            shortlist[row],
            contributions[row],
            scores[row],
            order[row],
            None if varied is None else (places[row], varied.steps[row]),
        )
        for row, request in enumerate(requests)
    ]


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


def _answer(
    request: Request,
    model: Model,
    weights: NDArray[np.float64],
    silent: NDArray[np.bool_],
    steps: tuple[Step, ...],
    remaining: int,
    size: int,
    shortlist: NDArray[np.intp],
    contributions: NDArray[np.float64],
    scores: NDArray[np.float64],
    order: NDArray[np.intp],
    varied: tuple[NDArray[np.intp], Step] | None,
) -> Ranking:
    """Assemble one ranking from its row of the batch."""
    listed = np.isfinite(scores[order])
    order = order[listed]
    items = shortlist[order].astype(np.int32)
    quiet = tuple(n for n, s in zip(model.names, silent, strict=False) if s)
    trace = list(steps)
    if request.filters.exclude_seen:
        trace.append(Step("seen", "not in her history", remaining))
    said = "standardised terms added"
    said += f", weights of {request.weights_from}" if request.weights_from else ""
    trace.append(Step("sum", said + (f"; silent: {', '.join(quiet)}" if quiet else ""), remaining))
    if model.response is not None and weights[-1]:
        trace.append(Step("response", "response term added to the best candidates", min(size, remaining)))
    if varied is not None:
        trace.append(varied[1])
    trace.append(Step("list", f"best {len(items)} kept", len(items)))
    return Ranking(
        item_num=items,
        item_ids=model.catalogue.item_ids[items],
        scores=scores[order],
        contributions=contributions[order],
        components=model.names,
        weights=tuple(float(w) for w in weights),
        silent=quiet,
        trace=tuple(trace),
        user_id=request.user_id,
        sum_places=None if varied is None else (varied[0][listed] + 1).astype(np.int32),
    )


def _empty(request: Request, model: Model, weights: NDArray[np.float64], trace: tuple[Step, ...]) -> Ranking:
    """Return the list of a request that nothing can answer."""
    return Ranking(
        item_num=np.zeros(0, np.int32),
        item_ids=np.zeros(0, object),
        scores=np.zeros(0),
        contributions=np.zeros((0, len(model.names))),
        components=model.names,
        weights=tuple(float(w) for w in weights),
        silent=(),
        trace=trace,
        user_id=request.user_id,
    )
