"""Ranking metrics by hand and by their properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from recsys.evaluation.metrics import bootstrap_mean, count_relevant, coverage, hit_matrix, ndcg, recall

RELEVANT = np.array([[True, False, True, False, True], [False, True, False, False, False], [False] * 5])
LISTS = np.array([[4, 1, 0], [3, 0, 1], [0, 1, 2]], np.int32)


def test_hits_place_by_place() -> None:
    assert hit_matrix(LISTS, RELEVANT, 3).tolist() == [[True, False, True], [False, False, True], [False] * 3]
    assert hit_matrix(LISTS, RELEVANT, 2).tolist() == [[True, False], [False, False], [False, False]]


def test_a_short_or_padded_list_misses_its_empty_places() -> None:
    short = np.array([[4, -1], [-1, -1], [0, -1]], np.int32)
    # Item 4, the last one, is what −1 would mean as an index: it must not count.
    everything = np.ones((3, 5), bool)
    assert hit_matrix(short, everything, 4).tolist() == [
        [True, False, False, False],
        [False] * 4,
        [True, False, False, False],
    ]
    assert hit_matrix(np.zeros((2, 0), np.int32), RELEVANT[:2], 2).tolist() == [[False, False]] * 2


def test_recall_divides_by_everything_relevant() -> None:
    hits = hit_matrix(LISTS, RELEVANT, 3)
    assert recall(hits, RELEVANT.sum(axis=1)).tolist() == [2 / 3, 1, 0]  # 2 of 3, 1 of 1, nothing to find


def test_ndcg_divides_by_the_best_list_of_that_length() -> None:
    hits = hit_matrix(LISTS, RELEVANT, 3)
    # User 0: places 1 and 3 of 3 relevant: (1 + 1/2) / (1 + 1/log2 3 + 1/2); user 1: place 3 of 1: ½.
    ideal = 1 + 1 / np.log2(3) + 0.5
    assert ndcg(hits, RELEVANT.sum(axis=1)).tolist() == pytest.approx([1.5 / ideal, 0.5, 0])


def test_more_relevant_items_than_places_can_still_be_perfect() -> None:
    hits = hit_matrix(np.array([[0, 2]], np.int32), RELEVANT[:1], 2)
    assert ndcg(hits, np.array([3])).tolist() == [1.0]
    assert recall(hits, np.array([3])).tolist() == [2 / 3]


def test_coverage_counts_items_on_sale_that_anybody_saw() -> None:
    on_sale = np.array([True, True, False, True, True])
    assert coverage(np.array([[0, 1, 0], [2, -1, -1]], np.int32), on_sale) == 0.5  # 0 and 1 of four; 2 is not on sale
    assert coverage(np.full((2, 3), -1, np.int32), on_sale) == 0
    assert coverage(LISTS, np.zeros(5, bool)) == 0


def test_the_interval_holds_the_mean_and_shrinks_with_more_users() -> None:
    few, many = np.tile([0.0, 1.0], 10), np.tile([0.0, 1.0], 1000)
    narrow, wide = bootstrap_mean(many), bootstrap_mean(few)
    assert wide.value == narrow.value == 0.5 and (wide.n_users, narrow.n_users) == (20, 2000)
    assert wide.low < narrow.low < 0.5 < narrow.high < wide.high
    # The standard error of a fair coin over 2,000 is .0112, so the interval spans about 4 · .0112.
    assert narrow.high - narrow.low == pytest.approx(4 * 0.0112, rel=0.15)
    assert bootstrap_mean(few, seed=3) == bootstrap_mean(few, seed=3)
    nobody = bootstrap_mean(np.zeros(0))
    assert (nobody.value, nobody.low, nobody.high, nobody.n_users) == (0, 0, 0, 0)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_metrics_lie_between_0_and_1_and_ignore_the_names_of_items(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    lists = np.stack([rng.permutation(15)[:12] for _ in range(4)]).astype(np.int32)
    relevant = rng.random((4, 15)) < 0.3
    n_relevant = relevant.sum(axis=1)
    hits = hit_matrix(lists, relevant, k)
    for metric in (recall, ndcg):
        values = metric(hits, n_relevant)
        assert (values >= 0).all() and (values <= 1 + 1e-12).all()
        renamed = rng.permutation(15).astype(np.int32)
        back = np.argsort(renamed)
        np.testing.assert_allclose(metric(hit_matrix(renamed[lists], relevant[:, back], k), n_relevant), values)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_perfect_list_is_1_and_a_swap_upwards_never_hurts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    relevant = rng.random((1, 15)) < 0.3
    relevant[0, 0] = True
    best = np.argsort(~relevant[0], kind="stable")[None, :].astype(np.int32)
    n = relevant.sum(axis=1)
    assert ndcg(hit_matrix(best, relevant, 15), n)[0] == pytest.approx(1)
    lists = rng.permutation(15)[None, :].astype(np.int32)
    place = int(rng.integers(0, 14))
    swapped = lists.copy()
    swapped[0, [place, place + 1]] = swapped[0, [place + 1, place]]
    better = relevant[0, lists[0, place + 1]] and not relevant[0, lists[0, place]]
    change = ndcg(hit_matrix(swapped, relevant, 15), n)[0] - ndcg(hit_matrix(lists, relevant, 15), n)[0]
    assert change > 0 if better else change <= 1e-12


def test_sparse_choices_are_judged_like_full_ones() -> None:
    rng = np.random.default_rng(3)
    relevant, lists = rng.random((40, 25)) < 0.15, rng.integers(-1, 25, (40, 7)).astype(np.int32)
    few = sparse.csr_array(relevant)
    for k in (3, 7, 12):
        assert np.array_equal(hit_matrix(lists, few, k), hit_matrix(lists, relevant, k))
    assert count_relevant(few).tolist() == count_relevant(relevant).tolist() == relevant.sum(axis=1).tolist()
