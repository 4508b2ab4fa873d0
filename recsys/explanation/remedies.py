"""The smallest boost, price cut, move of one weight, or pin that brings a product into a list; each was tried."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Ranking
from recsys.explanation.changes import Change, ChangeKind, World, apply_change
from recsys.explanation.crossing import Contest, smallest_move
from recsys.ranking.features import candidate_features, profile_of
from recsys.ranking.filters import eligible_items
from recsys.ranking.rank import SHORTLIST
from recsys.ranking.shopper_features import price_columns
from recsys.ranking.terms import Terms
from recsys.rules.rule import MAX_STRENGTH

Floats = NDArray[np.float64]
ROUNDS = 8
"""Times a weight is moved and the list made again before the move is given up."""
HALVINGS = 18
"""Halvings of an interval of boosts where rules or variety have a say too."""
DISCOUNTS = tuple(n / 100 for n in range(1, 51))
"""Price cuts tried, as shares of the price, smallest first."""
LARGEST_WEIGHT = 1.0


@dataclass(frozen=True, eq=False)
class Standing:
    """One product in one world: what the remedies start from.

    Parameters
    ----------
    item_num, item_id
        The product.
    places
        Length of the list it shall get into.
    terms
        Standardised terms of the request.
    parts
        Contributions of the product, the response term's included as if it were asked, shape (n_components,).
    lift
        What boosts and buries add to each product, per unit of weight, shape (n_items,).
    listed
        The list as it is, `SHORTLIST` places long.
    bar
        Score to beat: the lowest among those shown.
    unit
        Sum of the weights: how far a boost of strength 1 moves a score.
    """

    item_num: int
    item_id: str
    places: int
    terms: Terms
    parts: Floats
    lift: Floats
    listed: Ranking
    bar: float

    unit: float

    @property
    def ruled(self) -> float:
        """What boosts and buries add to the product's score."""
        return float(self.lift[self.item_num]) * self.unit

    @property
    def score(self) -> float:
        """Sum of the parts, and of what rules add."""
        return float(self.parts.sum()) + self.ruled


def is_shown(world: World, standing: Standing) -> bool:
    """Tell whether the product is in the list of a world."""
    return world.place_of(standing.item_num, standing.places) is not None


def find_boost(world: World, standing: Standing) -> Change | None:
    """Return the smallest boost that shows the product; None where none up to the largest allowed does."""
    unit = standing.unit
    if unit <= 0:
        return None

    def boost(strength: float) -> Change:
        strength = math.ceil(strength * 1e6) / 1e6
        return Change(ChangeKind.BOOST, standing.item_id, None, strength, strength * unit)

    least = max((standing.bar - standing.score) / unit, 0.0) + 1e-6
    shows = _shows(world, standing, boost)
    if least <= MAX_STRENGTH and shows(least) and (least <= 2e-6 or not shows(0.98 * least)):
        return boost(least)
    low, high = 0.0, max(least, 1e-3)
    while not shows(high):
        low, high = high, 2 * high
        if high > MAX_STRENGTH:
            return None
    return boost(_halve(shows, low, high))


def _shows(world: World, standing: Standing, make: Callable[[float], Change]) -> Callable[[float], bool]:
    """A test of one number: whether the change made of it shows the product."""
    return lambda value: is_shown(apply_change(world, make(value)), standing)


def _halve(shows: Callable[[float], bool], low: float, high: float) -> float:
    """Smallest number known to show, between one that does not and one that does."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
        if high - low < 1e-4 * high:
            break
    return high


def find_pin(world: World, standing: Standing) -> Change | None:
    """Return a pin at the last place of the list that it shows at; None where rules leave it none."""
    for place in dict.fromkeys((standing.places, standing.places // 2, 1)):
        change = Change(ChangeKind.PIN, standing.item_id, None, float(place))
        if place and is_shown(apply_change(world, change), standing):
            return change
    return None


def find_price(world: World, standing: Standing) -> Change | None:
    """Return the smallest price cut, in steps of 1 %, that shows the product; None where the price says too little.

    The price acts through the response term only, so all cuts are answered by one call of it; the first that beats the
    bar is tried in a list.
    """
    model, price = world.model, float(world.model.catalogue.prices[standing.item_num])
    if model.response is None or not world.weights["response"] or not price > 0 or standing.score > standing.bar:
        return None
    rows = _features_at(world, standing, [price * (1 - cut) for cut in DISCOUNTS])
    parts = world.weights["response"] * model.response.standardised(rows)
    scores = standing.score - standing.parts[-1] + parts
    for cut in np.flatnonzero(scores > standing.bar)[:3]:
        change = Change(ChangeKind.PRICE, standing.item_id, price, math.floor(price * (1 - DISCOUNTS[cut]) * 100) / 100)
        if is_shown(apply_change(world, change), standing):
            return change
    return None


def _features_at(world: World, standing: Standing, prices: Sequence[float]) -> Floats:
    """Features of the product at other prices, shape (n_prices, n_features)."""
    model, request, one = world.model, world.request, np.array([[standing.item_num]])
    features = candidate_features(model, request.history, request.at, standing.terms, one)
    rows = np.repeat(features.values[0], len(prices), axis=0)
    profile = profile_of(model, model.clock(request.at))
    for row, price in zip(rows, prices, strict=True):
        logs = profile.price_log.copy()
        logs[standing.item_num] = math.log(price)
        ladder = np.unique(np.nan_to_num(logs), return_inverse=True)[1]
        cheaper = replace(profile, price_log=logs, price_place=ladder)
        for name, value in price_columns(cheaper, request.history, one).items():
            if name in features.names:
                row[features.names.index(name)] = value[0, 0]
    return rows


def find_weight(world: World, standing: Standing) -> Change | None:
    """Return the smallest move of one weight that shows the product.

    Every score is linear in every weight. The product is held against the best of the list at hand; where that is not
    enough, because the moved weight brings others up, they join the contest, and the move only grows. The first move
    that a new list confirms is therefore the smallest.
    """
    bounds = [(abs(move), name) for name in world.model.names if (move := _first_move(world, standing, name))]
    best: Change | None = None
    for bound, name in sorted(bounds):
        if best is not None and bound >= abs(_moved(best)):
            break
        found = _settle(world, standing, name)
        if found is not None and (best is None or abs(_moved(found)) < abs(_moved(best))):
            best = found
    return best


def _moved(change: Change) -> float:
    """How far a weight moved."""
    assert isinstance(change.after, float) and isinstance(change.before, float)
    return change.after - change.before


def _first_move(world: World, standing: Standing, name: str) -> float | None:
    """Lower bound of the move of one weight."""
    return _best_move(world, standing, name, [standing.listed], standing.places)


def _settle(world: World, standing: Standing, name: str) -> Change | None:
    """Move one weight until a list shows the product."""
    rivals, weight, places = [standing.listed], world.weights[name], standing.places
    known = set(standing.listed.item_num.tolist())
    for _ in range(ROUNDS):
        move = _best_move(world, standing, name, rivals, places)
        if move is None:
            return None
        change = Change(ChangeKind.WEIGHT, name, weight, round(weight + move, 9))
        there = apply_change(world, change)
        if is_shown(there, standing):
            return change
        found = there.rank(SHORTLIST)
        fresh = set(found.item_num.tolist()) - known
        known |= fresh
        rivals.append(found)
        if not fresh:
            places -= max(1, places // 8)  # rules or variety take places of their own
            if places < 1:
                return None
    return None


def _best_move(world: World, standing: Standing, name: str, rivals: list[Ranking], places: int) -> float | None:
    """Smallest move of one weight by which the product beats all but `places` − 1 rivals, and gets on the shortlist."""
    weight = world.weights[name]
    contests = list(_contests(world, standing, name, rivals, places))
    return smallest_move(contests, -weight, max(LARGEST_WEIGHT - weight, 0.0))


def _contests(world: World, standing: Standing, name: str, rivals: list[Ranking], places: int) -> Iterator[Contest]:
    """The product against the rivals by the whole sum, and against everything by the terms that fill the shortlist."""
    names, weights = world.model.names, np.array(list(world.weights.values()))
    column = names.index(name)
    z = _z_of_many(world, standing, np.array([standing.item_num]))[0]
    items = np.unique(np.concatenate([r.item_num for r in rivals]))
    items = items[items != standing.item_num]
    theirs = _z_of_many(world, standing, items)
    yield Contest(theirs @ weights - z @ weights, theirs[:, column] - z[column], places)
    if world.model.response is None or not weights[-1] or name == "response":
        return
    mask, _ = eligible_items(world.model, world.request.filters, world.request.at)
    mask[standing.item_num] = False
    total = standing.terms.total(weights[:-1])[0].astype(np.float64) + standing.lift * standing.unit
    row = standing.terms.parts[column].full()[0].astype(np.float64) + standing.lift
    size = min(int(mask.sum()) + 1, SHORTLIST)
    yield Contest((total - total[standing.item_num])[mask], (row - row[standing.item_num])[mask], size)


def _z_of_many(world: World, standing: Standing, items: NDArray[np.integer]) -> Floats:
    """Standardised terms of some items, the response term as if asked, shape (n_items, n_components).

    What a rule lifts by σ of every term is added to every term, so that it moves with the weights as it does in a list.
    """
    model, request, asked = world.model, world.request, items[None, :].astype(np.intp)
    columns = [z[0].astype(np.float64) for z in standing.terms.at(asked)]
    if model.response is not None:
        features = candidate_features(model, request.history, request.at, standing.terms, asked).values[0]
        columns.append(model.response.standardised(features))
    return np.stack(columns, axis=1) + standing.lift[items][:, None]


def lower_bar(ranking: Ranking, places: int) -> float:
    """Lowest score among the items shown that no rule put at its place; of all shown where rules placed every one."""
    placed = {
        m.item_num for step in ranking.trace if step.name != "diversity" for m in step.moves if m.place_to <= places
    }
    scores = ranking.scores[:places]
    free = [score for item, score in zip(ranking.item_num, scores, strict=False) if int(item) not in placed]
    return float(min(free or scores, default=-math.inf))
