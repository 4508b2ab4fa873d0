"""Gates: each fails for its own reason, passes otherwise, and holds nobody up where it cannot be checked."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.settings import ShopPaths
from recsys.training.gates import (
    GATES,
    Evidence,
    Finding,
    Gated,
    check_gates,
    compare_means,
    estimate_of,
    failed,
    read_gates,
    say_failed,
)
from recsys.training.judged import JudgedShoppers, pair, read_judged, write_judged
from recsys.training.live import live_run_id, promote
from recsys.training.runs import RunRecord, show_run
from recsys.workflows.training import train
from tests.plain import QUICK, settings_of

WINDOW = ("2026-01-01", "2026-02-01")


def figure(value: float, half: float = 0.02, n_users: int = 500) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half, "n_users": n_users}


def metrics(recall: float = 0.2, new: float = 0.3, coverage: float = 0.6) -> dict:
    columns = {"all": figure(recall), "cold_among_new": figure(new, 0.05)}
    return {"test": {**{c: {"recall": f, "ndcg": f} for c, f in columns.items()}, "coverage": coverage}}


def record(**more) -> RunRecord:
    facts = {"test_from": WINDOW[0], "test_to": WINDOW[1]}
    values = {"metrics": metrics(), "facts": facts, "elapsed_s": 300.0, **more}
    return RunRecord("live", "done", "2026-02-01T00:00:00+00:00", config={}, data_version="v", data_to="", weights={},
                     component_configs={}, **values)  # fmt: skip


def evidence(**more) -> Evidence:
    values = {"metrics": metrics(), "weights": {"text": 1.0}, "elapsed_s": 300.0, "window": WINDOW, "live": record()}
    return Evidence(**{**values, **more})


def outcome_of(seen: Evidence) -> dict[str, Gated]:
    return {f.name: f.outcome for f in check_gates(seen)}


def test_an_equal_run_passes_every_gate():
    assert outcome_of(evidence()) == dict.fromkeys(GATES, Gated.PASSED)


@pytest.mark.parametrize(
    ("gate", "changed"),
    [
        ("recall", {"metrics": metrics(recall=0.15)}),
        ("new_items", {"metrics": metrics(new=0.2)}),
        ("finite", {"weights": {"text": float("nan")}}),
        ("finite", {"weights": {"text": 0.0}}),
        ("coverage", {"metrics": metrics(coverage=0.29)}),
        ("time", {"elapsed_s": 1201.0}),
        ("time", {"time_budget_s": 299.0}),
    ],
)
def test_each_gate_fails_alone_for_its_own_reason(gate, changed):
    found = check_gates(evidence(**changed))
    assert [f.name for f in failed(found)] == [gate]
    assert GATES[gate].label in say_failed(found)


def test_a_figure_that_is_no_number_fails_where_somebody_was_judged():
    broken = metrics()
    broken["test"]["all"]["ndcg"] = figure(float("nan"))
    assert outcome_of(evidence(metrics=broken))["finite"] is Gated.FAILED


def test_a_little_worse_within_the_interval_passes():
    assert outcome_of(evidence(metrics=metrics(recall=0.18)))["recall"] is Gated.PASSED  # 0.02 < √2 · 0.02


def test_without_live_run_or_held_out_days_nothing_is_held_up():
    first = outcome_of(evidence(live=None))
    assert first["recall"] is Gated.NOT_CHECKED and first["time"] is Gated.PASSED and first["coverage"] is Gated.PASSED
    empty = outcome_of(evidence(metrics={}))
    assert {empty[n] for n in ("recall", "new_items", "coverage")} == {Gated.NOT_CHECKED}
    assert Gated.FAILED not in empty.values()


def shoppers(values: np.ndarray) -> JudgedShoppers:
    return JudgedShoppers.of([f"u{k}" for k in range(len(values))], values, values)


def test_the_same_shoppers_tell_a_small_loss_that_means_hide():
    rng = np.random.default_rng(3)
    theirs = rng.uniform(0, 0.4, 400)
    ours = theirs - 0.005 + rng.normal(0, 0.002, 400)  # each shopper a little worse: seen in pairs only
    live = {"all": shoppers(theirs)}
    seen = evidence(metrics=metrics(recall=0.195), judged={"all": shoppers(ours)}, live_judged=live)
    assert outcome_of(seen)["recall"] is Gated.FAILED
    assert outcome_of(replace(seen, window=("2026-01-02", "2026-02-02")))["recall"] is Gated.PASSED  # other days
    assert "the same 400 shoppers" in check_gates(seen)[0].detail


def test_too_few_shared_shoppers_do_not_count_as_the_same():
    few, many = shoppers(np.linspace(0, 1, 10)), shoppers(np.linspace(0, 1, 50))
    ours, theirs = estimate_of(figure(0.2)), estimate_of(figure(0.3))
    change, same = compare_means(ours, theirs, (few, many), "recall")
    assert not same and change.value == pytest.approx(-0.1)
    assert change.high - change.value == pytest.approx(np.hypot(0.02, 0.02))


def test_judged_shoppers_are_paired_by_who_they_are(tmp_path):
    one = JudgedShoppers.of(["a", "b", "c"], np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.5, 0.6]))
    other = JudgedShoppers.of(["c", "x", "a"], np.array([0.7, 0.8, 0.9]), np.zeros(3))
    left, right = pair(one, other, "recall")
    assert sorted(zip(left, right, strict=True)) == [(0.1, 0.9), (0.3, 0.7)]
    write_judged(tmp_path, {"all": one})
    assert read_judged(tmp_path)["all"].ndcg.tolist() == one.ndcg.tolist()
    assert b'"a"' not in (tmp_path / "judged.safetensors").read_bytes()
    assert read_judged(tmp_path / "nothing") == {}


def test_findings_come_back_from_json():
    found = check_gates(evidence(elapsed_s=1e6))
    assert [Finding.from_json(f.to_json()) for f in found] == found
    assert read_gates(record()) == []  # runs older than the gates


def test_a_training_that_fails_a_gate_is_kept_but_does_not_go_live(own_shop: ShopPaths):
    slow = train(settings_of(own_shop), QUICK, run_id="slow", time_budget_s=0.001)
    assert [f.name for f in failed(read_gates(slow))] == ["time"]
    assert live_run_id(own_shop) == "first" and list(show_run(own_shop, "slow").gates) == list(slow.gates)
    same = next(f for f in read_gates(slow) if f.name == "recall")
    assert same.outcome is Gated.PASSED and "change +0.000" in same.detail and "the same" in same.detail
    promote(own_shop, "slow", reason="It is the same model")  # a person may
    assert live_run_id(own_shop) == "slow"
