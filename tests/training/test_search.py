"""The search stays inside what configs accept, never reads the test, resumes, and adopts only what holds elsewhere."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from recsys.components import CATALOGUE_COMPONENTS
from recsys.errors import CancelledError, InputError
from recsys.settings import Settings, ShopPaths
from recsys.training import search_bench
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs
from recsys.training.search import Budget, SearchResult, search_settings
from recsys.training.search_bench import Bench, compare_settings, take_users, weigh
from recsys.training.search_space import SPACE, flatten_settings, unflatten_settings
from recsys.training.weights import choose_weights
from recsys.training.windows import plan_windows
from recsys.workflows.training import load_inputs
from tests.plain import QUICK

SMALL = replace(QUICK, response=False)
TWO = Budget(minutes=5, trials=2)


@pytest.fixture(scope="module")
def inputs(plain_shop: ShopPaths, tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The plain shop, 60 shoppers and 48 products."""
    from recsys.workflows.snapshots import current_snapshot

    settings = Settings(shop=plain_shop, threads=1, device="cpu")
    folder = tmp_path_factory.mktemp("search")
    return load_inputs(settings, current_snapshot(plain_shop).folder, SMALL, folder, lambda *_, **__: None)[0]


@pytest.fixture(scope="module")
def found(inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> tuple[SearchResult, Path]:
    """A search of two trials and where it is kept."""
    path = tmp_path_factory.mktemp("found") / "first.db"
    return search_settings(inputs, SMALL, path, TWO, data_version="d1"), path


@pytest.mark.parametrize("name", SPACE)
def test_every_range_is_accepted_by_its_config_and_holds_the_default(name: str) -> None:
    kind = CATALOGUE_COMPONENTS[name].config_class
    known = {f.name for f in fields(kind)}
    default = kind()
    for setting, span in SPACE[name].items():
        assert setting in known and span.low < span.high and (span.low > 0 or not span.log)
        assert span.low <= getattr(default, setting) <= span.high
        assert isinstance(getattr(default, setting), int) == span.whole
        for value in (span.low, span.high):
            assert getattr(kind(**{setting: value}), setting) == value


def test_settings_survive_their_flat_form_and_are_moved_into_the_space() -> None:
    names = ("behaviour", "trend")
    flat = flatten_settings({"trend": {"half_life_days": 9999.0}}, names)
    assert {name.partition(".")[0] for name in flat} == set(names)
    assert flat["trend.half_life_days"] == SPACE["trend"]["half_life_days"].high
    assert flatten_settings(unflatten_settings(flat), names) == flat
    TrainingConfig(components=unflatten_settings(flat))


def test_the_result_is_a_config_to_train_with(found: tuple[SearchResult, Path]) -> None:
    result, _ = found
    assert result.n_trials == 2 and result.n_failed == 0
    assert result.objective >= result.base_objective
    assert TrainingConfig.from_json(result.config.to_json()) == result.config
    assert result.adopted == (result.gain > 0) and result.gain_low <= result.gain <= result.gain_high
    if result.adopted:
        assert {n: dict(v) for n, v in result.config.components.items()} == result.settings
    else:
        assert result.config == SMALL


def test_a_search_goes_on_where_it_stopped(inputs: Inputs, found: tuple[SearchResult, Path], tmp_path: Path) -> None:
    path = tmp_path / "stopped.db"
    seen: list[str] = []

    def stop_at_the_second(stage: str, fraction: float, *, message: str = "", **_: object) -> None:
        seen.append(message)
        if message == "Trial 2":
            raise CancelledError("Stopped by you.")

    with pytest.raises(CancelledError):
        search_settings(inputs, SMALL, path, TWO, progress=stop_at_the_second)
    assert "Trial 2" in seen and path.is_file()
    later: list[str] = []
    result = search_settings(
        inputs, SMALL, path, Budget(5, 3), progress=lambda *a, message="", **_: later.append(message)
    )
    assert "Trial 1" not in later and "Trial 3" in later
    assert result.n_trials == 3 and result.n_failed == 1  # the one that was stopped counts as failed
    assert result.base_objective == pytest.approx(found[0].base_objective)


def test_other_data_or_settings_are_not_mixed(inputs: Inputs, found: tuple[SearchResult, Path]) -> None:
    with pytest.raises(InputError, match="another data version"):
        search_settings(inputs, SMALL, found[1], TWO, data_version="d2")
    with pytest.raises(InputError, match="another config"):
        search_settings(inputs, replace(SMALL, seed=7), found[1], TWO, data_version="d1")


def test_a_spent_search_only_says_again_what_it_found(inputs: Inputs, found: tuple[SearchResult, Path]) -> None:
    assert search_settings(inputs, SMALL, found[1], TWO, data_version="d1") == found[0]


def test_the_test_window_is_never_read(inputs: Inputs) -> None:
    cut = plan_windows(inputs.interactions, SMALL).test_from
    fixed = replace(SMALL, test_from=str(cut.astype("datetime64[D]")))
    truncated = replace(inputs, interactions=inputs.interactions.before(np.datetime64(fixed.test_from, "us")))
    later = Bench.build(inputs, fixed).task
    # The same windows on data that ends where the test begins give the same task.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_bench, "plan_windows", lambda *_: plan_windows(inputs.interactions, fixed))
        earlier = Bench.build(truncated, fixed).task
    assert np.array_equal(later.z, earlier.z) and np.array_equal(later.everyone.relevant, earlier.everyone.relevant)
    assert later.columns.keys() == earlier.columns.keys()


def test_halves_are_apart_and_the_second_judges(inputs: Inputs) -> None:
    bench = Bench.build(inputs, SMALL)
    assert not set(bench.halves[0]) & set(bench.halves[1])
    assert sum(map(len, bench.halves)) == len(bench.task.users)
    assert np.array_equal(bench.task_of({}).z, bench.task.z)
    assert not np.array_equal(bench.task_of({"trend": {"half_life_days": 3.0}}).z, bench.task.z)
    weights = choose_weights([bench.task_of({}, 0)])
    assert compare_settings(bench, ({}, weights), ({}, weights)) == (0.0, 0.0, 0.0)
    worse = dict.fromkeys(weights, 0.0) | {"fresh": 1.0}
    gain, low, high = compare_settings(bench, ({}, weights), ({}, worse))
    assert low < gain < high and gain > 0


def test_a_part_of_the_shoppers_is_judged_as_alone(inputs: Inputs) -> None:
    task = Bench.build(inputs, SMALL).task
    rows = np.arange(0, len(task.users), 2)
    part = take_users(task, rows)
    weights = dict.fromkeys(task.names, 1.0)
    assert np.array_equal(weigh(part, weights), weigh(task, weights)[rows])
    for name, view in part.columns.items():
        whole = task.columns[name]
        assert view.n_relevant.tolist() == whole.n_relevant[rows].tolist()
        assert len(view.rows) == whole.n_relevant[rows].sum()


def test_too_little_data_and_a_senseless_budget_are_refused(inputs: Inputs, tmp_path: Path) -> None:
    few = replace(inputs, interactions=inputs.interactions.before(inputs.interactions.occurred_at.min()))
    with pytest.raises(InputError, match="needs 500 interactions"):
        search_settings(few, SMALL, tmp_path / "few.db", TWO)
    for minutes, trials in ((0, None), (-1, 3), (1, 0)):
        with pytest.raises(InputError, match="minutes above 0"):
            Budget(minutes, trials)


def test_two_processes_do_not_share_a_search(inputs: Inputs, tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "held.db"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="Another process is at the search held"):
            search_settings(inputs, SMALL, path, TWO)
