"""Share of everything sold that came from recommendations, by hand."""

import pandas as pd
import pytest

from recsys.workflows.periods import Comparison, find_period
from recsys.workflows.sales_share import view_share

PERIOD = find_period(pd.Timestamp("2026-03-14 12:00", tz="UTC"), 7)


def _sales(rows: list[tuple[str, int, int, float, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["day", "purchases", "recommended_purchases", "revenue", "recommended_revenue"])
    return frame.assign(day=pd.to_datetime(frame["day"], utc=True), item_id="a")


SALES = _sales(
    [
        ("2026-03-08", 2, 1, 30.0, 10.0),
        ("2026-03-08", 1, 0, 10.0, 0.0),
        ("2026-03-10", 1, 1, 20.0, 20.0),
        ("2026-03-02", 4, 1, 100.0, 10.0),
        ("2026-03-03", 4, 1, 100.0, 30.0),
        ("2026-02-01", 9, 9, 900.0, 900.0),
    ]
)


def test_the_share_is_money_over_money_of_the_period():
    share = view_share(SALES, PERIOD)
    assert (share.purchases, share.recommended_purchases) == (4, 2)
    assert (share.revenue, share.recommended_revenue) == (60.0, 30.0)
    assert share.share.value == pytest.approx(0.5) and share.share.low <= 0.5 <= share.share.high
    assert share.change.value == pytest.approx(0.5 - 0.2)
    assert share.days["revenue"].tolist() == [40.0, 0.0, 20.0, 0.0, 0.0, 0.0, 0.0]
    assert share.days["share"].dropna().tolist() == [0.25, 1.0]


def test_nothing_sold_or_nothing_to_compare_is_unknown():
    nothing = view_share(SALES.iloc[:0], PERIOD)
    assert not nothing.share.known and not nothing.change.known and len(nothing.days) == 7
    alone = view_share(SALES, find_period(pd.Timestamp("2026-03-14", tz="UTC"), 7, Comparison.NONE))
    assert alone.share.known and not alone.change.known
