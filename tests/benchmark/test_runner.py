"""The stand-alone runner: what it tries, chooses, lists; and what a peer may see."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from recsys.benchmark import runner
from recsys.benchmark.exchange import Budget, read_answers, write_exchange
from recsys.benchmark.processes import PeerFailure, run_peer
from recsys.evaluation.metrics import hit_matrix, recall
from recsys.training.columns import CUTOFF, truth_of


def run(peer, case, tmp_path: Path, budget: Budget | None = None):
    """Run a peer with this interpreter and read its answers."""
    write_exchange(case, budget or Budget(trials=2, seeds=2), tmp_path / "case")
    told = []
    run_peer(
        Path(sys.executable), peer.file, tmp_path / "case", tmp_path / "out", lambda *step: told.append(step), 60.0, {}
    )
    return read_answers(tmp_path / "out", case.truth, case.test.train.n_items), told


def test_a_toy_peer_chooses_on_validation_refits_and_lists(case, toy_peer, tmp_path):
    (toy, blind), told = run(toy_peer(), case, tmp_path)
    # own touches alone find the repeat of the validation day; favouring high item numbers does not
    assert toy.settings == {"shift": 0.0} and [trial["settings"]["shift"] for trial in toy.trials] == [0.0, 9.0]
    assert toy.trials[0]["recall"] == 1.0
    assert len(toy.lists) == 1  # not stochastic: one seed
    assert (blind.error, blind.skipped) == ("the shop has no image vectors", True)
    assert [stage for stage, _ in told] == ["toy: trial 1 of 2", "toy: trial 2 of 2", "toy: learning up to the test"]
    everything = toy.lists[0]["all"]
    assert everything.shape == (len(case.truth.users), CUTOFF)
    # shopper u00 touched 0, 1, 2, 3 and 2 again: the refit counts the repeat, so item 2 leads
    assert everything[0, 0] == 2
    assert set(everything[0, :4]) == {0, 1, 2, 3}


def test_lists_keep_to_what_a_column_allows(case, toy_peer, tmp_path):
    (toy, _), _ = run(toy_peer(), case, tmp_path)
    seen = case.test.train.histories.take(case.truth.users).matrix(case.test.train.n_items, binary=True).toarray() > 0
    for row, items in enumerate(toy.lists[0]["discovery"]):
        listed = items[items >= 0]
        assert len(listed) and not seen[row, listed].any() and not case.test.new[listed].any()
    assert (toy.lists[0]["cold_among_new"] == -1).all()  # it does not know what nobody has touched
    assert not case.test.new[toy.lists[0]["all"][toy.lists[0]["all"] >= 0]].any()


def test_validation_recall_is_our_recall(case, tmp_path):
    write_exchange(case, Budget(), tmp_path)
    exchange = runner.Exchange(tmp_path)
    data = exchange.data("train")
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(data.n_users, data.n_items))
    model = {"new_items": True}
    truth = truth_of(case.validation)
    lists = runner.best_items(scores[truth.users], case.validation.on_sale[None, :], CUTOFF)
    hits = hit_matrix(lists, truth.relevant["all"], CUTOFF)
    expected = recall(hits, truth.relevant["all"].sum(axis=1)).mean()
    exchange.k = CUTOFF
    assert runner.validation_recall(exchange, lambda users: scores[users], model, data) == pytest.approx(expected)
    assert 0 < expected <= 1


def test_a_peer_sees_nothing_of_the_test_window(case, tmp_path):
    write_exchange(case, Budget(), tmp_path)
    for part, cut in (("train", case.validation.cut), ("refit", case.test.cut)):
        times = pq.read_table(tmp_path / f"{part}.parquet").column("occurred_at").to_numpy()
        assert len(times) and times.max() < cut
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("case.json", "train.parquet", "refit.parquet", "text.npy", "validation_users.npy", "validation_on_sale.npy"),
        *("validation_choices.parquet", "users.npy", "on_sale.npy", "new.npy"),
    }


def test_best_items_by_hand():
    scores = np.array([[0.5, np.nan, 2.0, 1.0, -np.inf], [1.0, 1.0, 1.0, 1.0, 1.0]])
    allowed = np.array([[True, True, False, True, True], [True] * 5])
    lists = runner.best_items(scores, allowed, 6)
    assert lists[0].tolist() == [3, 0, -1, -1, -1, -1]
    assert sorted(lists[1].tolist()) == [-1, 0, 1, 2, 3, 4]
    assert lists[1].tolist() == runner.best_items(scores, allowed, 6)[1].tolist()  # ties fall the same way each time
    assert runner.best_items(scores, allowed, 2)[0].tolist() == [3, 0]


def test_trials_begin_with_the_first_and_never_repeat():
    model = {"first": {"a": 1, "b": 2, "c": 5}, "grid": {"a": [1, 2, 3], "b": [2, 4]}}
    trials = runner.trials_of(model, 100)
    assert trials[0] == {"a": 1, "b": 2, "c": 5} and len(trials) == 6
    assert len({json.dumps(trial) for trial in trials}) == 6
    assert runner.trials_of(model, 3) == trials[:3]
    assert runner.trials_of({"first": {}, "grid": {}}, 8) == [{}]


def test_a_budget_in_seconds_tries_at_least_once(case, toy_peer, tmp_path):
    (toy, _), _ = run(toy_peer(), case, tmp_path, Budget(seconds=0.0, seeds=1))
    assert len(toy.trials) == 1


def test_a_failing_model_says_how_and_leaves_the_others(case, toy_peer, tmp_path):
    (toy, blind), _ = run(toy_peer(body="raise ValueError('no convergence')"), case, tmp_path)
    assert toy.error == "ValueError: no convergence" and not toy.lists and blind.skipped
    assert "Traceback" in (tmp_path / "out" / "log.txt").read_text()


def test_a_peer_that_prints_or_cannot_be_loaded(case, toy_peer, tmp_path):
    (toy, _), told = run(toy_peer(body="print('{not json')"), case, tmp_path)
    assert toy.error is None and len(told) == 3
    broken = toy_peer("broken")
    broken.file.write_text("import nothing_like_it\n")
    with pytest.raises(PeerFailure, match="No module named 'nothing_like_it'"):
        run_peer(Path(sys.executable), broken.file, tmp_path / "case", tmp_path / "out2", lambda *_: None, 60.0, {})


def test_a_peer_that_takes_too_long_is_stopped(case, toy_peer, tmp_path):
    write_exchange(case, Budget(trials=1, seeds=1), tmp_path / "case")
    slow = toy_peer("slow", body="import time; time.sleep(600)")
    with pytest.raises(PeerFailure, match="took longer than 3 s and was stopped"):
        run_peer(Path(sys.executable), slow.file, tmp_path / "case", tmp_path / "out", lambda *_: None, 3.0, {})


def test_stopping_ends_the_process_and_its_children(case, toy_peer, tmp_path):
    write_exchange(case, Budget(trials=1, seeds=1), tmp_path / "case")
    body = f"import os, subprocess; p = subprocess.Popen(['sleep', '600']); open({str(tmp_path / 'pids')!r}, 'w').write"
    peer = toy_peer("parent", body=body + "(f'{os.getpid()} {p.pid}'); p.wait()")

    def stop(stage: str, done: float) -> None:
        while not (tmp_path / "pids").exists() or not (tmp_path / "pids").read_text():
            pass
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_peer(Path(sys.executable), peer.file, tmp_path / "case", tmp_path / "out", stop, 60.0, {})
    for pid in (tmp_path / "pids").read_text().split():
        state = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False).stdout
        assert not state.strip() or state.startswith("Z")  # gone, or waiting for a parent that is not ours


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"item_num": 99}, "unknown shopper or item"),
        ({"user_num": 77}, "unknown shopper or item"),
        ({"rank": 21}, "beyond the cut-off"),
        ({"item_num": 0}, "same item twice"),
        ({"rank": 1}, "same place twice"),
    ],
)
def test_lists_that_break_the_rules_are_refused(case, toy_peer, tmp_path, change, sentence):
    run(toy_peer(), case, tmp_path)
    file = tmp_path / "out" / "lists.parquet"
    rows = pq.read_table(file).to_pandas()
    first = rows[(rows["column"] == "all") & (rows["user_num"] == 0)].index
    places = [place for place in first if rows.loc[place, "item_num"] != 0 and rows.loc[place, "rank"] != 1]
    for name, value in change.items():
        rows.loc[places[0], name] = value
    rows.to_parquet(file)
    with pytest.raises(PeerFailure, match=sentence):
        read_answers(tmp_path / "out", case.truth, case.test.train.n_items)
