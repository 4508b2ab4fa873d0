"""Variety: the greedy choice by hand, nothing changed at strength 0, everything recorded, nothing lost."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Ranking, Request
from recsys.errors import InputError
from recsys.ranking import rank, rank_many
from recsys.ranking.diversity import _fill, _relevance
from recsys.ranking.diversity_costs import Calibration, Closeness
from recsys.ranking.model import Model
from recsys.ranking.similarity import similarities
from recsys.vocabulary import DiversityMethod
from tests.tables import AT, catalogue, history

MMR, CALIBRATED = DiversityMethod.MMR, DiversityMethod.CALIBRATED
EVERYTHING = 1000


def varied(request: Request, method: DiversityMethod = MMR, strength: float = 0.5, window: int = 24) -> Request:
    """The same request with variety."""
    return replace(request, diversity=Diversity(method, strength, window))


def step_of(ranking: Ranking):
    """The recorded step."""
    return next(s for s in ranking.trace if s.name == "diversity")


def mean_similarity(model: Model, ranking: Ranking, n: int = 24) -> float:
    """Mean pairwise similarity of the first places."""
    pairs = similarities(model, ranking.item_num[None, :n].astype(np.intp))[0]
    return float(pairs[np.triu_indices(len(pairs), 1)].mean())


def test_mmr_by_hand() -> None:
    # relevance 1, .9, .5, 0; item 1 is item 0's twin (.9), item 2 is like nothing, item 3 is like item 2 (.4)
    similarity = np.array([[[1, 0.9, 0, 0], [0.9, 1, 0, 0], [0, 0, 1, 0.4], [0, 0, 0.4, 1]]], np.float32)
    relevance, fits = np.array([[1.0, 0.9, 0.5, 0.0]]), np.ones((1, 4), bool)
    # place 1: item 0. Place 2 at s = .5: item 1 .45 − .45 = 0, item 2 .25, item 3 0 → item 2.
    # place 3: item 1 still 0, item 3 0 − .2 → item 1. Place 4: item 3.
    cost = Closeness(similarity)
    assert _fill(cost, relevance, fits, Diversity(MMR, 0.5, 4)).tolist() == [[0, 2, 1, 3]]
    assert cost.reason(0, 1, up=False) == "gives way: nearest is place 1, similarity 0.90"
    assert cost.reason(0, 2, up=True) == "unlike everything above it"
    # s = .2: item 1 .72 − .18 = .54 beats item 2 .40
    assert _fill(Closeness(similarity), relevance, fits, Diversity(MMR, 0.2, 4)).tolist() == [[0, 1, 2, 3]]
    # a window of 1 leaves the rest in the order of the score
    assert _fill(Closeness(similarity), relevance, fits, Diversity(MMR, 1.0, 1)).tolist() == [[0, 1, 2, 3]]


def test_calibration_by_hand() -> None:
    # three quarters of the history in A, one quarter in B; by score the list is A A A A B
    items = catalogue(6, category=["A", "A", "A", "A", "B", None])
    past = history((0, 0.0), (1, 0.0), (2, 0.0), (4, 0.0))
    pool, fits = np.array([[0, 1, 2, 3, 4, 5]]), np.ones((1, 6), bool)
    cost = Calibration(items, past, AT, pool, fits, 4)
    np.testing.assert_allclose(cost.target[0, :2], [0.75, 0.25])
    assert cost.target[0, 2] == 0  # the unknown category is in no distribution
    # place 1 by hand: q̃ = .99·[1, 0] + .01·[.75, .25] for an A, so KL = .75·log(.75/.9975) + .25·log(.25/.0025)
    expected = 0.75 * np.log(0.75 / 0.9975) + 0.25 * np.log(100)
    np.testing.assert_allclose(cost.of(0)[0, :4], expected)
    order = _fill(cost, np.array([[1.0, 0.9, 0.8, 0.7, 0.2, 0.0]]), fits, Diversity(CALIBRATED, 0.9, 4))
    assert set(order[0, :4].tolist()) == {0, 1, 2, 4}  # three A and one B, as in the history
    assert cost.reason(0, 4, up=True) == "B: 25% of her history, 0% of the list by score"


def test_strength_0_is_the_list_itself(small_model: Model, ask) -> None:
    for method in DiversityMethod:
        for user in (0, 7, 31, 66):
            plain, asked = rank(ask(user), small_model), rank(varied(ask(user), method, 0.0), small_model)
            np.testing.assert_array_equal(plain.item_num, asked.item_num)
            np.testing.assert_array_equal(plain.scores, asked.scores)
            assert plain.trace == asked.trace and asked.sum_places is None


@pytest.mark.parametrize("method", list(DiversityMethod))
def test_a_varied_list_holds_its_sums_and_says_where_every_item_stood(small_model: Model, ask, method) -> None:
    for user in range(0, 66, 5):
        request = ask(user, EVERYTHING, exclude_seen=True)
        plain, other = rank(request, small_model), rank(varied(request, method, 0.6), small_model)
        assert sorted(plain.item_num) == sorted(other.item_num)
        np.testing.assert_allclose(other.contributions.sum(axis=1), other.scores, atol=1e-9)
        assert other.sum_places is not None
        np.testing.assert_array_equal(plain.item_num[other.sum_places - 1], other.item_num)
        np.testing.assert_array_equal(plain.scores[other.sum_places - 1], other.scores)
        below = other.scores[24:]
        assert (np.diff(below) <= 0).all()  # below the window the list goes on by score
        step = step_of(other)
        assert step.remaining == len(plain)
        place = {int(i): n + 1 for n, i in enumerate(other.item_num)}
        moved = {m.item_num for m in step.moves}
        for move in step.moves:
            assert place[move.item_num] == move.place_to != move.place_from and move.reason
            assert plain.item_num[move.place_from - 1] == move.item_num
        still = [i for n, i in enumerate(other.item_num[:24]) if int(i) not in moved]
        assert all(other.sum_places[place[int(i)] - 1] == place[int(i)] for i in still)


def test_more_strength_means_less_alike(small_model: Model, ask) -> None:
    users = range(0, 60, 4)
    means = [
        np.mean([mean_similarity(small_model, rank(varied(ask(u), MMR, s, 12), small_model), 12) for u in users])
        for s in (0.0, 0.3, 0.6, 1.0)
    ]
    assert means[0] > means[1] > means[2] >= means[3]


def test_calibration_brings_the_list_nearer_to_the_history(small_model: Model, ask) -> None:
    def distance(ranking: Ranking, request: Request) -> float:
        codes = small_model.catalogue.category_path_labels.codes
        shares = [np.bincount(codes[i], minlength=3) / len(i) for i in (ranking.item_num, request.history.item_num)]
        return float(np.abs(shares[0] - shares[1]).sum())

    requests = [ask(u, 12) for u in range(66)]
    plain = [distance(rank(r, small_model), r) for r in requests]
    calibrated = [distance(rank(varied(r, CALIBRATED, 0.7, 12), small_model), r) for r in requests]
    assert np.mean(calibrated) < 0.5 * np.mean(plain)


def test_a_shorter_varied_list_is_the_head_of_a_longer_one(small_model: Model, ask) -> None:
    for method in DiversityMethod:
        longest = rank(varied(ask(7, EVERYTHING), method), small_model).item_num.tolist()
        for n in (1, 5, 24, 40):
            assert rank(varied(ask(7, n), method), small_model).item_num.tolist() == longest[:n]


def test_many_varied_lists_are_each_ones_list(small_model: Model, ask) -> None:
    requests = [varied(ask(u, 10 + u % 2), list(DiversityMethod)[u % 2], (0.0, 0.4)[u % 3 > 0]) for u in range(30)]
    for request, together in zip(requests, rank_many(requests, small_model), strict=True):
        alone = rank(request, small_model)
        assert alone.item_num.tolist() == together.item_num.tolist()
        assert alone.trace == together.trace


def test_a_stranger_is_not_calibrated_and_is_told_so(small_model: Model) -> None:
    request = Request(Histories.empty(), small_model.data_to)
    plain, other = rank(request, small_model), rank(varied(request, CALIBRATED, 1.0), small_model)
    assert plain.item_num.tolist() == other.item_num.tolist()
    assert "nothing to calibrate to" in step_of(other).detail and step_of(other).moves == ()
    assert len(rank(varied(request, MMR, 1.0), small_model)) == 24


def test_few_candidates_stay_and_nothing_that_is_none_enters(small_model: Model, ask) -> None:
    for method in DiversityMethod:
        request = varied(ask(2, EVERYTHING, categories=("Home > Lamps",), price_to=30.0), method, 1.0)
        ranking = rank(request, small_model)
        assert 0 < len(ranking) < 20 and set(small_model.catalogue.categories[ranking.item_num]) == {"Home > Lamps"}
        empty = rank(varied(ask(2, categories=("Garden",)), method, 1.0), small_model)
        assert len(empty) == 0 and empty.trace[-1].detail == "nothing is left to rank"
        seen = Request(Histories.of_items(list(range(90)), small_model.data_to), small_model.data_to)
        seen = replace(seen, filters=replace(seen.filters, exclude_seen=True))
        assert len(rank(varied(seen, method, 1.0), small_model)) == 0


def test_equal_scores_have_no_span() -> None:
    fits = np.array([[True, True, False], [False, False, False]])
    scores = np.array([[2.0, 2.0, -np.inf], [-np.inf] * 3])
    np.testing.assert_array_equal(_relevance(scores, fits)[0, :2], [1.0, 1.0])
    assert np.isfinite(_relevance(scores, fits)).all()


def test_similarity_is_content_where_both_have_it_else_labels(small_model: Model) -> None:
    items = np.array([[2, 3, 4, 5, 8]])  # 2 and 3 without text, 4 without picture; 2, 5 and 8 are chairs
    pairs = similarities(small_model, items)[0]
    assert pairs.min() >= 0 and pairs.max() <= 1
    np.testing.assert_allclose(pairs, pairs.T)
    text, image = (small_model.components[n].arrays["content"] for n in ("text", "image"))
    expected = max(float(text[5] @ text[8] + image[5] @ image[8]) / 2, 0.0)
    assert pairs[3, 4] == pytest.approx(expected, abs=1e-6)
    assert pairs[0, 3] == pytest.approx(max(float(image[2] @ image[5]), 0.0), abs=1e-6)
    assert pairs[0, 2] == 0.5  # item 2 has a picture only, item 4 a text only: labels decide, both are of Ana
    bare = replace(small_model, components={})
    labels = similarities(bare, items)[0]
    assert labels[0, 3] == 0.5 and labels[0, 4] == 1.0  # the same category; the same brand too
    assert labels[0, 1] == 0.0 and labels[0, 2] == 0.5  # chair and mug of two brands; two brands alike


@pytest.mark.parametrize("wrong", [{"strength": 1.1}, {"strength": -0.1}, {"strength": float("nan")}, {"window": 0}])
def test_what_is_out_of_range_is_refused(wrong) -> None:
    with pytest.raises(InputError, match=r"diversity|Diversity"):
        Diversity(**wrong)
