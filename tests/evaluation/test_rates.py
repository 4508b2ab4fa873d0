"""Proportions and ratios against worked cases from the papers, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.evaluation.rates import (
    design_effect_of,
    estimate_rate,
    estimate_ratio,
    rate_bands,
    rate_change,
    ratio_change,
)


def test_wilson_matches_the_published_case() -> None:
    # Newcombe (1998a), table I: 81 of 263 gives 0.2553 to 0.3662 by the score method.
    e = estimate_rate(81, 263)
    assert (round(e.value, 4), round(e.low, 4), round(e.high, 4)) == (0.3080, 0.2553, 0.3662)


def test_zero_successes_still_have_an_upper_end() -> None:
    # Newcombe (1998a), table I: 0 of 20 gives 0 to 0.1611.
    e = estimate_rate(0, 20)
    assert e.value == 0 and e.low == pytest.approx(0, abs=1e-12)
    assert round(e.high, 4) == 0.1611


def test_newcombe_matches_the_published_case() -> None:
    # Newcombe (1998b), table II, case (f): 0/10 against 0/20 gives -0.1611 to 0.2775.
    c = rate_change((0, 10), (0, 20))
    assert (round(c.low, 4), round(c.high, 4)) == (-0.1611, 0.2775)
    assert not c.decided


def test_nothing_shown_is_unknown_not_zero() -> None:
    e = estimate_rate(0, 0)
    assert not e.known and math.isnan(e.low)
    assert not rate_change((1, 10), (0, 0)).known
    assert not estimate_ratio([], []).known
    assert not ratio_change(([], []), ([1], [2])).decided


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(InputError, match="successes ≤ trials"):
        estimate_rate(successes, trials)


def test_ratio_error_by_hand() -> None:
    # a = 0, 30, 0; b = 10 each: R = 1; residuals -10, 20, -10; sum of squares 600.
    # var = 3/2 * 600 / 30² = 1; half width 1.96.
    e = estimate_ratio([0, 30, 0], [10, 10, 10])
    assert e.value == 1
    assert e.high == pytest.approx(1 + 1.959964, abs=1e-5)
    assert e.low == 0  # money does not go below zero


def test_one_request_has_no_interval() -> None:
    e = estimate_ratio([5], [10])
    assert e.value == 0.5 and math.isnan(e.high)


def test_design_effect_by_hand() -> None:
    # Ten requests of 4, all or none: residuals ±2, sum of squares 40; var = 10/9 * 40 / 40² = 1/36.
    # Independent: .25 / 40 = 1/160. Ratio 160/36.
    assert design_effect_of([4, 0] * 5, [4] * 10) == pytest.approx(160 / 36)


def test_bands_equal_single_rates_and_mark_empty_rows() -> None:
    value, low, high = rate_bands([3, 0], [10, 0])
    single = estimate_rate(3, 10)
    assert (value[0], low[0], high[0]) == (single.value, single.low, single.high)
    assert np.isnan([value[1], low[1], high[1]]).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(1, 8))
def test_a_rate_lies_inside_its_interval_and_the_interval_inside_0_1(case: tuple[int, int], deff: float) -> None:
    plain, wide = estimate_rate(*case), estimate_rate(*case, design_effect=deff)
    assert -1e-12 <= wide.low <= wide.value + 1e-12
    assert wide.value - 1e-12 <= wide.high <= 1 + 1e-12
    assert wide.high - wide.low >= plain.high - plain.low - 1e-12


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(30, 90), st.integers(30, 90))
def test_swapping_the_periods_flips_the_change(s1: int, s0: int, n1: int, n0: int) -> None:
    forth, back = rate_change((s1, n1), (s0, n0)), rate_change((s0, n0), (s1, n1))
    assert forth.value == pytest.approx(-back.value)
    assert forth.low == pytest.approx(-back.high, abs=1e-9)
    assert forth.decided == back.decided


def test_intervals_cover_the_truth_when_clicks_hang_together() -> None:
    # 300 simulated weeks: each request draws its own click rate, so independent trials would be too sure of themselves.
    rng = np.random.default_rng(7)
    rates = rng.beta(0.4, 3.6, size=(300, 200))  # mean 0.1
    clicks = rng.binomial(10, rates)
    shown = np.full(200, 10)
    hit = wrong = 0
    for row in clicks:
        e = estimate_rate(int(row.sum()), 2000, design_effect=design_effect_of(row, shown))
        hit += e.low <= 0.1 <= e.high
        naive = estimate_rate(int(row.sum()), 2000)
        wrong += naive.low <= 0.1 <= naive.high
    assert hit / 300 >= 0.92
    assert wrong / 300 < 0.85
