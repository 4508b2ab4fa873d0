"""Habits, cadence and price range of a shopper, on histories one can follow by hand."""

import numpy as np
import pytest

from recsys.components.repeat import RepeatComponent
from recsys.data.interactions import Histories
from recsys.ranking.features import Features, candidate_features
from recsys.ranking.model import Model
from recsys.ranking.shopper_features import LONGEST_CADENCE
from tests.tables import AT, catalogue, history, training_data

ITEMS = catalogue(4, price=[2.0, 4.0, 8.0, 100.0], category=["Food", "Food", "Toys", None])


@pytest.fixture(scope="module")
def model() -> Model:
    """Everybody buys item 0 every 10 days; item 3 is new."""
    rows = [(user, 0, 10 * k + 5, "purchase") for user in ("ann", "bea", "cy") for k in range(4)]
    rows += [("ann", 1, 3, "purchase"), ("bea", 2, 50, "purchase")]
    data = training_data(ITEMS, rows)
    return Model(ITEMS, data.interactions, {"repeat": RepeatComponent().fit(data)}, {}, data_to=AT)


def describe(model: Model, histories: Histories) -> Features:
    """All four items for each history."""
    candidates = np.tile(np.arange(4), (len(histories), 1))
    return candidate_features(model, histories, AT, model.terms(histories, AT), candidates)


def column(features: Features, name: str, request: int = 0) -> list[float]:
    return features.values[request, :, features.names.index(name)].tolist()


def test_a_planted_cadence_is_found(model: Model) -> None:
    # She bought item 0 every 20 days, last 20 days ago, and item 1 once, 5 days ago; a look at item 2 is no purchase.
    mine = history((0, 60, "purchase"), (0, 40, "purchase"), (0, 20, "purchase"), (1, 5, "purchase"), (2, 1, "view"))
    told = describe(model, mine)
    np.testing.assert_allclose(column(told, "cadence_own"), [1, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(column(told, "cadence_item"), [2, 0.5, np.nan, np.nan])  # the shop's gap is 10 days
    # Visits at 60, 40, 20, 5 and 1 days: a mean gap of 59 / 4.
    np.testing.assert_allclose(column(told, "cadence_visits"), [20 / 14.75, 5 / 14.75, np.nan, np.nan])
    # Since she first took item 0 she came 5 times and took it 3 times; since item 1, twice and once.
    np.testing.assert_allclose(column(told, "own_rate"), [3 / 5, 1 / 2, np.nan, np.nan])


def test_a_cadence_is_told_apart_up_to_a_limit(model: Model) -> None:
    told = describe(model, history((0, 1000, "purchase"), (0, 999, "purchase")))
    assert column(told, "cadence_own")[0] == LONGEST_CADENCE


def test_a_planted_price_range_is_found(model: Model) -> None:
    # She pays 2, 4, 4: the one at 8 and the one at 100 lie above everything, and the dear one is stranger.
    told = describe(model, history((0, 9), (1, 8), (1, 7)))
    np.testing.assert_allclose(column(told, "price_place"), [1 / 6, 2 / 3, 1, 1])
    strange = column(told, "price_strange")
    assert strange[3] > strange[2] > strange[1] > 0
    # log 4 lies a third of log 2 above the mean; the spread is √(2/9)·log 2, with a quarter added in squares.
    np.testing.assert_allclose(strange[1], np.log(2) / 3 / np.sqrt(2 / 9 * np.log(2) ** 2 + 0.25**2))


def test_habits_of_a_shopper(model: Model) -> None:
    told = describe(model, history((0, 20.2), (1, 20.1), (0, 10.5), (2, 4.5)))
    # Four touches of three products on three days, 20, 10 and 4 days ago.
    np.testing.assert_allclose(column(told, "visits_log"), np.log1p(3))
    np.testing.assert_allclose(column(told, "basket_breadth"), 4 / 3)
    np.testing.assert_allclose(column(told, "repeat_share"), 1 / 4)
    np.testing.assert_allclose(column(told, "visit_due"), 4.5 / 8)


def test_leanings_ever_and_lately(model: Model) -> None:
    told = describe(model, history((2, 60), (0, 30), (1, 30)))
    np.testing.assert_allclose(column(told, "category_share"), [2 / 3, 2 / 3, 1 / 3, np.nan])
    np.testing.assert_allclose(column(told, "category_lately"), [0.8, 0.8, 0.2, np.nan])  # halves: ¼ against ½ + ½


def test_a_stranger_has_no_habits_and_harms_nobody(model: Model) -> None:
    both = Histories.concatenate([Histories.empty(), history((0, 6, "purchase"))])
    with np.errstate(all="raise"):
        told = describe(model, both)
    unknown = {n for n in told.names if np.isnan(column(told, n)).all()}
    assert {"cadence_own", "own_rate", "price_fit", "price_place", "visit_due", "repeat_share"} <= unknown
    alone = describe(model, history((0, 6, "purchase")))
    np.testing.assert_array_equal(told.values[1], alone.values[0])


def test_only_the_columns_asked_for_in_their_order(model: Model) -> None:
    mine, candidates = history((0, 6)), np.array([[1, 2]])
    terms = model.terms(mine, AT)
    told = candidate_features(model, mine, AT, terms, candidates, names=("price_log", "z_repeat"))
    assert told.names == ("price_log", "z_repeat") and told.values.shape == (1, 2, 2)
    np.testing.assert_allclose(told.values[0, :, 0], np.log([4, 8]))


def test_a_column_nobody_computes_is_named(model: Model) -> None:
    from recsys.errors import RunError

    mine = history((0, 6))
    with pytest.raises(RunError, match=r"moon_phase.*train again"):
        candidate_features(model, mine, AT, model.terms(mine, AT), np.array([[1]]), names=("moon_phase",))
