"""The live pointer's canary, and what is written down of every change."""

from dataclasses import replace
from shutil import copytree

import pytest

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.decisions import DECISIONS_FILE, Action, list_decisions
from recsys.training.live import end_canary, live_pointer, promote, roll_back, serving_run, start_canary
from recsys.training.runs import finish_run, show_run
from recsys.workflows.lists import recommend
from tests.plain import settings_of

SHOPPERS = [f"S{k}" for k in range(4000)]


@pytest.fixture
def two_runs(own_shop: ShopPaths) -> ShopPaths:
    """A shop with the runs `first` (live) and `second`."""
    copytree(own_shop.runs / "first", own_shop.runs / "second")
    (own_shop.runs / "second" / "run.json").unlink()
    finish_run(own_shop.runs / "second", replace(show_run(own_shop, "first"), run_id="second"))
    return own_shop


def served(paths: ShopPaths) -> set[str]:
    pointer = live_pointer(paths)
    return {s for s in SHOPPERS if serving_run(pointer, s) == "second"}


def test_a_canary_serves_about_its_share_and_keeps_its_shoppers_when_it_grows(two_runs: ShopPaths) -> None:
    start_canary(two_runs, "second", 0.1)
    few = served(two_runs)
    assert 0.08 < len(few) / len(SHOPPERS) < 0.12
    assert served(two_runs) == few  # the same shoppers at every look
    start_canary(two_runs, "second", 0.3)
    many = served(two_runs)
    assert few < many and 0.27 < len(many) / len(SHOPPERS) < 0.33
    assert serving_run(live_pointer(two_runs), None) == "first"
    end_canary(two_runs)
    assert served(two_runs) == set() and live_pointer(two_runs)["run_id"] == "first"


def test_promoting_or_rolling_back_ends_the_canary(two_runs: ShopPaths) -> None:
    start_canary(two_runs, "second", 0.5)
    assert promote(two_runs, "second")["canary"] is None
    start_canary(two_runs, "first", 0.5)
    assert roll_back(two_runs) | {"promoted_at": ""} == {
        "version": 5,
        "run_id": "first",
        "previous": [],
        "promoted_at": "",
        "canary": None,
    }


@pytest.mark.parametrize("share", [0.0, -0.1, 0.51, 1.0, float("nan")])
def test_a_share_that_does_not_fit_changes_nothing(two_runs: ShopPaths, share: float) -> None:
    with pytest.raises(RunError, match="at most 50%"):
        start_canary(two_runs, "second", share)
    assert live_pointer(two_runs)["canary"] is None


def test_the_live_run_an_unknown_run_and_an_old_view_are_refused(two_runs: ShopPaths) -> None:
    with pytest.raises(RunError, match="live already"):
        start_canary(two_runs, "first", 0.1)
    with pytest.raises(RunError, match="no finished run 'third'"):
        start_canary(two_runs, "third", 0.1)
    with pytest.raises(RunError, match="No canary runs"):
        end_canary(two_runs)
    seen = live_pointer(two_runs)["version"]
    start_canary(two_runs, "second", 0.1, seen)
    with pytest.raises(RunError, match="in the meantime"):  # the other tab
        start_canary(two_runs, "second", 0.2, seen)
    with pytest.raises(RunError, match="in the meantime"):
        end_canary(two_runs, seen)


def test_a_canary_needs_a_live_run(two_runs: ShopPaths) -> None:
    (two_runs.runs / "live.json").unlink()
    with pytest.raises(RunError, match="No run is live yet"):
        start_canary(two_runs, "second", 0.1)


def test_a_damaged_canary_is_told(two_runs: ShopPaths) -> None:
    path = two_runs.runs / "live.json"
    for canary in ('{"run_id": "second"}', '{"run_id": "second", "share": 0.9, "salt": "x"}', "7"):
        path.write_text(f'{{"version": 1, "run_id": "first", "previous": [], "canary": {canary}}}')
        with pytest.raises(RunError, match="is damaged"):
            live_pointer(two_runs)


def test_lists_are_made_with_the_run_that_serves_the_shopper_and_say_which(two_runs: ShopPaths) -> None:
    start_canary(two_runs, "second", 0.5)
    pointer = live_pointer(two_runs)
    lists = recommend(settings_of(two_runs), user="all", n=3)
    by_user = lists.groupby("user_id")["run_id"].unique()
    assert {"first", "second"} == {run for runs in by_user for run in runs}
    assert all(runs.tolist() == [serving_run(pointer, user)] for user, runs in by_user.items())
    one = by_user.index[0]
    assert recommend(settings_of(two_runs), user=one, n=3)["run_id"].unique().tolist() == by_user[one].tolist()
    assert recommend(settings_of(two_runs), user=one, n=3, run_id="second")["run_id"].unique().tolist() == ["second"]


def test_every_change_is_written_down_with_its_reason(two_runs: ShopPaths) -> None:
    promote(two_runs, "second", reason="Better for  new\nproducts", detail="Failed: Recall")
    roll_back(two_runs)
    start_canary(two_runs, "second", 0.25, reason="Try it")
    end_canary(two_runs)
    newest = list_decisions(two_runs)
    assert [d.action for d in newest][:4] == [Action.END_CANARY, Action.CANARY, Action.ROLL_BACK, Action.PROMOTE]
    assert newest[3].reason == "Better for new products" and newest[3].detail == "Failed: Recall"
    assert newest[1].detail == "0.25 of the shoppers" and newest[1].reason == "Try it"


def test_a_line_cut_short_costs_that_line_only(two_runs: ShopPaths) -> None:
    promote(two_runs, "second")
    with (two_runs.runs / DECISIONS_FILE).open("a") as handle:
        handle.write('{"at": "2026-')  # a crash in the middle
    roll_back(two_runs)
    assert [d.run_id for d in list_decisions(two_runs)][:2] == ["first", "second"]
