"""A training told to its trackers: curves, seconds, parameters, figures; and trackers that do not work."""

import json
import logging
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from recsys.cli.app import main
from recsys.components.als import fit_item_factors
from recsys.errors import CancelledError, InputError
from recsys.progress import silent
from recsys.settings import ShopPaths
from recsys.training import trackers
from recsys.training.runs import live_run_id, show_run, verify_run
from recsys.training.trackers import TrackedRun
from recsys.training.tracking import Tracking
from recsys.workflows.training import train
from tests.plain import QUICK, settings_of


@dataclass
class Notebook:
    """A tracker that remembers what it is told, and fails when asked to."""

    fails_at: str = ""
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def _note(self, *what: Any) -> None:
        if what[0] == self.fails_at:
            raise RuntimeError("the disk of the tracker is full")
        self.told.append(what)

    def parameters(self, values: dict[str, Any]) -> None:
        self._note("parameters", dict(values))

    def point(self, name: str, step: int, value: float) -> None:
        self._note("point", name, step, value)

    def results(self, values: dict[str, float]) -> None:
        self._note("results", dict(values))

    def close(self, outcome: str) -> None:
        self._note("close", outcome)

    def of(self, kind: str) -> list[tuple[Any, ...]]:
        return [what[1:] for what in self.told if what[0] == kind]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """A tracker named `notebook`, registered as a third one would be: a module and one line."""
    kept, module = Notebook(), ModuleType("notebook_tracker")
    module.start = lambda where, run: kept  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "notebook_tracker", module)
    monkeypatch.setitem(trackers.TRACKERS, "notebook", "notebook_tracker")
    return kept


@pytest.fixture
def run(tmp_path: Path) -> TrackedRun:
    return TrackedRun("r1", tmp_path / "runs" / "r1", ShopPaths(tmp_path))


def test_reports_become_curves_with_a_step_each_and_stages_get_their_seconds(notebook, run):
    with Tracking(["notebook"], run, silent) as told:
        told("Fine-tuning", 0.1, loss=2.0)
        told("Fine-tuning", 0.2, loss=1.5, validation=0.3)
        told("Weighing", 0.3, validation=0.5)
        told("Fine-tuning", 0.4, loss=float("nan"))
        told("Fine-tuning", 0.5, loss=1.0)
    points = notebook.of("point")
    assert [p for p in points if not p[0].startswith("seconds/")] == [
        ("fine_tuning/loss", 1, 2.0),
        ("fine_tuning/loss", 2, 1.5),
        ("fine_tuning/validation", 1, 0.3),
        ("weighing/validation", 1, 0.5),
        ("fine_tuning_2/loss", 1, 1.0),  # entered again: a curve of its own; what is no number is no point
    ]
    seconds = [p for p in points if p[0].startswith("seconds/")]
    assert [p[0] for p in seconds] == ["seconds/fine_tuning", "seconds/weighing", "seconds/fine_tuning_2"]
    assert all(p[1] == 1 and p[2] >= 0 for p in seconds)
    assert notebook.told[-1] == ("close", "done")


def test_what_learns_inside_a_stage_is_a_curve_of_it(notebook, run):
    touched = csr_array((np.random.default_rng(0).random((40, 30)) < 0.2).astype(np.float32))
    unwatched = fit_item_factors(touched, 4, 0.1, 5, seed=0)
    with Tracking(["notebook"], run, silent) as told:
        told("Learning", 0.1)
        watched = fit_item_factors(touched, 4, 0.1, 5, seed=0)
    losses = [(step, value) for name, step, value in notebook.of("point") if name == "learning/als"]
    assert [step for step, _ in losses] == [1, 2, 3, 4, 5]
    assert losses[-1][1] < losses[0][1]
    np.testing.assert_allclose(watched, unwatched, rtol=1e-3, atol=1e-5)
    fit_item_factors(touched, 4, 0.1, 2, seed=0)  # the training is over, nobody watches
    assert len([name for name, *_ in notebook.of("point") if name == "learning/als"]) == 5


def test_parameters_and_results_are_flat_and_plain(notebook, run):
    with Tracking(["notebook"], run, silent) as told:
        told.parameters(
            {"config": {"seed": 0, "test_from": None, "components": {"ease": {"epochs": 3}}}, "names": (1, 2)}
        )
        told.results(
            {"test": {"all": {"recall": {"value": 0.25, "low": 0}}}, "note": "words", "bad": float("inf"), "yes": True}
        )
    assert notebook.of("parameters") == [
        ({"config.seed": 0, "config.test_from": "none", "config.components.ease.epochs": 3, "names": "(1, 2)"},)
    ]
    assert notebook.of("results") == [({"test/all/recall": 0.25, "test/all/recall/low": 0.0},)]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(CancelledError("stop"), "cancelled"), (KeyboardInterrupt(), "cancelled"), (OSError(), "failed")],
)
def test_a_training_that_does_not_finish_is_closed_with_how_it_ended(notebook, run, error, outcome):
    with pytest.raises(type(error)), Tracking(["notebook"], run, silent):
        raise error
    assert notebook.told[-1] == ("close", outcome)


@pytest.mark.parametrize("moment", ["parameters", "point", "results", "close"])
def test_a_tracker_that_fails_is_named_once_and_left_out(notebook, run, caplog, moment):
    notebook.fails_at = moment
    with caplog.at_level(logging.WARNING), Tracking(["notebook"], run, silent) as told:
        told.parameters({"seed": 1})
        for step in range(5):
            told("Fitting", step / 5, loss=1.0)
        told.results({"recall": 0.5})
    warned = [record.getMessage() for record in caplog.records]
    assert warned == ["This training is not tracked by notebook: RuntimeError: the disk of the tracker is full."]
    assert told.summary == "not notebook (RuntimeError: the disk of the tracker is full)"


def test_a_tracker_that_is_not_installed_says_how_to_get_it(run, caplog, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with caplog.at_level(logging.WARNING), Tracking(["mlflow"], run, silent) as told:
        told("Fitting", 0.5, loss=1.0)
    (warned,) = [record.getMessage() for record in caplog.records]
    assert warned.endswith("by mlflow: mlflow is not installed; `pip install vitrine[tracking-mlflow]` adds it.")
    assert told.summary.startswith("not mlflow (")


def test_one_broken_tracker_does_not_silence_another(notebook, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with Tracking(["wandb", "notebook"], run, silent) as told:
        told("Fitting", 0.5, loss=1.0)
    assert ("fitting/loss", 1, 1.0) in notebook.of("point")
    assert told.summary.startswith("notebook; not wandb (")


def test_a_name_that_no_tracker_has_is_refused_before_anything_is_learned(own_shop: ShopPaths):
    with pytest.raises(InputError, match="no tracker 'tensorbord'; use tensorboard, mlflow, wandb"):
        train(replace(settings_of(own_shop), track=("tensorbord",)), QUICK, run_id="never")
    assert not (own_shop.runs / "never").exists()


def test_cancelling_passes_through(notebook, run):
    def stop(stage: str, fraction: float, **_: object) -> None:
        raise CancelledError("stop")

    with pytest.raises(CancelledError), Tracking(["notebook"], run, stop) as told:
        told("Fitting", 0.5, loss=1.0)
    assert notebook.told == [("close", "cancelled")]


def test_a_training_is_taken_down_whole(own_shop: ShopPaths, notebook):
    record = train(replace(settings_of(own_shop), track=("notebook",)), QUICK, run_id="watched")
    parameters: dict[str, Any] = {}
    for (values,) in notebook.of("parameters"):
        parameters |= values
    assert parameters["config.seed"] == 0 and parameters["data_version"] == record.data_version
    assert any(name.startswith("components.") for name in parameters)
    curve = [value for name, _, value in notebook.of("point") if name == "choosing_weights_on_validation/validation"]
    assert len(curve) > 3 and curve == sorted(curve)  # the best so far
    assert {name for name, _, _ in notebook.of("point")} >= {"seconds/exporting_the_data", "seconds/writing_the_run"}
    (results,) = notebook.of("results")[0]
    assert results["test/all/recall"] == record.metrics["test"]["all"]["recall"]["value"]
    assert results["weights/" + max(record.weights, key=record.weights.__getitem__)] == max(record.weights.values())
    assert record.facts["tracking"] == "notebook"


def test_a_failing_tracker_changes_nothing_in_the_run(own_shop: ShopPaths, notebook):
    notebook.fails_at = "point"
    record = train(replace(settings_of(own_shop), track=("notebook",)), QUICK, run_id="anyway")
    assert record.metrics == show_run(own_shop, "first").metrics and live_run_id(own_shop) == "anyway"
    assert record.facts["tracking"].startswith("not notebook (RuntimeError")
    assert verify_run(own_shop, "anyway").run_id == "anyway"


def test_the_command_line_and_the_environment_choose_trackers(own_shop: ShopPaths, tmp_path, monkeypatch, capsys):
    accumulators = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="the optional library tensorboard is missing"
    )
    config = tmp_path / "config.json"
    config.write_text(json.dumps(QUICK.to_json()))
    words = [f"--shop={own_shop.root}", "train", "--config", str(config), "--no-promote", "--json"]
    assert main([*words, "--run-id", "told", "--track", "tensorboard"]) == 0
    monkeypatch.setenv("VITRINE_TRACK", f"tensorboard:{tmp_path / 'boards'}")
    assert main([*words, "--run-id", "env"]) == 0
    for folder in (own_shop.runs / "told" / "tensorboard", tmp_path / "boards" / "env"):
        events = accumulators.EventAccumulator(str(folder))
        events.Reload()
        assert "choosing_weights_on_validation/validation" in events.Tags()["scalars"]
    assert verify_run(own_shop, "told").facts["tracking"] == "tensorboard"
    capsys.readouterr()
    assert main([*words, "--run-id", "wrong", "--track", "paper"]) == 1
    assert "no tracker 'paper'" in capsys.readouterr().out
