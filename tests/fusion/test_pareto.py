"""The front holds what nothing beats, says what it means, and survives its file."""

import json
from dataclasses import replace

import numpy as np
import pytest

from recsys.errors import InputError, RunError
from recsys.fusion.goals import OBJECTIVES, ListFacts, judge_lists, usable_objectives
from recsys.fusion.holdout import CUTOFF, HoldoutTerms
from recsys.fusion.pareto import Front, find_front
from tests.fusion.drawn import NAMES, WEIGHTS, draw

COSTS = {"text": 2.0, "image": 3.0, "trend": 0.5}


def make_facts(n: int = 60, seed: int = 0) -> ListFacts:
    """Candidates on a line, so that distances can be checked; every fourth is new; margins known but for one."""
    rng = np.random.default_rng(seed)
    place = rng.random(n)
    margin = rng.random(n)
    margin[0] = np.nan

    def distances(lists: np.ndarray) -> np.ndarray:
        return np.abs(place[lists][:, :, None] - place[lists][:, None, :])

    return ListFacts(np.arange(n) % 4 == 0, (5 * rng.random(n)).astype(np.float32), margin, distances, COSTS)


@pytest.fixture(scope="module")
def terms() -> HoldoutTerms:
    return draw(4, n_users=25, n_candidates=60)


@pytest.fixture(scope="module")
def front(terms: HoldoutTerms) -> Front:
    return find_front(terms, make_facts(), {"text": 0.8, "trend": 0.3}, trials=160, population=20, seed=3)


def test_lists_are_judged_as_by_hand() -> None:
    z = np.zeros((1, 1, 4), np.float32)
    z[0, 0] = [4, 3, 2, 1]
    terms = HoldoutTerms(("text",), z, np.array([[True, False, False, True]]), np.array([[True, True, True, False]]))
    facts = replace(make_facts(4), novelty=np.array([1, 2, 3, 9], np.float32), margin=np.array([np.nan, 0.2, 0.4, 0.9]))
    judged = {name: float(values[0]) for name, values in judge_lists(terms, facts, {"text": 1.0}).items()}
    pairs = facts.distances(np.array([[0, 1, 2]]))[0]
    # The fourth does not exist for her: places 0 to 2; item 0 of 2 chosen is found, item 0 is new, margins .2 and .4.
    assert judged["recall"] == pytest.approx(1 / 2) and judged["novelty"] == pytest.approx(2.0)
    assert judged["new_items"] == pytest.approx(1 / 3) and judged["margin"] == pytest.approx(0.3)
    assert judged["diversity"] == pytest.approx((pairs[0, 1] + pairs[0, 2] + pairs[1, 2]) / 3, abs=1e-6)
    assert judged["latency"] == 2.0


def test_nothing_tried_beats_a_point_of_the_front(terms: HoldoutTerms, front: Front) -> None:
    facts, rng = make_facts(), np.random.default_rng(0)
    signs = np.array([1 if OBJECTIVES[n].more_is_better else -1 for n in front.objectives])
    points = np.array([[p.values[n] for n in front.objectives] for p in front.points]) * signs
    for a in points:
        assert not ((points >= a).all(axis=1) & (points > a).any(axis=1)).any()
    live = np.array([front.live.values[n] for n in front.objectives]) * signs
    for _ in range(30):  # weights at random are hardly ever better in everything than all of the front
        weights = dict(zip(NAMES, (rng.integers(0, 21, 3) / 20).tolist(), strict=True))
        values = judge_lists(terms, facts, weights)
        row = np.array([values[n].mean() for n in front.objectives]) * signs
        assert not (row > points.max(axis=0) + 0.02).any()
    assert not (live > points.max(axis=0) + 1e-9).any()


def test_a_point_says_what_its_weights_do(terms: HoldoutTerms, front: Front) -> None:
    facts = make_facts()
    live = judge_lists(terms, facts, front.live.weights)
    for point in front.points[:: max(len(front.points) // 5, 1)]:
        values = judge_lists(terms, facts, point.weights)
        assert any(point.weights.values()) and set(point.weights) == set(NAMES)
        for name in front.objectives:
            change = values[name] - live[name]
            assert point.values[name] == pytest.approx(values[name].mean())
            assert point.change[name] == pytest.approx(change.mean())
            assert point.half_width[name] == pytest.approx(1.96 * change.std(ddof=1) / 5)
    assert set(front.live.change.values()) == {0.0}


def test_two_objectives_are_followed_from_one_end_to_the_other(front: Front) -> None:
    for name in front.objectives[1:]:
        found = [front.points[n] for n in front.along(name)]
        recall = [p.values["recall"] for p in found]
        sign = 1 if OBJECTIVES[name].more_is_better else -1
        other = [sign * p.values[name] for p in found]
        assert recall == sorted(recall, reverse=True) and other == sorted(other)
        assert len(set(recall)) == len(recall)
        assert max(other) == max(sign * p.values[name] for p in front.points)


def test_a_term_left_out_is_found_where_time_counts(front: Front) -> None:
    cheapest = min(front.points, key=lambda p: p.values["latency"])
    assert cheapest.values["latency"] == 0.5 and cheapest.weights["text"] == cheapest.weights["image"] == 0


def test_the_same_seed_finds_the_same_front(terms: HoldoutTerms, front: Front) -> None:
    again = find_front(terms, make_facts(), {"text": 0.8, "trend": 0.3}, trials=160, population=20, seed=3)
    assert again == front


def test_the_front_survives_its_file_and_damage_is_named(front: Front) -> None:
    told = json.loads(json.dumps(front.to_json()))
    assert Front.from_json(told) == front
    with pytest.raises(RunError, match="find them again"):
        Front.from_json({**told, "points": [{"weights": {}}]})


def test_what_candidates_cannot_differ_in_is_not_traded(terms: HoldoutTerms) -> None:
    facts = make_facts()
    assert usable_objectives(facts) == tuple(OBJECTIVES)
    bare = replace(facts, new=np.zeros(60, bool), margin=np.full(60, np.nan), costs={})
    assert usable_objectives(bare) == ("recall", "diversity", "novelty")
    front = find_front(terms, bare, WEIGHTS, objectives=["novelty"], trials=30, population=10)
    assert front.objectives == ("recall", "novelty") and front.n_tried == 30
    with pytest.raises(InputError, match="cannot differ in margin"):
        find_front(terms, bare, WEIGHTS, objectives=["margin"])
    with pytest.raises(InputError, match="No objective is called beauty"):
        find_front(terms, facts, WEIGHTS, objectives=["beauty"])


def test_nobody_held_out_is_refused(terms: HoldoutTerms) -> None:
    with pytest.raises(InputError, match="Nobody was held out"):
        find_front(terms.take(np.zeros(0, np.intp)), make_facts(), WEIGHTS)


def test_fewer_candidates_than_places_are_one_list() -> None:
    few = draw(6, n_candidates=5)
    assert few.z.shape[2] < CUTOFF
    judged = judge_lists(few, make_facts(5), WEIGHTS)
    assert all(np.isfinite(values).all() for values in judged.values())
