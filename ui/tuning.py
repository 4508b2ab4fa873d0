"""View models of Fusion: what the lab needs to rank by itself, quality on held-out shoppers, the α/β surface."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.components import COMPONENTS
from recsys.data.ranking import Filters
from recsys.explanation.place import response_terms
from recsys.fusion.curve import Curve
from recsys.fusion.holdout import Quality
from recsys.fusion.reachable import find_reachable
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST, rank
from ui import shelf
from ui.components import initials, picture_url
from ui.lab import LabData, LabItem, LabTerm
from ui.text import plain_text

SYMBOLS = {"text": "α", "image": "β"}
"""The two weights of the classic formula; they stand on top and move together."""
HIGHEST = 0.8
"""Where the slider of the largest weight stands at first; leaves room to raise it."""
POSITIONS = tuple(round(step / 100, 2) for step in range(101))
"""Where a slider can stand."""


@dataclass(frozen=True, eq=False)
class Bench:
    """What the lab shows for one shopper and one position of the sliders.

    Parameters
    ----------
    data
        Sliders, products and the live places.
    n_products
        Products on sale.
    n_unlike
        Places of the browser's list that differ from the served one at these weights: the response term is served to
        the best candidates only, the browser gives it to every product it holds.
    """

    data: LabData
    n_products: int
    n_unlike: int


def slider_positions(weights: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
    """Return weights as slider positions: every term of the run, the largest at `HIGHEST`; the order stays the same."""
    top = max((weights.get(name, 0.0) for name in names), default=0.0)
    scale = HIGHEST / top if top > 0 else 0.0
    return {name: round(float(weights.get(name, 0.0)) * scale, 6) for name in names}


def build_bench(
    model: Model, shopper: str, positions: Mapping[str, float], live_weights: Mapping[str, float], at: np.datetime64
) -> Bench:
    """Find every product that can reach the list while a slider moves, with its terms.

    Parameters
    ----------
    model
        The live model.
    shopper
        Her id.
    positions
        Slider positions by term; the two symbols may move together, every other one alone.
    live_weights
        What lists are made with now.
    at
        Time of the request.
    """
    names = model.names
    request = shelf.build_request(model, shopper, Filters(), dict(positions), at, shelf.LIST_LENGTH)
    terms = model.terms(request.history, at)
    mask, _ = eligible_items(model, request.filters, at)
    eligible = np.flatnonzero(mask)
    base = np.stack([z[0, eligible] for z in terms.z], axis=1).astype(np.float64)
    weights = np.array([positions[n] for n in names])
    together = tuple(names.index(n) for n in SYMBOLS if n in names)
    ahead = SHORTLIST if model.response is not None else shelf.LIST_LENGTH  # Response re-orders the shortlist only
    chosen = find_reachable(base, weights[: base.shape[1]], ahead, together)
    z = base[chosen]
    if model.response is not None:
        z = np.column_stack([z, response_terms(model, request, terms, eligible[chosen].astype(np.intp))])
    chosen_again = find_reachable(z, weights, shelf.LIST_LENGTH, together)
    served_now = {n: live_weights.get(n, 0.0) for n in names}
    live = rank(shelf.build_request(model, shopper, Filters(), served_now, at, shelf.PLACES_KNOWN), model)
    served = rank(request, model)
    numbers = eligible[chosen[chosen_again]]
    numbers, z = _with_live(numbers, z[chosen_again], live.item_num[: shelf.LIST_LENGTH], eligible, base, model)
    data = LabData(
        tuple(_term(n) for n in names),
        tuple(_item(model, int(i), row) for i, row in zip(numbers, z, strict=True)),
        {str(item): place for place, item in enumerate(live.item_ids, start=1)},
        shelf.normalise(served_now),
    )
    order = np.lexsort((numbers, -(z @ weights)))[: len(served)]
    return Bench(data, int(mask.sum()), int((numbers[order] != served.item_num).sum()))


def _with_live(
    numbers: NDArray[np.int64],
    z: NDArray[np.float64],
    live: NDArray[np.int32],
    eligible: NDArray[np.int64],
    base: NDArray[np.float64],
    model: Model,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Add what is live now and cannot be reached from here, so that the browser can show what left."""
    missing = np.setdiff1d(live, numbers)
    rows = base[np.searchsorted(eligible, missing)]
    if rows.shape[1] < len(model.names):
        rows = np.column_stack([rows, np.zeros(len(rows))])
    order = np.argsort(np.concatenate([numbers, missing]), kind="stable")
    return np.concatenate([numbers, missing])[order], np.concatenate([z, rows])[order]


def _term(name: str) -> LabTerm:
    """One slider."""
    component = COMPONENTS[name]
    return LabTerm(name, component.label, SYMBOLS.get(name, ""), component.summary, name in SYMBOLS)


def _item(model: Model, number: int, z: NDArray[np.float64]) -> LabItem:
    """One product with its terms, to five digits."""
    title = plain_text(model.catalogue.titles[number], 60)
    return LabItem(
        id=str(model.catalogue.item_ids[number]),
        number=number,
        title=title,
        picture=picture_url(shelf.first_picture(model.catalogue, number), 96),
        initials=initials(title),
        z=tuple(round(float(v), 5) for v in z),
    )


def judge(
    model: Model, weights: Mapping[str, float], live_weights: Mapping[str, float], column: str = "all"
) -> Quality | None:
    """Judge weights by one column of the held-out shoppers, paired with the live weights; None when there are none."""
    return None if model.holdout is None else model.holdout.view(column).quality(weights, live_weights)


def other_weights(weights: Mapping[str, float], moving: Collection[str] = tuple(SYMBOLS)) -> dict[str, float]:
    """Return the weights that a curve or surface holds still."""
    return {name: value for name, value in weights.items() if name not in moving}


def best_position(curve: Curve) -> float:
    """Return the slider position with the highest NDCG; among equals the one nearest to the exact optimum."""
    return max(POSITIONS, key=lambda t: (round(curve.value_at(t), 9), -abs(t - curve.optimum)))


def moved_most(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Return the weight that changed most."""
    return max(after, key=lambda name: abs(after[name] - before.get(name, 0.0)))
