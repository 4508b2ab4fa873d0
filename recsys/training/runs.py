"""Runs on disk: write, load, list, promote and roll back. A run is a folder; the live one is a pointer."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
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
from recsys.ranking.candidates import prepare
from recsys.ranking.model import Model
from recsys.settings import ShopPaths
from recsys.training.run_files import (
    LIVE_FILE,
    RUN_FILE,
    RunRecord,
    finish_run,
    read_record,
    run_folder,
    show_run,
    verify_run,
    write_json,
)

__all__ = [
    "LIVE_FILE",
    "RUN_FILE",
    "RunRecord",
    "finish_run",
    "list_runs",
    "live_pointer",
    "live_run_id",
    "load_data",
    "load_model",
    "promote",
    "require_live",
    "roll_back",
    "run_folder",
    "show_run",
    "verify_run",
    "write_model",
]

HOLDOUT_FILE = "holdout.safetensors"
COMPONENT_FOLDER = "components"


def write_model(folder: Path, model: Model) -> None:
    """Write the fitted arrays of a model into a run folder."""
    for component in model.components.values():
        component.save(folder / COMPONENT_FOLDER)
    if model.response is not None:
        model.response.save(folder / COMPONENT_FOLDER)
    if model.holdout is not None:
        model.holdout.save(folder / HOLDOUT_FILE)


def list_runs(paths: ShopPaths) -> list[RunRecord]:
    """Finished runs, newest first."""
    found = [read_record(p.parent) for p in paths.runs.glob(f"*/{RUN_FILE}")]
    return sorted(found, key=lambda r: (r.created_at, r.run_id), reverse=True)


def live_pointer(paths: ShopPaths) -> dict[str, Any]:
    """Content of the live pointer: version, run_id (None before the first promotion), previous, promoted_at.

    Raises
    ------
    RunError
        If the file is damaged.
    """
    path = paths.runs / LIVE_FILE
    if not path.is_file():
        return {"version": 0, "run_id": None, "previous": [], "promoted_at": None}
    try:
        pointer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(pointer["version"], int) or not isinstance(pointer["previous"], list):
            raise ValueError("version or previous is not what it should be")
        str(pointer["run_id"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"The live pointer {path} is damaged ({error}); delete it and promote a run of `vitrine runs list`."
        ) from error
    return pointer


def live_run_id(paths: ShopPaths) -> str | None:
    """Return the promoted run's id, None before the first promotion."""
    run_id = live_pointer(paths)["run_id"]
    return None if run_id is None else str(run_id)


def require_live(paths: ShopPaths) -> str:
    """Return the promoted run's id.

    Raises
    ------
    RunError
        Before the first promotion.
    """
    run_id = live_run_id(paths)
    if run_id is None:
        raise RunError("No run is live yet: run `vitrine train` first.")
    return run_id


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
    wanted = run_id or require_live(paths)
    record = verify_run(paths, wanted) if verify else show_run(paths, wanted)
    folder = run_folder(paths, wanted)
    catalogue, interactions, _ = load_data(paths.snapshots / record.data_version, verify=verify)
    configs = record.component_configs
    components = {
        n: kind.load(folder / COMPONENT_FOLDER, configs[n]) for n, kind in CATALOGUE_COMPONENTS.items() if n in configs
    }
    response = CANDIDATE_COMPONENTS["response"]
    holdout = folder / HOLDOUT_FILE
    model = Model(
        catalogue=catalogue,
        interactions=interactions.before(np.datetime64(record.data_to, "us")),
        components=components,
        weights=record.weights,
        response=response.load(folder / COMPONENT_FOLDER, configs["response"]) if "response" in configs else None,
        data_to=np.datetime64(record.data_to, "us"),
        run_id=wanted,
        holdout=HoldoutTerms.load(holdout) if holdout.is_file() else None,
    )
    prepare(model)
    return model


def load_data(folder: Path, *, verify: bool = True) -> tuple[Catalogue, Interactions, pd.DataFrame]:
    """Read a snapshot into memory: catalogue, interactions, and the events they came from."""
    snapshot: Snapshot = load_snapshot(folder, verify=verify)
    catalogue = Catalogue(pd.read_parquet(snapshot.catalogue))
    events = pd.read_parquet(snapshot.events)
    return catalogue, Interactions.from_events(events, catalogue), events


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
    write_json(paths.runs / LIVE_FILE, pointer)
    return pointer
