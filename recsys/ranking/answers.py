"""From a scored shortlist to a `Ranking`: places given out by rules, the list cut to its length, the trace."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import RULES, Ranking, Request, Step
from recsys.ranking.candidates import Picked
from recsys.ranking.model import Model
from recsys.ranking.places import fill_places
from recsys.ranking.rule_steps import lift_steps, place_steps
from recsys.ranking.rules import Applied


@dataclass(frozen=True, eq=False)
class Scored:
    """A batch whose shortlists are scored.

    Parameters
    ----------
    first
        Any of its requests.
    model, weights, steps
        What they share, with the steps up to the shortlist.
    picked
        The shortlists: columns up to `size` by the sum, further ones that rules asked for.
    contributions
        Shape (n_requests, n_shortlist, n_components), a last column more where boosts or buries act.
    size
        Columns by the sum.
    applied
        The rules that act; None where none does.
    version
        Version of the rules; None where none were to apply.
    """

    first: Request
    model: Model
    weights: NDArray[np.float64]
    steps: tuple[Step, ...]
    picked: Picked
    contributions: NDArray[np.float64]
    size: int
    applied: Applied | None
    version: int | None

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Sums, −inf for what may not appear, shape (n_requests, n_shortlist)."""
        return np.where(self.picked.possible, self.contributions.sum(axis=2), -np.inf)


def assemble(
    batch: Scored,
    request: Request,
    row: int,
    silent: NDArray[np.bool_],
    order: NDArray[np.intp],
    varied: Step | None,
) -> Ranking:
    """Assemble one ranking from its row of a batch.

    Parameters
    ----------
    batch
        The scored shortlists.
    request, row
        The request and its row.
    silent
        Components that could not speak, shape (n_components,).
    order
        Columns best first, after variety, shape (n_shortlist,).
    varied
        What variety did; None where it was not asked for.
    """
    model, scores, shortlist = batch.model, batch.scores[row], batch.picked.items[row]
    order = order[np.isfinite(scores[order])]
    quiet = tuple(n for n, s in zip(model.names, silent, strict=False) if s)
    trace = [*_sum_steps(batch, request, row, quiet), *_lift_steps(batch, row)]
    if varied is not None:
        trace.append(varied)
    applied, places = batch.applied, None
    if applied is not None and applied.placings:
        filled = fill_places(applied.placings, shortlist[order], request.n)
        trace += place_steps(applied, model, request, shortlist[order], filled)
        order = order[filled.order]
    order = order[: request.n]
    if varied is not None or (applied is not None and applied.placings):
        places = _places_by_score(batch, row)[order]
    items = shortlist[order].astype(np.int32)
    trace.append(Step("list", f"best {len(items)} kept", len(items)))
    lifted = batch.contributions.shape[2] > len(model.names)
    return Ranking(
        item_num=items,
        item_ids=model.catalogue.item_ids[items],
        scores=scores[order],
        contributions=batch.contributions[row][order],
        components=(*model.names, RULES) if lifted else model.names,
        weights=(*(float(w) for w in batch.weights), *[1.0] * lifted),
        silent=quiet,
        trace=tuple(trace),
        user_id=request.user_id,
        sum_places=places,
        rules_version=batch.version,
    )


def _sum_steps(batch: Scored, request: Request, row: int, quiet: tuple[str, ...]) -> list[Step]:
    """Record everything up to the response term."""
    remaining, trace = int(batch.picked.remaining[row]), [*batch.steps, *batch.picked.steps]
    if request.filters.exclude_seen:
        trace.append(Step("seen", "not in her history", remaining))
    said = "standardised terms added"
    said += f", weights of {request.weights_from}" if request.weights_from else ""
    trace.append(Step("sum", said + (f"; silent: {', '.join(quiet)}" if quiet else ""), remaining))
    if batch.model.response is not None and batch.weights[-1]:
        detail = "response term added to the best candidates"
        trace.append(Step("response", detail, min(batch.size, remaining)))
    return trace


def _lift_steps(batch: Scored, row: int) -> tuple[Step, ...]:
    """Record boosts and buries."""
    if batch.applied is None:
        return ()
    scores, size = batch.scores[row][: batch.size], batch.size
    without = scores
    if batch.applied.lift is not None:
        plain = batch.contributions[row, :size, :-1].sum(axis=1)
        without = np.where(batch.picked.possible[row, :size], plain, -np.inf)
    return lift_steps(batch.applied, batch.picked.items[row, :size], scores, without, batch.first.n)


def _places_by_score(batch: Scored, row: int) -> NDArray[np.int32]:
    """1-based place of each column by its score; what rules asked for beside the shortlist comes after it."""
    scores, items = batch.scores[row], batch.picked.items[row]
    places = np.empty(len(items), np.int32)
    places[np.lexsort((items, -scores, np.arange(len(items)) >= batch.size))] = np.arange(1, len(items) + 1)
    return places


def empty(
    request: Request, model: Model, weights: NDArray[np.float64], trace: tuple[Step, ...], version: int | None
) -> Ranking:
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
        rules_version=version,
    )
