"""`tune` on a plain shop: a front kept with its run, a search that writes a config to train with."""

import json
from pathlib import Path

import pytest

from recsys.cli.app import main
from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig, load_training_config
from recsys.training.run_files import run_folder
from recsys.training.runs import verify_run
from recsys.training.trade_offs import FRONT_FILE, read_trade_offs
from tests.plain import QUICK


@pytest.fixture
def ask(own_shop: ShopPaths, capsys: pytest.CaptureFixture[str]):
    """Run a command on a shop of one's own; returns exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main([f"--shop={own_shop.root}", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_front_is_kept_with_the_run_and_the_run_stays_whole(ask, own_shop: ShopPaths):
    code, said, err = ask("tune", "pareto", "--trials", "100", "--objective", "novelty", "--json")
    assert code == 0, err
    told = json.loads(said)
    kept = read_trade_offs(run_folder(own_shop, "first"))
    assert kept is not None and json.loads(json.dumps(kept.to_json())) == told
    assert kept.front.objectives == ("recall", "novelty") and kept.front.n_tried == 100
    assert verify_run(own_shop, "first").run_id == "first"
    code, said, _ = ask("tune", "pareto", "--trials", "100")
    assert code == 0 and "live" in said and "points from 100 tried" in said


def test_an_objective_that_is_none_is_refused(ask):
    code, _, err = ask("tune", "pareto", "--objective", "beauty")
    assert code == 1 and "No objective is called beauty" in err
    code, _, err = ask("tune", "pareto", "--objective", "margin")
    assert code == 1 and "cannot differ in margin" in err


def test_a_search_writes_a_config_that_a_training_takes(ask, tmp_path: Path):
    out = tmp_path / "tuned.json"
    code, said, err = ask("tune", "search", "--trials", "2", "--minutes", "5", "--out", str(out), "--json")
    assert code == 0, err
    told = json.loads(said)
    assert told["n_trials"] == 2 and told["file"] == str(out)
    assert load_training_config(out) == TrainingConfig.from_json(told["config"])
    code, said, _ = ask("tune", "search", "--trials", "2", "--out", str(out))
    assert code == 0 and said.startswith("2 trials.") and "vitrine train --config" in said
    code, _, err = ask("train", "--config", str(out), "--no-promote")
    assert code == 0, err


def test_a_search_is_called_by_a_word(ask):
    code, _, err = ask("tune", "search", "--name", "../elsewhere")
    assert code == 1 and "called by up to 60 letters" in err


def test_a_folder_that_is_no_shop_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([f"--shop={tmp_path / 'none'}", "tune", "pareto"]) == 1
    assert "There is no shop" in capsys.readouterr().err


def test_a_training_leaves_its_front_unless_told_not_to(ask, own_shop: ShopPaths, tmp_path: Path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps(QUICK.to_json()))
    code, _, err = ask("train", "--config", str(config), "--trade-offs", "40", "--run-id", "with", "--no-promote")
    assert code == 0, err
    kept = read_trade_offs(run_folder(own_shop, "with"))
    assert kept is not None and kept.front.n_tried == 40 and set(kept.costs_ms) >= {"text", "behaviour", "trend"}
    code, _, err = ask("train", "--config", str(config), "--trade-offs", "0", "--run-id", "without", "--no-promote")
    assert code == 0, err
    assert read_trade_offs(run_folder(own_shop, "without")) is None


def test_a_damaged_front_is_named(own_shop: ShopPaths):
    folder = run_folder(own_shop, "first")
    (folder / FRONT_FILE).write_text('{"front": {}}')
    with pytest.raises(RunError, match="vitrine tune pareto"):
        read_trade_offs(folder)
