"""The command line on a trained shop: lists, explanations, quality, runs, and a training started as the page does."""

import json
import time
from pathlib import Path

import pandas as pd
import pytest

from recsys.cli.app import main
from recsys.components import COMPONENTS
from recsys.training import jobs
from recsys.training.runs import live_run_id

COLUMNS = ["user_id", "item_id", "rank", "score"]
QUICK = {"fine_tune_s": 0.0, "window_days": 14, "search_users": 60, "response": False}


@pytest.fixture
def ask(demo_shop, capsys):
    """Run a command on the shared shop; returns exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main([f"--shop={demo_shop.root}", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="module")
def own_shop(copy_demo_shop):
    """A copy that may be changed."""
    return copy_demo_shop("cli")


@pytest.fixture(scope="module")
def shopper(demo_shop) -> str:
    """Somebody with a history."""
    from recsys.training.runs import load_model

    return str(load_model(demo_shop, verify=False).interactions.user_ids[0])


def read(path: Path) -> pd.DataFrame:
    """Read a file of lists."""
    return {".parquet": pd.read_parquet, ".csv": pd.read_csv, ".jsonl": lambda p: pd.read_json(p, lines=True)}[
        path.suffix
    ](path)


def test_a_list_has_its_parts_and_they_add_up(ask, shopper, tmp_path):
    out = tmp_path / "list.parquet"
    code, said, err = ask("recommend", "--user", shopper, "--n", "5", "--out", str(out))
    assert code == 0, err
    assert "Wrote 5 rows for 1 shopper to" in said
    lists = read(out)
    parts = [column for column in lists.columns if column not in (*COLUMNS, "run_id")]
    assert lists["run_id"].nunique() == 1
    assert list(lists.columns[:4]) == COLUMNS
    assert set(parts) <= set(COMPONENTS)
    assert list(lists["rank"]) == [1, 2, 3, 4, 5]
    assert lists["score"].is_monotonic_decreasing
    assert (lists[parts].fillna(0.0).sum(axis=1) - lists["score"]).abs().max() < 1e-6


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_lists_for_everyone_in_every_format(ask, tmp_path, suffix):
    out = tmp_path / f"lists{suffix}"
    code, said, err = ask("recommend", "--user", "all", "--n", "3", "--out", str(out), "--json")
    assert code == 0, err
    summary = json.loads(said)
    lists = read(out)
    assert summary["out"] == str(out)
    assert (summary["rows"], summary["users"]) == (len(lists), lists["user_id"].nunique())
    assert summary["users"] > 100
    assert (lists.groupby("user_id").size() == 3).all()


def test_a_stranger_gets_a_list_and_is_told_what_filled_it(ask):
    code, said, err = ask("recommend", "--user", "nobody-knows-me", "--n", "4", "--json")
    assert code == 0, err
    answer = json.loads(said)
    assert len(answer["lists"]) == 4
    assert any("nobody-knows-me" in note and "filled by" in note for note in answer["notes"])
    code, said, err = ask("recommend", "--user", "nobody-knows-me", "--n", "4")
    assert "Note: No history of 'nobody-knows-me'" in err
    assert "rank" in said


def test_new_and_warm_share_no_item_and_seen_ones_can_be_left_out(ask, shopper):
    def items(*words: str) -> set[str]:
        return {
            row["item_id"]
            for row in json.loads(ask("recommend", "--user", shopper, "--n", "300", "--json", *words)[1])["lists"]
        }

    new, warm, everything = items("--items", "new"), items("--items", "warm"), items()
    assert not new & warm
    assert new | warm == everything
    assert items("--exclude-seen") < everything
    assert items("--no-exclude-seen") == everything


def test_weights_change_the_order_and_an_unknown_one_is_named(ask, demo_shop, shopper):
    def order(*words: str) -> list[str]:
        said = ask("recommend", "--user", shopper, "--n", "20", "--json", *words)[1]
        return [row["item_id"] for row in json.loads(said)["lists"]]

    fitted = json.loads(ask("runs", "show", live_run_id(demo_shop), "--json")[1])["weights"]
    others = ",".join(f"{name}=0" for name in fitted if name != "fresh")
    assert "fresh" in fitted and order("--weights", f"fresh=1,{others}") != order()
    unfitted = next(name for name in COMPONENTS if name not in fitted)
    code, _, err = ask("recommend", "--user", shopper, "--weights", f"{unfitted}=1")
    assert code == 1 and unfitted in err and "Unexpected" not in err
    code, _, err = ask("recommend", "--user", shopper, "--weights", "texture=1")
    assert code == 1
    assert "texture" in err
    assert "Unexpected" not in err


def test_variety_is_asked_for_in_two_words(ask, shopper):
    def order(*words: str) -> tuple[list[str], list[str]]:
        answer = json.loads(ask("recommend", "--user", shopper, "--n", "24", "--json", *words)[1])
        return [row["item_id"] for row in answer["lists"]], answer["notes"]

    plain, notes = order()
    assert notes == [] and order("--diversity", "mmr:0")[0] == plain
    varied, notes = order("--diversity", "mmr:0.6")
    assert varied != plain and varied[0] == plain[0]
    assert notes[0].startswith("Variety: MMR, strength 0.6")
    assert order("--diversity", "calibrated:0.6")[0] != plain


@pytest.mark.parametrize("words", ["mmr", "mmr:2", "mmr:nan", "random:0.3", "0.3"])
def test_variety_that_is_none_is_wrong_usage(ask, shopper, words):
    code, _, err = ask("recommend", "--user", shopper, "--diversity", words)
    assert code == 2 and ("no method" in err or "between 0 and 1" in err)


def test_an_explanation_has_the_score_of_the_list(ask, shopper):
    first = json.loads(ask("recommend", "--user", shopper, "--n", "1", "--json")[1])["lists"][0]
    code, said, err = ask("explain", "--user", shopper, "--item", first["item_id"], "--json")
    assert code == 0, err
    answer = json.loads(said)
    assert answer["rank"] == 1
    assert answer["score"] == pytest.approx(first["score"], abs=1e-4)
    assert sum(term["contribution"] for term in answer["terms"]) == pytest.approx(answer["score"], abs=1e-6)
    code, said, _ = ask("explain", "--user", shopper, "--item", first["item_id"])
    assert answer["sentence"] in said
    code, _, err = ask("explain", "--user", shopper, "--item", "no-such-thing")
    assert code == 1
    assert "no-such-thing" in err
    assert "Unexpected" not in err


def test_runs_are_listed_and_shown(ask, demo_shop):
    live = live_run_id(demo_shop)
    rows = json.loads(ask("runs", "list", "--json")[1])
    assert [(row["run_id"], row["status"], row["live"]) for row in rows] == [(live, "done", True)]
    assert live in ask("runs", "list")[1]
    record = json.loads(ask("runs", "show", live, "--json")[1])
    assert record["run_id"] == live
    assert record["manifest"]
    assert "weights.text" in ask("runs", "show", live)[1]


def test_a_run_that_is_not_there_is_said_before_anything_is_ranked(ask, shopper):
    code, _, err = ask("recommend", "--user", shopper, "--run-id", "gone")
    assert code == 1
    assert "no finished run 'gone'" in err


def test_a_training_as_the_page_starts_it_then_promotion_and_back(own_shop, capsys):
    before = live_run_id(own_shop)
    run_id = jobs.start_training(own_shop, QUICK, extra=("--no-promote",))
    end = time.monotonic() + 120
    while not (state := jobs.read_job(own_shop, run_id)).status.is_final and time.monotonic() < end:
        time.sleep(0.1)
    assert state.status is jobs.JobStatus.DONE, state.message
    assert live_run_id(own_shop) == before
    shop = f"--shop={own_shop.root}"
    assert main([shop, "runs", "promote", run_id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run_id"] == run_id
    assert live_run_id(own_shop) == run_id
    assert main([shop, "runs", "rollback"]) == 0
    assert live_run_id(own_shop) == before


def test_train_on_the_command_line_answers_with_its_record(own_shop, tmp_path, capsys):
    config = tmp_path / "config.json"
    config.write_text(json.dumps(QUICK))
    shop = f"--shop={own_shop.root}"
    assert main([shop, "train", "--config", str(config), "--run-id", "mine", "--no-promote", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["run_id"] == "mine"
    assert "Exporting the data" in said.err
    assert jobs.read_job(own_shop, "mine").status is jobs.JobStatus.DONE
    assert main([shop, "train", "--config", str(config), "--run-id", "mine"]) == 1
    assert "exists already" in capsys.readouterr().err
    assert jobs.read_job(own_shop, "mine").status is jobs.JobStatus.DONE
    for wrong in ("random", "time:yesterday"):
        assert main([shop, "train", "--split", wrong]) == 1
        assert repr(wrong) in capsys.readouterr().err


def test_evaluate_shows_the_four_columns(ask):
    code, said, err = ask("evaluate", "--json")
    assert code == 0, err
    answer = json.loads(said)
    for column in ("all", "discovery", "cold_among_new", "cold_among_all"):
        assert set(answer["test"][column]) >= {"recall", "ndcg"}
    assert 0.0 < answer["test"]["all"]["recall"]["value"] <= 1.0
