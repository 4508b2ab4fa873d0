"""Closed-form standardisation equals the direct one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.fusion.standardise import item_moments, standardise, standardise_dot


def test_by_hand() -> None:
    # Over the first three items: mean 2, variance 2/3; the fourth is measured with the same ruler.
    z = standardise(np.array([[1, 2, 3, 6]], np.float32), np.array([True, True, True, False]))
    np.testing.assert_allclose(z, np.array([[-1, 0, 1, 4]]) / np.sqrt(2 / 3), rtol=1e-6)


def test_nan_is_average_and_does_not_count() -> None:
    scores = np.array([[1, np.nan, 3], [np.nan, np.nan, np.nan]], np.float32)
    z = standardise(scores, np.ones(3, bool))
    np.testing.assert_allclose(z, [[-1, 0, 1], [0, 0, 0]], rtol=1e-6)
    assert np.isnan(scores[1]).all()  # the input is as it was


@pytest.mark.parametrize("value", [0.0, 0.1, -3e6, 1e-20])
def test_equal_scores_are_all_average(value: float) -> None:
    z = standardise(np.full((1, 7), value, np.float32), np.ones(7, bool))
    assert (z == 0).all()


def test_nothing_on_sale() -> None:
    assert (standardise(np.ones((2, 3), np.float32), np.zeros(3, bool)) == 0).all()
    moments = item_moments(np.ones((3, 2), np.float32), np.zeros(3, bool))
    assert moments.mean.tolist() == [0, 0] and (moments.covariance == 0).all()


def test_moments_equal_numpys() -> None:
    vectors = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    included = np.arange(50) % 3 > 0
    moments = item_moments(vectors, included)
    np.testing.assert_allclose(moments.mean, vectors[included].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(moments.covariance, np.cov(vectors[included], rowvar=False, bias=True), atol=1e-6)


def test_a_request_without_a_vector_and_an_item_without_one_stay_at_zero() -> None:
    vectors = np.array([[1, 0], [0, 1], [-1, 0], [0, 0]], np.float32)
    known = np.array([True, True, True, False])
    users = np.array([[1, 2], [np.nan, np.nan], [0, 0]], np.float32)
    z = standardise_dot(users, vectors, item_moments(vectors, known), known)
    assert (z[1:] == 0).all() and z[0, 3] == 0
    # Scores 1, 2, −1: mean 2/3, variance 14/9.
    np.testing.assert_allclose(z[0, :3], (np.array([1, 2, -1]) - 2 / 3) / np.sqrt(14 / 9), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(3, 60),
    st.integers(1, 12),
    st.floats(0, 2),
    st.floats(0.2, 1),
    st.floats(0.2, 1),
)
def test_the_closed_form_equals_the_direct_one(
    seed: int, n_items: int, d: int, offset: float, share_known: float, share_on_sale: float
) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n_items, d)) + offset
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    users = rng.normal(size=(4, d)).astype(np.float32)
    known, on_sale = rng.random(n_items) < share_known, rng.random(n_items) < share_on_sale
    vectors[~known] = 0
    scores = users.astype(np.float64) @ vectors.T.astype(np.float64)
    usable = known & on_sale
    spread, mean = (
        (scores[:, usable].std(axis=1), scores[:, usable].mean(axis=1)) if usable.any() else (np.zeros(4),) * 2
    )
    clear = spread > 1e-3  # where the spread is rounding, both forms may call it none
    direct_scores = scores.astype(np.float32)
    direct_scores[:, ~known] = np.nan
    closed = standardise_dot(users, vectors, item_moments(vectors, usable), known)
    direct = standardise(direct_scores, on_sale)
    size = 1 + np.abs(direct) + (np.abs(mean) / np.maximum(spread, 1e-3))[:, None]
    assert (np.abs(closed - direct) <= 1e-5 * size)[clear].all()
    assert np.isfinite(closed).all() and np.isfinite(direct).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-5, 5))
def test_units_do_not_matter(seed: int, factor: float, shift: float) -> None:
    scores = np.random.default_rng(seed).normal(size=(2, 20)).astype(np.float32)
    everything = np.ones(20, bool)
    z = standardise(scores, everything)
    np.testing.assert_allclose(z.mean(axis=1), 0, atol=1e-5)
    np.testing.assert_allclose(z.std(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(standardise((scores + np.float32(shift)) * np.float32(factor), everything), z, atol=1e-4)
