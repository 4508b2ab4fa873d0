"""Explanations add up, agree with the ranking, and say which filter bites."""

import json

import numpy as np
import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Filters, Request
from recsys.explanation import explain_pair
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.selection import Selection
from recsys.vocabulary import DiversityMethod, ItemScope


def _request(model: Model, user: int, **more: object) -> Request:
    rows = np.array([user])
    return Request(model.interactions.histories.take(rows), model.data_to, user_id=str(user), **more)  # type: ignore[arg-type]


def test_contributions_sum_to_the_score_for_1000_random_pairs(small_model: Model) -> None:
    rng = np.random.default_rng(11)
    names = list(small_model.weights)
    for _ in range(1000):
        user, item = rng.integers(small_model.interactions.n_users), rng.integers(len(small_model.catalogue))
        weights = dict(zip(names, rng.uniform(0, 1, len(names)), strict=True))
        told = explain_pair(small_model, _request(small_model, int(user), weights=weights), int(item))
        assert abs(sum(t.contribution for t in told.terms) - told.score) <= 1e-6
        for term in told.terms:
            assert abs(term.weight * term.z - term.contribution) <= 1e-9


def test_every_listed_item_is_explained_as_it_was_ranked(small_model: Model) -> None:
    for user in range(12):
        request = _request(small_model, user, n=30, filters=Filters(exclude_seen=True))
        ranking = rank(request, small_model)
        for place, item in enumerate(ranking.item_num[:10]):
            told = explain_pair(small_model, request, int(item))
            assert told.rank == place + 1
            assert told.score == pytest.approx(ranking.scores[place], abs=1e-6)
            mine = np.array([t.contribution for t in told.terms])
            np.testing.assert_allclose(mine, ranking.contributions[place], atol=1e-6)
            assert tuple(t.name for t in told.terms) == ranking.components


@pytest.mark.parametrize("method", list(DiversityMethod))
def test_an_item_that_variety_moved_is_explained_where_it_stands(small_model: Model, method) -> None:
    request = _request(small_model, 3, n=12, diversity=Diversity(method, 0.7, 12))
    ranking = rank(request, small_model)
    assert ranking.sum_places is not None and (ranking.sum_places != np.arange(1, 13)).any()
    for place, item in enumerate(ranking.item_num, start=1):
        told, by_sum = explain_pair(small_model, request, int(item)), int(ranking.sum_places[place - 1])
        assert (told.rank, told.sum_rank) == (place, by_sum)
        assert told.score == pytest.approx(ranking.scores[place - 1], abs=1e-6)
        if place == by_sum:
            assert told.variety == "" and "by the score alone" not in told.expert_sentence
        else:
            way = "up" if place < by_sum else "down"
            assert told.variety.startswith(f"Variety moved it {way} from place {by_sum} to place {place}: ")
            assert f"{by_sum} by the score alone" in told.expert_sentence
    left_out = explain_pair(small_model, request, 0)
    assert left_out.rank is None and left_out.sum_rank is None and left_out.variety == ""


def test_rank_agrees_without_a_response_weight(small_model: Model) -> None:
    weights = {"text": 0.5, "behaviour": 0.5}
    request = _request(small_model, 3, n=80, weights=weights)
    ranking = rank(request, small_model)
    ranks = [explain_pair(small_model, request, int(i)).rank for i in ranking.item_num]
    assert ranks == list(range(1, len(ranking) + 1))


def test_the_waterfall_adds_up(small_model: Model) -> None:
    told = explain_pair(small_model, _request(small_model, 5), 20)
    fall = told.waterfall
    assert fall is not None
    assert fall.base + sum(e.effect for e in fall.effects) == pytest.approx(fall.log_odds, abs=1e-9)
    assert fall.probability == pytest.approx(1 / (1 + np.exp(-fall.log_odds)))
    sizes = [abs(e.effect) for e in fall.effects]
    assert sizes == sorted(sizes, reverse=True)
    raw = next(t.raw for t in told.terms if t.name == "response")
    assert raw == pytest.approx(fall.log_odds)


@pytest.mark.parametrize(
    ("item", "filters", "sentence"),
    [
        (0, Filters(), "out of stock"),
        (1, Filters(), "launch is on 2026-03-31"),
        (85, Filters(items=ItemScope.WARM), "products with a history"),
        (20, Filters(items=ItemScope.NEW), "Only new products"),
        (20, Filters(categories=("Home > Mugs",)), "Home > Mugs"),
        (20, Filters(price_to=1.0), "up to 1.0"),
    ],
)
def test_the_filter_that_keeps_an_item_out_is_named(
    small_model: Model, item: int, filters: Filters, sentence: str
) -> None:
    told = explain_pair(small_model, _request(small_model, 2, filters=filters), item)
    assert told.rank is None and told.left_out_by is not None
    assert sentence in told.left_out_by
    assert "not ranked" in told.expert_sentence


def test_seen_items_are_named_as_such(small_model: Model) -> None:
    request = _request(small_model, 2, filters=Filters(exclude_seen=True))
    on_sale = small_model.on_sale(small_model.data_to)
    seen = next(int(i) for i in request.history.item_num if on_sale[i])
    assert "chosen this product before" in (explain_pair(small_model, request, seen).left_out_by or "")


def test_evidence_comes_from_the_history_nearest_first(small_model: Model) -> None:
    request = _request(small_model, 4)
    told = explain_pair(small_model, request, 20)
    assert {e.kind for e in told.evidence} == {"text", "image", "behaviour"}
    touched = set(request.history.item_num.tolist())
    for kind in ("text", "image", "behaviour"):
        strengths = [e.strength for e in told.evidence if e.kind == kind]
        assert strengths == sorted(strengths, reverse=True)
    assert all(e.item_num in touched and e.item_num != 20 for e in told.evidence)
    best = max((e for e in told.evidence if e.kind == "text"), key=lambda e: e.strength)
    assert best.item_num % 3 == 20 % 3  # the same kind of product reads most alike


def test_somebody_unknown_gets_an_honest_answer(small_model: Model) -> None:
    request = Request(Histories.empty(), small_model.data_to)
    told = explain_pair(small_model, request, 20)
    assert told.n_touches == 0 and told.evidence == ()
    silent = {t.name for t in told.terms if t.silent}
    assert {"text", "image", "behaviour"} <= silent
    assert all(t.raw is None and t.z == 0 for t in told.terms if t.name in {"text", "image"})
    assert "silent for this shopper" in told.expert_sentence


def test_an_explanation_is_json(small_model: Model) -> None:
    told = explain_pair(small_model, _request(small_model, 1), 2)
    said = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert said["item_id"] == "i02"
    assert [t["name"] for t in said["terms"]] == list(small_model.names)
    assert said["terms"][0]["raw"] is None  # item 2 has no text


def test_a_boost_is_a_term_of_the_sum_and_a_pin_is_told(small_model: Model) -> None:
    request = _request(small_model, 3)
    plain = rank(request, small_model)
    lifted, pinned = str(plain.item_ids[15]), str(plain.item_ids[20])
    boost = Rule("up", RuleKind.BOOST, Selection((lifted,)), "Ana", "a campaign", strength=0.7)
    pin = Rule("first", RuleKind.PIN, Selection((pinned,)), "Ana", "a campaign", place=1)
    rules = RuleSet(1, (boost, pin))
    ranking = rank(request, small_model, rules)
    for place, item in enumerate(ranking.item_num, start=1):
        told = explain_pair(small_model, request, int(item), rules)
        assert told.rank == place
        assert told.score == pytest.approx(ranking.scores[place - 1], abs=1e-6)
    up = explain_pair(small_model, request, small_model.catalogue.number(lifted), rules)
    assert up.terms[-1].name == "rules" and "lifted by a rule" in up.terms[-1].phrase
    first = explain_pair(small_model, request, small_model.catalogue.number(pinned), rules)
    assert first.rank == 1 and first.variety.startswith("A rule moved it up")


def test_a_blocked_item_says_which_rule(small_model: Model) -> None:
    request = _request(small_model, 3)
    item = str(rank(request, small_model).item_ids[2])
    rules = RuleSet(1, (Rule("out", RuleKind.BLOCK, Selection((item,)), "Ana", "recalled"),))
    told = explain_pair(small_model, request, small_model.catalogue.number(item), rules)
    assert told.rank is None and told.left_out_by == "The block rule out keeps it out: recalled"
