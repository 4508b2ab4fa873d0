"""Training: the form's config, one start only, runs with figures, promotion and roll-back by confirmation."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training import jobs
from recsys.training.config import TrainingConfig
from recsys.training.job_state import JobState, JobStatus, utc_now, write_state
from recsys.training.runs import live_run_id
from tests.pages.conftest import OpenPage


@pytest.fixture
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("training")


def _end(paths: ShopPaths, run_id: str, status: JobStatus, message: str) -> None:
    now = utc_now()
    state = JobState(run_id, JobStatus.RUNNING, "Fitting", 0.4, now - timedelta(seconds=70), now)
    write_state(paths, replace(state.ended(status, message), updated_at=now))


def test_start_exports_the_data_and_passes_what_was_chosen(
    open_page: OpenPage, shop: ShopPaths, monkeypatch: pytest.MonkeyPatch
):
    asked = []

    def start(paths, config, version, *, extra=()):
        asked.append((TrainingConfig.from_json(config), version, extra))
        raise RunError("Another training is still running in this shop; wait for it or cancel it first.")

    monkeypatch.setattr("ui.training_form.start_training", start)
    at = open_page("training", shop=shop)
    at.slider[0].set_value(21)
    at.segmented_control[0].set_value("new_items")
    next(b for b in at.button if b.key == "start_training").click().run()
    config, version, extra = asked[0]
    assert config.window_days == 21
    assert config.column_weights["cold_among_new"] > config.column_weights["all"]
    assert (shop.snapshots / version / "snapshot.json").exists()
    assert extra == ("--no-promote",)  # a run is live already: the person promotes
    assert "still running" in at.error[0].value  # a second start is a message


def test_a_refused_start_shows_the_training_that_was_quicker(
    open_page: OpenPage, shop: ShopPaths, monkeypatch: pytest.MonkeyPatch
):
    now = utc_now()
    quicker = JobState("20270103-000000-cccc", JobStatus.RUNNING, "Fitting", 0.4, now - timedelta(seconds=5), now)
    running: list[JobState] = []

    def start(*_args, **_more):
        write_state(shop, quicker)
        running.append(quicker)
        raise RunError("Training 20270103-000000-cccc is still running in this shop; wait for it or cancel it first.")

    monkeypatch.setattr("ui.training_form.start_training", start)
    monkeypatch.setattr("recsys.training.jobs.running_job", lambda paths: running[0] if running else None)
    at = open_page("training", shop=shop)
    next(b for b in at.button if b.key == "start_training").click().run()
    assert "still running" in at.error[0].value
    assert any(b.label == "Cancel" for b in at.button)


def test_failed_and_cancelled_trainings_stay_listed_with_their_reason(open_page: OpenPage, shop: ShopPaths):
    _end(shop, "20270101-000000-aaaa", JobStatus.FAILED, "Out of memory while at 'Fitting'. Try a smaller batch size.")
    _end(shop, "20270102-000000-bbbb", JobStatus.CANCELLED, "Cancelled; the live run is unchanged.")
    table = next(d.value for d in open_page("training", shop=shop).dataframe if "Run" in d.value.columns)
    status = dict(zip(table["Run"], table["Status"], strict=True))
    assert status["20270101-000000-aaaa"] == "Failed" and status["20270102-000000-bbbb"] == "Cancelled"
    assert table.set_index("Run").loc["20270101-000000-aaaa", "Note"].startswith("Out of memory")
    assert "● Live" in status.values()


def test_a_running_job_disables_start_and_shows_progress(
    open_page: OpenPage, shop: ShopPaths, monkeypatch: pytest.MonkeyPatch
):
    now = utc_now()
    curve = (jobs.CurvePoint("Fitting", 1, 0.9, None), jobs.CurvePoint("Fitting", 2, 0.5, 0.2))
    running = JobState("r1", JobStatus.RUNNING, "Fitting", 0.4, now, now, eta_s=90.0, curve=curve)
    monkeypatch.setattr("ui.job_panel.read_job", lambda paths, run_id: running)
    monkeypatch.setattr("recsys.training.jobs.running_job", lambda paths: running)
    at = open_page("training", shop=shop)
    assert next(b for b in at.button if b.key == "start_training").disabled
    said = " ".join(m.value for m in at.markdown)
    assert "Running" in said and "Fitting" in said
    assert any(b.key == "cancel_job" for b in at.button)


def test_roll_back_asks_first(open_page: OpenPage, shop: ShopPaths):
    pointer = json.loads((shop.runs / "live.json").read_text())
    (shop.runs / "live.json").write_text(json.dumps({**pointer, "previous": ["20250101-000000-old0"]}))
    at = open_page("training", shop=shop)
    next(b for b in at.button if b.key == "roll_back").click().run()
    assert live_run_id(shop) == pointer["run_id"]  # nothing happened yet
    assert any(b.key == "confirm_roll_back" for b in at.button)
    assert any("20250101" in m.value for m in at.markdown)


def test_the_first_live_run_cannot_be_rolled_back(open_page: OpenPage):
    assert not any(b.key == "roll_back" for b in open_page("training").button)


def test_runs_carry_recall_with_its_interval(open_page: OpenPage):
    table = next(d.value for d in open_page("training").dataframe if "Run" in d.value.columns)
    assert " to " in table["All"].iloc[0]
    assert "0." in table["Weights"].iloc[0]
