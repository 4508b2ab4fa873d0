"""Item kNN, walk and basket terms on shops one can work out on paper."""

import numpy as np
import pytest
from scipy import sparse

from recsys.components.graph import GraphComponent, GraphConfig
from recsys.components.item2vec import BasketComponent, BasketConfig
from recsys.components.item_knn import ItemKnnComponent, ItemKnnConfig
from recsys.components.item_weights import strongest_links
from recsys.data.interactions import Histories
from recsys.errors import InputError
from tests.tables import AT, catalogue, history, training_data

PAIR = [("ann", 0, 0), ("ann", 1, 0), ("bob", 0, 0)]
"""Ann took both today, Bob took item 0 only."""


def test_strongest_links_are_the_largest_of_the_dense_product() -> None:
    rng = np.random.default_rng(2)
    x = sparse.random_array((40, 30), density=0.2, rng=rng, format="csr", dtype=np.float32)
    links = strongest_links(sparse.csr_array(x.T), x, 3, lambda together, i, j: together).toarray()
    full = (x.T @ x).toarray()
    np.fill_diagonal(full, 0)
    for column in range(30):
        best = np.sort(full[:, column])[-3:]
        np.testing.assert_allclose(np.sort(links[:, column])[-3:], np.where(best > 0, best, 0), rtol=1e-5)
    assert (np.count_nonzero(links, axis=0) <= 3).all()


def test_knn_on_paper() -> None:
    # Common shoppers 1, norms √2 and 1, shrink 1: 1 / (√2 + 1) = .4142; the item itself counts 1.
    component = ItemKnnComponent(ItemKnnConfig(shrink=1.0)).fit(training_data(catalogue(2), PAIR))
    np.testing.assert_allclose(component.score(history((0, 0)), AT)[0], [1.0, np.sqrt(2) - 1], atol=1e-6)
    alone = ItemKnnComponent(ItemKnnConfig(shrink=1.0, with_self=False)).fit(training_data(catalogue(2), PAIR))
    np.testing.assert_allclose(alone.score(history((0, 0)), AT)[0], [0.0, np.sqrt(2) - 1], atol=1e-6)


def test_a_walk_on_paper() -> None:
    # From item 0: to Ann with ½, from Ann to item 1 with ½; d₁ = 1, so β changes nothing: ¼.
    # From item 1: to Ann with 1, to item 0 with ½; d₀ = 2 and β = ½: ½ / √2.
    component = GraphComponent(GraphConfig(popularity=0.5)).fit(training_data(catalogue(2), PAIR))
    assert component.score(history((0, 0)), AT)[0].tolist() == pytest.approx([0.0, 0.25])
    assert component.score(history((1, 0)), AT)[0].tolist() == pytest.approx([0.5 / np.sqrt(2), 0.0])


def test_what_stands_in_one_basket_gets_like_vectors() -> None:
    # Items 0–2 share baskets, and 3–5; half of the shoppers buy both kinds, but never on one day.
    rows = []
    for shopper in range(30):
        rows += [(f"u{shopper}", item, 1 + shopper) for item in ((0, 1, 2) if shopper % 2 else (3, 4, 5))]
        if shopper < 15:
            rows += [(f"u{shopper}", item, 50 + shopper) for item in ((3, 4, 5) if shopper % 2 else (0, 1, 2))]
    component = BasketComponent(BasketConfig(embedding_size=2)).fit(training_data(catalogue(8), rows))
    scores = component.score(history((0, 0)), AT)[0]
    assert scores[1:3].min() > np.abs(scores[3:6]).max() + 0.1
    assert np.isnan(scores[6:]).all()  # nobody ever put them into a basket
    assert np.isnan(component.score(Histories.empty(), AT)).all()


def test_a_shift_leaves_only_pairs_beyond_chance() -> None:
    # Every pair of three items once: each pair comes 1·6 / (2·2) = 1.5 times as often as by chance.
    rows = [("ann", 0, 1), ("ann", 1, 1), ("bob", 1, 1), ("bob", 2, 1), ("eve", 0, 1), ("eve", 2, 1)]
    data = training_data(catalogue(5), rows)
    assert BasketComponent(BasketConfig(shift=1.4)).fit(data).known[:3].all()
    assert not BasketComponent(BasketConfig(shift=1.6)).fit(data).known.any()


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (ItemKnnConfig, {"n_neighbours": 0}),
        (ItemKnnConfig, {"shrink": -1}),
        (GraphConfig, {"popularity": 1.5}),
        (GraphConfig, {"half_life_days": 0}),
        (BasketConfig, {"shift": 0.5}),
        (BasketConfig, {"embedding_size": 0}),
    ],
)
def test_settings_out_of_range_are_refused(config: type, settings: dict[str, float]) -> None:
    with pytest.raises(InputError):
        config(**settings)
