"""Runs on disk: write, verify, load, list, promote and roll back. A run is a folder; the live one is a pointer."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recsys.components import CANDIDATE_COMPONENTS, CATALOGUE_COMPONENTS
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.data.snapshot import Snapshot, load_snapshot
from recsys.errors import RunError
from recsys.fusion.holdout import HoldoutTerms
from recsys.ranking.model import Model
from recsys.settings import ShopPaths

RUN_FILE = "run.json"
LIVE_FILE = "live.json"
HOLDOUT_FILE = "holdout.safetensors"
COMPONENT_FOLDER = "components"


@dataclass(frozen=True)
class RunRecord:
    """What is known of one run.

    Parameters
    ----------
    run_id
        Its folder's name.
    status
        "done", or how it ended otherwise.
    created_at
        ISO 8601, UTC.
    elapsed_s
        Seconds of training.
    config
        The training config.
    data_version
        The snapshot it was trained on.
    data_to
        The data clock, ISO 8601.
    weights
        Fusion weights by component.
    component_configs
        Config of every component.
    metrics
        "validation" and "test", each as `training.columns.judge` gives it; empty without interactions.
    facts
        Counts and choices worth showing: items, users, response rows, stages' seconds.
    versions
        Library versions.
    message
        Why it failed, or what a person should know.
    manifest
        sha256 by file name.
    """

    run_id: str
    status: str
    created_at: str
    elapsed_s: float
    config: Mapping[str, Any]
    data_version: str
    data_to: str
    weights: Mapping[str, float]
    component_configs: Mapping[str, Mapping[str, Any]]
    metrics: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    manifest: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def write_model(folder: Path, model: Model) -> None:
    """Write the fitted arrays of a model into a run folder."""
    for component in model.components.values():
        component.save(folder / COMPONENT_FOLDER)
    if model.response is not None:
        model.response.save(folder / COMPONENT_FOLDER)
    if model.holdout is not None:
        model.holdout.save(folder / HOLDOUT_FILE)


def finish_run(folder: Path, record: RunRecord) -> RunRecord:
    """Add the manifest and write `run.json` last; a folder without it is not a run.

    Raises
    ------
    RunError
        If an array holds a number that is not finite.
    """
    _require_finite(folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in (".safetensors", ".txt", ".npy"))
    kept = [p for p in files if p.name != "log.txt"]
    manifest = {str(p.relative_to(folder)): _sha256(p) for p in kept}
    record = RunRecord(**{**asdict(record), "manifest": manifest})
    _write_json(folder / RUN_FILE, record.to_json())
    return record


def list_runs(paths: ShopPaths) -> list[RunRecord]:
    """Finished runs, newest first."""
    found = [_read_record(p.parent) for p in paths.runs.glob(f"*/{RUN_FILE}")]
    return sorted(found, key=lambda r: r.created_at, reverse=True)


def show_run(paths: ShopPaths, run_id: str) -> RunRecord:
    """Return one run's record.

    Raises
    ------
    RunError
        If there is no such finished run.
    """
    folder = _run_folder(paths, run_id)
    if not (folder / RUN_FILE).is_file():
        raise RunError(
            f"There is no finished run {run_id!r} in {paths.runs}; `vitrine runs list` shows those there are."
        )
    return _read_record(folder)


def live_pointer(paths: ShopPaths) -> dict[str, Any]:
    """Content of the live pointer: version, run_id (None before the first promotion), previous, promoted_at."""
    path = paths.runs / LIVE_FILE
    if not path.is_file():
        return {"version": 0, "run_id": None, "previous": [], "promoted_at": None}
    pointer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return pointer


def live_run_id(paths: ShopPaths) -> str | None:
    """Return the promoted run's id, None before the first promotion."""
    run_id = live_pointer(paths)["run_id"]
    return None if run_id is None else str(run_id)


def promote(paths: ShopPaths, run_id: str, expected_version: int | None = None) -> dict[str, Any]:
    """Make a run the live one, in one atomic swap.

    Parameters
    ----------
    paths
        The shop.
    run_id
        A finished run whose files match its manifest.
    expected_version
        Version of the pointer the caller looked at; None takes whatever stands.

    Returns
    -------
    dict
        The new pointer.

    Raises
    ------
    RunError
        If the run is missing or damaged, or somebody promoted in between.
    """
    verify_run(paths, run_id)
    with _pointer_lock(paths):
        pointer = live_pointer(paths)
        if expected_version is not None and pointer["version"] != expected_version:
            raise RunError(f"Somebody promoted {pointer['run_id']} in the meantime; look again and decide.")
        if pointer["run_id"] == run_id:
            return pointer
        previous = [r for r in [pointer["run_id"], *pointer["previous"]] if r is not None and r != run_id]
        return _swap(paths, pointer["version"] + 1, run_id, previous)


def roll_back(paths: ShopPaths) -> dict[str, Any]:
    """Make the run that was live before the live one again.

    Raises
    ------
    RunError
        If nothing was live before, or it is damaged.
    """
    with _pointer_lock(paths):
        pointer = live_pointer(paths)
        if not pointer["previous"]:
            raise RunError("There is no earlier run to roll back to.")
        run_id, *rest = pointer["previous"]
        verify_run(paths, run_id)
        return _swap(paths, pointer["version"] + 1, run_id, rest)


def verify_run(paths: ShopPaths, run_id: str) -> RunRecord:
    """Compare every file of a run with its manifest.

    Raises
    ------
    RunError
        If a file is missing or differs.
    """
    record, folder = show_run(paths, run_id), _run_folder(paths, run_id)
    for name, expected in record.manifest.items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected:
            raise RunError(f"Run {run_id} is damaged: {name} is missing or differs from its manifest. Train again.")
    return record


def load_model(paths: ShopPaths, run_id: str | None = None, *, verify: bool = True) -> Model:
    """Load a run, ready to rank.

    Parameters
    ----------
    paths
        The shop.
    run_id
        None loads the live run.
    verify
        Compare the files with the manifest first.

    Raises
    ------
    RunError
        If there is no such run, none is live, or it is damaged.
    """
    wanted = run_id or live_run_id(paths)
    if wanted is None:
        raise RunError("No run is live yet: run `vitrine train` first.")
    record = verify_run(paths, wanted) if verify else show_run(paths, wanted)
    folder = _run_folder(paths, wanted)
    catalogue, interactions, _ = load_data(paths.snapshots / record.data_version, verify=verify)
    configs = record.component_configs
    components = {
        n: kind.load(folder / COMPONENT_FOLDER, configs[n]) for n, kind in CATALOGUE_COMPONENTS.items() if n in configs
    }
    response = CANDIDATE_COMPONENTS["response"]
    holdout = folder / HOLDOUT_FILE
    return Model(
        catalogue=catalogue,
        interactions=interactions.before(np.datetime64(record.data_to, "us")),
        components=components,
        weights=record.weights,
        response=response.load(folder / COMPONENT_FOLDER, configs["response"]) if "response" in configs else None,
        data_to=np.datetime64(record.data_to, "us"),
        run_id=wanted,
        holdout=HoldoutTerms.load(holdout) if holdout.is_file() else None,
    )


def load_data(folder: Path, *, verify: bool = True) -> tuple[Catalogue, Interactions, pd.DataFrame]:
    """Read a snapshot into memory: catalogue, interactions, and the events they came from."""
    snapshot: Snapshot = load_snapshot(folder, verify=verify)
    catalogue = Catalogue(pd.read_parquet(snapshot.catalogue))
    events = pd.read_parquet(snapshot.events)
    return catalogue, Interactions.from_events(events, catalogue), events


def _run_folder(paths: ShopPaths, run_id: str) -> Path:
    """Folder of a run; refuses names that are paths."""
    if not run_id or run_id in (".", "..") or "/" in run_id or "\\" in run_id:
        raise RunError(f"{run_id!r} is not a run id.")
    return paths.runs / run_id


def _read_record(folder: Path) -> RunRecord:
    """Parse `run.json`."""
    try:
        return RunRecord(**json.loads((folder / RUN_FILE).read_text(encoding="utf-8")))
    except (json.JSONDecodeError, TypeError) as error:
        raise RunError(
            f"The record of run {folder.name} is damaged ({error}). Train again or delete the folder."
        ) from error


@contextmanager
def _pointer_lock(paths: ShopPaths) -> Iterator[None]:
    """Hold the promotion lock."""
    paths.runs.mkdir(parents=True, exist_ok=True)
    with (paths.runs / ".promote.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _swap(paths: ShopPaths, version: int, run_id: str, previous: list[str]) -> dict[str, Any]:
    """Replace the pointer atomically."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    pointer = {"version": version, "run_id": run_id, "previous": previous[:20], "promoted_at": moment}
    _write_json(paths.runs / LIVE_FILE, pointer)
    return pointer


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write beside and rename, flushed to disk."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as handle:
        json.dump(values, handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def _sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _require_finite(folder: Path) -> None:
    """Refuse arrays with NaN or infinity."""
    from safetensors.numpy import load_file

    for path in folder.rglob("*.safetensors"):
        for name, values in load_file(path).items():
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise RunError(f"{path.name} holds {name} with numbers that are not finite; the run is not usable.")
