"""Planted machines, wrong clocks, repeats, gaps and unknown ids are found; people are left alone."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from recsys.doctor.events import EVENT_CHECKS, judge_events
from recsys.doctor.events.bots import flag_bots
from recsys.doctor.events.gaps import usual_by_day
from recsys.store.event_facts import EventFacts

KINDS = ("future", "ancient", "midnight", "early", "repeated", "unknown")


def people(n: int = 400, seed: int = 3) -> pd.DataFrame:
    """Shoppers as they are: bursts, pauses, some who only look."""
    rng = np.random.default_rng(seed)
    days = rng.integers(1, 12, n)
    views = np.maximum(rng.negative_binomial(2, 0.02, n), 1)
    purchases = rng.binomial(views, 0.04)
    mean = rng.uniform(200, 20_000, n)
    return pd.DataFrame(
        {
            "user_id": [f"S{k}" for k in range(n)],
            "n_events": views + purchases,
            "n_views": views,
            "n_carts": purchases,
            "n_purchases": purchases,
            "revenue": purchases * 30.0,
            "active_days": days,
            "busiest_minute": rng.integers(1, 9, n),
            "n_gaps": views,
            "mean_gap_s": mean,
            "sd_gap_s": mean * rng.uniform(0.8, 3, n),
        }
    )


def machine(user_id: str, **changes: object) -> dict[str, object]:
    """One shopper with figures of her own."""
    usual = {
        "user_id": user_id, "n_events": 50, "n_views": 46, "n_carts": 2, "n_purchases": 2, "revenue": 60.0,
        "active_days": 4, "busiest_minute": 3, "n_gaps": 49, "mean_gap_s": 900.0, "sd_gap_s": 1500.0,
    }  # fmt: skip
    return usual | changes


def facts(users: pd.DataFrame, days: pd.DataFrame | None = None, **totals: float) -> EventFacts:
    """Facts with everything in order but what is given."""
    zeros = {f"{part}_{kind}": 0.0 for part in ("n", "users", "revenue") for kind in KINDS}
    base = {"n_events": float(users["n_events"].sum()), "revenue": float(users["revenue"].sum())}
    none = pd.DataFrame({"day": pd.to_datetime([], utc=True), "n_events": []})
    return EventFacts(
        users,
        none if days is None else days,
        base | zeros | totals,
        pd.DataFrame({"item_id": ["gone"], "n_events": [7]}),
        pd.DataFrame({"occurred_at": pd.to_datetime([], utc=True), "n_events": [], "n_users": []}),
    )


def test_ordinary_shoppers_raise_nothing():
    assert judge_events(facts(people())).issues == ()


def test_planted_machines_are_found_and_people_are_not():
    """20 of each kind among 2,000 people: recall and precision of the flags."""
    rng = np.random.default_rng(0)
    bots = [
        machine(f"fast{k}", n_events=9000, n_views=9000, busiest_minute=int(rng.integers(60, 200))) for k in range(20)
    ]
    bots += [
        machine(f"look{k}", n_events=int(v), n_views=int(v), n_carts=0, n_purchases=0, revenue=0.0, active_days=60)
        for k, v in enumerate(rng.integers(5000, 9000, 20))
    ]
    bots += [machine(f"clock{k}", n_gaps=80, mean_gap_s=300.0, sd_gap_s=float(rng.uniform(0, 20))) for k in range(20)]
    users = pd.concat([people(2000), pd.DataFrame(bots)], ignore_index=True)
    flagged = np.any(list(flag_bots(users).values()), axis=0)
    truth = users["user_id"].str.match("fast|look|clock").to_numpy()
    assert (flagged & truth).sum() / truth.sum() >= 0.95
    assert (flagged & truth).sum() / flagged.sum() >= 0.95


def test_a_shopper_counts_under_one_rule_only():
    users = pd.DataFrame([machine("m", busiest_minute=100, n_gaps=90, sd_gap_s=1.0), machine("s")])
    report = judge_events(facts(users))
    assert [issue.code for issue in report.issues] == ["fast"]
    assert report.flagged_users == ("m",)


@pytest.mark.parametrize("kind", ["future", "ancient", "midnight", "early", "repeated", "unknown"])
def test_each_kind_of_wrong_total_is_told_with_its_revenue(kind):
    users = people()
    n = 0.1 * users["n_events"].sum()
    report = judge_events(facts(users, **{f"n_{kind}": n, f"users_{kind}": 12.0, f"revenue_{kind}": 99.0}))
    (issue,) = report.issues
    assert issue.code == {"unknown": "unknown_item"}.get(kind, kind)
    assert (issue.n_events, issue.n_users, issue.revenue) == (int(n), 12, 99.0)


def test_placeholder_shoppers_are_named():
    users = pd.concat([people(), pd.DataFrame([machine("guest"), machine("0"), machine("Gustav")])], ignore_index=True)
    (issue,) = judge_events(facts(users)).issues
    assert issue.code == "nobody"
    assert {example["user_id"] for example in issue.examples} == {"guest", "0"}


def test_missing_days_are_found_against_their_own_weekday():
    days = pd.date_range("2026-01-01", periods=84, freq="D", tz="UTC")
    rng = np.random.default_rng(1)
    usual = np.where(days.day_of_week >= 5, 60, 300)
    counts = rng.poisson(usual)
    counts[[30, 31]] = [5, 0]  # Saturday the 31st and Sunday the 1st
    kept = counts > 0
    report = judge_events(facts(people(), pd.DataFrame({"day": days[kept], "n_events": counts[kept]})))
    (issue,) = report.issues
    assert issue.code == "gap" and issue.evidence["n_days"] == 2
    assert {example["day"] for example in issue.examples} == {"2026-01-31", "2026-02-01"}


def test_the_usual_of_a_day_leaves_the_day_out():
    series = pd.Series([10.0] * 28, index=pd.date_range("2026-01-01", periods=28))
    series.iloc[14] = 0
    assert usual_by_day(series).iloc[14] == 10.0


def test_no_event_at_all_is_no_issue():
    empty = people(0)
    assert judge_events(facts(empty)).issues == ()
    assert set(EVENT_CHECKS) == {"unknown", "bots", "clock", "repeated", "gaps"}


def test_the_store_counts_what_was_planted(empty_shop, tmp_path):
    from recsys.store import Store
    from recsys.workflows.event_sanity import check_events
    from recsys.workflows.imports import import_catalogue, import_events

    catalogue = tmp_path / "c.csv"
    catalogue.write_text("item_id,title,launched_at\nA,Shirt,2026-01-01\nB,Lamp,2026-05-01\n")
    rows = ["event_id,user_id,item_id,event_type,occurred_at,value"]
    rows += [f"p{k},u{k},A,view,2026-03-{1 + k % 28:02d}T10:{k % 60:02d}:07Z," for k in range(200)]
    rows += [f"b{k},bot,A,view,2026-03-05T12:00:{k % 60:02d}Z," for k in range(70)]
    rows += ["e1,u1,B,purchase,2026-03-02T09:00:00Z,25", "d1,u2,A,purchase,2026-03-03T09:00:01Z,40"]
    rows += ["d2,u2,A,purchase,2026-03-03T09:00:01Z,40"]
    events = tmp_path / "e.csv"
    events.write_text("\n".join(rows) + "\n")
    with Store.open(empty_shop) as store:
        import_catalogue(store, empty_shop, catalogue)
        import_events(store, empty_shop, events)
        told = store.event_facts(datetime(2026, 3, 20, tzinfo=UTC))
        report = check_events(store, datetime(2026, 12, 1, tzinfo=UTC))
    assert told.totals["n_events"] == 273
    assert told.totals["n_early"] == 1 and told.totals["revenue_early"] == 25.0
    assert told.totals["n_repeated"] >= 1 and told.totals["revenue_repeated"] == 40.0
    assert told.totals["n_future"] > 0
    assert report.flagged_users == ("bot",)
