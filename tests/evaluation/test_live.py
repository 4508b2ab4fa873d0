"""Live figures on a log small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from recsys.errors import InputError
from recsys.evaluation.live import FIGURES, OUTCOME_COLUMNS, compare_live, measure_days, measure_items, measure_live

DAY1, DAY2 = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-03-02")


def _log() -> pd.DataFrame:
    """Three requests of two items: r1 clicks and buys a (20.00), r2 clicks b, r3 nothing."""
    rows = [
        ("r1", DAY1, "home", "a", 1, 1, 1, 1, 20.0),
        ("r1", DAY1, "home", "b", 1, 0, 0, 0, 0.0),
        ("r2", DAY1, "home", "a", 1, 0, 0, 0, 0.0),
        ("r2", DAY1, "home", "b", 1, 1, 0, 0, 0.0),
        ("r3", DAY2, "cart", "a", 1, 0, 0, 0, 0.0),
        ("r3", DAY2, "cart", "c", 1, 0, 0, 0, 0.0),
    ]
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS))


def test_figures_by_hand() -> None:
    f = measure_live(_log())
    assert (f.requests, f.impressions, f.clicks, f.carts, f.purchases, f.revenue) == (3, 6, 2, 1, 1, 20.0)
    assert f.click_through_rate.value == pytest.approx(2 / 6)
    assert f.add_to_cart_rate.value == pytest.approx(1 / 6)
    assert f.purchases_per_click.value == 0.5 and f.purchases_per_click.n == 2
    assert f.purchases_per_impression.value == pytest.approx(1 / 6)
    assert f.revenue_per_mille.value == pytest.approx(20 / 6 * 1000)


def test_a_purchase_without_a_click_does_not_push_conversion_past_one() -> None:
    log = _log().assign(purchases=1)
    f = measure_live(log)
    assert f.purchases == 6
    assert f.purchases_per_click.value == 1.0


def test_no_impressions_are_unknown() -> None:
    f = measure_live(_log().iloc[:0])
    assert f.impressions == 0
    assert not f.click_through_rate.known and not f.revenue_per_mille.known
    change = compare_live(_log(), _log().iloc[:0])
    assert not any(getattr(change, name).known for name in FIGURES)


def test_the_same_log_twice_is_not_decided() -> None:
    change = compare_live(_log(), _log())
    for name in FIGURES:
        assert getattr(change, name).value == 0
        assert not getattr(change, name).decided


def test_a_large_difference_is_decided() -> None:
    shown = pd.DataFrame(
        {
            "request_id": [f"r{n}" for n in range(400)],
            "day": DAY1,
            "placement": "home",
            "item_id": "a",
            "impressions": 1,
            "clicks": np.arange(400) % 4 == 0,
            "carts": 0,
            "purchases": 0,
            "revenue": 0.0,
        }
    )
    better = compare_live(shown, shown.assign(clicks=np.arange(400) % 20 == 0)).click_through_rate
    assert better.value == pytest.approx(0.2)
    assert better.decided and better.low > 0


def test_days_without_impressions_stay_in_the_line() -> None:
    days = pd.date_range(DAY1, periods=3)
    table = measure_days(_log(), days)
    assert list(table["day"]) == list(days)
    assert list(table["impressions"]) == [4, 2, 0]
    assert table["click_through_rate"].tolist()[:2] == [0.5, 0.0]
    assert np.isnan(table["click_through_rate"].iloc[2]) and np.isnan(table["low"].iloc[2])
    assert table["revenue_per_mille"].iloc[0] == pytest.approx(5000)


def test_items_most_shown_first() -> None:
    table = measure_items(_log())
    assert list(table["item_id"]) == ["a", "b", "c"]
    assert table["click_through_rate"].tolist() == pytest.approx([1 / 3, 1 / 2, 0])
    assert (table["low"] <= table["click_through_rate"]).all() and (table["high"] <= 1).all()


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="revenue"):
        measure_live(_log().drop(columns="revenue"))
