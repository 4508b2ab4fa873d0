"""Training: what is chosen is what is asked, a second start waits, the queue, the schedule, and how trainings ended."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training import jobs, queue
from recsys.training.config import TrainingConfig
from recsys.training.job_state import RESULT_FILE, JobKind, JobState, JobStatus, StageBegin, utc_now, write_state
from recsys.training.queue import Asked, list_waiting
from recsys.training.run_files import write_json
from recsys.training.schedule import read_schedule, save_schedule
from tests.pages.conftest import OpenPage


@pytest.fixture
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("training")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What the page asks of the queue; nothing is trained."""
    calls: list[tuple] = []

    def ask(paths, config, export, *, extra=(), title="", kind=JobKind.TRAIN):
        calls.append((TrainingConfig.from_json(config), extra, title, export(), kind))
        return Asked("20270101-000000-next", len(calls))

    monkeypatch.setattr("ui.training_form.ask_training", ask)
    return calls


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> JobState:
    """A training at work, with two stages and a curve."""
    now = utc_now()
    curve = (jobs.CurvePoint("Fitting", 1, 0.9, None), jobs.CurvePoint("Fitting", 2, 0.5, 0.2))
    stages = (StageBegin("Loading the data", now - timedelta(seconds=75)), StageBegin("Fitting", now))
    state = JobState("r1", JobStatus.RUNNING, "Fitting", 0.4, now, now, eta_s=90.0, curve=curve, stages=stages)
    monkeypatch.setattr("ui.job_panel.read_job", lambda paths, run_id: state)
    monkeypatch.setattr("ui.runs_panel.read_job", lambda paths, run_id: state)
    for module in ("recsys.training.jobs", "recsys.training.queue"):
        monkeypatch.setattr(f"{module}.running_job", lambda paths: state)
    return state


def button(at: AppTest, key: str):
    return next(b for b in at.button if b.key == key)


def test_start_exports_the_data_and_passes_what_was_chosen(open_page: OpenPage, shop: ShopPaths, asked: list[tuple]):
    at = open_page("training", shop=shop)
    at.segmented_control(key="goal").set_value("new_items")
    at.slider(key="window_days").set_value(21)
    at.slider(key="fine_tune").set_value(45)
    at.checkbox(key="use_text").uncheck()
    at.toggle(key="response").set_value(False)
    at.number_input(key="search_users").set_value(100)
    at.number_input(key="trade_offs").set_value(0)
    at.number_input(key="time_budget").set_value(30)
    at.number_input(key="seed").set_value(7)
    at.run()
    button(at, "start_training").click().run()
    assert not at.exception
    config, extra, title, version, kind = asked[0]
    assert kind is JobKind.TRAIN
    assert (config.window_days, config.fine_tune_s, config.search_users, config.seed) == (21, 45.0, 100, 7)
    assert config.text_encoder == "" and config.image_encoder and not config.response
    assert config.column_weights["cold_among_new"] > config.column_weights["all"]
    assert (shop.snapshots / version / "snapshot.json").exists()
    assert extra == ("--no-promote", "--trade-offs", "0", "--time-budget", "30")  # a run is live: the person promotes
    assert title == "New products"


def test_go_live_and_pictures_are_passed_too(open_page: OpenPage, shop: ShopPaths, asked: list[tuple]):
    at = open_page("training", shop=shop)
    at.checkbox(key="go_live").check()
    at.checkbox(key="use_image").uncheck().run()
    assert at.slider(key="fine_tune").disabled
    button(at, "start_training").click().run()
    assert asked[0][1][0] == "--promote" and asked[0][0].image_encoder == ""


def test_every_goal_has_its_words_on_screen():
    from recsys.workflows.run_history import GOALS
    from ui.training_form import GOAL_WORDS

    assert {goal: words[:2] for goal, words in GOALS.items()} == GOAL_WORDS


def test_the_estimate_is_a_range_that_says_what_it_rests_on(open_page: OpenPage, shop: ShopPaths):
    said = " ".join(m.value for m in open_page("training", shop=shop).markdown)
    assert "judging by 1 earlier run" in said and "GB of memory" in said and "Learns from 200 products" in said


def test_a_refused_start_is_a_message(open_page: OpenPage, shop: ShopPaths, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_args, **_more):
        raise RunError("This very training has just started as r1.")

    monkeypatch.setattr("ui.training_form.ask_training", refuse)
    at = open_page("training", shop=shop)
    button(at, "start_training").click().run()
    assert "has just started" in at.error[0].value and not at.exception


def test_a_running_job_shows_stages_curves_and_cancel_and_a_start_joins_the_queue(
    open_page: OpenPage, shop: ShopPaths, running: JobState, monkeypatch: pytest.MonkeyPatch
):
    cancelled = []
    monkeypatch.setattr("ui.job_panel.cancel", lambda paths, run_id: cancelled.append(run_id))
    at = open_page("training", shop=shop)
    said = " ".join(m.value for m in at.markdown)
    assert "Running" in said and "Loading the data :gray[:small[1 min 15 s]]" in said
    assert button(at, "start_training").label == "Add to the queue"
    button(at, "start_training").click().run()
    (waiting,) = list_waiting(shop)
    assert waiting.title == "Balanced" and "--no-promote" in waiting.extra
    button(at, "cancel_job").click().run()
    assert cancelled == ["r1"] and not at.exception


def test_the_queue_is_ordered_and_emptied_by_hand(open_page: OpenPage, shop: ShopPaths, running: JobState):
    for seed in (1, 2, 3):
        queue.ask_training(shop, {"seed": seed}, lambda: "v", title=f"# Number {seed}")
    first, second, third = list_waiting(shop)
    at = open_page("training", shop=shop)
    assert button(at, f"move_-1_{first.run_id}").disabled and button(at, f"move_1_{third.run_id}").disabled
    button(at, f"move_-1_{third.run_id}").click().run()
    assert [w.config["seed"] for w in list_waiting(shop)] == [1, 3, 2]
    button(at, f"move_1_{first.run_id}").click().run()
    assert [w.config["seed"] for w in list_waiting(shop)] == [3, 1, 2]
    button(at, f"dequeue_{second.run_id}").click().run()
    assert [w.config["seed"] for w in list_waiting(shop)] == [3, 1]
    assert not at.exception and r"\# Number 3" in " ".join(m.value for m in at.markdown)


def test_the_schedule_is_off_until_saved_and_says_when_it_comes_next(open_page: OpenPage, shop: ShopPaths):
    at = open_page("training", shop=shop)
    at.segmented_control(key="schedule_every").set_value("week").run()
    at.selectbox(key="schedule_weekday").set_value("thu")
    at.selectbox(key="schedule_goal").set_value("discovery")
    at.checkbox(key="schedule_go_live").uncheck()
    at.run()
    assert not read_schedule(shop).enabled  # nothing is kept before Save
    button(at, "save_schedule").click().run()
    kept = read_schedule(shop)
    assert (kept.enabled, kept.every, kept.weekday, kept.go_live) == (True, "week", "thu", False)
    assert kept.config["column_weights"]["discovery"] == 0.8
    assert not at.exception and any("Next:" in m.value for m in at.markdown)


def test_another_tab_that_saved_first_is_not_overwritten(open_page: OpenPage, shop: ShopPaths):
    at = open_page("training", shop=shop)
    at.segmented_control(key="schedule_every").set_value("day").run()
    before = read_schedule(shop)

    class Late:
        """The other tab saves between the look and the click of this one."""

        def __call__(self, paths, wanted, *, expected_version):
            save_schedule(paths, replace(before, hour=5), expected_version=before.version)
            return save_schedule(paths, wanted, expected_version=expected_version)

    import ui.schedule_panel

    ui.schedule_panel.save_schedule, kept = Late(), ui.schedule_panel.save_schedule
    try:
        button(at, "save_schedule").click().run()
    finally:
        ui.schedule_panel.save_schedule = kept
    assert "in the meantime" in at.error[0].value and read_schedule(shop).hour == 5


def test_searches_are_jobs_too_and_what_they_find_can_be_trained(
    open_page: OpenPage, shop: ShopPaths, asked: list[tuple]
):
    found = {"config": TrainingConfig(seed=5).to_json(), "adopted": True, "n_trials": 24}
    folder = shop.runs / "20270101-000000-srch"
    folder.mkdir()
    write_json(folder / RESULT_FILE, {**found, "gain": 0.02, "gain_low": 0.01, "gain_high": 0.03})
    at = open_page("training", shop=shop)
    at.number_input(key="search_minutes").set_value(3).run()
    button(at, "start_search").click().run()
    at.number_input(key="front_trials").set_value(200).run()
    button(at, "start_front").click().run()
    button(at, "train_found_20270101-000000-srch").click().run()
    assert not at.exception
    assert [(a[4], a[1]) for a in asked] == [
        (JobKind.SEARCH, ("--minutes", "3")),
        (JobKind.PARETO, ("--trials", "200")),
        (JobKind.TRAIN, ("--no-promote",)),
    ]
    assert asked[2][0].seed == 5
    assert "+0.020 (+0.010 to +0.030)" in " ".join(m.value for m in at.markdown)


def test_failed_and_cancelled_trainings_stay_listed_with_their_reason(open_page: OpenPage, shop: ShopPaths):
    _end(shop, "20270101-000000-aaaa", JobStatus.FAILED, "Out of memory while at 'Fitting'. Try a smaller batch size.")
    _end(shop, "20270102-000000-bbbb", JobStatus.CANCELLED, "Cancelled; the live run is unchanged.")
    table = next(d.value for d in open_page("training", shop=shop).dataframe if "Run" in d.value.columns)
    status = dict(zip(table["Run"], table["Status"], strict=True))
    assert status["20270101-000000-aaaa"] == "Failed" and status["20270102-000000-bbbb"] == "Cancelled"
    assert table.set_index("Run").loc["20270101-000000-aaaa", "Note"].startswith("Out of memory")
    assert "● Live" in status.values() and "gates passed" in " ".join(table["Gates"])


def _end(paths: ShopPaths, run_id: str, status: JobStatus, message: str) -> None:
    now = utc_now()
    state = JobState(run_id, JobStatus.RUNNING, "Fitting", 0.4, now - timedelta(seconds=70), now)
    write_state(paths, replace(state.ended(status, message), updated_at=now))
