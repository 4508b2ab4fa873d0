"""Trainings that wait: in order, once each, whoever asks and whenever the dashboard restarts."""

import json
import threading
from datetime import timedelta

import pytest

from recsys.errors import RunError, StoreLockedError
from recsys.settings import ShopPaths
from recsys.training import queue
from recsys.training.job_state import JobState, JobStatus, state_path, utc_now, write_state
from recsys.training.jobs import CONFIG_FILE
from recsys.training.queue import ask_training, list_waiting, move_waiting, remove_waiting, start_next


class Engine:
    """Stands in for the training process: remembers starts, and runs until told to end."""

    def __init__(self, paths: ShopPaths) -> None:
        self.paths, self.started, self.running = paths, [], None

    def start(self, paths, config, version, *, extra, run_id, kind):
        if self.running is not None:
            raise RunError(f"Training {self.running.run_id} is still running in this shop.")
        now = utc_now()
        self.running = JobState(run_id, JobStatus.RUNNING, "Fitting", 0.1, now, now, kind=kind)
        write_state(paths, self.running)
        state_path(paths, run_id).with_name(CONFIG_FILE).write_text(json.dumps(config))
        self.started.append((run_id, config["seed"], version, extra))
        return run_id

    def end(self) -> None:
        self.running = None


@pytest.fixture
def engine(empty_shop: ShopPaths, monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(empty_shop)
    monkeypatch.setattr(queue, "start_training", made.start)
    monkeypatch.setattr(queue, "running_job", lambda paths: made.running)
    return made


def ask(paths: ShopPaths, seed: int) -> queue.Asked:
    return ask_training(paths, {"seed": seed}, lambda: "v1", extra=("--no-promote",))


def seeds(paths: ShopPaths) -> list[int]:
    return [w.config["seed"] for w in list_waiting(paths)]


def test_the_first_starts_at_once_and_the_others_wait_in_order(empty_shop, engine):
    first = ask(empty_shop, 1)
    assert first.place == 0 and engine.started == [(first.run_id, 1, "v1", ("--no-promote",))]
    assert [ask(empty_shop, k).place for k in (2, 3)] == [1, 2]
    assert seeds(empty_shop) == [2, 3]
    assert start_next(empty_shop, lambda: "v2") is None  # one at a time
    engine.end()
    second = start_next(empty_shop, lambda: "v2")
    assert engine.started[1] == (second, 2, "v2", ("--no-promote",))  # on the data as it is when it starts
    assert seeds(empty_shop) == [3]


def test_order_and_removal(empty_shop, engine):
    for k in range(1, 5):
        ask(empty_shop, k)
    a, b, c = list_waiting(empty_shop)
    move_waiting(empty_shop, c.run_id, -1)
    assert seeds(empty_shop) == [2, 4, 3]
    move_waiting(empty_shop, a.run_id, 99)
    assert seeds(empty_shop) == [4, 3, 2]
    remove_waiting(empty_shop, b.run_id)
    assert seeds(empty_shop) == [4, 2]
    with pytest.raises(RunError, match="does not wait any more"):  # the other tab was quicker
        remove_waiting(empty_shop, b.run_id)
    with pytest.raises(RunError, match="does not wait any more"):
        move_waiting(empty_shop, b.run_id, 1)


def test_a_second_click_starts_nothing_and_waits_for_nothing(empty_shop, engine):
    ask(empty_shop, 1)
    with pytest.raises(RunError, match="has just started"):
        ask(empty_shop, 1)
    ask(empty_shop, 2)
    with pytest.raises(RunError, match="waits already"):
        ask(empty_shop, 2)
    assert seeds(empty_shop) == [2]
    engine.running = JobState("old", JobStatus.RUNNING, "Fitting", 0.1, utc_now() - timedelta(minutes=5), utc_now())
    assert ask(empty_shop, 1).place == 2  # later, the same settings may be wanted again


def test_a_crash_between_start_and_removal_starts_nothing_twice(empty_shop, engine):
    ask(empty_shop, 1)
    ask(empty_shop, 2)
    text = empty_shop.queue.read_text()
    engine.end()
    begun = start_next(empty_shop, lambda: "v")
    empty_shop.queue.write_text(text)  # as if the process had died before it took the entry out
    assert seeds(empty_shop) == []
    engine.end()
    assert start_next(empty_shop, lambda: "v") is None and [s[0] for s in engine.started].count(begun) == 1


def test_what_cannot_start_keeps_its_place(empty_shop, engine):
    ask(empty_shop, 1)
    ask(empty_shop, 2)
    engine.end()

    def locked() -> str:
        raise StoreLockedError("Another process owns the store.")

    with pytest.raises(StoreLockedError):
        start_next(empty_shop, locked)
    assert seeds(empty_shop) == [2]
    assert start_next(empty_shop, lambda: "v") is not None


def test_many_at_once_all_get_a_place_of_their_own(empty_shop, engine):
    ask(empty_shop, 0)
    places = []
    threads = [threading.Thread(target=lambda k=k: places.append(ask(empty_shop, k).place)) for k in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(places) == list(range(1, 9)) and sorted(seeds(empty_shop)) == list(range(1, 9))


def test_a_full_queue_and_a_damaged_one_are_told(empty_shop, engine, monkeypatch):
    monkeypatch.setattr(queue, "MOST_WAITING", 1)
    ask(empty_shop, 1)
    ask(empty_shop, 2)
    with pytest.raises(RunError, match="wait already; remove one"):
        ask(empty_shop, 3)
    empty_shop.queue.write_text("{")
    with pytest.raises(RunError, match="is damaged"):
        list_waiting(empty_shop)
