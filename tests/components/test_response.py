"""The response term: exact attributions, calibration on a later slice, files."""

from pathlib import Path

import numpy as np
import pytest

from recsys.components.response import ResponseComponent, ResponseConfig
from recsys.errors import InputError

NAMES = ("z_text", "price_log", "noise")
CONFIG = ResponseConfig(n_trees=20, n_leaves=4, min_rows_per_leaf=10)


def draw(n: int, seed: int, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose log-odds of a response are 1.5·z_text − price_log + shift; some prices are unknown."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 3))
    odds = 1.5 * features[:, 0] - features[:, 1] + shift
    labels = rng.random(n) < 1 / (1 + np.exp(-odds))
    features[rng.random(n) < 0.1, 1] = np.nan
    return features, labels


def log_loss(component: ResponseComponent, features: np.ndarray, labels: np.ndarray) -> float:
    odds = component.log_odds(features)
    return float(np.mean(np.logaddexp(0, np.where(labels, -odds, odds))))


@pytest.fixture(scope="module")
def fitted() -> ResponseComponent:
    return ResponseComponent(CONFIG).fit(NAMES, *draw(800, 1), seed=3, threads=1)


def test_shap_values_sum_to_the_log_odds(fitted: ResponseComponent) -> None:
    later = ResponseComponent(CONFIG).fit(NAMES, *draw(800, 1), seed=3, threads=1).calibrate(*draw(400, 2, -2.0))
    features, _ = draw(60, 9)
    for component in (fitted, later):
        odds = component.log_odds(features)
        for row, expected in zip(features, odds, strict=True):
            split = component.explain(row)
            assert split.names == NAMES and split.shap.shape == (3,)
            assert split.base + split.shap.sum() == pytest.approx(expected, abs=1e-9)
            assert split.exact
    told = [later.explain(row).probability for row in features]
    np.testing.assert_array_equal(told, later.probabilities(features))


def test_a_better_feature_means_a_likelier_response(fitted: ResponseComponent) -> None:
    low, high, dear = np.array([-1.5, 0, 0]), np.array([1.5, 0, 0]), np.array([1.5, 1.5, 0])
    assert fitted.explain(low).probability < fitted.explain(dear).probability < fitted.explain(high).probability
    assert fitted.explain(high).shap[0] > 0 > fitted.explain(low).shap[0]


def test_calibration_on_a_later_slice_lowers_its_log_loss() -> None:
    # Later, everybody responds far less (shift −2): the trees are too hopeful until they are calibrated.
    component = ResponseComponent(CONFIG).fit(NAMES, *draw(800, 1), seed=3, threads=1)
    slice_, unseen = draw(800, 2, -2.0), draw(800, 5, -2.0)
    order = np.argsort(component.log_odds(unseen[0]))
    before = log_loss(component, *unseen)
    component.calibrate(*slice_)
    assert log_loss(component, *unseen) < 0.8 * before
    assert component.probabilities(unseen[0]).mean() == pytest.approx(unseen[1].mean(), abs=0.04)
    assert np.array_equal(np.argsort(component.log_odds(unseen[0])), order)  # the order is as it was


def test_the_term_is_centred_and_scaled_on_what_it_saw_last() -> None:
    features, labels = draw(800, 1)
    component = ResponseComponent(CONFIG).fit(NAMES, features, labels, seed=3, threads=1)
    z = component.standardised(features)
    assert (z.mean(), z.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-9))
    later, answers = draw(500, 2, -2.0)
    z = component.calibrate(later, answers).standardised(later)
    assert (z.mean(), z.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1, abs=1e-9))


@pytest.mark.parametrize("labels", [np.zeros(5, bool), np.ones(5, bool), np.zeros(0, bool)])
def test_a_slice_of_one_kind_leaves_the_calibration_alone(fitted: ResponseComponent, labels: np.ndarray) -> None:
    features, _ = draw(30, 4)
    before = fitted.log_odds(features)
    assert fitted.calibrate(draw(len(labels), 4)[0], labels) is fitted
    np.testing.assert_array_equal(fitted.log_odds(features), before)


def test_the_same_seed_grows_the_same_trees_and_files_keep_them(fitted: ResponseComponent, tmp_path: Path) -> None:
    features, _ = draw(50, 6)
    again = ResponseComponent(CONFIG).fit(NAMES, *draw(800, 1), seed=3, threads=1)
    np.testing.assert_array_equal(again.log_odds(features), fitted.log_odds(features))
    again.calibrate(*draw(400, 2, -2.0)).save(tmp_path)
    loaded = ResponseComponent.load(tmp_path, again.config_json())
    assert loaded.names == NAMES and loaded.config == CONFIG
    np.testing.assert_array_equal(loaded.log_odds(features), again.log_odds(features))
    np.testing.assert_array_equal(loaded.standardised(features), again.standardised(features))
    assert {p.suffix for p in tmp_path.iterdir()} == {".txt", ".safetensors"}


def test_one_kind_of_answer_cannot_be_learnt_from() -> None:
    features, _ = draw(20, 1)
    with pytest.raises(InputError, match="0 with and 20 without"):
        ResponseComponent(CONFIG).fit(NAMES, features, np.zeros(20, bool), seed=0, threads=1)


def test_an_unfitted_term_says_so() -> None:
    with pytest.raises(InputError, match="not fitted"):
        ResponseComponent().log_odds(np.zeros((1, 3)))


@pytest.mark.parametrize(
    "settings",
    [{"n_trees": 0}, {"n_leaves": 1}, {"learning_rate": 0}, {"learning_rate": 1.5}, {"min_rows_per_leaf": 0}],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(InputError, match="response config"):
        ResponseConfig(**settings)  # type: ignore[arg-type]
