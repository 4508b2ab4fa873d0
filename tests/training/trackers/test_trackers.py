"""Every tracker: what it was told can be read back by its own library."""

import json
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recsys.settings import ShopPaths
from recsys.training.trackers import TRACKERS, TrackedRun, parse_target, start_tracker


@dataclass(frozen=True)
class Found:
    """What a tracker's own library reads."""

    parameters: Mapping[str, str]
    curves: Mapping[str, list[tuple[int, float]]]
    results: Mapping[str, float]
    outcome: str


def read_tensorboard(run: TrackedRun) -> Found:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run.folder / "tensorboard"))
    events.Reload()
    words = {tag: events.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in events.Tags()["tensors"]}
    rows = [line.strip("| ").split(" | ") for line in words["parameters/text_summary"].splitlines()[2:]]
    curves = {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    results = {tag: points[0][1] for tag, points in curves.items() if points[0][0] == 0}
    return Found(dict(rows), curves, results, words["outcome/text_summary"])


def read_mlflow(run: TrackedRun) -> Found:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{run.common_folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name(run.shop_name)
    (kept,) = client.search_runs([experiment.experiment_id])
    assert kept.info.run_name == run.run_id
    history = {name: client.get_metric_history(kept.info.run_id, name) for name in kept.data.metrics}
    curves = {name: sorted((m.step, m.value) for m in points) for name, points in history.items()}
    outcome = {"FINISHED": "done", "KILLED": "cancelled", "FAILED": "failed"}[kept.info.status]
    return Found(kept.data.params, curves, kept.data.metrics, outcome)


def read_wandb(run: TrackedRun) -> Found:
    from wandb.proto.wandb_internal_pb2 import Record

    (path,) = run.common_folder.glob("wandb/offline-run-*/*.wandb")
    parameters: dict[str, str] = {}
    curves: dict[str, list[tuple[int, float]]] = {}
    summary: dict[str, Any] = {}
    for data in log_records(path.read_bytes()[7:]):
        record = Record()
        record.ParseFromString(data)
        for setting in [*record.run.config.update, *record.config.update]:
            parameters[setting.key] = str(json.loads(setting.value_json))
        row = {".".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
        for name in [name for name in row if f"steps/{name}" in row]:
            curves.setdefault(name, []).append((row[f"steps/{name}"], row[name]))
        for item in record.summary.update:
            summary[".".join(item.nested_key) or item.key] = json.loads(item.value_json)
    return Found(parameters, curves, summary, str(summary["outcome"]))


def log_records(content: bytes) -> Iterator[bytes]:
    """Records of a LevelDB log: blocks of 32 KiB (the first less 7 bytes), chunks of checksum, length, type, data."""
    block, at, parts = 32768 - 7, 0, b""
    while at + 7 <= len(content):
        left = (block - at) % 32768 or 32768
        if left < 7:
            at += left
            continue
        length, kind = struct.unpack_from("<HB", content, at + 4)
        parts += content[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last of several
            yield parts
            parts = b""


READERS: dict[str, Callable[[TrackedRun], Found]] = {
    "tensorboard": read_tensorboard,
    "mlflow": read_mlflow,
    "wandb": read_wandb,
}


@pytest.fixture(params=TRACKERS)
def name(request: pytest.FixtureRequest) -> str:
    """Each tracker whose library is installed."""
    pytest.importorskip(request.param, reason=f"the optional library {request.param} is not installed")
    return str(request.param)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrackedRun:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    return TrackedRun("20270131-142501-9f3a", tmp_path / "shop" / "runs" / "r", ShopPaths(tmp_path / "shop"))


def test_every_tracker_has_a_reader():
    assert set(READERS) == set(TRACKERS)


@pytest.mark.parametrize("outcome", ["done", "cancelled", "failed"])
def test_what_was_told_is_read_back(name: str, run: TrackedRun, outcome: str):
    before = dict(os.environ)
    tracker = start_tracker(name, run)
    tracker.parameters({"config.seed": 7, "config.weights": "none", "components.behaviour.epochs": 12})
    tracker.parameters({"data_version": "v1"})
    for step, loss in enumerate([2.0, 1.5, 1.25], start=1):
        tracker.point("fine_tuning/loss", step, loss)
    tracker.point("weighing/validation", 1, -0.5)
    tracker.results({"test/discovery/recall": 0.125, "weights/text": 0.5})
    tracker.close(outcome)
    found = READERS[name](run)
    assert found.curves["fine_tuning/loss"] == [(1, 2.0), (2, 1.5), (3, 1.25)]
    assert found.curves["weighing/validation"] == [(1, -0.5)]
    assert found.results["test/discovery/recall"] == 0.125 and found.results["weights/text"] == 0.5
    assert found.parameters["config.seed"] == "7" and found.parameters["components.behaviour.epochs"] == "12"
    assert found.outcome == outcome
    assert {k for k in before if os.environ.get(k) != before[k]} == set()


def test_a_second_try_under_the_same_name_replaces_the_stopped_one(run: TrackedRun):
    pytest.importorskip("tensorboard", reason="the optional library tensorboard is not installed")
    for value in (9.0, 1.0):
        tracker = start_tracker("tensorboard", run)
        tracker.parameters({"seed": 1})
        tracker.point("fine_tuning/loss", 1, value)
        tracker.close("cancelled")
    assert read_tensorboard(run).curves["fine_tuning/loss"] == [(1, 1.0)]


def test_tensorboard_may_be_told_a_place(run: TrackedRun, tmp_path: Path):
    pytest.importorskip("tensorboard", reason="the optional library tensorboard is not installed")
    tracker = start_tracker(f"tensorboard:{tmp_path / 'boards'}", run)
    tracker.point("fine_tuning/loss", 1, 1.0)
    tracker.close("done")
    assert list((tmp_path / "boards" / run.run_id).glob("events.out.tfevents.*"))
    assert not run.folder.exists()


def test_a_target_keeps_the_colons_of_its_place():
    assert parse_target("mlflow:http://127.0.0.1:5000") == ("mlflow", "http://127.0.0.1:5000")
