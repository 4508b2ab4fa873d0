"""EASE and ALS on examples one can solve on paper."""

import numpy as np
import pytest
from scipy import sparse

from recsys.components.als import content_tower, fit_item_factors, fold_in
from recsys.components.behaviour import BehaviourComponent, BehaviourConfig
from recsys.components.ease import invert_positive, keep_largest, solve_ease
from recsys.data.interactions import Histories
from recsys.errors import InputError
from tests.tables import AT, catalogue, history, training_data, unit

X = np.array([[1, 1, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]], np.float32)


def ease_by_inverse(touched: np.ndarray, regularization: float) -> np.ndarray:
    """B = −P / diag(P) off the diagonal, P = (XᵀX + λI)⁻¹ (Steck 2019, eq. 8), by the textbook inverse."""
    precision = np.linalg.inv(touched.T.astype(np.float64) @ touched + regularization * np.eye(touched.shape[1]))
    weights = -precision / np.diag(precision)[None, :]
    np.fill_diagonal(weights, 0.0)
    return weights


def test_ease_of_two_items_on_paper() -> None:
    # One shopper took both, one took each: XᵀX = [[2, 1], [1, 2]]; with λ = 1, P = [[3, −1], [−1, 3]] / 8 and
    # B₀₁ = −P₀₁ / P₁₁ = 1/3.
    weights = solve_ease(sparse.csr_array(np.array([[1, 1], [1, 0], [0, 1]], np.float32)), 1.0, 2).toarray()
    np.testing.assert_allclose(weights, [[0, 1 / 3], [1 / 3, 0]], rtol=1e-6)


def test_ease_of_three_items_equals_the_textbook_inverse() -> None:
    np.testing.assert_allclose(
        solve_ease(sparse.csr_array(X), 0.5, 3).toarray(), ease_by_inverse(X, 0.5), rtol=1e-5, atol=1e-7
    )


def test_only_the_largest_entries_of_each_column_are_kept() -> None:
    weights = np.array([[0, 1, -3], [2, 0, 1], [-5, 4, 0]], np.float32)
    assert keep_largest(weights, 1).toarray().tolist() == [[0, 0, -3], [0, 0, 0], [-5, 4, 0]]
    assert keep_largest(weights, 9).toarray().tolist() == weights.tolist()


def test_a_matrix_without_an_inverse_is_refused() -> None:
    with pytest.raises(InputError, match="positive definite"):
        invert_positive(np.array([[1, 2], [2, 1]], np.float32))


def fitted_on_x(**settings: object) -> BehaviourComponent:
    rows = [(f"u{u}", i, 0) for u, row in enumerate(X) for i in np.flatnonzero(row)]
    return BehaviourComponent(BehaviourConfig(**settings)).fit(training_data(catalogue(3), rows))  # type: ignore[arg-type]


def test_touches_of_today_score_by_the_plain_formula() -> None:
    component = fitted_on_x(regularization=0.5)
    weights = ease_by_inverse(X, 0.5)
    np.testing.assert_allclose(component.score(history((0, 0), (2, 0)), AT)[0], weights[0] + weights[2], rtol=1e-5)
    np.testing.assert_allclose(component.shares(history((0, 0), (2, 0)), 1), [weights[0, 1], weights[2, 1]], rtol=1e-5)


def test_an_older_touch_counts_less_by_its_half_life() -> None:
    component = fitted_on_x(regularization=0.5, half_life_days=90.0)
    today, then = component.score(history((0, 0)), AT), component.score(history((0, 90)), AT)
    np.testing.assert_allclose(then, today * np.sqrt(0.5), rtol=1e-5)  # √ of one half


def test_touching_twice_today_counts_once() -> None:
    component = fitted_on_x(regularization=0.5)
    np.testing.assert_array_equal(component.score(history((0, 0), (0, 0)), AT), component.score(history((0, 0)), AT))


def test_an_empty_history_gets_nan_and_an_untouched_shop_nothing() -> None:
    assert np.isnan(fitted_on_x().score(Histories.empty(), AT)).all()
    silent = BehaviourComponent().fit(training_data(catalogue(3)))
    assert silent.score(history((0, 0)), AT).tolist() == [[0, 0, 0]]


def test_an_untouched_item_borrows_from_its_twin() -> None:
    # Items 0 and 1 go together; item 2 has item 1's picture and no touch, item 3 another picture and no touch.
    vectors = unit([[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]])
    rows = [(f"u{u}", i, 0) for u in range(4) for i in (0, 1)] + [("solo", 0, 0)]
    component = BehaviourComponent(BehaviourConfig(regularization=1.0)).fit(
        training_data(catalogue(4), rows, {"image": vectors})
    )
    scores = component.score(history((0, 0)), AT)[0]
    # Item 2's one neighbour is item 1 (the others point away from it after centring), so it scores the same.
    assert scores[2] == pytest.approx(scores[1], rel=1e-5)
    assert scores[1] > 0


def test_fold_in_of_one_dimension_on_paper() -> None:
    # Factors 1 and 2, λ = 1, confidence 1: YᵀY + λ = 5 + 1; she touched item 1: + 2·2; right side 2 · 2.  4 / 10.
    factors = np.array([[1.0], [2.0]], np.float32)
    assert fold_in(history((1, 0)), factors, 1.0)[0, 0] == pytest.approx(0.4)
    assert np.isnan(fold_in(Histories.empty(), factors, 1.0)).all()


def test_fold_in_minimises_the_weighted_squares() -> None:
    # Gradient of Σ_i c_i (p_i − x·y_i)² + λ|x|², c = 2 and p = 1 where touched, else 1 and 0, is zero at x.
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(6, 3)).astype(np.float32)
    x = fold_in(history((1, 0), (4, 0), (4, 3)), factors, 0.7)[0].astype(np.float64)
    wanted = np.array([0, 1, 0, 0, 1, 0.0])
    gradient = -2 * ((1 + wanted) * (wanted - factors @ x)) @ factors + 2 * 0.7 * x
    np.testing.assert_allclose(gradient, 0, atol=1e-5)


def test_als_factors_are_the_same_for_the_same_seed_and_tell_blocks_apart() -> None:
    blocks = sparse.csr_array(np.kron(np.eye(2), np.ones((6, 3))).astype(np.float32))
    factors = fit_item_factors(blocks, 4, 0.1, 10, seed=1)
    np.testing.assert_array_equal(factors, fit_item_factors(blocks, 4, 0.1, 10, seed=1))
    cosines = unit(factors) @ unit(factors).T
    assert cosines[:3, :3].min() > 0.9 and cosines[:3, 3:].max() < 0.1


def test_the_content_tower_is_a_ridge_regression() -> None:
    rng = np.random.default_rng(0)
    content = rng.normal(size=(40, 3)).astype(np.float32)
    factors = (content @ rng.normal(size=(3, 2))).astype(np.float32)
    touched = np.arange(40) < 30
    # Without noise and hardly any ridge the untouched items are placed where the law puts them.
    lent = content_tower(np.where(touched[:, None], factors, 0), content, touched, 1e-9)
    np.testing.assert_allclose(lent[~touched], factors[~touched], atol=1e-4)


def test_als_places_an_untouched_item_by_its_content() -> None:
    vectors = unit([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 0.05]])
    rows = [(f"a{u}", i, 0) for u in range(6) for i in (0, 1)] + [(f"b{u}", i, 0) for u in range(6) for i in (2, 3)]
    settings = BehaviourConfig(method="als", embedding_size=2, als_regularization=0.1)
    component = BehaviourComponent(settings).fit(training_data(catalogue(5), rows, {"text": vectors}))
    scores = component.score(history((0, 0)), AT)[0]
    assert scores[4] > scores[2] and scores[4] > scores[3]
    assert component.shares(history((0, 0)), 4).tolist() == [0.0]


def test_auto_takes_als_only_above_its_limit() -> None:
    assert "weights" in fitted_on_x(max_ease_items=3).arrays
    assert "factors" in fitted_on_x(max_ease_items=2, embedding_size=2).arrays


@pytest.mark.parametrize(
    "settings", [{"method": "knn"}, {"regularization": 0.0}, {"half_life_days": -1.0}, {"keep": 0}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InputError):
        BehaviourConfig(**settings)  # type: ignore[arg-type]
