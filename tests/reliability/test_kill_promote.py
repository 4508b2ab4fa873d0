"""kill -9 in the middle of promotions: the pointer is always whole, and what was acknowledged is never taken back."""

import random
from dataclasses import replace
from shutil import copytree

import pytest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.runs import finish_run, live_pointer, load_model, promote, roll_back, show_run
from tests.reliability.launcher import Launcher, at_moment, written_beside

KILLS = 10
PROMOTE_FOR_EVER = """
from recsys.training.runs import promote
def job(other, live):
    for turn in range(100_000):
        pointer = promote(shop, (other, live)[turn % 2])
        say(pointer["version"], pointer["run_id"])  # acknowledged
"""


@pytest.fixture
def two_runs(own_shop: ShopPaths) -> ShopPaths:
    """A shop with the runs `first` (live) and `second`."""
    copytree(own_shop.runs / "first", own_shop.runs / "second")
    (own_shop.runs / "second" / "run.json").unlink()
    finish_run(own_shop.runs / "second", replace(show_run(own_shop, "first"), run_id="second"))
    return own_shop


@pytest.mark.slow
def test_ten_kills_leave_a_valid_pointer_and_lose_no_promotion(two_runs: ShopPaths) -> None:
    draw, acknowledged = random.Random(7), 0
    with Launcher(two_runs, PROMOTE_FOR_EVER) as launcher:
        for kill in range(KILLS):
            live = live_pointer(two_runs)["run_id"]
            other = "second" if live == "first" else "first"
            said = launcher.run((other, live), at_moment(draw.uniform(0.0, 0.3)))
            pointer = live_pointer(two_runs)
            assert set(pointer) == {"version", "run_id", "previous", "promoted_at", "canary"}
            if said:
                version, run_id = said[-1].split()
                # The last word stands, or one promotion that was made but not yet told.
                assert pointer["version"] - int(version) in (0, 1), f"kill {kill}: {pointer} after {said[-1]}"
                assert pointer["version"] > int(version) or pointer["run_id"] == run_id
                acknowledged += len(said)
            assert sorted([pointer["run_id"], *pointer["previous"]]) in (["first"], ["first", "second"])
    assert acknowledged > KILLS, "the jobs never got far enough to be interrupted"
    assert load_model(two_runs).run_id == live_pointer(two_runs)["run_id"]
    before = live_pointer(two_runs)
    assert promote(two_runs, before["previous"][0])["version"] == before["version"] + 1  # nobody holds the lock
    assert roll_back(two_runs)["run_id"] == before["run_id"]


def test_half_a_pointer_beside_the_pointer_is_never_read(two_runs: ShopPaths) -> None:
    before = live_pointer(two_runs)
    written_beside(two_runs.runs / "live.json", '{"version": 9, "run')
    assert live_pointer(two_runs) == before
    assert promote(two_runs, "second")["run_id"] == "second"
    with pytest.raises(RunError, match="in the meantime"):
        promote(two_runs, "first", expected_version=before["version"])
