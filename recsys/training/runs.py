"""Runs on disk: write, load, list. A run is a folder; which one is live says `training.live`."""

from pathlib import Path

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
from recsys.training.live import live_pointer, live_run_id, promote, require_live, roll_back
from recsys.training.run_files import (
    LIVE_FILE,
    RUN_FILE,
    RunRecord,
    finish_run,
    read_record,
    run_folder,
    show_run,
    verify_run,
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
    files, kind_of_response = folder / COMPONENT_FOLDER, CANDIDATE_COMPONENTS["response"]
    try:
        components = {n: kind.load(files, configs[n]) for n, kind in CATALOGUE_COMPONENTS.items() if n in configs}
        response = kind_of_response.load(files, configs["response"]) if "response" in configs else None
    except TypeError as error:  # a setting that components no longer have
        raise RunError(
            f"Run {wanted} was made by another version and cannot be read ({error}). Train again."
        ) from error
    holdout = folder / HOLDOUT_FILE
    model = Model(
        catalogue=catalogue,
        interactions=interactions.before(np.datetime64(record.data_to, "us")),
        components=components,
        weights=record.weights,
        response=response,
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
