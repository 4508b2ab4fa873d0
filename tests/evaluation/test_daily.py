"""Figures day by day: their sums by hand, bands around them, gaps where nothing was shown."""

import math

import pandas as pd
import pytest

from recsys.evaluation.daily import measure_daily
from recsys.evaluation.live import OUTCOME_COLUMNS, RATES, measure_live
from recsys.evaluation.rates import estimate_ratio

DAYS = pd.date_range("2026-03-01", periods=3, tz="UTC")


def _outcomes() -> pd.DataFrame:
    rows = [
        ("r1", DAYS[0], "home", "a", 1, 1, 1, 1, 12.0),
        ("r1", DAYS[0], "home", "b", 1, 0, 0, 0, 0.0),
        ("r2", DAYS[0], "home", "a", 1, 0, 0, 0, 0.0),
        ("r3", DAYS[2], "home", "a", 1, 1, 0, 0, 0.0),
    ]
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS))


@pytest.mark.parametrize("figure", [*RATES, "revenue_per_mille"])
def test_each_day_is_estimated_alone(figure: str):
    table = measure_daily(_outcomes(), DAYS, figure)
    assert table["day"].tolist() == list(DAYS)
    for row, day in enumerate(DAYS):
        alone = getattr(measure_live(_outcomes()[_outcomes()["day"] == day]), figure)
        assert table["value"][row] == pytest.approx(alone.value, nan_ok=True)
        if not math.isnan(table["low"][row]):
            assert table["low"][row] <= table["value"][row] <= table["high"][row]


def test_a_day_without_lists_is_a_gap_and_revenue_has_the_interval_of_its_requests():
    rate = measure_daily(_outcomes(), DAYS, "click_through_rate")
    assert rate["value"].tolist()[:1] == [pytest.approx(1 / 3)] and math.isnan(rate["value"][1])
    money = measure_daily(_outcomes(), DAYS, "revenue_per_mille")
    expected = estimate_ratio([12.0, 0.0], [2, 1], scale=1000)
    assert (money["value"][0], money["high"][0]) == (pytest.approx(4000), pytest.approx(expected.high))
    assert math.isnan(money["high"][2])  # one request: nothing to tell the spread from


def test_nothing_shown_is_all_gaps():
    assert measure_daily(_outcomes().iloc[:0], DAYS, "click_through_rate")["value"].isna().all()
    assert measure_daily(_outcomes().iloc[:0], DAYS, "revenue_per_mille")["value"].isna().all()
