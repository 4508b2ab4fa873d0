"""Imports run once each, one after the other, are cancelled, and never lose their result."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows import import_jobs
from recsys.workflows.import_jobs import ImportJobs, ImportOrder, JobState

ROWS = "item_id,title\nA,Cup\nB,Bowl\n"


@pytest.fixture
def store(empty_shop: ShopPaths) -> Iterator[Store]:
    with Store.open(empty_shop) as opened:
        yield opened


@pytest.fixture
def jobs(store: Store, empty_shop: ShopPaths) -> Iterator[ImportJobs]:
    made = ImportJobs(store, empty_shop)
    yield made
    made.close()


def order(folder: Path, name: str = "products.csv", content: str = ROWS, source: str = "box") -> ImportOrder:
    path = folder / name
    path.write_text(content)
    return ImportOrder("catalogue", path, None, "{}", source)


def test_the_same_order_is_done_once(jobs: ImportJobs, store: Store, tmp_path: Path) -> None:
    asked = order(tmp_path)
    assert jobs.start(asked).job_id == jobs.start(asked).job_id
    done = jobs.wait(asked.job_id, 30)
    assert done is not None and done.state is JobState.DONE and done.import_id == "catalogue-1"
    assert jobs.start(asked).state is JobState.DONE  # a late second click
    assert len(store.imports()) == 1 and len(jobs.jobs("catalogue")) == 1 and jobs.jobs("events") == []


def test_a_refused_file_is_told_and_may_be_tried_again(jobs: ImportJobs, store: Store, tmp_path: Path) -> None:
    asked = order(tmp_path, content="item_id,title\n,Cup\n")
    jobs.start(asked)
    failed = jobs.wait(asked.job_id, 30)
    assert failed is not None and failed.state is JobState.FAILED and "Nothing was imported" in failed.message
    order(tmp_path)
    jobs.start(asked)
    again = jobs.wait(asked.job_id, 30)
    assert again is not None and again.state is JobState.DONE and store.counts().n_items == 2


def test_a_missing_file_is_a_message(jobs: ImportJobs, tmp_path: Path) -> None:
    asked = ImportOrder("events", tmp_path / "gone.csv", None, "{}")
    jobs.start(asked)
    failed = jobs.wait(asked.job_id, 30)
    assert failed is not None and failed.state is JobState.FAILED and "gone.csv" in failed.message


def test_a_fault_of_ours_is_told_too(jobs: ImportJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **named: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(import_jobs, "import_catalogue", broken)
    asked = order(tmp_path)
    jobs.start(asked)
    failed = jobs.wait(asked.job_id, 30)
    assert failed is not None and failed.state is JobState.FAILED and "by zero" in failed.message
    monkeypatch.undo()
    jobs.start(asked)
    again = jobs.wait(asked.job_id, 30)
    assert again is not None and again.state is JobState.DONE  # the worker lives on


def test_a_second_import_waits_and_can_be_cancelled(
    jobs: ImportJobs, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, real = threading.Event(), import_jobs.import_catalogue

    def slow(*args, **named):
        named["progress"]("check", 0.5)
        held.wait(30)
        return real(*args, **named)

    monkeypatch.setattr(import_jobs, "import_catalogue", slow)
    first, second = order(tmp_path, "a.csv"), order(tmp_path, "b.csv", "item_id,title\nC,Jug\n")
    jobs.start(first)
    jobs.start(second)
    found = jobs.wait(second.job_id, 0.2)
    assert found is not None and found.state is JobState.WAITING
    jobs.cancel(second.job_id)
    held.set()
    ended = [jobs.wait(o.job_id, 30) for o in (first, second)]
    assert [j.state for j in ended if j] == [JobState.DONE, JobState.CANCELLED]
    assert store.item_ids() == ["A", "B"]


def test_results_are_kept_over_a_restart_until_put_away(
    jobs: ImportJobs, store: Store, empty_shop: ShopPaths, tmp_path: Path
) -> None:
    asked = order(tmp_path)
    jobs.start(asked)
    jobs.wait(asked.job_id, 30)
    again = ImportJobs(store, empty_shop)
    kept = again.find(asked.job_id)
    assert kept is not None and kept.state is JobState.DONE and not kept.dismissed
    again.dismiss(asked.job_id)
    again.close()
    third = ImportJobs(store, empty_shop)
    put_away = third.find(asked.job_id)
    assert put_away is not None and put_away.dismissed
    third.close()


@pytest.mark.parametrize("written", [True, False])
def test_what_a_stopped_process_left_is_looked_up_in_the_ledger(
    store: Store, empty_shop: ShopPaths, tmp_path: Path, written: bool
) -> None:
    jobs = ImportJobs(store, empty_shop)
    asked = order(tmp_path)
    jobs.start(asked)
    jobs.wait(asked.job_id, 30)
    jobs.close()
    path = next((empty_shop.spool / "imports").glob("*.json"))
    path.write_text(path.read_text().replace('"state": "done"', '"state": "running"'))
    if not written:
        store.rollback_import("catalogue-1")
        path.write_text(path.read_text().replace("products.csv", "other.csv"))
    again = ImportJobs(store, empty_shop)
    found = again.find(asked.job_id)
    again.close()
    assert found is not None and found.state is (JobState.DONE if written else JobState.FAILED)
    assert ("imported as catalogue-1" in found.message) is written


def test_the_files_are_cleared_away_after_success_only(store: Store, empty_shop: ShopPaths, tmp_path: Path) -> None:
    cleared: list[str] = []
    jobs = ImportJobs(store, empty_shop, on_done=lambda asked: cleared.append(asked.table.name))
    bad, good = order(tmp_path, "bad.csv", "item_id,title\n,x\n"), order(tmp_path, "good.csv")
    for asked in (bad, good):
        jobs.start(asked)
        jobs.wait(asked.job_id, 30)
    jobs.close()
    assert cleared == ["good.csv"]
