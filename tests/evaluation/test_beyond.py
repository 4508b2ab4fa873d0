"""Figures beyond accuracy, by hand: lists of five items that were chosen by 8, 4, 2, 1 and 0 of 8 shoppers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.evaluation.beyond import (
    average_popularity,
    gini,
    intra_list_distance,
    mean_over_lists,
    novelty,
    popularity_lift,
    serendipity,
    tail_share,
)
from recsys.evaluation.beyond_report import Shown, judge_beyond, quintiles

USERS = np.array([8, 4, 2, 1, 0])
ALL = np.ones(5, bool)
LISTS = np.array([[0, 1], [0, 2], [0, -1]], np.int32)  # slots: item 0 three times, 1 and 2 once


def test_gini_counts_what_nobody_was_shown() -> None:
    # slots ascending 0 0 1 1 3: Σ(2j − 6)x = 0·1 + 2·1 + 4·3 = 14, n Σx = 25
    assert gini(LISTS, ALL) == pytest.approx(14 / 25)
    assert gini(np.array([[0, 1, 2, 3, 4]], np.int32), ALL) == 0.0
    assert gini(np.array([[0]], np.int32), ALL) == pytest.approx(0.8)  # one of five gets all: (n − 1) / n
    assert gini(np.full((2, 2), -1, np.int32), ALL) == 0.0
    on_sale = np.array([True, True, True, False, False])
    assert gini(LISTS, on_sale) == pytest.approx(4 / 15)  # slots 1 1 3: (−2 + 0 + 6) / (3 · 5)


def test_popularity_of_lists_and_its_lift_over_the_profiles() -> None:
    # list means 6, 5 and 8
    assert mean_over_lists(LISTS, USERS.astype(float)).tolist() == [6.0, 5.0, 8.0]
    assert average_popularity(LISTS, USERS) == pytest.approx(19 / 3)
    assert popularity_lift(LISTS, np.array([4.0, 2.0, 3.0]), USERS) == pytest.approx(19 / 9)
    assert popularity_lift(LISTS, np.zeros(3), USERS) == 0.0
    nobody = np.full((2, 2), -1, np.int32)
    assert average_popularity(nobody, USERS) == 0.0


def test_distance_within_lists() -> None:
    distances = np.array([[[0, 0.2, 0.6], [0.2, 0, 1.0], [0.6, 1.0, 0]]] * 3)
    lists = np.array([[0, 1, 2], [0, 1, -1], [0, -1, -1]], np.int32)
    np.testing.assert_allclose(intra_list_distance(lists, distances), [0.6, 0.2, 0.0])


def test_novelty_in_bits() -> None:
    # chosen by 8, 4, 2, 1 of 8: 0, 1, 2, 3 bits; by nobody: as by one, 3 bits
    np.testing.assert_allclose(novelty(np.array([[0, 1], [2, 3], [4, -1]], np.int32), USERS, 8), [0.5, 2.5, 3.0])


def test_serendipity_rewards_hits_that_popularity_would_not_make() -> None:
    # p by place 1, .8, .6; p_u by popularity 1, .8, .6, .4, .2
    lists = np.array([[0, 1, 2], [3, 4, 0], [4, 3, 2]], np.int32)
    hits = np.array([[True, True, True], [True, False, True], [True, True, False]])
    # second: (1 − .4) + 0 (item 0 at .6 < 1); third: (1 − .2) + (.8 − .4)
    np.testing.assert_allclose(serendipity(lists, hits, USERS, ALL), [0.0, 0.6 / 3, 1.2 / 3])


def test_the_tail_is_the_least_popular_four_fifths() -> None:
    assert tail_share(LISTS, USERS, ALL) == pytest.approx(2 / 5)  # item 0 is the head
    assert tail_share(np.full((1, 2), -1, np.int32), USERS, ALL) == 0.0


def test_quintiles_are_equal_in_size() -> None:
    assert np.bincount(quintiles(np.arange(23)[::-1])).tolist() == [5, 5, 4, 5, 4]
    assert quintiles(np.array([3])).tolist() == [0]
    assert quintiles(np.array([], np.int64)).tolist() == []


def shown(lists: np.ndarray, relevant: np.ndarray) -> Shown:
    """Lists of the five items as everything else needs them."""
    n, k = lists.shape
    profile = np.full(n, 3.0)
    return Shown(lists, relevant, np.ones((n, k, k)), USERS, 8, np.arange(n), profile, ALL, USERS == 0)


def test_the_report_holds_every_figure_and_accuracy_by_group() -> None:
    relevant = np.zeros((3, 5), bool)
    relevant[0, [0, 4]], relevant[1, 2], relevant[2, 1] = True, True, True
    told = judge_beyond(shown(LISTS, relevant))
    assert told["coverage"] == pytest.approx(3 / 5) and told["gini"] == pytest.approx(14 / 25)
    assert told["average_popularity"] == pytest.approx(19 / 3) and told["popularity_lift"] == pytest.approx(19 / 9)
    assert told["ild"] == pytest.approx(2 / 3)  # two full lists at distance 1, one list without a pair
    # three shoppers, least active first, in the 1st, 2nd and 4th fifth
    assert {g: f["recall"]["value"] for g, f in told["by_activity"].items()} == {"q1": 0.5, "q2": 1.0, "q4": 0.0}
    # item 4 is new and missed; of the known items 3 < 2 < 1 < 0 the most popular is found and 1 is missed
    buckets = {g: f["recall"]["value"] for g, f in told["by_popularity"].items()}
    assert buckets == {"new": 0.0, "q2": 1.0, "q3": 0.0, "q4": 1.0}


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(-1, 4), min_size=3, max_size=3), min_size=0, max_size=6))
def test_figures_are_finite_and_in_range(rows: list[list[int]]) -> None:
    lists = np.array(rows, np.int32).reshape(-1, 3)
    relevant = np.random.default_rng(0).random((len(lists), 5)) < 0.4
    told = judge_beyond(shown(lists, relevant))
    for name in ("coverage", "gini", "tail_share", "ild", "serendipity"):
        assert 0.0 <= told[name] <= 1.0
    assert 0.0 <= told["novelty"] <= 3.0 and 0.0 <= told["average_popularity"] <= 8.0
