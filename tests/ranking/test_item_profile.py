"""What the log says of each item, on logs one can follow by hand."""

import numpy as np
import pytest

from recsys.data.interactions import Interactions
from recsys.ranking.item_profile import PRIOR, ItemProfile, group_medians, profile_items
from tests.tables import AT, catalogue, days, interactions

LAUNCH = [None, None, None, "2026-02-09T00:00:00"]


@pytest.fixture(scope="module")
def profile() -> ItemProfile:
    """Item 0 is bought every 7 days, item 1 every 28, item 2 once, item 3 never; a look is not a purchase."""
    rows = [("ann", 0, 7 * k + 1, "purchase") for k in range(5)]
    rows += [("bea", 0, 7 * k + 3, "purchase") for k in range(5)]
    rows += [("ann", 1, 28 * k + 1, "purchase") for k in range(4)]
    rows += [("cy", 1, 4, "purchase"), ("cy", 2, 30, "purchase"), ("cy", 2, 29, "view"), ("dee", 2, 10, "view")]
    items = catalogue(4, launched_at=LAUNCH)
    return profile_items(items, interactions(items, rows), AT)


def test_the_usual_gap_is_the_items_own_drawn_to_the_shops(profile: ItemProfile) -> None:
    # Gaps: eight of 7 days, three of 28; the shop's median is 7. Views of item 2 make no gap, so it has the shop's.
    expected = [7, (3 * 28 + PRIOR * 7) / (3 + PRIOR), 7]
    np.testing.assert_allclose(profile.gap_days[:3], expected)
    assert np.isnan(profile.gap_days[3]) and profile.purchases_only


def test_the_repurchase_rate_counts_buyers_who_came_back(profile: ItemProfile) -> None:
    # Item 0: 2 of 2; item 1: 1 of 2; item 2: 0 of 1. The shop: 3 of 5.
    expected = (np.array([2, 1, 0]) + PRIOR * 3 / 5) / (np.array([2, 2, 1]) + PRIOR)
    np.testing.assert_allclose(profile.columns["item_repurchase"][:3], expected)


def test_an_untouched_item_has_nothing_but_newness_and_age(profile: ItemProfile) -> None:
    known = {name for name, values in profile.columns.items() if np.isfinite(values[3])}
    assert known == {"item_is_new", "item_age_days"}
    assert profile.columns["item_is_new"].tolist() == [0, 0, 0, 1]
    assert profile.columns["item_age_days"][3] == 20  # launched on 9 February, asked on 1 March
    np.testing.assert_allclose(profile.columns["item_age_days"][:3], [31, 85, 30])


def test_decayed_counts_and_trend() -> None:
    items = catalogue(2)
    shop = interactions(items, [("ann", 0, 7), ("bea", 0, 14), ("ann", 1, 90)])
    columns = profile_items(items, shop, AT).columns
    week = [0.5 + 0.25, 0.5 ** (90 / 7)]
    month = [0.5 ** (7 / 30) + 0.5 ** (14 / 30), 0.5**3]
    np.testing.assert_allclose(columns["item_lately_7"], np.log1p(week))
    np.testing.assert_allclose(columns["item_lately_30"], np.log1p(month))
    trend = np.log(np.array(week) / 7 + 0.02) - np.log(np.array(month) / 30 + 0.02)
    np.testing.assert_allclose(columns["item_trend_week"], trend)
    assert columns["item_trend_week"][0] > 0 > columns["item_trend_week"][1]


def test_a_season_is_known_after_a_year() -> None:
    items = catalogue(2)
    # A year ago item 0 sold in these very weeks; item 1 sells evenly.
    seasonal = [(f"u{k}", 0, 350 + k) for k in range(10)]
    even = [(f"u{k % 7}", 1, 10 + 14 * k) for k in range(27)]
    known = profile_items(items, interactions(items, [*seasonal, *even]), AT)
    assert known.month == 3
    first, second = known.columns["item_season"]
    assert first > 0.4 > 0 > second
    short = profile_items(items, interactions(items, [r for r in even if r[2] < 300]), AT)
    assert np.isnan(short.columns["item_season"]).all() and np.isnan(short.month)


def test_what_came_later_is_not_looked_at(profile: ItemProfile) -> None:
    items = catalogue(2)
    rows = [("ann", 0, 9), ("bea", 1, 5)]
    then = profile_items(items, interactions(items, [*rows, ("ann", 1, 1)]), AT - days(3))
    alone = profile_items(items, interactions(items, rows), AT - days(3))
    for name, values in then.columns.items():
        np.testing.assert_array_equal(values, alone.columns[name], err_msg=name)


def test_a_shop_without_events_is_all_new() -> None:
    items = catalogue(3)
    nothing: Interactions = interactions(items, [])
    told = profile_items(items, nothing, AT)
    assert told.columns["item_is_new"].tolist() == [1, 1, 1] and np.isnan(told.gap_days).all()
    assert np.isnan(told.columns["item_lately_7"]).all() and not told.purchases_only


def test_medians_of_groups_are_the_lower_ones() -> None:
    rng = np.random.default_rng(3)
    group, values = rng.integers(0, 6, 80), rng.integers(0, 9, 80).astype(float)
    medians = group_medians(group, values, 7)
    for number in range(6):
        assert medians[number] == np.quantile(values[group == number], 0.5, method="lower")
    assert np.isnan(medians[6])
