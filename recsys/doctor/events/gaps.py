"""Days with far fewer events than the same weekday usually has: an export that failed, a tag that fell off."""

import numpy as np
import pandas as pd
from scipy import stats

from recsys.doctor.events.contract import Facts, Issue

SHARE = 0.4
WEEKS = 4
"""The usual is the median of the same weekday up to this many weeks before and after."""
MIN_USUAL = 20.0
SHAPE, CHANCE = 5.0, 0.01
"""Daily counts vary more than by chance alone: negative binomial of this shape; rarer than this is no ordinary day."""
EXAMPLES = 5


def usual_by_day(counts: pd.Series) -> pd.Series:
    """Return the median of the same weekday within `WEEKS` weeks on both sides, the day itself left out.

    Parameters
    ----------
    counts
        Events per day over an unbroken range of days, zeros filled in.
    """
    values = counts.to_numpy(np.float64)
    shifts = [7 * week for week in range(-WEEKS, WEEKS + 1) if week]
    stack = np.full((len(shifts), len(values)), np.nan)
    for row, shift in enumerate(shifts):
        source = np.arange(len(values)) + shift
        inside = (source >= 0) & (source < len(values))
        stack[row, inside] = values[source[inside]]
    known = np.isfinite(stack).any(axis=0)
    out = np.full(len(values), np.nan)
    out[known] = np.nanmedian(stack[:, known], axis=0)
    return pd.Series(out, index=counts.index)


def find(facts: Facts) -> list[Issue]:
    """Return an issue with the days that fall far short; the first and last day, which may be partial, are left out."""
    if len(facts.days) < 3:
        return []
    series = facts.days.set_index("day")["n_events"]
    counts = series.reindex(pd.date_range(series.index.min(), series.index.max(), freq="D"), fill_value=0)
    if len(counts) > 20_000:  # stray dates would make centuries of empty days; the clock check names them
        return []
    usual = usual_by_day(counts)
    unlikely = stats.nbinom.cdf(counts, SHAPE, SHAPE / (SHAPE + usual.clip(lower=1e-9))) < CHANCE
    short = (counts < SHARE * usual) & (usual >= MIN_USUAL) & unlikely
    short.iloc[[0, -1]] = False
    if not short.any():
        return []
    missing = (usual - counts)[short]
    worst = missing.nlargest(EXAMPLES).index
    examples = tuple(
        {"day": day.date().isoformat(), "n_events": int(counts[day]), "usual": round(float(usual[day]))}
        for day in worst
    )
    return [Issue("gap", round(float(missing.sum())), 0, 0.0, examples, {"n_days": int(short.sum())})]
