"""What the dashboard does by itself: a scheduled turn starts a training, or is skipped with its reason."""

from datetime import UTC, datetime

import pytest

from recsys.errors import StoreLockedError
from recsys.settings import ShopPaths
from recsys.training import queue
from recsys.training.job_state import JobState, JobStatus, utc_now
from recsys.training.runs import show_run
from recsys.training.schedule import Outcome, Schedule, read_schedule, save_schedule
from recsys.workflows import retrain
from tests.plain import QUICK

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 3, 0, 5, tzinfo=UTC)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    calls: list[tuple] = []

    def start(paths, config, version, *, extra, run_id, kind):
        calls.append((run_id, version, extra))
        return run_id

    monkeypatch.setattr(queue, "start_training", start)
    return calls


@pytest.fixture
def shop(own_shop: ShopPaths) -> ShopPaths:
    save_schedule(own_shop, Schedule(enabled=True, hour=3, config=QUICK.to_json()), now=NOW)
    return own_shop


def test_nothing_is_due_and_nothing_waits(shop: ShopPaths, started: list[tuple]) -> None:
    assert retrain.look(shop, lambda: "v2", NOW) == retrain.Ticked(None, None)
    assert started == []


def test_changed_data_starts_a_training(shop: ShopPaths, started: list[tuple]) -> None:
    turn = retrain.look(shop, lambda: "v2", DUE).turn
    assert turn.outcome is Outcome.STARTED and started == [(turn.run_id, "v2", ("--promote",))]
    assert read_schedule(shop).turns[0] == turn
    assert retrain.look(shop, lambda: "v2", DUE).turn is None


def test_unchanged_data_is_skipped_and_says_since_when(shop: ShopPaths, started: list[tuple]) -> None:
    same = show_run(shop, "first").data_version
    turn = retrain.look(shop, lambda: same, DUE).turn
    assert turn.outcome is Outcome.SKIPPED and turn.reason == "The data did not change since run first."
    assert started == []


def test_other_settings_on_the_same_data_are_worth_a_training(shop: ShopPaths, started: list[tuple]) -> None:
    save_schedule(shop, Schedule(enabled=True, hour=3, config={**QUICK.to_json(), "seed": 9}), now=NOW)
    assert retrain.look(shop, lambda: show_run(shop, "first").data_version, DUE).turn.outcome is Outcome.STARTED


def test_a_locked_store_is_a_reason(shop: ShopPaths, started: list[tuple]) -> None:
    def locked() -> str:
        raise StoreLockedError("Process 7 owns it.")

    turn = retrain.look(shop, locked, DUE).turn
    assert turn.outcome is Outcome.SKIPPED and turn.reason == "The store was locked: Process 7 owns it."


def test_a_running_job_is_a_reason(shop: ShopPaths, started: list[tuple], monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr(retrain, "running_job", lambda _: JobState("r9", JobStatus.RUNNING, "Fitting", 0.1, now, now))
    turn = retrain.look(shop, lambda: "v2", DUE).turn
    assert turn.outcome is Outcome.SKIPPED and "r9 was running" in turn.reason


def test_a_shop_that_is_not_there_is_left_alone(empty_shop: ShopPaths) -> None:
    assert retrain.look(empty_shop, lambda: "v") == retrain.Ticked(None, None)
    assert not empty_shop.root.exists()
