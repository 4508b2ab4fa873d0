"""Runs on disk: promoted by a pointer, refused when damaged, never named like a path."""

import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.errors import RunError
from recsys.ranking import rank
from recsys.settings import ShopPaths
from recsys.training.runs import (
    RunRecord,
    finish_run,
    list_runs,
    live_pointer,
    live_run_id,
    load_model,
    promote,
    roll_back,
    show_run,
    verify_run,
)


def clone(paths: ShopPaths, name: str, created_at: str = "2026-04-01T00:00:00+00:00") -> str:
    """Make another finished run from the first one's files."""
    folder = paths.runs / name
    shutil.copytree(paths.runs / "first", folder)
    (folder / "run.json").unlink()
    finish_run(folder, replace(show_run(paths, "first"), run_id=name, created_at=created_at))
    return name


def first_list(paths: ShopPaths) -> list[str]:
    """What the live run recommends to a stranger."""
    model = load_model(paths)
    return rank(Request(Histories.empty(), model.data_to, n=5), model).item_ids.tolist()


def test_a_shop_without_runs_says_so(empty_shop: ShopPaths) -> None:
    assert list_runs(empty_shop) == [] and live_run_id(empty_shop) is None
    nothing = {"version": 0, "run_id": None, "previous": [], "promoted_at": None, "canary": None}
    assert live_pointer(empty_shop) == nothing
    with pytest.raises(RunError, match="No run is live yet"):
        load_model(empty_shop)
    with pytest.raises(RunError, match="no earlier run"):
        roll_back(empty_shop)
    with pytest.raises(RunError, match="no finished run 'nothing'"):
        promote(empty_shop, "nothing")


def test_a_record_comes_back_as_it_was_written(plain_shop: ShopPaths) -> None:
    record = show_run(plain_shop, "first")
    assert record.status == "done" and record.config["text_encoder"] == ""
    assert sum(record.weights.values()) == pytest.approx(1)
    assert RunRecord(**json.loads(json.dumps(record.to_json()))) == record
    assert verify_run(plain_shop, "first") == record
    assert set(record.manifest) == {
        str(p.relative_to(plain_shop.runs / "first"))
        for p in (plain_shop.runs / "first").rglob("*")
        if p.suffix in (".safetensors", ".txt") or p.name == "run.json"
    }


def test_a_loaded_model_is_the_one_that_was_written(plain_shop: ShopPaths) -> None:
    model, record = load_model(plain_shop), show_run(plain_shop, "first")
    assert model.run_id == "first" and dict(model.weights) == dict(record.weights)
    assert str(model.data_to) == record.data_to
    assert set(model.names) == set(record.component_configs)
    assert model.holdout is not None and model.holdout.n_users > 20
    again = load_model(plain_shop, "first", verify=False)
    request = Request(model.interactions.history("u03"), model.data_to, n=10)
    assert rank(request, model).item_ids.tolist() == rank(request, again).item_ids.tolist()


def test_promoting_swaps_the_pointer_and_rolling_back_returns(own_shop: ShopPaths) -> None:
    assert live_pointer(own_shop)["version"] == 1
    clone(own_shop, "second"), clone(own_shop, "third")
    assert promote(own_shop, "second")["previous"] == ["first"]
    pointer = promote(own_shop, "third", expected_version=2)
    assert (pointer["version"], pointer["run_id"], pointer["previous"]) == (3, "third", ["second", "first"])
    assert load_model(own_shop).run_id == "third"
    assert roll_back(own_shop)["run_id"] == "second"
    assert roll_back(own_shop) | {"promoted_at": ""} == {
        "version": 5,
        "run_id": "first",
        "previous": [],
        "promoted_at": "",
        "canary": None,
    }
    with pytest.raises(RunError, match="no earlier run"):
        roll_back(own_shop)
    assert live_run_id(own_shop) == "first"


def test_promoting_the_live_run_again_changes_nothing(own_shop: ShopPaths) -> None:
    before = live_pointer(own_shop)
    assert promote(own_shop, "first") == before == live_pointer(own_shop)


def test_an_older_run_promoted_again_stands_in_the_history_once(own_shop: ShopPaths) -> None:
    clone(own_shop, "second")
    promote(own_shop, "second")
    assert promote(own_shop, "first")["previous"] == ["second"]
    assert promote(own_shop, "second")["previous"] == ["first"]


def test_whoever_looked_at_an_older_pointer_is_refused(own_shop: ShopPaths) -> None:
    clone(own_shop, "second"), clone(own_shop, "third")
    promote(own_shop, "second", expected_version=1)
    with pytest.raises(RunError, match=r"in the meantime \(now second\)"):
        promote(own_shop, "third", expected_version=1)
    assert live_run_id(own_shop) == "second"


def test_of_many_who_saw_the_same_pointer_one_wins(own_shop: ShopPaths) -> None:
    names = [clone(own_shop, f"r{k}") for k in range(6)]
    outcomes: list[str] = []
    barrier = threading.Barrier(len(names))

    def try_it(name: str) -> None:
        barrier.wait()
        try:
            promote(own_shop, name, expected_version=1)
            outcomes.append(name)
        except RunError:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it, args=(n,)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [o for o in outcomes if o != "refused"]
    assert len(outcomes) == 6 and winners == [live_run_id(own_shop)]
    assert live_pointer(own_shop)["version"] == 2


def flip(path: Path) -> None:
    """Change one bit where it says something, from the middle of a file on: the 17th digit of a figure may not."""
    whole = path.read_bytes()
    for place in range(len(whole) // 2, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        if path.suffix != ".json" or reads_as(bytes(damaged)) != json.loads(whole):
            break
    path.write_bytes(bytes(damaged))


def cut_short(path: Path) -> None:
    """Lose the last third of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


@pytest.mark.parametrize("damage", [flip, cut_short, Path.unlink], ids=["flip", "truncation", "missing"])
def test_damage_is_refused_and_the_live_run_goes_on(own_shop: ShopPaths, damage) -> None:
    clone(own_shop, "second")
    folder, before, served = own_shop.runs / "second", live_pointer(own_shop), first_list(own_shop)
    names = list(show_run(own_shop, "second").manifest)
    assert len(names) >= 8
    for name in names:
        whole = (folder / name).read_bytes()
        damage(folder / name)
        for attempt in (promote, verify_run, load_model):
            with pytest.raises(RunError, match="second"):
                attempt(own_shop, "second")
        (folder / name).write_bytes(whole)
    assert live_pointer(own_shop) == before and first_list(own_shop) == served
    assert promote(own_shop, "second")["run_id"] == "second"  # whole again, it is welcome


def test_every_bit_of_a_record_counts(own_shop: ShopPaths) -> None:
    """A flipped bit leaves valid JSON more often than not: a weight, a date, a metric that nobody would notice."""
    clone(own_shop, "second")
    file = own_shop.runs / "second" / "run.json"
    whole = file.read_bytes()
    rng = np.random.default_rng(5)
    for place in rng.choice(len(whole), 60, replace=False):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << int(rng.integers(0, 8))
        file.write_bytes(bytes(damaged))
        if reads_as(bytes(damaged)) == json.loads(whole):
            assert verify_run(own_shop, "second").run_id == "second"  # white space: nothing was lost
        else:
            with pytest.raises(RunError):
                verify_run(own_shop, "second")


def reads_as(content: bytes) -> object:
    """What JSON says, None where it says nothing."""
    try:
        return json.loads(content)
    except ValueError:
        return None


def test_a_run_that_is_damaged_is_not_rolled_back_to(own_shop: ShopPaths) -> None:
    clone(own_shop, "second")
    promote(own_shop, "second")
    flip(own_shop.runs / "first" / "components" / "trend.safetensors")
    with pytest.raises(RunError, match="first is damaged"):
        roll_back(own_shop)
    assert live_run_id(own_shop) == "second"


def test_a_damaged_pointer_is_told_with_what_to_do(own_shop: ShopPaths) -> None:
    pointer = own_shop.runs / "live.json"
    for content in ("", '{"version": 1', "[]", '{"version": "x", "run_id": "first", "previous": []}', "\udcff"):
        pointer.write_bytes(content.encode("utf-8", "surrogateescape"))
        with pytest.raises(RunError, match=r"live pointer .* is damaged .* delete it and promote"):
            live_run_id(own_shop)
    pointer.unlink()
    assert promote(own_shop, "first")["run_id"] == "first"


def test_a_snapshot_that_is_damaged_is_not_served(own_shop: ShopPaths) -> None:
    from recsys.errors import StoreError

    flip(own_shop.snapshots / show_run(own_shop, "first").data_version / "events.parquet")
    with pytest.raises(StoreError, match="changed or damaged"):
        load_model(own_shop)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../first", "a/b", "a\\b", "/etc", ".hidden", "live.json", "a\nb", "a\0b", "x" * 101]
)
def test_names_that_could_be_paths_are_refused(own_shop: ShopPaths, name: str) -> None:
    for attempt in (promote, verify_run, show_run):
        with pytest.raises(RunError, match="is not a run id"):
            attempt(own_shop, name)


def test_a_run_of_strangers_json_is_refused(own_shop: ShopPaths) -> None:
    for content in (b"{}", b"[]", b'{"run_id": 1', b'{"surprise": 1}', b"\xff\xfe"):
        (own_shop.runs / "odd").mkdir(exist_ok=True)
        (own_shop.runs / "odd" / "run.json").write_bytes(content)
        with pytest.raises(RunError, match="record of run odd is damaged"):
            show_run(own_shop, "odd")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_never_become_a_run(own_shop: ShopPaths, value: float) -> None:
    clone(own_shop, "second")
    file = own_shop.runs / "second" / "components" / "trend.safetensors"
    arrays = load_file(file)
    arrays["scores"][3] = value
    save_file(arrays, file)
    (own_shop.runs / "second" / "run.json").unlink()
    with pytest.raises(RunError, match="scores with numbers that are not finite"):
        finish_run(own_shop.runs / "second", show_run(own_shop, "first"))
    assert [r.run_id for r in list_runs(own_shop)] == ["first"]


def test_runs_are_listed_newest_first_and_unfinished_ones_not_at_all(own_shop: ShopPaths) -> None:
    clone(own_shop, "old", "2020-01-01T00:00:00+00:00")
    clone(own_shop, "b", "2099-01-01T00:00:00+00:00"), clone(own_shop, "a", "2099-01-01T00:00:00+00:00")
    shutil.copytree(own_shop.runs / "first" / "components", own_shop.runs / "half" / "components")
    assert [r.run_id for r in list_runs(own_shop)] == ["b", "a", "first", "old"]
    with pytest.raises(RunError, match="no finished run 'half'"):
        promote(own_shop, "half")
