"""What-ifs are lists made again: each equals what `rank` says of the changed world, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Filters, Ranking
from recsys.errors import InputError
from recsys.explanation.changes import World
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.workflows.lists import request_for
from recsys.workflows.what_if import PLACES, at_price, touch_age_days, touches_of, without_touch
from tests.workflows.test_audiences import AT


@pytest.fixture(scope="module")
def world(small_model: Model) -> World:
    return World(small_model, request_for(small_model, "u03", 24, at=AT))


def place(ranking: Ranking, item: int) -> int | None:
    found = np.flatnonzero(ranking.item_num == item)
    return int(found[0]) + 1 if len(found) else None


@pytest.mark.parametrize("touch", [0, 2, -1])
def test_without_a_click_is_the_list_of_the_shorter_history(world: World, touch: int):
    history = world.request.history
    touch %= len(history.item_num)
    item = int(world.rank(24).item_num[5])
    found = without_touch(world, item, touch)
    shorter = history.where(np.arange(len(history.item_num)) != touch)
    assert shorter.lengths.tolist() == [len(history.item_num) - 1]
    expected = rank(replace(world.request, history=shorter, n=PLACES), world.model)
    assert (found.place_before, found.place_after) == (6, place(expected, item))
    assert found.score_after == pytest.approx(float(expected.scores[place(expected, item) - 1]))
    before = set(world.rank(24).item_num.tolist())
    assert found.n_stay == len(before & set(expected.item_num[:24].tolist())) and found.n_top == 24


def test_the_terms_told_make_up_the_change(world: World):
    for item in world.rank(24).item_num[:10]:
        found = without_touch(world, int(item), 0)
        told = sum(term.after - term.before for term in found.terms)
        assert told == pytest.approx(found.score_after - found.score_before, abs=5e-4 * len(world.model.names))


def test_a_price_changes_the_response_term_alone(world: World):
    item = int(world.rank(24).item_num[3])
    found = at_price(world, item, 0.5)
    assert {term.name for term in found.terms} <= {"response"}
    frame = world.model.catalogue.frame.copy()
    frame.loc[item, "price"] *= 0.5
    cheaper = replace(world.model, catalogue=Catalogue(frame), _cache={})
    expected = rank(replace(world.request, n=PLACES), cheaper)
    assert found.place_after == place(expected, item)
    assert found.score_after == pytest.approx(float(expected.scores[found.place_after - 1]))


def test_a_price_can_open_the_price_filter(small_model: Model):
    prices = small_model.catalogue.prices
    item = int(np.nanargmax(np.where(small_model.on_sale(AT), prices, np.nan)))
    asked = replace(request_for(small_model, "u03", 24, at=AT), filters=Filters(price_to=float(prices[item]) - 0.01))
    found = at_price(World(small_model, asked), item, 0.9)
    assert found.place_before is None and found.place_after is not None
    assert found.terms == () and found.score_before is None


def test_the_same_price_changes_nothing(world: World):
    found = at_price(world, int(world.rank(24).item_num[0]), 1.0)
    assert found.place_before == found.place_after == 1 and found.terms == () and found.n_stay == 24


@pytest.mark.parametrize("touch", [-1, 10_000])
def test_a_touch_that_is_not_there_is_refused(world: World, touch: int):
    with pytest.raises(InputError, match="touches"):
        without_touch(world, 5, touch)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_needs_a_positive_factor(world: World, factor: float):
    with pytest.raises(InputError, match="above 0"):
        at_price(world, 5, factor)


def test_an_unknown_price_cannot_be_changed(world: World):
    frame = world.model.catalogue.frame.copy()
    frame.loc[5, "price"] = np.nan
    model = replace(world.model, catalogue=Catalogue(frame), _cache={})
    with pytest.raises(InputError, match="not known"):
        at_price(World(model, world.request), 5, 0.9)


def test_touches_are_offered_newest_first(world: World):
    history, touches = world.request.history, touches_of(world.request.history, 5)
    times = [history.occurred_at[touch] for touch in touches]
    assert len(touches) == 5 and times == sorted(times, reverse=True)
    ages = [touch_age_days(history, touch, AT) for touch in touches]
    assert ages == sorted(ages) and ages[0] >= 0
