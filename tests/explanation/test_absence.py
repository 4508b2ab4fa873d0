"""Why a product is not in a list: the gate, the gap that adds up, and changes that show it when they are made."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from recsys.data.ranking import Diversity, Filters, Request
from recsys.errors import InputError
from recsys.explanation.absence import Absence, explain_absence
from recsys.explanation.changes import Change, ChangeKind, World, apply_change
from recsys.explanation.gates import Gate
from recsys.ranking.model import Model
from recsys.rules.kinds import GroupBy, RuleKind
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.selection import Selection
from recsys.vocabulary import ItemScope

PLACES = 8


def _world(model: Model, user: int = 3, rules: tuple[Rule, ...] = (), **more: object) -> World:
    history = model.interactions.histories.take(np.array([user]))
    request = Request(history, model.data_to, user_id=str(user), **more)  # type: ignore[arg-type]
    return World(model, request, RuleSet(1, rules) if rules else None)


def _rule(kind: RuleKind, item_ids: tuple[str, ...] = (), brand: str = "", **numbers: object) -> Rule:
    return Rule("r1", kind, Selection(item_ids, brand=brand), "Ana", "a test", **numbers)  # type: ignore[arg-type]


def _ask(world: World, item: int, places: int = PLACES) -> Absence:
    return explain_absence(world.model, world.request, item, world.rules, places)


def _check(world: World, told: Absence) -> None:
    """Every change offered, made from its own values, shows the product at the place told."""
    assert sum(g.gap for g in told.gaps) == pytest.approx(told.bar - told.score, abs=1e-6)
    for remedy in told.remedies:
        there = world
        for change in remedy.changes:
            there = apply_change(there, change)
        assert there.place_of(told.item_num, told.places) == remedy.place <= told.places


def _top(world: World) -> list[int]:
    return world.rank(60).item_num.tolist()


def test_a_product_in_the_list_is_not_absent(small_model: Model) -> None:
    world = _world(small_model)
    told = _ask(world, _top(world)[4])
    assert (told.gate, told.place, told.remedies) == (None, 5, ())


def test_a_product_that_nobody_knows(small_model: Model) -> None:
    told = _ask(_world(small_model), -1)
    assert told.gate == Gate.CATALOGUE and told.smallest is None and told.item_id == ""


@pytest.mark.parametrize(("item", "gate", "kind"), [(0, Gate.STOCK, "stock"), (1, Gate.LAUNCH, "launch")])
def test_what_is_not_on_sale(small_model: Model, item: int, gate: Gate, kind: str) -> None:
    world = _world(small_model)
    told = _ask(world, item)
    assert told.gate == gate and told.smallest is not None
    assert told.smallest.changes[0].kind == kind
    _check(world, told)


FILTERS: list[tuple[Callable[[Model, int], Filters], Gate, str]] = [
    (lambda m, i: Filters(price_to=float(m.catalogue.prices[i]) - 0.01), Gate.PRICE, "price_to"),
    (lambda m, i: Filters(categories=("Home > Nothing",)), Gate.CATEGORY, "categories"),
    (lambda m, i: Filters(items=ItemScope.WARM if m.is_new[i] else ItemScope.NEW), Gate.SCOPE, "items"),
]


@pytest.mark.parametrize(("make", "gate", "field"), FILTERS)
def test_a_filter_is_named_and_opened(
    small_model: Model, make: Callable[[Model, int], Filters], gate: Gate, field: str
) -> None:
    world = _world(small_model)
    item = _top(world)[2]
    filtered = replace(world, request=replace(world.request, filters=make(small_model, item)))
    told = _ask(filtered, item)
    assert told.gate == gate and told.smallest is not None
    assert [c.target for c in told.smallest.changes] == [field]
    _check(filtered, told)


def test_what_she_has_touched_is_hidden(small_model: Model) -> None:
    world = _world(small_model)
    item = next(i for i in _top(world)[:PLACES] if i in world.request.history.item_num)
    hidden = replace(world, request=replace(world.request, filters=Filters(exclude_seen=True)))
    told = _ask(hidden, item)
    assert told.gate == Gate.SEEN
    _check(hidden, told)


def test_two_shut_gates_are_opened_together(small_model: Model) -> None:
    world = _world(small_model, filters=Filters(price_to=0.5))
    told = _ask(world, 0)
    assert [f.gate for f in told.findings][:2] == [Gate.STOCK, Gate.PRICE]
    assert told.smallest is not None and [c.kind for c in told.smallest.changes][:2] == ["stock", "filter"]
    _check(world, told)


def _blocked(model: Model, top: list[int]) -> tuple[Rule, int]:
    return _rule(RuleKind.BLOCK, (str(model.catalogue.item_ids[top[1]]),)), top[1]


def _buried(model: Model, top: list[int]) -> tuple[Rule, int]:
    return _rule(RuleKind.BURY, (str(model.catalogue.item_ids[top[1]]),), strength=8.0), top[1]


def _capped(model: Model, top: list[int]) -> tuple[Rule, int]:
    brand = str(model.catalogue.brands[top[PLACES - 1]])
    return _rule(RuleKind.CAP, brand=brand, limit=1, window=PLACES, per=GroupBy.BRAND), top[PLACES - 1]


def _pushed(model: Model, top: list[int]) -> tuple[Rule, int]:
    return _rule(RuleKind.PIN, (str(model.catalogue.item_ids[top[30]]),), place=2), top[PLACES - 1]


@pytest.mark.parametrize(
    ("make", "gate"),
    [(_blocked, Gate.BLOCKED), (_buried, Gate.BURIED), (_capped, Gate.CAPPED), (_pushed, Gate.PUSHED)],
)
def test_the_rule_at_fault_is_named_and_its_end_shows_the_product(
    small_model: Model, make: Callable[[Model, list[int]], tuple[Rule, int]], gate: Gate
) -> None:
    rule, item = make(small_model, _top(_world(small_model)))
    world = _world(small_model, rules=(rule,))
    told = _ask(world, item)
    assert told.gate == gate and told.findings[0].rule_id == "r1" and told.findings[0].reason == "a test"
    assert told.smallest is not None and told.smallest.changes[0].kind == ChangeKind.END_RULE
    _check(world, told)


def test_variety_is_named(small_model: Model) -> None:
    plain, varied = _world(small_model), _world(small_model, diversity=Diversity(strength=0.9, window=PLACES))
    lost = sorted(set(_top(plain)[:PLACES]) - set(varied.rank(PLACES).item_num.tolist()))
    assert lost
    told = _ask(varied, lost[0])
    assert told.gate == Gate.VARIETY
    _check(varied, told)


@pytest.mark.parametrize("user", [0, 3, 9, 40])
def test_a_low_sum_gets_the_smallest_boost_and_weight(small_model: Model, user: int) -> None:
    world = _world(small_model, user)
    item = _top(world)[PLACES + 3]
    told = _ask(world, item)
    assert told.gate == Gate.LOWER_SUM and told.sum_place == PLACES + 4
    _check(world, told)
    kinds = {r.changes[0].kind: r.changes[0] for r in told.remedies}
    boost = kinds[ChangeKind.BOOST]
    assert boost.delta == pytest.approx(told.bar - told.score, abs=1e-4)
    less = replace(boost, after=0.98 * float(str(boost.after)))
    assert apply_change(world, less).place_of(item, PLACES) is None
    if ChangeKind.WEIGHT in kinds:
        _check_weight(world, item, kinds[ChangeKind.WEIGHT])


def _check_weight(world: World, item: int, change: Change) -> None:
    """No weight shows the product with a smaller move, tried on a grid of every weight."""
    assert isinstance(change.after, float) and isinstance(change.before, float)
    least = abs(change.after - change.before)
    for name, weight in world.weights.items():
        for share in np.linspace(-0.97, 0.97, 9):
            tried = weight + share * least
            if 0 <= tried <= 1:
                there = apply_change(world, Change(ChangeKind.WEIGHT, name, weight, float(tried)))
                assert there.place_of(item, PLACES) is None


def test_a_change_of_something_that_is_not_there_is_refused(small_model: Model) -> None:
    world = _world(small_model)
    for kind, target in (("weight", "magic"), ("filter", "magic"), ("end rule", "r9"), ("stock", "i999")):
        with pytest.raises(InputError, match=target):
            apply_change(world, Change(ChangeKind(kind), target, None, 1.0))
    with pytest.raises(InputError, match="needs a number"):
        apply_change(world, Change(ChangeKind.WEIGHT, "text", None, None))


def test_a_change_leaves_the_world_as_it_was(small_model: Model) -> None:
    world = _world(small_model)
    before = world.rank(30)
    for change in (Change(ChangeKind.STOCK, "i00", 0.0, 1.0), Change(ChangeKind.PIN, "i20", None, 1.0)):
        assert len(apply_change(world, change).rank(5)) == 5
    np.testing.assert_array_equal(world.rank(30).scores, before.scores)


def test_an_absence_is_json(small_model: Model) -> None:
    world = _world(small_model, filters=Filters(categories=("Home > Nothing",)))
    said = json.loads(json.dumps(_ask(world, 20).to_json(), allow_nan=False))
    assert said["gate"] == "category" and said["findings"][0]["change"]["before"] == ["Home > Nothing"]
