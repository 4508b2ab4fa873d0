"""Live figures of the lists that were shown: click-through, add-to-cart, conversion and revenue, with intervals.

What belongs here: which counts make which figure, by period, placement, item or day. The intervals themselves stand
in `rates`, offline metrics in `metrics`, wording and number formats in `ui`.
"""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from recsys.errors import InputError
from recsys.evaluation.rates import (
    Change,
    Estimate,
    design_effect_of,
    estimate_rate,
    estimate_ratio,
    rate_bands,
    rate_change,
    ratio_change,
)
from recsys.vocabulary import Columns

PER_MILLE = 1000.0
DAY_COLUMN = "day"
COUNT_COLUMNS: tuple[str, ...] = ("impressions", "clicks", "carts", "purchases", "revenue")
OUTCOME_COLUMNS: tuple[str, ...] = (Columns.REQUEST, DAY_COLUMN, Columns.PLACEMENT, Columns.ITEM, *COUNT_COLUMNS)
"""One row per request and item shown: how often it was shown (1 as a rule), whether it was clicked, put in the cart,
bought through that list (0 or 1 each), and the money that brought."""


@dataclass(frozen=True)
class LiveFigures:
    """The five figures of one set of shown lists.

    Parameters
    ----------
    requests, impressions, clicks, carts, purchases
        Counts; an item shown in a request is clicked, carted or bought at most once.
    revenue
        Sum of the money of the bought items.
    click_through_rate
        clicks / impressions.
    add_to_cart_rate
        carts / impressions.
    purchases_per_click
        Clicked items that were bought / clicks: conversion of a visit to a product.
    purchases_per_impression
        purchases / impressions: conversion of a slot.
    revenue_per_mille
        Revenue per 1,000 impressions, interval from the spread over requests.
    """

    requests: int
    impressions: int
    clicks: int
    carts: int
    purchases: int
    revenue: float
    click_through_rate: Estimate
    add_to_cart_rate: Estimate
    purchases_per_click: Estimate
    purchases_per_impression: Estimate
    revenue_per_mille: Estimate


@dataclass(frozen=True)
class LiveChanges:
    """The change of each figure against an earlier period, named as in `LiveFigures`."""

    click_through_rate: Change
    add_to_cart_rate: Change
    purchases_per_click: Change
    purchases_per_impression: Change
    revenue_per_mille: Change


RATES: dict[str, tuple[str, str]] = {
    "click_through_rate": ("clicks", "impressions"),
    "add_to_cart_rate": ("carts", "impressions"),
    "purchases_per_click": ("clicked_purchases", "clicks"),
    "purchases_per_impression": ("purchases", "impressions"),
}
"""Figure -> (successes, trials), columns of the sums per request."""


def sum_requests(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Sum outcomes per request.

    Parameters
    ----------
    outcomes
        Frame with `OUTCOME_COLUMNS`.

    Returns
    -------
    DataFrame
        One row per request with `COUNT_COLUMNS` and `clicked_purchases` (bought after a click on the same item).

    Raises
    ------
    InputError
        If a column is missing.
    """
    missing = [c for c in OUTCOME_COLUMNS if c not in outcomes.columns]
    if missing:
        raise InputError(f"Live figures need the columns {missing}; received {list(outcomes.columns)}.")
    rows = outcomes.assign(clicked_purchases=np.minimum(outcomes["purchases"], outcomes["clicks"]))
    return rows.groupby(Columns.REQUEST, sort=False)[[*COUNT_COLUMNS, "clicked_purchases"]].sum()


def measure_live(outcomes: pd.DataFrame) -> LiveFigures:
    """Estimate the live figures of a set of shown lists.

    Proportions carry Wilson intervals on the effective number of trials, revenue a delta-method interval over
    requests; see `rates` for the formulas and sources.

    Parameters
    ----------
    outcomes
        Frame with `OUTCOME_COLUMNS`; empty gives zero counts and unknown figures.
    """
    sums = sum_requests(outcomes)
    totals = sums.sum()
    rates = {
        name: estimate_rate(
            int(totals[successes]), int(totals[trials]), design_effect=design_effect_of(sums[successes], sums[trials])
        )
        for name, (successes, trials) in RATES.items()
    }
    return LiveFigures(
        requests=len(sums),
        impressions=int(totals["impressions"]),
        clicks=int(totals["clicks"]),
        carts=int(totals["carts"]),
        purchases=int(totals["purchases"]),
        revenue=float(totals["revenue"]),
        revenue_per_mille=estimate_ratio(sums["revenue"], sums["impressions"], scale=PER_MILLE),
        **rates,
    )


def compare_live(now: pd.DataFrame, before: pd.DataFrame) -> LiveChanges:
    """Estimate how each figure changed between two disjoint periods.

    Proportions: Newcombe's interval for the difference; revenue: normal interval with delta-method errors. An interval
    that covers zero is not decided (`Change.decided`).

    Parameters
    ----------
    now, before
        Frames with `OUTCOME_COLUMNS`.
    """
    new, old = sum_requests(now), sum_requests(before)
    rates = {
        name: rate_change(
            (int(new[successes].sum()), int(new[trials].sum())),
            (int(old[successes].sum()), int(old[trials].sum())),
            design_effects=(
                design_effect_of(new[successes], new[trials]),
                design_effect_of(old[successes], old[trials]),
            ),
        )
        for name, (successes, trials) in RATES.items()
    }
    revenue = ratio_change((new["revenue"], new["impressions"]), (old["revenue"], old["impressions"]), scale=PER_MILLE)
    return LiveChanges(revenue_per_mille=revenue, **rates)


def measure_days(outcomes: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Sum and estimate per day, one row for every day asked, in order.

    Returns
    -------
    DataFrame
        `day`, `COUNT_COLUMNS` and each figure of `RATES` plus `revenue_per_mille`; the click-through rate also as
        `low` and `high`. NaN on a day without trials.
    """
    rows = outcomes.assign(clicked_purchases=np.minimum(outcomes["purchases"], outcomes["clicks"]))
    sums = rows.groupby(DAY_COLUMN)[[*COUNT_COLUMNS, "clicked_purchases"]].sum().reindex(days, fill_value=0)
    requests = sum_requests(outcomes)
    deff = design_effect_of(requests["clicks"], requests["impressions"])
    rate, low, high = rate_bands(sums["clicks"], sums["impressions"], design_effect=deff)
    return _with_figures(sums, rate, low, high).rename_axis(DAY_COLUMN).reset_index()


def measure_items(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Sum and estimate per item, most shown first.

    An item appears once in a list, so its impressions are independent requests and the Wilson interval needs no
    widening.

    Returns
    -------
    DataFrame
        `item_id`, `COUNT_COLUMNS`, the figures of `RATES`, `revenue_per_mille`, `low` and `high` of the click-through
        rate.
    """
    rows = outcomes.assign(clicked_purchases=np.minimum(outcomes["purchases"], outcomes["clicks"]))
    sums = rows.groupby(Columns.ITEM)[[*COUNT_COLUMNS, "clicked_purchases"]].sum()
    rate, low, high = rate_bands(sums["clicks"], sums["impressions"])
    table = _with_figures(sums, rate, low, high).rename_axis(Columns.ITEM).reset_index()
    return table.sort_values(["impressions", Columns.ITEM], ascending=[False, True], ignore_index=True)


def _with_figures(sums: pd.DataFrame, rate: np.ndarray, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    """Add each figure to a frame of sums; rows without trials get NaN."""
    out = sums.drop(columns="clicked_purchases").assign(click_through_rate=rate, low=low, high=high)
    for name, (successes, trials) in RATES.items():
        if name != "click_through_rate":
            out[name] = sums[successes] / sums[trials].where(sums[trials] > 0)
    out["revenue_per_mille"] = PER_MILLE * sums["revenue"] / sums["impressions"].where(sums["impressions"] > 0)
    return out


FIGURES: tuple[str, ...] = tuple(f.name for f in fields(LiveChanges))
"""Names of the figures, in the order they are shown."""
