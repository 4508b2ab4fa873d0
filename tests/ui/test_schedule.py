"""What the dashboard's process does by itself: one process per shop, clean-up once, failures told once."""

import logging
import time
from datetime import timedelta

import pytest

from recsys.errors import StoreLockedError
from recsys.settings import ShopPaths
from recsys.training import queue
from recsys.training.job_state import JobState, JobStatus, read_state, utc_now, write_state
from recsys.training.queue import list_waiting
from recsys.training.run_files import write_json
from ui import schedule
from ui.schedule import Conductor, Conductors


@pytest.fixture
def shop(empty_shop: ShopPaths) -> ShopPaths:
    """A shop in which one training waits."""
    empty_shop.root.mkdir()
    write_json(
        empty_shop.queue, {"waiting": [{"run_id": "next", "config": {}, "extra": [], "title": "", "asked_at": ""}]}
    )
    return empty_shop


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    calls: list[tuple] = []
    monkeypatch.setattr(queue, "start_training", lambda paths, config, version, **more: calls.append((version, more)))
    return calls


def test_what_waits_is_started_by_one_process_only(shop: ShopPaths, started: list[tuple]):
    one, other = Conductor(shop, lambda paths: "v1"), Conductor(shop, lambda paths: "v2")
    one.tick()
    other.tick()
    assert [version for version, _ in started] == ["v1"] and list_waiting(shop) == []
    one.close()
    write_json(shop.queue, {"waiting": [{"run_id": "later", "config": {}, "extra": [], "title": "", "asked_at": ""}]})
    other.tick()  # the first process ended: the other takes over
    assert [version for version, _ in started] == ["v1", "v2"]
    other.close()


def test_a_killed_training_is_closed_at_the_first_look(shop: ShopPaths, started: list[tuple]):
    past = utc_now() - timedelta(hours=1)
    write_state(shop, JobState("killed", JobStatus.RUNNING, "Fitting", 0.4, past, past, pid=2**22 - 1))
    conductor = Conductor(shop, lambda paths: "v")
    conductor.tick()
    conductor.close()
    assert read_state(shop, "killed").status is JobStatus.FAILED


def test_a_failure_is_told_once_and_tried_again(
    shop: ShopPaths, started: list[tuple], caplog: pytest.LogCaptureFixture
):
    def locked(paths: ShopPaths) -> str:
        raise StoreLockedError("Process 7 owns the store.")

    conductor = Conductor(shop, locked)
    with caplog.at_level(logging.WARNING, "vitrine.schedule"):
        for _ in range(3):
            conductor.tick()
    assert caplog.text.count("Process 7 owns") == 1 and len(list_waiting(shop)) == 1
    conductor._export = lambda paths: "v"
    conductor.tick()
    conductor.close()
    assert len(started) == 1


def test_a_shop_that_is_not_there_is_not_made(empty_shop: ShopPaths):
    Conductor(empty_shop, lambda paths: "v").tick()
    assert not empty_shop.root.exists()


def test_a_shop_beside_is_left_alone_until_something_waits_there(
    tmp_path, monkeypatch: pytest.MonkeyPatch, started: list[tuple]
):
    for name in ("home", "beside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "store.duckdb").touch()
    monkeypatch.setenv("VITRINE_SHOP", str(tmp_path / "home"))
    conductors = Conductors()
    conductors.tick()
    assert (tmp_path / "home" / schedule.OWNER_LOCK).exists()
    assert not (tmp_path / "beside" / schedule.OWNER_LOCK).exists()
    write_json(tmp_path / "beside" / "queue.json", {"waiting": []})
    conductors.tick()
    assert (tmp_path / "beside" / schedule.OWNER_LOCK).exists()
    conductors.close()


def test_the_scheduler_looks_by_itself_and_stops(shop: ShopPaths, monkeypatch: pytest.MonkeyPatch):
    looks = []
    monkeypatch.setattr(Conductors, "tick", lambda self: looks.append(time.monotonic()))
    conductors, scheduler = schedule.start(every_s=0.05)
    end = time.monotonic() + 5
    while len(looks) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    scheduler.shutdown(wait=True)
    conductors.close()
    seen = len(looks)
    time.sleep(0.2)
    assert seen >= 3 and len(looks) == seen
