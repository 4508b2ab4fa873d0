"""Who lends to an untouched item: the touched ones like it in words, pictures and price."""

import numpy as np
import pytest
from scipy import sparse

from recsys.components.neighbours import content_neighbours, lend_weights, reduce_vectors
from tests.tables import catalogue, training_data, unit

UNPRICED = np.full(12, np.nan)


def kinds() -> np.ndarray:
    """Twelve vectors of four kinds."""
    return unit(np.eye(5)[np.arange(12) // 3] + 0.02 * np.random.default_rng(1).normal(size=(12, 5)))


def test_neighbours_are_touched_items_and_their_weights_sum_to_one() -> None:
    touches = np.where(np.arange(12) % 3 < 2, 4, 0)
    weights = content_neighbours({"text": kinds(), "image": kinds()}, UNPRICED, touches, np.ones(12, bool), 2).toarray()
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    assert np.trace(weights) == 0  # nobody is her own neighbour
    assert (weights[:, touches == 0] == 0).all()
    kind = np.arange(12) // 3
    assert all(weights[i, kind == kind[i]].sum() > 0.99 for i in range(12))


def halfway() -> np.ndarray:
    """Centred: items 0 and 1 at (1, 0) and (0, 1), mirrored by 2 and 3; item 4 at 60° between them, mirrored by 5."""
    at = np.deg2rad(60)
    rows = [[1, 0], [0, 1], [-1, 0], [0, -1], [np.cos(at), np.sin(at)], [-np.cos(at), -np.sin(at)]]
    return np.array(rows, np.float32)


def test_neighbours_of_an_untouched_item_by_hand() -> None:
    # Cosines .5 and .866, cubed .125 and .6495, normalised .1614 and .8386.
    touches = np.array([1, 1, 0, 0, 0, 0])
    weights = content_neighbours({"text": halfway()}, np.full(6, np.nan), touches, touches == 0).toarray()
    np.testing.assert_allclose(weights[4, :2], [0.1614, 0.8386], atol=1e-4)
    assert weights[2].sum() == 0  # both touched items point away: it has no neighbour


def test_a_price_e_times_as_high_counts_an_e_th() -> None:
    touches = np.array([1, 1, 0, 0, 0, 0])
    prices = np.array([1.0, np.e, np.nan, np.nan, 1.0, 1.0])
    weights = content_neighbours({"text": halfway()}, prices, touches, touches == 0).toarray()
    # .125 stays, .6495 / e = .2389: normalised .3434 and .6566.
    np.testing.assert_allclose(weights[4, :2], [0.3434, 0.6566], atol=1e-4)


def test_no_neighbours_without_touches_or_vectors() -> None:
    everyone = np.ones(12, bool)
    assert content_neighbours({"text": kinds()}, UNPRICED, np.zeros(12, int), everyone).nnz == 0
    assert content_neighbours({}, UNPRICED, np.ones(12, int), everyone).nnz == 0


def test_a_lent_column_is_the_mean_of_the_neighbours_as_if_bought_once() -> None:
    weights = sparse.csr_array(np.array([[0, 2, 0], [4, 0, 0], [0, 0, 0]], np.float32))
    neighbours = sparse.csr_array(np.array([[0, 0, 0], [0, 0, 0], [0.25, 0.75, 0]], np.float32))
    lent = lend_weights(weights, neighbours).toarray()
    # Column 2 = ¼ (column 0 + e₀) + ¾ (column 1 + e₁) = (¼ + 1.5, 1 + ¾, 0); the others stay.
    np.testing.assert_allclose(lent, [[0, 2, 1.75], [4, 0, 1.75], [0, 0, 0]])


def test_the_lenders_of_a_training_are_those_of_its_untouched_items() -> None:
    data = training_data(catalogue(12), [("ann", item, 1) for item in range(0, 12, 2)], {"text": kinds()})
    lent = data.lenders.toarray()
    assert (lent[data.touched] == 0).all() and (lent[~data.touched].sum(axis=1) > 0.99).all()


def test_vectors_without_one_that_is_known_become_nothing() -> None:
    assert reduce_vectors(np.full((4, 3), np.nan, np.float32), np.zeros(4, bool), 2).tolist() == [[0]] * 4


@pytest.mark.parametrize("size", [1, 3])
def test_reduced_vectors_have_length_one(size: int) -> None:
    reduced = reduce_vectors(kinds(), np.ones(12, bool), size)
    np.testing.assert_allclose(np.linalg.norm(reduced, axis=1), 1, atol=1e-5)
