"""How much of everything sold came from recommendations."""

from dataclasses import dataclass

import pandas as pd

from recsys.evaluation.live import DAY_COLUMN
from recsys.evaluation.rates import NO_CHANGE_KNOWN, Change, Estimate, estimate_ratio, ratio_change
from recsys.workflows.performance import split_spans
from recsys.workflows.periods import Period

_SUMS = ["purchases", "recommended_purchases", "revenue", "recommended_revenue"]


@dataclass(frozen=True, eq=False)
class SalesShare:
    """Sales of a period, and the part of them that a shown list led to.

    Parameters
    ----------
    purchases, recommended_purchases
        Counts; recommended are those that carry a request in which the product was shown.
    revenue, recommended_revenue
        Their money.
    share
        recommended_revenue / revenue with a delta-method interval over days.
    change
        Of the share against the earlier span.
    days
        One row per day of the period: `day`, the four sums and `share` (NaN on a day without sales).
    """

    purchases: int
    recommended_purchases: int
    revenue: float
    recommended_revenue: float
    share: Estimate
    change: Change
    days: pd.DataFrame


def view_share(sales: pd.DataFrame, period: Period) -> SalesShare:
    """Measure how much of the sales of a period came from recommendations.

    It says what lists accompanied, not what would have been lost without them.

    Parameters
    ----------
    sales
        `Store.sales` of both spans.
    period
        The spans.
    """
    now, before = (part.groupby(DAY_COLUMN)[_SUMS].sum() for part in split_spans(sales, period))
    days = now.reindex(period.days, fill_value=0).rename_axis(DAY_COLUMN).reset_index()
    days["share"] = days["recommended_revenue"] / days["revenue"].where(days["revenue"] > 0)
    totals = days[_SUMS].sum()
    pair = [(part["recommended_revenue"], part["revenue"]) for part in (now, before)]
    return SalesShare(
        purchases=int(totals["purchases"]),
        recommended_purchases=int(totals["recommended_purchases"]),
        revenue=float(totals["revenue"]),
        recommended_revenue=float(totals["recommended_revenue"]),
        share=estimate_ratio(*pair[0]),
        change=ratio_change(pair[0], pair[1]) if len(now) and len(before) else NO_CHANGE_KNOWN,
        days=days,
    )
