"""What a finding is worth: money of one period, with an interval, from counts a shop has. Pure functions.

An amount is a `rates.Estimate` in the shop's currency; an unknown one says that the finding cannot be priced. None of
these is a causal effect: each says what the counts of the period add up to when one assumption holds, and the
docstring names it. What was found, and in which order it is told, stands in `workflows.today`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from recsys.evaluation.rates import Change, Estimate, estimate_ratio

NO_PRICE = Estimate(math.nan, math.nan, math.nan, 0)
"""The amount of what cannot be priced."""
LEAST_ITEMS = 5
"""Items or purchases an amount must rest on; with fewer the spread cannot be told."""


def price_fewer_clicks(impressions: int, fall: Change, per_click: Estimate) -> Estimate:
    """Money that went with a fallen click-through rate: impressions · (rate before − rate now) · revenue per click.

    Assumes that a click would have brought as much as clicks did on average. The rate and the value of a click are
    taken as independent; their intervals are put together by the method of variance estimates recovery on the
    linearised product.

    Parameters
    ----------
    impressions
        Of the later period, ≥ 0.
    fall
        Change of the click-through rate, now − before; a rise gives a negative amount.
    per_click
        Revenue per click.

    Returns
    -------
    Estimate
        Amount lost in the period, in the currency of `per_click`; unknown where either part is.

    References
    ----------
    Zou & Donner (2008), Construction of confidence limits about effect measures, Statistics in Medicine 27.

    Examples
    --------
    2 points fewer of 10,000 impressions, a click worth 3.00:

    >>> e = price_fewer_clicks(10_000, Change(-0.02, -0.03, -0.01), Estimate(3.0, 3.0, 3.0, 900))
    >>> round(e.value), round(e.low), round(e.high)
    (600, 300, 900)
    """
    if not (fall.known and per_click.known) or math.isnan(fall.low) or math.isnan(per_click.low):
        return NO_PRICE
    lost, value = -fall.value, per_click.value
    below = math.hypot(value * (lost + fall.high), lost * (value - per_click.low))
    above = math.hypot(value * (-fall.low - lost), lost * (per_click.high - value))
    middle = impressions * lost * value
    return Estimate(middle, middle - impressions * below, middle + impressions * above, impressions)


def price_unshown_days(revenue: ArrayLike, days: ArrayLike, unshown_days: float) -> Estimate:
    """Money that items out of every list would have brought: revenue per item and day of their like · their days.

    Assumes that they would do as well as the items of the same kind that were shown, per day on offer. The interval is
    the delta-method interval of that ratio over the shown items.

    Parameters
    ----------
    revenue
        Brought by lists in the period, shape (n_shown_items,).
    days
        Days of the period each of these was on offer, shape (n_shown_items,).
    unshown_days
        Days of the period the unshown items were on offer, summed.

    Returns
    -------
    Estimate
        Unknown with fewer than `LEAST_ITEMS` shown items, or when none of them brought anything.

    Examples
    --------
    Five shown items earned 10 per day each; two unshown ones were on offer for four days together:

    >>> e = price_unshown_days([20, 20, 20, 20, 20], [2, 2, 2, 2, 2], 4)
    >>> e.value, e.low, e.high
    (40.0, 40.0, 40.0)
    """
    brought, offered = np.asarray(revenue, np.float64), np.asarray(days, np.float64)
    if len(brought) < LEAST_ITEMS or not brought.any() or unshown_days <= 0:
        return NO_PRICE
    ratio = estimate_ratio(brought, offered, scale=unshown_days)
    return NO_PRICE if math.isnan(ratio.low) else Estimate(ratio.value, ratio.low, ratio.high, len(brought))


def price_missing_sales(revenue: float, squared_revenue: float, n_purchases: int, share: float = 1.0) -> Estimate:
    """Sales at the pace of an earlier span, for things that can no longer be bought.

    Purchases are counted as compound Poisson: the variance of a sum of purchase values is the sum of their squares.
    Assumes that demand lasts and that nobody buys something else instead, so it is an upper bound.

    Parameters
    ----------
    revenue, squared_revenue
        Sum of the purchase values of the earlier span, and of their squares.
    n_purchases
        How many there were.
    share
        Length of the period to price over that of the earlier span.

    Returns
    -------
    Estimate
        Unknown with fewer than `LEAST_ITEMS` purchases; the low end is at least 0.

    Examples
    --------
    100 purchases of 10 each in twice the period:

    >>> e = price_missing_sales(1000, 10_000, 100, share=0.5)
    >>> e.value, e.low, e.high
    (500.0, 402.0, 598.0)
    """
    if n_purchases < LEAST_ITEMS or revenue <= 0:
        return NO_PRICE
    middle, half = share * revenue, 1.96 * share * math.sqrt(squared_revenue)
    return Estimate(middle, max(middle - half, 0.0), middle + half, n_purchases)
