"""Features of the response term on three products one can follow by hand."""

import numpy as np
import pytest

from recsys.components.fresh import FreshComponent
from recsys.components.repeat import RepeatComponent
from recsys.data.interactions import Histories
from recsys.ranking.features import FEATURE_LABELS, NEVER_DAYS, Features, candidate_features
from recsys.ranking.model import Model
from tests.tables import AT, catalogue, days, history, training_data

CANDIDATES = np.array([[0, 1, 2], [2, 1, 3]])


@pytest.fixture(scope="module")
def model() -> Model:
    """Four items; two shoppers touched the first thrice and the second once."""
    items = catalogue(
        4,
        category=["Home > Mugs", "Home > Lamps", "Garden", None],
        brand=["Ana", None, "Bo", "Ana"],
        price=[10.0, 20.0, None, 0.0],
    )
    data = training_data(items, [("ann", 0, 9), ("ann", 0, 3), ("bea", 0, 2), ("bea", 1, 8)])
    components = {"repeat": RepeatComponent().fit(data), "fresh": FreshComponent().fit(data)}
    return Model(items, data.interactions, components, {}, data_to=AT)


@pytest.fixture(scope="module")
def features(model: Model) -> Features:
    """A shopper who chose mug 0 twice and lamp 1 once, and a stranger, each with three candidates."""
    both = Histories.concatenate([history((0, 6), (0, 2), (1, 10)), Histories.empty()])
    return candidate_features(model, both, AT, model.terms(both, AT), CANDIDATES)


def column(features: Features, name: str) -> list[list[float]]:
    """One feature, requests × candidates."""
    return features.values[:, :, features.names.index(name)].tolist()


def test_her_own_touches_and_their_age(features: Features) -> None:
    assert column(features, "own_touches") == [[2, 1, 0], [0, 0, 0]]
    assert column(features, "own_days_since") == [[2, 10, NEVER_DAYS], [NEVER_DAYS] * 3]


def test_shares_of_her_history(features: Features) -> None:
    # All three touches lie in Home; none in Garden. Two of three are by Ana; the lamp has no brand, so it is unknown.
    np.testing.assert_allclose(column(features, "category_share")[0], [1, 1, 0])
    np.testing.assert_allclose(column(features, "brand_share")[0], [2 / 3, np.nan, 0])
    assert np.isnan(column(features, "category_share")[1]).all() and np.isnan(column(features, "brand_share")[1]).all()


def test_price_against_what_she_usually_pays(features: Features) -> None:
    # Mean log price of her touches: (2·log 10 + log 20) / 3 = log 10 + log 2 / 3; an unknown or zero price is unknown.
    usual = np.log(10) + np.log(2) / 3
    fit = [np.log(10) - usual, np.log(20) - usual, np.nan]
    np.testing.assert_allclose(column(features, "price_fit")[0], fit)
    np.testing.assert_allclose(column(features, "price_gap")[0], np.abs(fit))
    np.testing.assert_allclose(column(features, "price_log")[1], [np.nan, np.log(20), np.nan])
    assert np.isnan(column(features, "price_fit")[1]).all()  # a stranger has no usual price


def test_counts_lengths_and_places(features: Features) -> None:
    np.testing.assert_allclose(column(features, "item_touches_log"), np.log1p([[3, 1, np.nan], [np.nan, 1, np.nan]]))
    np.testing.assert_allclose(column(features, "history_length_log"), [[np.log(4)] * 3, [0] * 3])
    assert column(features, "history_days_since") == [[2] * 3, [NEVER_DAYS] * 3]
    assert column(features, "position") == [[1] * 3] * 2


def test_a_place_that_was_shown_is_used(model: Model) -> None:
    mine = history((0, 6), (1, 2))
    shown = candidate_features(model, mine, AT, model.terms(mine, AT), CANDIDATES[:1], np.array([[3, 1, 2]], np.int32))
    assert column(shown, "position") == [[3, 1, 2]]


def test_terms_come_first_and_are_those_of_the_sum(model: Model, features: Features) -> None:
    assert features.names[:2] == ("z_repeat", "z_fresh")
    both = Histories.concatenate([history((0, 6), (0, 2), (1, 10)), Histories.empty()])
    terms = model.terms(both, AT)
    np.testing.assert_allclose(column(features, "z_fresh"), np.take_along_axis(terms.z[1], CANDIDATES, 1))
    assert set(features.names) <= set(FEATURE_LABELS)


def test_ages_stop_at_the_data_clock(model: Model) -> None:
    mine = history((0, 6))
    late = candidate_features(model, mine, AT + days(100), model.terms(mine, AT + days(100)), CANDIDATES[:1])
    assert column(late, "own_days_since")[0][0] == 6


def test_a_batch_describes_what_one_at_a_time_describes(small_model: Model) -> None:
    users = small_model.interactions.histories.take(np.arange(12))
    candidates = np.tile(np.arange(0, 90, 9), (12, 1))
    at = small_model.data_to
    batch = candidate_features(small_model, users, at, small_model.terms(users, at), candidates).values
    for row in range(12):
        one = users.take(np.array([row]))
        alone = candidate_features(small_model, one, at, small_model.terms(one, at), candidates[:1]).values
        np.testing.assert_allclose(alone[0], batch[row], atol=1e-5)
