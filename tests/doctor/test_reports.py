"""Reports and decisions as files: what is fixed, what is dismissed, what a silent check says nothing about."""

import pandas as pd
import pytest

from recsys.doctor.checks import CHECKS
from recsys.errors import StoreError
from recsys.settings import ShopPaths
from recsys.workflows.doctor_jobs import ExaminationRunsError, _locked, examination_state, run_examination
from recsys.workflows.doctor_reports import ReportFacts, dismiss, keep_report, read_dismissed, read_report, restore
from recsys.workflows.doctor_view import FindingFilter, filter_findings, summarise


def facts(at: str = "2026-01-01T00:00:00+00:00", **changes: object) -> ReportFacts:
    """Facts of a report over ten items."""
    usual = {
        "data_version": "v", "run_id": None, "created_at": at, "elapsed_s": 1.0, "n_items": 10, "n_judged_pictures": 0,
        "silent": {}, "exposure_source": "lists", "n_lists": 10, "days": 28, "currency": "EUR", "config": {"a": 1.0},
    }  # fmt: skip
    return ReportFacts(**(usual | changes))


def table(*keys: str) -> pd.DataFrame:
    """One finding per key, `check:item`."""
    rows = [
        {
            "key": key, "check": key.split(":")[0], "item_id": key.split(":")[1], "title": "Red shirt",
            "category": "A > B",
            "image": "", "severity": "high", "confidence": 0.9, "action": "fill_field", "fix_column": "price",
            "fix_value": "", "evidence": "{}", "lost_places": 4.0, "lost_money": 8.0,
        }
        for key in keys
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_what_is_gone_is_fixed_until_it_comes_back(empty_shop: ShopPaths):
    keep_report(empty_shop, facts(), table("duplicate:1", "price_outlier:2"))
    second = keep_report(empty_shop, facts("2026-01-02T00:00:00+00:00"), table("duplicate:1"))
    assert [(e["key"], e["fixed_at"][:10]) for e in second.facts.fixed] == [("price_outlier:2", "2026-01-02")]
    third = keep_report(empty_shop, facts(), table("duplicate:1", "price_outlier:2"))
    assert third.facts.fixed == ()
    assert len(list(empty_shop.doctor.glob("findings-*.parquet"))) == 1


def test_a_check_that_fell_silent_and_other_thresholds_fix_nothing(empty_shop: ShopPaths):
    keep_report(empty_shop, facts(), table("odd_picture:1"))
    assert keep_report(empty_shop, facts(silent={"odd_picture": "run"}), table()).facts.fixed == ()
    keep_report(empty_shop, facts(), table("odd_picture:1"))
    assert keep_report(empty_shop, facts(config={"a": 2.0}), table()).facts.fixed == ()


def test_dismissals_are_kept_counted_and_undone(empty_shop: ShopPaths):
    report = keep_report(empty_shop, facts(), table("duplicate:1", "duplicate:2", "price_outlier:1"))
    assert dismiss(empty_shop, ["duplicate:1"]) == 1
    assert dismiss(empty_shop, ["duplicate:1", "duplicate:2"]) == 1
    view = summarise(report, read_dismissed(empty_shop))
    assert (view.n_open, view.n_dismissed, view.n_items) == (1, 2, 1)
    assert restore(empty_shop, ["duplicate:1", "unknown"]) == 1
    assert set(read_dismissed(empty_shop)) == {"duplicate:2"}


def test_a_product_with_two_faults_loses_once(empty_shop: ShopPaths):
    report = keep_report(empty_shop, facts(), table("duplicate:1", "price_outlier:1", "duplicate:2"))
    view = summarise(report, {})
    assert (view.lost_places, view.lost_money) == (8.0, 16.0)
    assert list(view.totals["check"]) == list(CHECKS)


def test_filters_pick_by_check_category_severity_and_words(empty_shop: ShopPaths):
    report = keep_report(empty_shop, facts(), table("duplicate:1", "price_outlier:2"))
    assert len(filter_findings(report, {}, FindingFilter(check="duplicate"))) == 1
    assert len(filter_findings(report, {}, FindingFilter(category="A", query="RED"))) == 2
    assert filter_findings(report, {}, FindingFilter(category="B")).empty
    assert filter_findings(report, {}, FindingFilter(severity="low")).empty
    assert filter_findings(report, {}, FindingFilter(query="(")).empty
    assert list(filter_findings(report, {"duplicate:1": ""}, FindingFilter(dismissed=True))["key"]) == ["duplicate:1"]


def test_a_damaged_report_is_refused_and_replaced(empty_shop: ShopPaths):
    keep_report(empty_shop, facts(), table("duplicate:1"))
    (empty_shop.doctor / "report.json").write_text("{")
    with pytest.raises(StoreError, match="examine the catalogue again"):
        read_report(empty_shop)
    assert keep_report(empty_shop, facts(), table()).facts.fixed == ()


def test_one_examination_at_a_time_and_a_failure_is_told(empty_shop: ShopPaths):
    with _locked(empty_shop):
        assert examination_state(empty_shop).running
        with pytest.raises(ExaminationRunsError):
            run_examination(empty_shop, None, lambda *_, **__: None)
    with pytest.raises(Exception, match="no data yet"):
        run_examination(empty_shop, None, lambda *_, **__: None)
    state = examination_state(empty_shop)
    assert not state.running and "no data yet" in state.failure
