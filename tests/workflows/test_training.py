"""`train`: from a shop folder to a run, on good data, poor data and none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.errors import CancelledError, InputError, RunError
from recsys.ranking import rank
from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.runs import list_runs, live_pointer, live_run_id, load_model, show_run
from recsys.workflows.lists import best_for, recommend
from recsys.workflows.training import load_training_config, split_day, train
from tests.plain import END, N_ITEMS, N_USERS, QUICK, settings_of

TINY = replace(QUICK, response=False)


def test_a_run_says_what_it_is(plain_shop: ShopPaths) -> None:
    record = show_run(plain_shop, "first")
    assert record.status == "done" and record.elapsed_s > 0
    assert datetime.fromisoformat(record.created_at).tzinfo is not None
    assert record.facts["n_items"] == N_ITEMS and record.facts["n_users"] == N_USERS
    assert record.data_version in [p.name for p in plain_shop.snapshots.iterdir()]
    assert record.data_to.startswith(END.date().isoformat())
    assert {"numpy", "lightgbm", "torch"} <= set(record.versions)
    assert set(record.metrics) == {"validation", "test", "response"}
    assert TrainingConfig.from_json(record.config) == QUICK


def test_the_same_data_and_config_give_the_same_run(own_shop: ShopPaths) -> None:
    again = train(settings_of(own_shop), QUICK, run_id="again")
    first = show_run(own_shop, "first")
    assert again.weights == first.weights and again.metrics == first.metrics
    arrays = {n: h for n, h in first.manifest.items() if n != "run.json"}
    assert {n: h for n, h in again.manifest.items() if n != "run.json"} == arrays


def test_a_finished_run_becomes_live_unless_told_otherwise(own_shop: ShopPaths) -> None:
    train(settings_of(own_shop), TINY, run_id="beside", promote=False)
    assert live_run_id(own_shop) == "first"
    train(settings_of(own_shop), TINY, run_id="next")
    assert live_run_id(own_shop) == "next" and live_pointer(own_shop)["previous"] == ["first"]
    assert [r.run_id for r in list_runs(own_shop)][-1] == "first" and len(list_runs(own_shop)) == 3


def test_a_run_id_is_used_once_and_is_no_path(own_shop: ShopPaths) -> None:
    before = sorted(p for p in own_shop.root.rglob("*"))
    with pytest.raises(RunError, match="first exists already"):
        train(settings_of(own_shop), TINY, run_id="first")
    for name in ("../outside", "a/b", "live.json", ".hidden"):
        with pytest.raises(RunError, match="is not a run id"):
            train(settings_of(own_shop), TINY, run_id=name)
    assert sorted(p for p in own_shop.root.rglob("*")) == before


@pytest.mark.parametrize("stage", ["Loading the data", "Choosing weights on validation", "Writing the run"])
def test_a_cancelled_training_leaves_the_live_run_alone(own_shop: ShopPaths, stage: str) -> None:
    pointer = live_pointer(own_shop)

    def stop(told: str, fraction: float, **_: object) -> None:
        if told == stage:
            raise CancelledError("Cancelled; the live run is unchanged.")

    with pytest.raises(CancelledError):
        train(settings_of(own_shop), TINY, run_id="stopped", progress=stop)
    assert live_pointer(own_shop) == pointer and [r.run_id for r in list_runs(own_shop)] == ["first"]
    assert train(settings_of(own_shop), TINY, run_id="stopped").status == "done"  # the name is free again


def test_progress_names_every_stage_and_only_goes_forward(own_shop: ShopPaths) -> None:
    told: list[tuple[str, float]] = []
    train(settings_of(own_shop), QUICK, progress=lambda stage, fraction, **_: told.append((stage, fraction)))
    fractions = [f for _, f in told]
    assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] <= 1
    stages = list(dict.fromkeys(s for s, _ in told))
    assert stages[0] == "Exporting the data" and stages[-1] == "Writing the run"
    assert "Judging on the test window" in stages and len(stages) >= 8


def test_a_time_split_keeps_what_came_after_for_judging(own_shop: ShopPaths) -> None:
    record = train(settings_of(own_shop), replace(TINY, test_from="2026-02-15"), run_id="split")
    model = load_model(own_shop, "split")
    assert model.interactions.occurred_at.max() < np.datetime64("2026-02-15") == model.data_to
    assert (
        record.facts["test_from"].startswith("2026-02-15") and record.metrics["test"]["all"]["recall"]["n_users"] > 20
    )


@pytest.mark.parametrize("split", ["time", "time:", "time:soon", "random:0.2", "2011-09-01"])
def test_a_split_that_is_not_known_is_said(split: str) -> None:
    with pytest.raises(InputError, match="use none, or time:DAY"):
        split_day(split)


def test_the_command_lines_choices_lie_over_the_config(tmp_path) -> None:
    file = tmp_path / "c.json"
    file.write_text('{"seed": 5}')
    config = load_training_config(file, "time:2011-09-01", "abc")
    assert (config.seed, config.test_from, config.data_version) == (5, "2011-09-01", "abc")
    assert load_training_config(None) == TrainingConfig()


# ---------------------------------------------------------------- poor data, through files

CATALOGUE = "item_id,title,price\n" + "".join(f"a{k},Mug {k},5\n" for k in range(6))
EVENTS = "event_type,user_id,item_id,occurred_at\n"

NEXT_MONTH = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
SHOPS = {
    "no events": (CATALOGUE, "", 6),
    "one event": (CATALOGUE, EVENTS + "view,u,a1,2026-01-05\n", 6),
    "one item, one user": ("item_id,title\nonly,Mug\n", EVENTS + "purchase,u,only,2026-01-05\n", 1),
    "one item, nothing known of it": ("item_id,title\nonly,\n", "", 1),
    "only searches": (CATALOGUE, EVENTS + "search,u,,2026-01-05\nsearch,v,,2026-01-06\n", 6),
    "everything sold out but one": (
        "item_id,title,stock\n" + "".join(f"a{k},Mug,{int(k == 2)}\n" for k in range(4)),
        EVENTS + "view,u,a0,2026-01-05\n",
        1,
    ),
    "everything launches later": (f"item_id,title,launched_at\na,Mug,{NEXT_MONTH}\n", "", 0),
}


@pytest.mark.parametrize("name", SHOPS)
def test_a_poor_shop_gets_a_sensible_list(shop_of_tables: Callable[[str, str], ShopPaths], name: str) -> None:
    catalogue, events, n_on_sale = SHOPS[name]
    paths = shop_of_tables(catalogue, events)
    record = train(settings_of(paths), TINY)
    assert "default weights, nothing held out" in record.facts["note"] and record.metrics == {}
    model = load_model(paths)
    for user in ("u", "nobody"):
        ranking = best_for(model, user, n=10)
        assert len(ranking) == n_on_sale
        assert np.isfinite(ranking.scores).all() and np.isfinite(ranking.contributions).all()
    frame = recommend(settings_of(paths), user="nobody", n=3)
    assert len(frame) == min(3, n_on_sale) and frame.attrs["notes"]


@pytest.mark.slow
def test_words_alone_place_products_without_events(shop_of_tables: Callable[[str, str], ShopPaths]) -> None:
    """The default text encoder on a shop with neither events nor pictures."""
    rows = ["red cotton shirt", "blue cotton shirt", "garden spade", "garden rake", "steel rake", "linen shirt"]
    paths = shop_of_tables("item_id,title\n" + "".join(f"{k},{title}\n" for k, title in enumerate(rows)), "")
    train(settings_of(paths), replace(TINY, text_encoder="minilm", image_encoder="compact_vit"))
    model = load_model(paths)
    like_shirt = rank(Request(Histories.of_items([0], model.data_to), model.data_to, n=3), model)
    assert {rows[k] for k in like_shirt.item_num} == {"red cotton shirt", "blue cotton shirt", "linen shirt"}
    assert "image" in like_shirt.silent


def test_a_shop_without_products_says_what_to_import(empty_shop: ShopPaths) -> None:
    from recsys.store import Store

    with pytest.raises(InputError, match="has no data yet"):
        train(settings_of(empty_shop), TINY)
    with Store.open(empty_shop):
        pass
    with pytest.raises(InputError, match="catalogue"):
        train(settings_of(empty_shop), TINY)
    assert list_runs(empty_shop) == []
