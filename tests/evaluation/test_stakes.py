"""Amounts of findings: worked by hand, and covering the truth where it is known."""

import math

import numpy as np
import pytest

from recsys.evaluation.rates import NO_CHANGE_KNOWN, Change, Estimate, estimate_ratio, rate_change
from recsys.evaluation.stakes import NO_PRICE, price_fewer_clicks, price_missing_sales, price_unshown_days


def test_both_uncertainties_count():
    # half widths: 10,000 * 3 * 0.01 = 300 from the rate, 10,000 * 0.02 * 0.6 = 120 from the value of a click
    found = price_fewer_clicks(10_000, Change(-0.02, -0.03, -0.01), Estimate(3.0, 2.4, 3.6, 900))
    assert found.value == pytest.approx(600)
    assert found.high - found.value == pytest.approx(math.hypot(300, 120))
    assert found.value - found.low == pytest.approx(math.hypot(300, 120))


def test_a_rise_is_a_gain_and_unknown_parts_have_no_price():
    assert price_fewer_clicks(100, Change(0.01, 0.0, 0.02), Estimate(2.0, 1.0, 3.0, 9)).value == pytest.approx(-2)
    assert price_fewer_clicks(100, NO_CHANGE_KNOWN, Estimate(2.0, 1.0, 3.0, 9)) is NO_PRICE
    assert price_fewer_clicks(100, Change(-0.01, -0.02, 0.0), Estimate(2.0, math.nan, math.nan, 1)) is NO_PRICE
    assert not NO_PRICE.known


def test_the_interval_covers_the_true_loss():
    rng, covered, n, runs = np.random.default_rng(1), 0, 4000, 400
    truth = n * (0.08 - 0.06) * 5.0
    for _ in range(runs):
        before, now = (rng.random(n) < p for p in (0.08, 0.06))
        value = np.concatenate([before, now]) * rng.exponential(5.0, 2 * n)
        fall = rate_change((int(now.sum()), n), (int(before.sum()), n))
        found = price_fewer_clicks(n, fall, estimate_ratio(value, np.concatenate([before, now])))
        covered += found.low <= truth <= found.high
    assert covered / runs >= 0.93


def test_unshown_days_need_something_to_go_by():
    assert price_unshown_days([5.0] * 4, [1.0] * 4, 10) is NO_PRICE
    assert price_unshown_days([0.0] * 9, [1.0] * 9, 10) is NO_PRICE
    assert price_unshown_days([5.0] * 9, [1.0] * 9, 0) is NO_PRICE
    found = price_unshown_days([0, 0, 10, 0, 10, 0], [2, 2, 2, 2, 2, 2], 6)
    assert found.value == pytest.approx(20 / 12 * 6) and found.low == 0 and found.high > found.value


def test_missing_sales_are_an_interval_above_zero():
    assert price_missing_sales(40, 400, 4) is NO_PRICE
    found = price_missing_sales(60, 600, 6)
    assert (found.low, found.value) == (pytest.approx(60 - 1.96 * math.sqrt(600)), 60)
    assert price_missing_sales(50, 2500, 5).low == 0
