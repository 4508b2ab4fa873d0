"""Rules inside `rank`: what every list keeps whatever the rules, and each kind on its own."""

import sys
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.data.interactions import Histories
from recsys.data.ranking import RULES, Diversity, Filters, Ranking, Request, rankings_to_frame
from recsys.ranking import rank, rank_many
from recsys.ranking.model import Model
from recsys.rules.rule import GroupBy, Rule, RuleKind, RuleScope, RuleSet, Selection

RANK = sys.modules[rank.__module__]
BRANDS, CATEGORIES = ("Ana", "Bo", "Nobody"), ("Home", "Home > Mugs", "Home > Lamps", "Garden")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def same(one: Ranking, other: Ranking) -> None:
    """Equal to the last bit, the trace too."""
    for name in ("item_num", "scores", "contributions", "item_ids"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.components, one.weights, one.silent) == (other.components, other.weights, other.silent)
    assert one.trace == other.trace


def rule(rule_id: str, kind: RuleKind, **given_: object) -> Rule:
    chosen = {n: given_.pop(n) for n in ("item_ids", "category", "brand", "attribute") if n in given_}
    return Rule(rule_id, kind, Selection(**chosen), owner="Ada", reason="a test", **given_)  # type: ignore[arg-type]


def pin(rule_id: str, item: str, place: int, **more: object) -> Rule:
    return rule(rule_id, RuleKind.PIN, item_ids=(item,), place=place, **more)


def step_of(ranking: Ranking, rule_id: str):
    found = [s for s in ranking.trace if s.rule_id == rule_id]
    assert len(found) == 1
    return found[0]


SELECTIONS = st.one_of(
    st.builds(Selection, brand=st.sampled_from(BRANDS)),
    st.builds(Selection, category=st.sampled_from(CATEGORIES)),
    st.builds(
        lambda n: Selection(tuple(f"i{k:02d}" for k in n)), st.lists(st.integers(0, 95), min_size=1, unique=True)
    ),
)
PLACES = st.integers(1, 30)


@st.composite
def rules(draw) -> Rule:
    kind = draw(st.sampled_from(list(RuleKind)))
    given_: dict[str, object] = {}
    if kind in (RuleKind.PIN, RuleKind.SOFT_PIN, RuleKind.SLOT):
        given_["place"] = draw(PLACES)
    if kind in (RuleKind.BOOST, RuleKind.BURY):
        given_["strength"] = draw(st.floats(0.01, 10))
    if kind == RuleKind.CAP:
        given_["limit"] = draw(st.integers(1, 5))
        given_["window"] = given_["limit"] + draw(st.integers(1, 20))
        given_["per"] = draw(st.sampled_from([None, *GroupBy]))
    one = kind in (RuleKind.PIN, RuleKind.SOFT_PIN)
    chosen = Selection((f"i{draw(st.integers(0, 95)):02d}",)) if one else draw(SELECTIONS)
    scope = RuleScope(segment=draw(st.sampled_from(["", "", "", "new", "loyal"])))
    return Rule("r", kind, chosen, "Ada", "a test", scope, **given_)  # type: ignore[arg-type]


RULE_SETS = st.lists(rules(), max_size=9).map(
    lambda found: RuleSet(3, tuple(replace(r, rule_id=f"r{n}", since=1 + n % 3) for n, r in enumerate(found)))
)


@pytest.fixture
def ask(ask):
    """As the room's, and from 67 on somebody without a history."""
    return lambda user, *args, **filters: (
        ask(user, *args, **filters) if user < 67 else replace(ask(0, *args, **filters), history=Histories.empty())
    )


@pytest.fixture(params=[20, 200])
def shortlist(request, monkeypatch) -> int:
    """Long enough for the whole catalogue, and so short that rules must ask for candidates of their own."""
    monkeypatch.setattr(RANK, "SHORTLIST", request.param)
    return request.param


@given(RULE_SETS, st.integers(0, 69), st.sampled_from([1, 7, 24, 1000]), st.sampled_from([0.0, 0.5]), st.booleans())
@QUICK
def test_whatever_the_rules_a_list_keeps_its_promises(
    small_model: Model, ask, shortlist, found, user, n, strength, unseen
):
    request = replace(ask(user, n, exclude_seen=unseen), diversity=Diversity(strength=strength, window=10))
    ranking, plain = rank(request, small_model, found), rank(request, small_model)
    items = ranking.item_num.tolist()
    ruling, catalogue = small_model.ruling(found), small_model.catalogue
    acting = ruling.acting(request).rules
    eligible = catalogue.on_sale(request.at).copy()
    if unseen:
        eligible[request.history.item_num] = False
    for r in acting:
        if r.kind in (RuleKind.BLOCK, RuleKind.FILTER):
            eligible &= r.selection.mask(catalogue) == (r.kind == RuleKind.FILTER)

    assert len(set(items)) == len(items) == min(n, int(eligible.sum()))
    assert eligible[items].all()  # neither blocked, nor outside a filter, nor seen, nor sold out
    assert np.abs(ranking.contributions.sum(axis=1) - ranking.scores).max(initial=0.0) <= 1e-6
    assert len(ranking.components) == len(ranking.weights) == ranking.contributions.shape[1]
    assert ranking.rules_version == 3
    lifts = [r for r in acting if r.strength is not None and (r.selection.mask(catalogue) & eligible).any()]
    assert RULES not in ranking.components or lifts
    assert plain.components == small_model.names

    told = {s.rule_id: s for s in ranking.trace if s.rule_id}
    if eligible.any():
        assert set(told) == {r.rule_id for r in acting}  # every rule in scope is recorded, none else
    pins = [r for r in acting if r.kind == RuleKind.PIN]
    for place in {r.place for r in pins}:
        first = next(r for r in pins if r.place == place)  # the newest of those that want this place
        item = int(catalogue.numbers(first.selection.item_ids)[0])
        elsewhere = any(r.selection == first.selection and r is not first for r in pins)
        pushed = any(r.place < place for r in pins)  # a pin from above may have taken the next free place
        if item >= 0 and eligible[item] and not elsewhere and not pushed and place <= len(items):
            assert items[place - 1] == item
    for r in acting:
        placed = any(q.kind in (RuleKind.PIN, RuleKind.SOFT_PIN) for q in acting)
        if r.kind == RuleKind.CAP and not placed and items and "gives way" not in told[r.rule_id].detail:
            groups = ruling.groups(r)[items[: r.window]]
            assert np.bincount(groups[groups >= 0], minlength=1).max() <= r.limit


@given(RULE_SETS, st.sampled_from([0.0, 0.5]))
@QUICK
def test_a_batch_answers_as_one_at_a_time(small_model: Model, ask, shortlist, found, strength):
    requests = [replace(ask(u, 12), diversity=Diversity(strength=strength, window=6)) for u in (0, 69, 5, 68, 30)]
    for request, ranking in zip(requests, rank_many(requests, small_model, rules=found), strict=True):
        alone = rank(request, small_model, found)
        assert ranking.item_num.tolist() == alone.item_num.tolist()
        np.testing.assert_allclose(ranking.scores, alone.scores, atol=1e-5)
        assert [(s.name, s.rule_id, s.acted) for s in ranking.trace] == [
            (s.name, s.rule_id, s.acted) for s in alone.trace
        ]


@given(RULE_SETS, st.integers(0, 69))
@QUICK
def test_a_shorter_list_is_the_head_of_a_longer_one(small_model: Model, ask, found, user):
    lists = [rank(ask(user, n), small_model, found).item_num.tolist() for n in (5, 24, 40)]
    eligible = len(rank(ask(user, 1000), small_model, found))
    if eligible >= 80:  # no pin has to stand higher for want of candidates
        assert lists[0] == lists[2][:5] and lists[1] == lists[2][:24]


@pytest.mark.parametrize("diversity", [Diversity(), Diversity(strength=0.4)])
def test_without_rules_in_scope_a_list_is_the_very_same(small_model: Model, ask, diversity):
    over = pin("r1", "i20", 1, ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    away = rule("r2", RuleKind.BLOCK, brand="Ana", scope=RuleScope(page="cart"))
    for user in (0, 20, 69):
        request = replace(ask(user), diversity=diversity)
        plain = rank(request, small_model)
        assert plain.rules_version is None
        for found in (RuleSet(), RuleSet(4, (over, away))):
            ranking = rank(request, small_model, found)
            same(ranking, plain)
            assert ranking.rules_version == found.version


# ------------------------------------------------------------- each kind


@pytest.fixture
def top(small_model, ask):
    return [str(i) for i in rank(ask(3), small_model).item_ids]


def make(small_model, request: Request, *found: Rule) -> Ranking:
    return rank(request, small_model, RuleSet(1, found))


def test_a_pin_lifts_its_product_and_the_others_follow_in_their_order(small_model, ask, top):
    ranking = make(small_model, ask(3), pin("r1", top[20], 3))
    assert ranking.item_ids.tolist() == [*top[:2], top[20], *top[2:20], *top[21:]]
    step = step_of(ranking, "r1")
    assert (step.name, step.acted) == ("pin", True)
    assert [(m.place_from, m.place_to) for m in step.moves] == [(21, 3)]
    assert ranking.sum_places.tolist() == [1, 2, 21, *range(3, 21), *range(22, 25)]


def test_a_pin_brings_a_product_from_below_the_shortlist(small_model, ask, monkeypatch):
    monkeypatch.setattr(RANK, "SHORTLIST", 10)
    last = str(rank(ask(3, 1000), small_model).item_ids[-1])
    ranking = make(small_model, ask(3, 8), pin("r1", last, 2))
    assert ranking.item_ids[1] == last
    assert step_of(ranking, "r1").moves[0].place_from > 10


def test_a_pin_of_a_place_it_has_anyway_did_nothing(small_model, ask, top):
    step = step_of(make(small_model, ask(3), pin("r1", top[4], 5)), "r1")
    assert not step.acted and "would be the same" in step.detail


def test_of_two_pins_for_a_place_the_newer_wins_and_the_other_comes_next(small_model, ask, top):
    ranking = make(small_model, ask(3), pin("old", top[9], 2, since=1), pin("new", top[8], 2, since=4))
    assert ranking.item_ids[:4].tolist() == [top[0], top[8], top[9], top[1]]
    assert "place 2 is pinned by new, so it takes place 3" in step_of(ranking, "old").detail


def test_filters_of_the_request_win_over_pins_and_say_so(small_model, ask, top):
    shopper = ask(3, exclude_seen=True)
    seen = small_model.catalogue.item_ids[shopper.history.item_num[0]]
    made = make(small_model, shopper, pin("r1", seen, 1), pin("r2", "i00", 2), pin("r3", "i90", 3))
    assert not {seen, "i00"} & set(made.item_ids)
    assert "'seen' of the request" in step_of(made, "r1").detail
    assert "'on sale' of the request" in step_of(made, "r2").detail
    assert not step_of(made, "r3").acted
    lamps = make(small_model, ask(3, categories=("Home > Lamps",)), pin("r1", "i30", 1))
    assert "'category' of the request leaves i30 out" in step_of(lamps, "r1").detail


def test_a_block_wins_over_a_pin_and_says_so(small_model, ask, top):
    ranking = make(small_model, ask(3), pin("p", top[0], 1), rule("b", RuleKind.BLOCK, item_ids=(top[0],)))
    assert ranking.item_ids.tolist()[:23] == top[1:]
    assert "block b leaves" in step_of(ranking, "p").detail
    assert step_of(ranking, "b").remaining == 87


def test_a_filter_keeps_only_its_products(small_model, ask):
    ranking = make(small_model, ask(3, 1000), rule("f", RuleKind.FILTER, category="Home > Lamps"))
    assert set(small_model.catalogue.categories[ranking.item_num]) == {"Home > Lamps"}


def test_a_filter_that_leaves_nothing_gives_an_empty_list_with_its_reason(small_model, ask):
    ranking = make(small_model, ask(3), rule("f", RuleKind.FILTER, brand="Nobody"))
    assert len(ranking) == 0 and step_of(ranking, "f").remaining == 0


def test_a_boost_adds_its_strength_times_the_weights_to_the_sum(small_model, ask, top):
    ranking = make(small_model, ask(3, 1000), rule("r1", RuleKind.BOOST, item_ids=(top[20],), strength=0.5))
    plain = rank(ask(3, 1000), small_model)
    where, was = ranking.item_ids.tolist().index(top[20]), plain.item_ids.tolist().index(top[20])
    unit = sum(plain.weights)
    assert ranking.components == (*small_model.names, RULES) and ranking.weights[-1] == 1.0
    assert ranking.scores[where] == pytest.approx(plain.scores[was] + 0.5 * unit)
    assert ranking.contributions[where, -1] == pytest.approx(0.5 * unit)
    assert np.count_nonzero(ranking.contributions[:, -1]) == 1
    assert where < was
    assert [(m.place_from, m.place_to) for m in step_of(ranking, "r1").moves] == [(was + 1, where + 1)]


def test_a_boost_brings_products_from_below_the_shortlist(small_model, ask, monkeypatch):
    monkeypatch.setattr(RANK, "SHORTLIST", 10)
    last = str(rank(ask(3, 1000), small_model).item_ids[-1])
    ranking = make(small_model, ask(3, 8), rule("r1", RuleKind.BOOST, item_ids=(last,), strength=10.0))
    assert ranking.item_ids[0] == last


def test_a_bury_is_the_opposite_of_a_boost(small_model, ask, top):
    buried = make(small_model, ask(3), rule("r1", RuleKind.BURY, item_ids=(top[0],), strength=10.0))
    assert buried.item_ids.tolist()[:23] == top[1:]
    both = make(
        small_model,
        ask(3),
        rule("r1", RuleKind.BURY, item_ids=(top[0],), strength=2.0),
        rule("r2", RuleKind.BOOST, item_ids=(top[0],), strength=2.0),
    )
    assert both.item_ids.tolist() == top and RULES not in both.components
    assert not step_of(both, "r1").acted and not step_of(both, "r2").acted


def test_a_slot_takes_the_best_that_fits(small_model, ask, top):
    kinds = dict(zip(small_model.catalogue.item_ids, small_model.catalogue.categories, strict=True))
    wanted = next(c for c in ("Home > Lamps", "Home > Mugs", "Home > Chairs") if kinds[top[1]] != c)
    best = next(i for i in rank(ask(3, 1000), small_model).item_ids if kinds[i] == wanted)
    ranking = make(small_model, ask(3), rule("s", RuleKind.SLOT, category=wanted, place=2))
    expected = best if best != top[0] else None
    assert kinds[ranking.item_ids[1]] == wanted
    assert expected is None or ranking.item_ids[1] == expected


def test_a_slot_finds_its_product_below_the_shortlist(small_model, ask, monkeypatch):
    monkeypatch.setattr(RANK, "SHORTLIST", 5)
    last = str(rank(ask(3, 1000), small_model).item_ids[-1])
    ranking = make(small_model, ask(3, 5), rule("s", RuleKind.SLOT, item_ids=(last,), place=4))
    assert ranking.item_ids[3] == last


def test_a_soft_pin_only_ever_lifts(small_model, ask, top):
    lifted = make(small_model, ask(3), rule("r1", RuleKind.SOFT_PIN, item_ids=(top[20],), place=4))
    assert lifted.item_ids.tolist().index(top[20]) == 3
    better = make(small_model, ask(3), rule("r1", RuleKind.SOFT_PIN, item_ids=(top[1],), place=4))
    assert better.item_ids.tolist() == top
    assert "stands above place 4 by itself" in step_of(better, "r1").detail


def test_a_soft_pin_whose_place_is_pinned_stands_above_it(small_model, ask, top):
    soft = rule("soft", RuleKind.SOFT_PIN, item_ids=(top[20],), place=4)
    ranking = make(small_model, ask(3), soft, pin("hard", top[15], 4))
    assert ranking.item_ids[2:4].tolist() == [top[20], top[15]]


def test_a_cap_per_brand_holds_even_where_the_shortlist_is_of_one_brand(small_model, ask, monkeypatch):
    monkeypatch.setattr(RANK, "SHORTLIST", 6)
    boost = rule("b", RuleKind.BOOST, brand="Ana", strength=10.0)
    cap = rule("c", RuleKind.CAP, limit=2, window=4, per=GroupBy.BRAND)
    brands = small_model.catalogue.brands
    assert set(brands[make(small_model, ask(3, 6), boost).item_num]) == {"Ana"}
    ranking = make(small_model, ask(3, 6), boost, cap)
    assert (brands[ranking.item_num[:4]] == "Ana").sum() == 2
    assert (brands[ranking.item_num[4:]] == "Ana").all()
    assert step_of(ranking, "c").acted


def test_a_cap_on_a_selection_counts_all_of_it_and_pins_go_over_it(small_model, ask, top):
    cap = rule("c", RuleKind.CAP, item_ids=tuple(top[:6]), limit=1, window=8)
    ranking = make(small_model, ask(3), cap)
    assert ranking.item_ids[:9].tolist() == [top[0], *top[6:13], top[1]]
    pinned = make(small_model, ask(3), cap, pin("p", top[3], 2))
    assert pinned.item_ids[:8].tolist() == [top[6], top[3], *top[7:13]]


def test_a_cap_gives_way_where_nothing_else_is_left(small_model, ask):
    only = rule("f", RuleKind.FILTER, brand="Ana")
    cap = rule("c", RuleKind.CAP, limit=2, window=10, per=GroupBy.BRAND)
    ranking = make(small_model, ask(3), only, cap)
    assert len(ranking) == 24 and "gives way" in step_of(ranking, "c").detail


def test_scope_and_time_decide_at_the_time_of_the_request(small_model, ask, top):
    request = ask(3)
    day = datetime.fromisoformat(str(small_model.data_to)).replace(tzinfo=UTC)
    starts = pin("r1", top[20], 1, starts_at=day)
    assert make(small_model, request, starts).item_ids[0] == top[20]
    before = replace(request, at=request.at - np.timedelta64(1, "us"))
    assert make(small_model, before, starts).item_ids[0] != top[20]
    home = pin("r1", top[20], 1, scope=RuleScope(page="home", market="de"))
    assert make(small_model, replace(request, page="home", market="de"), home).item_ids[0] == top[20]
    assert make(small_model, replace(request, page="home", market="fr"), home).item_ids[0] == top[0]


def test_the_segment_follows_from_the_history_unless_the_request_says_it(small_model, ask):
    item = "i40"
    welcome = pin("r1", item, 1, scope=RuleScope(segment="new"))
    assert make(small_model, ask(69), welcome).item_ids[0] == item
    assert make(small_model, ask(3), welcome).item_ids[0] != item
    assert make(small_model, replace(ask(3), segment="new"), welcome).item_ids[0] == item


def test_lists_with_and_without_a_boost_go_into_one_frame(small_model, ask):
    boost = rule("b", RuleKind.BOOST, brand="Ana", strength=1.0, scope=RuleScope(segment="new"))
    made = rank_many([ask(3, 4), ask(69, 4)], small_model, rules=RuleSet(1, (boost,)))
    frame = rankings_to_frame(made)
    assert list(frame.columns)[-1] == RULES and (frame[RULES][:4] == 0).all()
    np.testing.assert_allclose(frame[[*small_model.names, RULES]].sum(axis=1), frame["score"], atol=1e-6)


def test_a_request_leaves_out_what_it_filters_whatever_is_boosted(small_model, ask):
    boost = rule("b", RuleKind.BOOST, category="Home > Lamps", strength=10.0)
    ranking = rank(replace(ask(3), filters=Filters(categories=("Home > Mugs",))), small_model, RuleSet(1, (boost,)))
    assert set(small_model.catalogue.categories[ranking.item_num]) == {"Home > Mugs"}
    assert not step_of(ranking, "b").acted and RULES not in ranking.components
