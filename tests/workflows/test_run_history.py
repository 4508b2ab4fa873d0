"""Every training stays listed with how it ended."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from recsys.evaluation.beyond_report import FIGURES
from recsys.settings import ShopPaths
from recsys.training.job_state import JobState, JobStatus, utc_now, write_state
from recsys.workflows.run_history import (
    COLUMN_LABELS,
    GOALS,
    list_trainings,
    read_figure,
    tabulate_beyond,
    tabulate_groups,
    tabulate_quality,
)


def _job(paths: ShopPaths, run_id: str, status: JobStatus, message: str = "") -> None:
    now = utc_now()
    state = JobState(run_id, JobStatus.RUNNING, "Fitting", 0.4, now - timedelta(seconds=30), now)
    write_state(paths, replace(state.ended(status, message), updated_at=now))


def test_a_shop_without_a_run_has_none(empty_shop: ShopPaths) -> None:
    assert list_trainings(empty_shop) == []


def test_failures_are_listed_with_their_reason(empty_shop: ShopPaths) -> None:
    _job(empty_shop, "a", JobStatus.FAILED, "Out of memory.")
    _job(empty_shop, "b", JobStatus.CANCELLED, "Cancelled.")
    _job(empty_shop, "c", JobStatus.DONE)  # its record was deleted: nothing to show
    rows = {r.run_id: r for r in list_trainings(empty_shop)}
    assert set(rows) == {"a", "b"}
    assert rows["a"].status is JobStatus.FAILED and rows["a"].message == "Out of memory."
    assert rows["b"].elapsed_s == pytest.approx(30, abs=1)
    assert not any(r.live or r.record for r in rows.values())


def test_a_job_whose_process_vanished_reads_as_failed(empty_shop: ShopPaths) -> None:
    now = utc_now() - timedelta(hours=1)
    write_state(empty_shop, JobState("gone", JobStatus.RUNNING, "Fitting", 0.4, now, now, pid=2**22 - 1))
    (row,) = list_trainings(empty_shop)
    assert row.status is JobStatus.FAILED and "Stopped without finishing" in row.message


def test_a_damaged_state_is_told_not_hidden(empty_shop: ShopPaths) -> None:
    folder = empty_shop.runs / "broken"
    folder.mkdir(parents=True)
    (folder / "progress.json").write_text("{")
    (row,) = list_trainings(empty_shop)
    assert row.status is JobStatus.FAILED and "cannot be read" in row.message


def test_the_live_run_carries_its_figures(demo_shop: ShopPaths) -> None:
    row = next(r for r in list_trainings(demo_shop) if r.live)
    assert row.record is not None and row.n_events > 0
    table = tabulate_quality(row.record)
    assert set(table["column"]) <= set(COLUMN_LABELS)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
    figure = read_figure(row.record, "all", "recall")
    assert figure is not None and 0 < figure.value < 1
    assert read_figure(row.record, "no_such_column", "recall") is None


def test_goals_are_valid_configs() -> None:
    from recsys.training.config import TrainingConfig

    for _, sentence, weights in GOALS.values():
        assert sentence and TrainingConfig(column_weights=weights).column_weights == weights
        assert sum(weights.values()) == pytest.approx(1)
        assert json.dumps(weights)


def test_what_lies_beyond_accuracy_is_a_row_of_its_own(demo_shop: ShopPaths) -> None:
    record = next(r.record for r in list_trainings(demo_shop) if r.live)
    assert record is not None
    figures = tabulate_beyond(record)
    assert figures.columns.tolist() == [label for label, _ in FIGURES.values()] and len(figures) == 1
    assert 0 < figures["Coverage"].iat[0] <= 1 and 0 < figures["Variety"].iat[0] < 1
    groups = tabulate_groups(record, "recall")
    assert groups.index.tolist() == ["Shoppers by activity", "Products by popularity"]
    assert groups.columns.tolist() == ["New", "Lowest fifth", "2nd", "3rd", "4th", "Highest fifth"]
    assert groups.loc["Shoppers by activity"].isna().tolist() == [True] + [False] * 5
    assert groups.stack().dropna().between(0, 1).all()
    older = replace(record, metrics={"test": {k: v for k, v in record.metrics["test"].items() if k != "beyond"}})
    assert tabulate_beyond(older).empty and tabulate_groups(older, "ndcg").empty
