"""Notes, deletion, and the clean-up after killed trainings."""

import os
import time
from datetime import timedelta
from shutil import copytree

import pytest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.care import clean_up, delete_run, read_note, why_kept, write_note
from recsys.training.job_state import JobState, JobStatus, read_state, utc_now, write_state
from recsys.training.live import live_pointer, promote, start_canary
from recsys.training.runs import list_runs, verify_run


@pytest.fixture
def shop(own_shop: ShopPaths) -> ShopPaths:
    """Runs first (live), second, third: the same run three times."""
    for name in ("second", "third"):
        copytree(own_shop.runs / "first", own_shop.runs / name)
        text = (own_shop.runs / name / "run.json").read_text()
        (own_shop.runs / name / "run.json").write_text(text.replace('"run_id": "first"', f'"run_id": "{name}"'))
        _seal(own_shop, name)
    return own_shop


def _seal(paths: ShopPaths, name: str) -> None:
    from recsys.training.runs import finish_run, show_run

    record = show_run(paths, name)
    (paths.runs / name / "run.json").unlink()
    finish_run(paths.runs / name, record)


def test_a_note_is_kept_changed_and_taken_away(shop: ShopPaths) -> None:
    assert read_note(shop, "second") == ""
    write_note(shop, "second", "  <b>Autumn</b> 🍂 שלום ")
    assert read_note(shop, "second") == "<b>Autumn</b> 🍂 שלום"
    verify_run(shop, "second")  # a note is no part of the run
    write_note(shop, "second", " ")
    assert read_note(shop, "second") == "" and not (shop.runs / "second" / "note.json").exists()
    with pytest.raises(RunError, match="up to 2,000"):
        write_note(shop, "second", "x" * 2001)
    with pytest.raises(RunError, match="no run 'gone'"):
        write_note(shop, "gone", "x")


def test_what_serves_or_may_serve_again_is_never_deleted(shop: ShopPaths) -> None:
    promote(shop, "second")
    start_canary(shop, "third", 0.1)
    for name, why in (("second", "is live"), ("third", "canary"), ("first", "roll back to")):
        with pytest.raises(RunError, match=why):
            delete_run(shop, name)
        assert why_kept(shop, name)
    assert len(list_runs(shop)) == 3


def test_a_deleted_run_is_gone_also_from_the_way_back(shop: ShopPaths) -> None:
    promote(shop, "second")
    promote(shop, "third")
    assert live_pointer(shop)["previous"] == ["second", "first"]
    delete_run(shop, "first")
    assert live_pointer(shop)["previous"] == ["second"] and live_pointer(shop)["run_id"] == "third"
    assert {r.run_id for r in list_runs(shop)} == {"second", "third"}
    assert not list(shop.runs.glob(".deleted*"))
    with pytest.raises(RunError, match="deleted already"):  # the other tab
        delete_run(shop, "first")


def test_a_run_that_is_being_trained_is_not_deleted(shop: ShopPaths) -> None:
    now = utc_now()
    write_state(shop, JobState("busy", JobStatus.RUNNING, "Fitting", 0.4, now, now, host="elsewhere"))
    with pytest.raises(RunError, match="being trained"):
        delete_run(shop, "busy")


def test_a_killed_training_is_closed_and_keeps_its_reason_only(shop: ShopPaths) -> None:
    past = utc_now() - timedelta(hours=1)
    write_state(shop, JobState("killed", JobStatus.RUNNING, "Fitting", 0.4, past, past, pid=2**22 - 1))
    folder = shop.runs / "killed"
    (folder / "components").mkdir()
    (folder / "components" / "text.safetensors").write_bytes(b"x" * 100)
    (folder / "log.txt").write_text("last words")
    done = clean_up(shop)
    assert done.closed == ("killed",) and done.emptied == ("killed",)
    assert sorted(p.name for p in folder.iterdir()) == ["log.txt", "progress.json"]
    assert read_state(shop, "killed").status is JobStatus.FAILED
    assert "last words" in read_state(shop, "killed").message
    assert clean_up(shop) == type(done)()  # nothing left to do
    for name in ("first", "second", "third"):
        verify_run(shop, name)


def test_what_may_still_be_written_to_is_left_alone(shop: ShopPaths) -> None:
    now = utc_now()
    write_state(shop, JobState("busy", JobStatus.RUNNING, "Fitting", 0.4, now, now, host="elsewhere"))
    (shop.runs / "busy" / "components").mkdir()
    (shop.runs / "fresh" / "components").mkdir(parents=True)
    (shop.runs / "old").mkdir()
    long_ago = time.time() - 7200
    os.utime(shop.runs / "old", (long_ago, long_ago))
    (shop.runs / ".deleted-1234").mkdir()
    assert clean_up(shop).removed == ("old",)
    assert (shop.runs / "busy" / "components").is_dir() and (shop.runs / "fresh" / "components").is_dir()
    assert not (shop.runs / ".deleted-1234").exists()


def test_an_empty_shop_has_nothing_to_clean(empty_shop: ShopPaths) -> None:
    assert clean_up(empty_shop).closed == () and not empty_shop.root.exists()
