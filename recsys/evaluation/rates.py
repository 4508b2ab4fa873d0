"""Proportions and ratios with intervals, and their change between two periods. Pure functions over counts and arrays.

The unit of chance is the *request*, not the impression: one shopper reads one list at a time, so the clicks of a list
hang together. Every interval can therefore be widened by the design effect of requests (Kish); none is ever narrowed.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from recsys.errors import InputError

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval.

    Parameters
    ----------
    value
        The estimate; NaN when there is nothing to divide by.
    low, high
        Ends of the interval, in the unit of `value`; NaN with `value`.
    n
        The denominator it rests on (impressions or clicks).
    """

    value: float
    low: float
    high: float
    n: int

    @property
    def known(self) -> bool:
        """Whether there was anything to estimate from."""
        return not math.isnan(self.value)


@dataclass(frozen=True)
class Change:
    """The difference of two estimates (now − before) with its interval, in the unit of the estimates."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether both periods had something to estimate from."""
        return not math.isnan(self.value)

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero; an unknown change is not decided."""
        return self.known and (self.low > 0 or self.high < 0)


NO_CHANGE_KNOWN = Change(math.nan, math.nan, math.nan)


def estimate_rate(
    successes: int, trials: int, *, design_effect: float = 1.0, confidence: float = CONFIDENCE
) -> Estimate:
    """Proportion with Wilson's score interval, on the effective number of trials.

    The interval solves (p̂ − p)² = z² p (1 − p) / n, so it stays inside [0, 1] and is sensible at 0 successes. With
    trials that hang together n is replaced by n / deff.

    Parameters
    ----------
    successes
        How many trials succeeded, 0 ≤ successes ≤ trials.
    trials
        How many there were.
    design_effect
        Variance against independent trials, ≥ 1; see `design_effect_of`.
    confidence
        Coverage of the interval, in (0, 1).

    Returns
    -------
    Estimate
        value, low and high in [0, 1]; NaN without trials.

    Raises
    ------
    InputError
        If successes are negative or exceed the trials.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22; Kish (1965), Survey
    Sampling, for the effective sample size.

    Examples
    --------
    >>> e = estimate_rate(5, 50)
    >>> round(e.value, 3), round(e.low, 3), round(e.high, 3)
    (0.1, 0.043, 0.214)
    """
    if successes < 0 or successes > trials:
        raise InputError(f"A rate needs 0 ≤ successes ≤ trials; received {successes} of {trials}.")
    if trials == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    deff = max(design_effect, 1.0)
    low, high = proportion_confint(successes / deff, trials / deff, alpha=1 - confidence, method="wilson")
    return Estimate(successes / trials, float(low), float(high), int(trials))


def rate_bands(
    successes: ArrayLike, trials: ArrayLike, *, design_effect: float = 1.0, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Many proportions at once: value, low and high, each of shape (n,); NaN where a row has no trials.

    Same interval as `estimate_rate`, for a line with a band or a table column.
    """
    count, nobs = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    deff = max(design_effect, 1.0)
    safe = np.where(nobs > 0, nobs, 1.0)
    low, high = proportion_confint(np.minimum(count, safe) / deff, safe / deff, alpha=1 - confidence, method="wilson")
    empty = nobs <= 0
    return tuple(np.where(empty, np.nan, part) for part in (count / safe, low, high))  # type: ignore[return-value]


def rate_change(
    now: tuple[int, int],
    before: tuple[int, int],
    *,
    design_effects: tuple[float, float] = (1.0, 1.0),
    confidence: float = CONFIDENCE,
) -> Change:
    """Difference of two independent proportions with Newcombe's hybrid score interval.

    Newcombe combines the two Wilson intervals: low = d − √((p₁ − l₁)² + (u₀ − p₀)²), high likewise.

    Parameters
    ----------
    now, before
        (successes, trials) of each period.
    design_effects
        Design effect of each period, ≥ 1.
    confidence
        Coverage of the interval.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17,
    method 10.

    Examples
    --------
    Newcombe's worked case 56/70 against 48/80 gives 0.0524 to 0.3339:

    >>> c = rate_change((56, 70), (48, 80))
    >>> round(c.value, 4), round(c.low, 4), round(c.high, 4), c.decided
    (0.2, 0.0524, 0.3339, True)
    """
    if now[1] == 0 or before[1] == 0:
        return NO_CHANGE_KNOWN
    (s1, n1), (s0, n0) = now, before
    d1, d0 = (max(d, 1.0) for d in design_effects)
    low, high = confint_proportions_2indep(
        s1 / d1, n1 / d1, s0 / d0, n0 / d0, method="newcomb", compare="diff", alpha=1 - confidence
    )
    return Change(s1 / n1 - s0 / n0, float(low), float(high))


def estimate_ratio(
    numerators: ArrayLike, denominators: ArrayLike, *, scale: float = 1.0, confidence: float = CONFIDENCE
) -> Estimate:
    """Ratio of two sums over requests with a delta-method interval.

    R = Σa / Σb over clusters, var(R) ≈ m/(m−1) · Σ(a − R b)² / (Σb)². With one request there is no spread to learn
    from and the interval is NaN.

    Parameters
    ----------
    numerators, denominators
        Sums per request, shape (n_requests,), for example revenue and impressions.
    scale
        Multiplies the result, 1,000 for "per 1,000 impressions".
    confidence
        Coverage of the interval.

    Returns
    -------
    Estimate
        `n` is the sum of the denominators.

    References
    ----------
    Cochran (1977), Sampling Techniques, eq. 6.4; Deng, Knoblich, Lu (2018), Applying the delta method in metric
    analytics, KDD.

    Examples
    --------
    Three requests with 10 impressions each earn 0, 30 and 0:

    >>> e = estimate_ratio([0, 30, 0], [10, 10, 10], scale=1000)
    >>> round(e.value), e.n
    (1000, 30)
    """
    a, b = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    total = float(b.sum())
    if total == 0:
        return Estimate(math.nan, math.nan, math.nan, 0)
    ratio = float(a.sum()) / total
    half = _normal_quantile(confidence) * _ratio_error(a, b, ratio, total)
    low = max((ratio - half) * scale, 0.0) if a.min() >= 0 else (ratio - half) * scale
    return Estimate(ratio * scale, low, (ratio + half) * scale, int(total))


def ratio_change(
    now: tuple[ArrayLike, ArrayLike],
    before: tuple[ArrayLike, ArrayLike],
    *,
    scale: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Change:
    """Difference of two ratios over independent sets of requests, normal interval with delta-method errors.

    Parameters
    ----------
    now, before
        (numerators, denominators) per request of each period.
    scale, confidence
        As in `estimate_ratio`.
    """
    parts = []
    for numerators, denominators in (now, before):
        a, b = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
        total = float(b.sum())
        if total == 0:
            return NO_CHANGE_KNOWN
        ratio = float(a.sum()) / total
        parts.append((ratio, _ratio_error(a, b, ratio, total)))
    (r1, e1), (r0, e0) = parts
    half = _normal_quantile(confidence) * math.hypot(e1, e0)
    return Change((r1 - r0) * scale, (r1 - r0 - half) * scale, (r1 - r0 + half) * scale)


def design_effect_of(numerators: ArrayLike, denominators: ArrayLike) -> float:
    """How much wider the requests make a proportion than independent trials would, ≥ 1.

    deff = var_cluster(p̂) / (p̂ (1 − p̂) / n); 1 for fewer than two requests or a proportion of 0 or 1.

    Parameters
    ----------
    numerators, denominators
        Successes and trials per request, shape (n_requests,).

    Examples
    --------
    Ten requests of four impressions, either all clicked or none: the four say no more than one.

    >>> round(design_effect_of([4, 0] * 5, [4] * 10), 1)
    4.4
    """
    a, b = np.asarray(numerators, np.float64), np.asarray(denominators, np.float64)
    total = float(b.sum())
    rate = float(a.sum()) / total if total else 0.0
    if np.count_nonzero(b) < 2 or not 0 < rate < 1:
        return 1.0
    return max(1.0, _ratio_error(a, b, rate, total) ** 2 / (rate * (1 - rate) / total))


def _ratio_error(a: NDArray[np.float64], b: NDArray[np.float64], ratio: float, total: float) -> float:
    """Delta-method standard error of Σa/Σb over clusters; NaN for a single cluster."""
    m = np.count_nonzero(b)
    if m < 2:
        return math.nan
    return math.sqrt(m / (m - 1) * float(np.square(a - ratio * b).sum())) / total


def _normal_quantile(confidence: float) -> float:
    """Two-sided normal quantile, 1.96 for 95 %."""
    return float(stats.norm.ppf(0.5 + confidence / 2))
