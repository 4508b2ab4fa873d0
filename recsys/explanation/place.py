"""Where an item stands among the candidates of a request, whether variety moved it, and which filter keeps it out."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Filters, Request
from recsys.explanation.changes import World
from recsys.explanation.gates import find_closed, rules_in_force
from recsys.ranking.diversity import POOL_FACTOR
from recsys.ranking.features import candidate_features
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST, rank, resolve_weights, weighted_sum
from recsys.ranking.terms import Terms
from recsys.rules.rule import RuleSet
from recsys.vocabulary import ItemScope


@dataclass(frozen=True, eq=False)
class Place:
    """Where one item stands.

    Parameters
    ----------
    rank
        1-based; None when a filter leaves it out.
    n_candidates
        Items that pass every filter.
    in_shortlist
        Whether its response term counts.
    left_out_by
        Which filter keeps it out, in a sentence; None when none does.
    sum_rank
        1-based place by its score alone; other than `rank` where the diversity step moved the item.
    moved_because
        Why the diversity step, or a rule, moved it; empty when none did.
    moved_by
        "Variety" or "A rule".
    """

    rank: int | None
    n_candidates: int
    in_shortlist: bool
    left_out_by: str | None
    sum_rank: int | None = None
    moved_because: str = ""
    moved_by: str = "Variety"


def find_place(model: Model, request: Request, terms: Terms, item_num: int, rules: RuleSet | None = None) -> Place:
    """Place one item exactly as `ranking.rank` would, but over all candidates.

    Parameters
    ----------
    model
        The trained model.
    request
        Who asks; `n` decides how long the shortlist of the response term is.
    terms
        Standardised catalogue terms of this one request.
    item_num
        The item.
    rules
        Merchandising rules that act on the list; below the shortlist an item stands where its sum puts it.
    """
    world = World(model, request, rules)
    if rules_in_force(world):
        return _place_under_rules(world, terms, item_num)
    place = _place_by_sum(model, request, terms, item_num)
    pool = POOL_FACTOR * request.diversity.window
    if place.rank is None or not request.diversity.is_on:
        return replace(place, sum_rank=place.rank)
    ranking = rank(replace(request, n=max(request.n, pool)), model)
    listed = np.flatnonzero(ranking.item_num == item_num)
    if len(listed) == 0 or ranking.sum_places is None:
        return replace(place, sum_rank=place.rank)
    moves = {m.item_num: m for step in ranking.trace for m in step.moves}
    because = moves[item_num].reason if item_num in moves else ""
    shown, by_sum = int(listed[0]) + 1, int(ranking.sum_places[listed[0]])
    return replace(place, rank=shown, sum_rank=by_sum, moved_because=because)


def _place_under_rules(world: World, terms: Terms, item_num: int) -> Place:
    """Place one item as `ranking.rank` does with rules; what they and variety moved is told by the last who did."""
    request = world.request
    place = _place_by_sum(world.model, request, terms, item_num)
    if place.left_out_by is None:
        shut = next((f for f in find_closed(world, item_num) if f.rule_id), None)
        if shut is not None:
            return Place(None, place.n_candidates, False, tell_rule(shut.rule_kind, shut.rule_id, shut.reason))
    ranking = world.rank(max(request.n, SHORTLIST))
    listed = np.flatnonzero(ranking.item_num == item_num)
    if place.rank is None or len(listed) == 0:
        return replace(place, sum_rank=place.rank)
    shown = int(listed[0]) + 1
    by_sum = shown if ranking.sum_places is None else int(ranking.sum_places[listed[0]])
    moves = [(step, move) for step in ranking.trace for move in step.moves if move.item_num == item_num]
    because, by = "", "Variety"
    if moves and shown != by_sum:
        step, move = moves[-1]
        because, by = move.reason, "A rule" if step.rule_id else "Variety"
    return Place(shown, place.n_candidates, True, None, by_sum, because, by)


def tell_rule(kind: str, rule_id: str, reason: str) -> str:
    """Return the sentence for a rule that keeps an item out."""
    return f"The {kind} rule {rule_id} keeps it out: {reason}"


def _place_by_sum(model: Model, request: Request, terms: Terms, item_num: int) -> Place:
    """Place one item by its score alone."""
    weights = resolve_weights(model.names, model.weights if request.weights is None else request.weights)
    allowed, _ = eligible_items(model, request.filters, request.at)
    size = min(int(allowed.sum()), max(SHORTLIST, request.n))
    if request.filters.exclude_seen:
        allowed = allowed.copy()
        allowed[request.history.item_num] = False
    total = weighted_sum(terms, weights)[0].astype(np.float64)
    total[~allowed] = -np.inf
    left_out = None if allowed[item_num] else explain_filter(model, request, item_num)
    if left_out is not None:
        return Place(None, int(allowed.sum()), False, left_out)
    asks_response = model.response is not None and bool(weights[-1])
    if not asks_response:
        return Place(_rank_in(total, item_num), int(allowed.sum()), False, None)
    shortlist = np.argpartition(-total, size - 1)[:size]
    if item_num not in shortlist:
        return Place(_rank_in(total, item_num), int(allowed.sum()), False, None)
    scores = total[shortlist] + weights[-1] * response_terms(model, request, terms, shortlist)
    before = scores > scores[shortlist == item_num][0]
    return Place(int(before.sum()) + 1, int(allowed.sum()), True, None)


def response_terms(model: Model, request: Request, terms: Terms, items: NDArray[np.intp]) -> NDArray[np.float64]:
    """Standardised response term of some items, shape (n,); zeros when the run has none."""
    if model.response is None:
        return np.zeros(len(items))
    features = candidate_features(model, request.history, request.at, terms, items[None, :])
    return model.response.standardised(features.values[0])


def explain_filter(model: Model, request: Request, item_num: int) -> str | None:
    """Return the first filter that keeps an item out, in a sentence; None when every filter lets it pass."""
    for alone, sentence in _filters_apart(model, request, item_num):
        mask, _ = eligible_items(model, alone, request.at)
        if not mask[item_num]:
            return sentence
    if request.filters.exclude_seen and bool(np.isin(item_num, request.history.item_num)):
        return "She has chosen this product before, and products she chose before are hidden."
    return None


def _filters_apart(model: Model, request: Request, item_num: int) -> list[tuple[Filters, str]]:
    """Each filter in force alone, with the sentence to say when it bites."""
    asked, none = request.filters, Filters(only_on_sale=False)
    new = asked.items == ItemScope.NEW
    return [
        (replace(none, only_on_sale=asked.only_on_sale), _why_not_on_sale(model, request.at, item_num)),
        (replace(none, items=asked.items), f"Only {'new products' if new else 'products with a history'} are shown."),
        (replace(none, categories=asked.categories), f"Only products in {' or '.join(asked.categories)} are shown."),
        (replace(none, price_to=asked.price_to), f"Only products up to {asked.price_to} are shown."),
    ]


def _why_not_on_sale(model: Model, at: np.datetime64, item_num: int) -> str:
    """Out of stock, or not launched yet."""
    launched = model.catalogue.launched_at[item_num]
    if not np.isnat(launched) and launched > at:
        return f"It is not on sale yet: its launch is on {np.datetime_as_string(launched, unit='D')}."
    if model.catalogue.stock[item_num] <= 0:
        return "It is out of stock."
    return "It was not on sale at that time."


def _rank_in(total: NDArray[np.float64], item_num: int) -> int:
    """1-based place of one item by its sum."""
    return int((total > total[item_num]).sum()) + 1
