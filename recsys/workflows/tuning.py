"""Tune a shop: trade-offs between objectives for a run, and a search for better component settings."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recsys.errors import InputError
from recsys.progress import Progress, scaled, silent
from recsys.settings import Settings, ShopPaths
from recsys.training.config import TrainingConfig, load_training_config
from recsys.training.job_state import RESULT_FILE
from recsys.training.run_files import run_folder, show_run, write_json
from recsys.training.runs import live_run_id, load_model
from recsys.training.search import Budget, SearchResult, search_settings
from recsys.training.trade_offs import TradeOffs, find_trade_offs, write_trade_offs
from recsys.workflows.snapshots import current_snapshot
from recsys.workflows.training import load_inputs

SEARCH_FOLDER = "searches"


@dataclass(frozen=True)
class Found:
    """Where a search left its result.

    Parameters
    ----------
    result
        What was found.
    file
        The config to hand to `vitrine train --config`.
    """

    result: SearchResult
    file: Path

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**vars(self.result), "config": self.result.config.to_json(), "file": str(self.file)}


def find_run_trade_offs(
    settings: Settings,
    run_id: str | None = None,
    *,
    objectives: Sequence[str] | None = None,
    trials: int = 1200,
    seed: int = 0,
    progress: Progress = silent,
) -> TradeOffs:
    """Search the Pareto front of a run and keep it in the run's folder, where the Fusion page finds it.

    Parameters
    ----------
    settings
        The shop.
    run_id
        None takes the live run.
    objectives, trials, seed
        As for `fusion.pareto.find_front`.
    progress
        Told of the share of weights tried.

    Raises
    ------
    RunError
        If there is no such run, or it kept nothing to judge by.
    InputError
        If an objective is unknown or cannot differ in this shop.
    """
    progress("Loading the run", 0.0)
    model = load_model(settings.shop, run_id)
    found = find_trade_offs(
        model,
        objectives=objectives,
        trials=trials,
        seed=seed,
        progress=lambda done: progress("Trying weights", 0.02 + 0.97 * done),
    )
    write_trade_offs(run_folder(settings.shop, model.run_id), found)
    return found


def search_shop(
    settings: Settings,
    config: TrainingConfig,
    budget: Budget,
    *,
    name: str = "search",
    out: Path | None = None,
    progress: Progress = silent,
) -> Found:
    """Search better component settings for a shop and write them as a training config.

    Parameters
    ----------
    settings
        The shop and the device.
    config
        What to begin with.
    budget
        When to stop.
    name
        Of the search; one that exists is continued.
    out
        Where the config goes; None puts it beside the search, `<shop>/searches/<name>.json`.
    progress
        Told of every stage; it may raise `CancelledError`, which leaves the finished trials on disk.

    Raises
    ------
    InputError
        If the name is none, there is too little data, or the search was begun with other data or settings.
    """
    path = search_path(settings.shop, name)
    progress("Exporting the data", 0.0)
    data = current_snapshot(settings.shop, config.data_version)
    with tempfile.TemporaryDirectory() as scratch:
        inputs, _ = load_inputs(settings, data.folder, config, Path(scratch), scaled(progress, 0.0, 0.1))
    result = search_settings(
        inputs, config, path, budget, data_version=data.folder.name, progress=scaled(progress, 0.1, 1.0)
    )
    file = path.with_suffix(".json") if out is None else out
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, json.loads(json.dumps(result.config.to_json())))
    return Found(result, file)


def search_path(paths: ShopPaths, name: str) -> Path:
    """Return the SQLite file of a search.

    Raises
    ------
    InputError
        If the name could be a path or a hidden file.
    """
    if not 0 < len(name) <= 60 or not name.replace("-", "").replace("_", "").isalnum():
        raise InputError(f"A search is called by up to 60 letters, digits and dashes, got {name[:80]!r}.")
    return paths.root / SEARCH_FOLDER / f"{name}.db"


@dataclass(frozen=True)
class SearchFound:
    """What a search started as a job found.

    Parameters
    ----------
    job_id
        The job.
    adopted
        Whether it found settings that hold on shoppers it did not use.
    n_trials
        Settings tried.
    gain, low, high
        Change of the objective on those shoppers with its 95 % interval.
    config
        What to train with.
    """

    job_id: str
    adopted: bool
    n_trials: int
    gain: float
    low: float
    high: float
    config: Mapping[str, Any]


def keep_found(paths: ShopPaths, job_id: str, found: Found) -> None:
    """Write down what a search found, in the folder of its job."""
    write_json(run_folder(paths, job_id) / RESULT_FILE, json.loads(json.dumps(found.to_json(), default=str)))


def list_found(paths: ShopPaths, most: int = 5) -> list[SearchFound]:
    """Return what the newest searches found, newest first; a file that cannot be read is left out."""
    files = sorted(paths.runs.glob(f"*/{RESULT_FILE}"), key=lambda f: f.parent.name, reverse=True)
    return [found for file in files[:most] if (found := _read_found(file)) is not None]


def _read_found(file: Path) -> SearchFound | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        config = TrainingConfig.from_json(told["config"]).to_json()
        gain, low, high = (float(told[name]) for name in ("gain", "gain_low", "gain_high"))
        return SearchFound(file.parent.name, bool(told["adopted"]), int(told["n_trials"]), gain, low, high, config)
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


def base_config(settings: Settings, file: Path | None) -> TrainingConfig:
    """Return the config of a file, else the live run's without what binds it to its data, else the defaults."""
    if file is not None:
        return load_training_config(file)
    live = live_run_id(settings.shop)
    if live is None:
        return TrainingConfig()
    values = show_run(settings.shop, live).config
    return replace(TrainingConfig.from_json(values), data_version=None, test_from=None, weights=None)
