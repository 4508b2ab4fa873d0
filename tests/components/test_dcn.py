"""The cross network: NumPy says what torch says, it learns a product, and its explanation adds up."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recsys.components.dcn import CrossNetwork, forward, train_network
from recsys.components.response import ResponseComponent, ResponseConfig

NAMES = ("left", "right", "noise", "constant")
SHAPE = {"n_cross": 2, "n_hidden": 16, "epochs": 40}


def draw(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows that respond where left and right have one sign, and where `noise` is unknown; one column never changes."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4)) * [1.0, 50.0, 1.0, 0.0] + [0.0, 300.0, 0.0, 7.0]
    odds = 3 * features[:, 0] * (features[:, 1] - 300) / 50 - 1
    unknown = rng.random(n) < 0.2
    features[unknown, 2] = np.nan
    return features, rng.random(n) < 1 / (1 + np.exp(-(odds + 2 * unknown)))


@pytest.fixture(scope="module")
def network() -> CrossNetwork:
    return train_network(NAMES, *draw(6000, 1), None, **SHAPE, seed=0, threads=1)


def test_numpy_answers_what_torch_answers(network: CrossNetwork) -> None:
    import torch

    features, _ = draw(500, 2)
    weights = {name: torch.from_numpy(values) for name, values in network.arrays.items() if values.dtype == np.float32}
    with torch.no_grad():
        expected = forward(weights, torch.from_numpy(network.inputs(features))).numpy()
    np.testing.assert_allclose(network.margins(features), expected, atol=1e-5)


def test_inputs_are_standardised_with_an_indicator_where_something_was_missing(network: CrossNetwork) -> None:
    x = network.inputs(np.array([[0.0, 300.0, np.nan, 7.0], [0.0, 1e9, 0.0, 8.0]]))
    assert x.shape == (2, 5) and x[:, 4].tolist() == [1, 0]
    assert x[0, 2] == 0 and x[1, 1] == 5 and x[1, 3] == 0  # missing; cut off; a column without spread
    assert abs(x[0, 1]) < 0.1


def test_it_learns_a_product_and_what_missing_means(network: CrossNetwork) -> None:
    from sklearn.metrics import roc_auc_score

    features, labels = draw(3000, 5)
    truth = 3 * features[:, 0] * (features[:, 1] - 300) / 50 + 2 * np.isnan(features[:, 2])
    assert roc_auc_score(labels, network.margins(features)) > roc_auc_score(labels, truth) - 0.02
    row = np.array([[0.0, 300.0, 0.0, 7.0], [0.0, 300.0, np.nan, 7.0]])
    assert np.diff(network.margins(row))[0] > 1


def test_the_split_adds_up_and_is_the_same_each_time(network: CrossNetwork) -> None:
    features, _ = draw(20, 3)
    for row, margin in zip(features, network.margins(features), strict=True):
        base, shares = network.split(row)
        assert base + shares.sum() == pytest.approx(margin, abs=1e-9)
        assert shares[3] == 0  # a feature that changes nothing has no share
        np.testing.assert_array_equal(network.split(row)[1], shares)


def test_shares_name_the_features_that_matter(network: CrossNetwork) -> None:
    _, shares = network.split(np.array([1.5, 375.0, 0.0, 7.0]))
    assert min(shares[0], shares[1]) > abs(shares[2])


def test_the_same_seed_trains_the_same_network(network: CrossNetwork) -> None:
    again = train_network(NAMES, *draw(6000, 1), None, **SHAPE, seed=0, threads=1)
    for name, values in network.arrays.items():
        np.testing.assert_array_equal(values, again.arrays[name], err_msg=name)


def test_it_stops_by_the_later_rows() -> None:
    features, labels = draw(1500, 1)
    later = np.arange(1500) >= 1000
    noisy = labels.copy()
    noisy[later] = np.random.default_rng(0).random(500) < 0.5
    stopped = train_network(NAMES, features, noisy, later, **SHAPE | {"epochs": 60}, seed=0, threads=1)
    free = train_network(NAMES, features, labels, later, **SHAPE | {"epochs": 60}, seed=0, threads=1)
    # What the later rows deny is not learnt far: margins stay near the mean rate.
    assert stopped.margins(features).std() < 0.6 * free.margins(features).std()


def test_as_the_response_term_it_keeps_the_contract(tmp_path: Path) -> None:
    config = ResponseConfig(method="dcn", n_hidden=16, epochs=20)
    term = ResponseComponent(config).fit(NAMES, *draw(3000, 1), seed=0, threads=1).calibrate(*draw(2000, 4))
    features, _ = draw(50, 9)
    split = term.explain(features[0])
    assert split.base + split.shap.sum() == pytest.approx(term.log_odds(features[:1])[0], abs=1e-9)
    assert not split.exact and split.probability == term.probabilities(features[:1])[0]
    term.save(tmp_path)
    loaded = ResponseComponent.load(tmp_path, term.config_json())
    assert loaded.names == NAMES and {p.suffix for p in tmp_path.iterdir()} == {".safetensors"}
    np.testing.assert_array_equal(loaded.standardised(features), term.standardised(features))
    np.testing.assert_array_equal(loaded.explain(features[1]).shap, term.explain(features[1]).shap)


def test_serving_needs_no_torch(network: CrossNetwork, tmp_path: Path) -> None:
    network.save(tmp_path, "response")
    code = (
        "import sys, numpy as np; from pathlib import Path; from recsys.components.dcn import CrossNetwork; "
        f"n = CrossNetwork.load(Path({str(tmp_path)!r}), 'response'); x = np.zeros((3, 4)); "
        "n.margins(x); n.split(x[0]); "
        "assert 'torch' not in sys.modules; print('served')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "served", done.stderr
