"""What needs a person: found in small logs with known answers, priced where that is possible, most costly first."""

import math

import numpy as np
import pandas as pd
import pytest

from recsys.data.catalogue import Catalogue
from recsys.evaluation.live import OUTCOME_COLUMNS
from recsys.evaluation.rates import Estimate
from recsys.vocabulary import CATALOGUE_COLUMNS
from recsys.workflows import findings
from recsys.workflows.findings import Finding, FindingKind
from recsys.workflows.outcomes import mark_category
from recsys.workflows.periods import Comparison, find_period
from recsys.workflows.today import count_new

CLOCK = pd.Timestamp("2026-03-14 12:00", tz="UTC")
PERIOD = find_period(CLOCK, 7)
MUGS, LAMPS = 40, 40


def _catalogue(n: int = 80) -> Catalogue:
    frame = pd.DataFrame({"item_id": [f"i{k:02d}" for k in range(n)], "attributes": "{}"})
    frame = frame.reindex(columns=list(CATALOGUE_COLUMNS))
    frame["category"] = ["Mugs" if k < MUGS else "Lamps" for k in range(n)]
    frame["stock"], frame["images"] = 5, [[] for _ in range(n)]
    frame["launched_at"] = pd.Timestamp("2025-01-01", tz="UTC")
    return Catalogue(frame)


def _lists(day: pd.Timestamp, clicks_per_list: dict[str, float], n_lists: int, seed: int) -> pd.DataFrame:
    """Lists of ten products of each category, every click worth 8."""
    rng, rows = np.random.default_rng(seed), []
    for number in range(n_lists):
        for category, rate in clicks_per_list.items():
            first = 0 if category == "Mugs" else MUGS
            for item in range(first, first + 10):
                clicked = int(rng.random() < rate)
                rows.append((f"{day:%d}-{number}", day, "home", f"i{item:02d}", 1, clicked, 0, clicked, 8.0 * clicked))
    return pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS))


def _outcomes(before: dict[str, float], now: dict[str, float]) -> pd.DataFrame:
    spans = [_lists(PERIOD.before, before, 250, 1), _lists(PERIOD.start, now, 250, 2)]
    return mark_category(pd.concat(spans), _catalogue())


def test_the_category_that_fell_is_named_and_priced():
    outcomes = _outcomes({"Mugs": 0.12, "Lamps": 0.10}, {"Mugs": 0.05, "Lamps": 0.10})
    found = findings.find_fallen_clicks(outcomes, PERIOD)
    assert [(f.kind, f.name) for f in found] == [(FindingKind.CLICKS, ""), (FindingKind.CATEGORY, "Mugs")]
    mugs = found[1]
    assert mugs.count == 2500 and mugs.change.high < 0
    assert mugs.amount.low <= 2500 * 0.07 * 8 <= mugs.amount.high
    assert mugs.amount.value == pytest.approx(2500 * -mugs.change.value * 8)  # every click brought exactly 8


def test_nothing_fell_when_nothing_changed_or_nothing_is_compared():
    same = {"Mugs": 0.1, "Lamps": 0.1}
    assert findings.find_fallen_clicks(_outcomes(same, same), PERIOD) == []
    fell = _outcomes({"Mugs": 0.2, "Lamps": 0.2}, {"Mugs": 0.1, "Lamps": 0.1})
    assert findings.find_fallen_clicks(fell, find_period(CLOCK, 7, Comparison.NONE)) == []


def _sales(rows: list[tuple[str, str, int, int, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item_id", "day", "touches", "purchases", "revenue"])
    frame["day"] = pd.to_datetime(frame["day"], utc=True)
    return frame.assign(squared_revenue=frame["revenue"] ** 2 / frame["purchases"].clip(lower=1))


def test_sold_out_products_count_only_while_somebody_looks_at_them():
    catalogue = _catalogue()
    frame = catalogue.frame.copy()
    frame.loc[[0, 1], "stock"] = 0
    sales = _sales(
        [("i00", "2026-03-02", 3, 8, 80.0), ("i00", "2026-03-12", 2, 0, 0.0), ("i01", "2026-03-02", 9, 8, 80.0)]
        + [("i02", "2026-03-12", 9, 8, 80.0)]
    )
    (found,) = findings.find_sold_out(Catalogue(frame), sales, PERIOD.end, 7)
    assert (found.kind, found.count) == (FindingKind.SOLD_OUT, 1)
    assert found.amount.value == 40.0  # 80 in two periods
    assert found.amount.high - 40.0 == pytest.approx(1.96 * 0.5 * math.sqrt(800))
    assert findings.find_sold_out(catalogue, sales, PERIOD.end, 7) == []


def test_new_products_in_no_list_are_priced_by_those_that_were_shown():
    frame = _catalogue().frame.copy()
    frame.loc[:11, "launched_at"] = CLOCK - pd.Timedelta(days=2)  # i00 to i09 are shown, i10 and i11 are not
    frame.loc[12, ["launched_at", "stock"]] = [CLOCK - pd.Timedelta(days=2), 0]  # cannot be shown at all
    catalogue = Catalogue(frame)
    outcomes = _outcomes({"Mugs": 0.1}, {"Mugs": 0.1})
    (found,) = findings.find_unseen(catalogue, outcomes, PERIOD, CLOCK)
    new = count_new(catalogue, CLOCK, [], frozenset(f"i{k:02d}" for k in range(10)))
    assert (found.count, found.total) == (new.unseen, new.launched) == (2, 12)
    brought = outcomes[outcomes["day"] >= PERIOD.start]["revenue"].sum()
    assert found.amount.value == pytest.approx(brought / 20 * 4)  # per day on offer, two days each
    assert found.amount.low < found.amount.value < found.amount.high


def test_sales_of_unknown_products_are_counted():
    sales = _sales(
        [("gone", "2026-03-09", 1, 2, 30.0), ("gone", "2026-03-01", 1, 2, 99.0), ("i00", "2026-03-09", 1, 1, 5)]
    )
    (found,) = findings.find_unknown_sales(_catalogue().item_ids, sales, PERIOD.start)
    assert (found.count, found.total, found.amount) == (1, 2, Estimate(30.0, 30.0, 30.0, 2))


def test_imports_that_left_rows_out_count_once_per_file_and_while_they_are_recent():
    rows = [
        ("events.csv", "applied", "2026-03-10", 100, 0),
        ("items.csv", "applied", "2026-03-09", 100, 7),
        ("items.csv", "applied", "2026-03-08", 100, 50),
        ("events.csv", "applied", "2026-03-07", 100, 9),
        ("back.csv", "rolled_back", "2026-03-09", 100, 9),
        ("old.csv", "applied", "2025-03-09", 100, 9),
    ]
    imports = pd.DataFrame(rows, columns=["file_name", "status", "finished_at", "rows_read", "skipped"])
    imports["finished_at"] = pd.to_datetime(imports["finished_at"], utc=True)
    found = findings.find_bad_imports(imports, pd.Timestamp("2026-02-01", tz="UTC"))
    assert [(f.name, f.count, f.total) for f in found] == [("items.csv", 7, 100)]


def test_money_decides_the_order_after_what_stops_work():
    large, small = (Finding(FindingKind.CATEGORY, Estimate(v, v, v, 1), name=str(v)) for v in (9.0, 2.0))
    stops, unpriced = Finding(FindingKind.STORE), Finding(FindingKind.RULES)
    assert findings.rank_findings([unpriced, small, stops, large]) == (stops, large, small, unpriced)
