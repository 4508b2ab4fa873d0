"""kill -9 in the middle of training: the live run goes on, nothing half-made is a run, the next training works."""

import random
import time
from collections.abc import Iterator

import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.data.snapshot import load_snapshot
from recsys.ranking import rank
from recsys.settings import ShopPaths
from recsys.training.runs import RUN_FILE, list_runs, live_pointer, load_model, verify_run
from recsys.workflows.training import train
from tests.plain import QUICK, settings_of
from tests.reliability.launcher import Launcher, at_moment, never, written_beside

KILLS = 10
TRAIN = """
from recsys.training.config import TrainingConfig
from recsys.workflows.training import train
import recsys.store
config = TrainingConfig(text_encoder="", image_encoder="", fine_tune_s=0, window_days=10, search_users=50)
def job(run_id, promote):
    train(Settings(shop, 1, "cpu"), config, run_id=run_id, promote=promote == "promote",
          progress=lambda stage, fraction, **_: say(stage))
"""


@pytest.fixture
def trainer(own_shop: ShopPaths) -> Iterator[Launcher]:
    with Launcher(own_shop, TRAIN) as launcher:
        yield launcher


def served(paths: ShopPaths) -> list[str]:
    """What the live run recommends to a stranger; loading verifies every file."""
    model = load_model(paths)
    return rank(Request(Histories.empty(), model.data_to, n=5), model).item_ids.tolist()


def require_whole(paths: ShopPaths) -> None:
    """Every listed run is whole, the live one among them; every snapshot is, too."""
    names = [r.run_id for r in list_runs(paths)]
    for name in names:
        verify_run(paths, name)
    assert live_pointer(paths)["run_id"] in names
    for folder in paths.snapshots.iterdir():
        if not folder.name.startswith("."):
            load_snapshot(folder)


@pytest.mark.slow
def test_ten_kills_at_random_moments_leave_the_shop_working(own_shop: ShopPaths, trainer: Launcher) -> None:
    draw, list_before, finished = random.Random(5), served(own_shop), {"first", "whole"}
    started = time.perf_counter()
    assert trainer.run(("whole", "keep"), never)[-1] == "done"
    span = time.perf_counter() - started
    for kill in range(KILLS):
        said = trainer.run((f"k{kill}", "keep"), at_moment(draw.uniform(0.0, span)))
        if said and said[-1] == "done":
            finished.add(f"k{kill}")
        assert {r.run_id for r in list_runs(own_shop)} >= finished
        assert (live_pointer(own_shop)["version"], live_pointer(own_shop)["run_id"]) == (1, "first")
    assert len(finished) < KILLS, "hardly any training was interrupted"
    require_whole(own_shop)
    assert served(own_shop) == list_before
    assert train(settings_of(own_shop), QUICK, run_id="after").status == "done"
    assert live_pointer(own_shop)["run_id"] == "after" and served(own_shop)


@pytest.mark.slow
def test_a_kill_at_a_stage_leaves_no_half_run_and_its_name_can_be_used_again(
    own_shop: ShopPaths, trainer: Launcher
) -> None:
    for stage in ("Exporting the data", "Loading the data", "Judging on the test window", "Writing the run"):
        pointer = live_pointer(own_shop)
        run_id = stage.replace(" ", "-")
        said = trainer.run((run_id, "promote"), lambda seconds, line, stage=stage: line == stage)
        require_whole(own_shop)
        if run_id in {r.run_id for r in list_runs(own_shop)}:
            continue  # it was quicker than the kill, and is whole
        assert said[-1] != "done" and live_pointer(own_shop) == pointer
        assert train(settings_of(own_shop), QUICK, run_id=run_id).run_id == live_pointer(own_shop)["run_id"]


def test_a_folder_without_a_record_is_no_run(own_shop: ShopPaths) -> None:
    """What a kill before the last write leaves: arrays, and a record that was not renamed yet."""
    half = own_shop.runs / "half"
    (half / "components").mkdir(parents=True)
    (half / "components" / "trend.safetensors").write_bytes(b"\0" * 100)
    written_beside(half / RUN_FILE, '{"run_id": "half", "sta')
    assert [r.run_id for r in list_runs(own_shop)] == ["first"]
    assert served(own_shop)
    assert train(settings_of(own_shop), QUICK, run_id="half").status == "done"
    assert verify_run(own_shop, "half").run_id == "half"
