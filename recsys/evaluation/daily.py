"""Live figures day by day, each with its band."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.evaluation.live import DAY_COLUMN, PER_MILLE, RATES, sum_requests
from recsys.evaluation.rates import design_effect_of, estimate_ratio, rate_bands
from recsys.vocabulary import Columns

Floats = NDArray[np.float64]


def measure_daily(outcomes: pd.DataFrame, days: pd.DatetimeIndex, figure: str) -> pd.DataFrame:
    """Estimate one figure for every day asked, with a 95 % interval.

    Proportions: Wilson's interval on the effective number of trials, the design effect being that of all days together.
    Revenue: the delta-method interval over the requests of the day; none on a day with a single request.

    Parameters
    ----------
    outcomes
        Frame with `evaluation.live.OUTCOME_COLUMNS`.
    days
        UTC midnights, in order.
    figure
        A key of `evaluation.live.RATES`, or "revenue_per_mille".

    Returns
    -------
    DataFrame
        `day`, `value`, `low`, `high`; NaN on a day without trials.
    """
    day_of = outcomes.groupby(Columns.REQUEST, sort=False)[DAY_COLUMN].first()
    sums = sum_requests(outcomes).assign(**{DAY_COLUMN: day_of})
    if figure in RATES:
        successes, trials = RATES[figure]
        daily = sums.groupby(DAY_COLUMN)[[successes, trials]].sum().reindex(days, fill_value=0)
        effect = design_effect_of(sums[successes], sums[trials])
        bands: tuple[Floats, ...] = rate_bands(daily[successes], daily[trials], design_effect=effect)
    else:
        bands = _revenue_bands(sums, days)
    return pd.DataFrame({DAY_COLUMN: days, **dict(zip(("value", "low", "high"), bands, strict=True))})


def _revenue_bands(sums: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[Floats, ...]:
    """Revenue per 1,000 impressions of each day: value, low and high, shape (n_days,) each."""
    parts = dict(list(sums.groupby(DAY_COLUMN)[["revenue", "impressions"]]))
    found = np.full((3, len(days)), np.nan)
    for column, day in enumerate(days):
        if day in parts:
            e = estimate_ratio(parts[day]["revenue"], parts[day]["impressions"], scale=PER_MILLE)
            found[:, column] = e.value, e.low, e.high
    return tuple(found)
