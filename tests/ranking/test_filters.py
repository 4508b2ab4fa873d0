"""Filters, each with its step."""

import itertools

import numpy as np
import pandas as pd
import pytest

from recsys.data.ranking import Filters
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.vocabulary import ItemScope
from tests.tables import AT, catalogue, days, interactions, stamp


@pytest.fixture
def model() -> Model:
    """Five items: touched, sold out, launching tomorrow, of unknown price, plain."""
    items = catalogue(
        5,
        stock=[3, 0, 3, 3, 3],
        launched_at=pd.Series([None, None, stamp(AT + days(1)), None, None]),
        price=[10.0, 10.0, 10.0, None, 40.0],
        category=["Home", "Home > Mugs", "Homeware > Mugs", "Home > Mugs > Large", None],
    )
    return Model(items, interactions(items, [("ann", 0, 1), ("ann", 1, 1)]), {}, {}, data_to=AT)


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(), [0, 3, 4]),
        (Filters(only_on_sale=False), [0, 1, 2, 3, 4]),
        (Filters(items=ItemScope.NEW), [3, 4]),
        (Filters(items=ItemScope.WARM), [0]),
        (Filters(items=ItemScope.WARM, only_on_sale=False), [0, 1]),
        (Filters(categories=("Home",)), [0, 3]),  # the path and what lies below it, not "Homeware"
        (Filters(categories=("Home > Mugs", "Homeware"), only_on_sale=False), [1, 2, 3]),
        (Filters(price_to=10), [0]),  # an unknown price is not known to be low enough
        (Filters(price_to=10, categories=("Home > Mugs",)), []),
    ],
)
def test_what_passes(model: Model, filters: Filters, left: list[int]) -> None:
    mask, steps = eligible_items(model, filters, AT)
    assert np.flatnonzero(mask).tolist() == left
    assert steps[0].remaining == 5 and steps[-1].remaining == len(left)
    assert all(a.remaining >= b.remaining for a, b in itertools.pairwise(steps))


def test_a_launch_becomes_visible_at_its_time(model: Model) -> None:
    assert eligible_items(model, Filters(), AT + days(1))[0][2]


def test_a_given_sale_mask_replaces_stock_and_launch(model: Model) -> None:
    from dataclasses import replace

    past = replace(model, sale_mask=np.array([False, True, True, False, False]))
    assert np.flatnonzero(eligible_items(past, Filters(), AT)[0]).tolist() == [1, 2]


def test_only_filters_in_force_leave_a_step(model: Model) -> None:
    assert [s.name for s in eligible_items(model, Filters(only_on_sale=False), AT)[1]] == ["catalogue"]
    names = [s.name for s in eligible_items(model, Filters(ItemScope.NEW, False, ("Home",), True, 5), AT)[1]]
    assert names == ["catalogue", "on sale", "scope", "category", "price"]
