"""Every item that any allowed weights put on the list is in the set sent to the browser."""

import numpy as np
import pytest

from recsys.fusion.reachable import find_reachable, find_skyband


def best(z, weights, k):
    return np.argsort(-(z @ weights), kind="stable")[:k]


def test_skyband_matches_the_definition():
    corners = np.random.default_rng(0).integers(0, 6, (60, 3)).astype(float)
    k = 4
    wins = (corners[None] >= corners[:, None]).all(2) & (
        (corners[None] > corners[:, None]).any(2) | (np.arange(60)[None] < np.arange(60)[:, None])
    )
    assert find_skyband(corners, k).tolist() == np.flatnonzero(wins.sum(1) < k).tolist()


def test_skyband_of_few_items_is_all_of_them():
    assert find_skyband(np.zeros((3, 2)), 24).tolist() == [0, 1, 2]


def test_identical_items_keep_the_first_k():
    assert find_skyband(np.ones((10, 2)), 3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", range(3))
def test_no_reachable_list_leaves_the_set(seed):
    rng = np.random.default_rng(seed)
    z, weights = rng.standard_normal((1500, 5)), rng.random(5)
    found = set(find_reachable(z, weights, 24, together=(0, 1)).tolist())
    for _ in range(200):
        moved = weights.copy()
        moved[:2] = rng.random(2)
        assert set(best(z, moved, 24).tolist()) <= found
        moved = weights.copy()
        moved[rng.integers(2, 5)] = rng.random()
        assert set(best(z, moved, 24).tolist()) <= found
    assert len(found) < len(z) / 2
