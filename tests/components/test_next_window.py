"""What follows what: a shop where everybody who buys a camera buys its film a month later."""

import numpy as np
import pytest

from recsys.components.next_window import NextComponent, NextConfig
from recsys.errors import InputError
from tests.tables import AT, catalogue, history, training_data, unit

MONTHLY = NextConfig(window_days=30, windows=3, regularization=1.0)
CAMERA, FILM, VASE, FLOWER = 0, 1, 2, 3


def follow(n_shoppers: int = 12) -> list[tuple[str, int, float]]:
    """Camera then film, or vase then flower, four to one month ago and five to two; never on one day."""
    rows: list[tuple[str, int, float]] = []
    for shopper in range(n_shoppers):
        first = CAMERA if shopper % 2 else VASE
        for bought, age in ((first, 100.0), (first, 75.0), (first + 1, 45.0), (first + 1, 15.0)):
            rows.append((f"u{shopper}", bought, age + shopper / 10))
    return rows


def test_what_came_after_is_learnt_and_not_what_came_before() -> None:
    component = NextComponent(MONTHLY).fit(training_data(catalogue(4), follow()))
    after_camera, after_vase = component.score(history((CAMERA, 1)), AT)[0], component.score(history((VASE, 1)), AT)[0]
    assert after_camera.argmax() == FILM and after_vase.argmax() == FLOWER
    assert abs(after_camera[FLOWER]) < 1e-6


def test_the_weights_solve_the_ridge_system_of_the_windows() -> None:
    data = training_data(catalogue(4), follow())
    config = NextConfig(window_days=30, windows=1, regularization=2.0)
    weights = NextComponent(config).fit(data).weights.toarray()
    # One window, the last 30 days: X holds √(decayed touches) from before, Y who chose what in it.
    step = np.timedelta64(30, "D")
    known, held = data.interactions.before(AT - step), data.interactions.between(AT - step, AT)
    decay = (0.5 ** (known.histories.age_days(AT - step) / 90)).astype(np.float32)
    x = np.sqrt(np.minimum(known.histories.matrix(4, decay).toarray(), 1))
    y = held.histories.matrix(4, binary=True).toarray()
    np.testing.assert_allclose((x.T @ x + 2 * np.eye(4)) @ weights, x.T @ y, atol=1e-5)


def test_pair_by_pair_each_weight_is_a_slope_of_its_own() -> None:
    data = training_data(catalogue(4), follow())
    config = NextConfig(window_days=30, windows=1, max_dense_items=1, pair_regularization=2.0)
    component = NextComponent(config).fit(data)
    # One window, the last 30 days: the camera was touched 75 and 100 days ago (45 and 70 at the window's start), its
    # film 45 (15) by 6 of 12, the film was chosen by all 6 of them and the flower by the others.
    step = np.timedelta64(30, "D")
    known, held = data.interactions.before(AT - step), data.interactions.between(AT - step, AT)
    decay = (0.5 ** (known.histories.age_days(AT - step) / 90)).astype(np.float32)
    x = np.sqrt(np.minimum(known.histories.matrix(4, decay).toarray(), 1))
    y = held.histories.matrix(4, binary=True).toarray()
    slope = (x.T @ y - np.outer(x.sum(axis=0), y.sum(axis=0)) / len(x)) / ((x**2).sum(axis=0) + 2.0)[:, None]
    expected = np.where((x.T @ y > 0) & (slope > 0), slope, 0.0)
    assert expected[CAMERA, FILM] > 0 and expected[CAMERA, FLOWER] == 0
    np.testing.assert_allclose(component.weights.toarray(), expected, atol=1e-6)


def test_pair_by_pair_only_the_strongest_of_each_item_are_kept() -> None:
    data = training_data(catalogue(4), follow())
    settings = {"window_days": 30, "windows": 3, "max_dense_items": 1}
    whole = NextComponent(NextConfig(**settings)).fit(data).weights.toarray()
    kept = NextComponent(NextConfig(**settings, keep_pairs=1)).fit(data).weights.toarray()
    assert (whole > 0).sum(axis=0).max() > 1
    np.testing.assert_allclose(kept.max(axis=0), whole.max(axis=0))
    assert (kept > 0).sum(axis=0).max() == 1


@pytest.mark.parametrize("max_dense_items", [1, 100])
def test_an_untouched_item_borrows_from_its_twin(max_dense_items: int) -> None:
    vectors = unit([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]])
    config = NextConfig(window_days=30, windows=3, regularization=1.0, max_dense_items=max_dense_items)
    component = NextComponent(config).fit(training_data(catalogue(5), follow(), {"image": vectors}))
    scores = component.score(history((CAMERA, 1)), AT)[0]
    assert scores[4] == pytest.approx(scores[FILM], rel=1e-4)


def test_a_log_shorter_than_two_windows_leaves_it_without_an_opinion() -> None:
    component = NextComponent().fit(training_data(catalogue(4), [("ann", 0, 20), ("bob", 1, 1)]))
    assert component.score(history((0, 1)), AT).tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("settings", [{"window_days": 0}, {"windows": 0}, {"fading": 0}, {"fading": 1.5}, {"keep": 0}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputError):
        NextConfig(**settings)  # type: ignore[arg-type]
