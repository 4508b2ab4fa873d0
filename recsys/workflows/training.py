"""Train a shop: newest data → vectors → model → run folder → live."""

import resource
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from recsys.data.impressions import Impressions
from recsys.errors import InputError, RunError
from recsys.progress import Progress, scaled, silent
from recsys.ranking.model import Model
from recsys.settings import Settings, ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.config import load_training_config as read_config
from recsys.training.embed import embed_catalogue
from recsys.training.gates import Evidence, check_gates, failed, read_gates
from recsys.training.jobs import new_run_id
from recsys.training.judged import read_judged, write_judged
from recsys.training.pipeline import MIN_INTERACTIONS, Inputs, Outcome, train_model
from recsys.training.runs import (
    RUN_FILE,
    RunRecord,
    finish_run,
    live_run_id,
    load_data,
    run_folder,
    show_run,
    write_model,
)
from recsys.training.runs import promote as promote_run
from recsys.training.trackers import TrackedRun
from recsys.training.tracking import Tracking
from recsys.training.trade_offs import TradeOffs, find_trade_offs, write_trade_offs
from recsys.training.windows import plan_windows
from recsys.workflows.snapshots import current_snapshot

VERSIONED = ("numpy", "scipy", "pandas", "torch", "lightgbm", "implicit", "safetensors")


def load_training_config(file: Path | None, split: str = "none", data_version: str | None = None) -> TrainingConfig:
    """Read a config and lay the command line's choices over it.

    Parameters
    ----------
    file
        JSON, see `training.config`; None takes the defaults.
    split
        "none", or "time:2011-09-01" to keep what came from that day on for judging.
    data_version
        The snapshot to learn from; None keeps the config's choice.

    Raises
    ------
    InputError
        If the file or the split does not fit.
    """
    config = TrainingConfig() if file is None else read_config(file)
    if split != "none":
        config = replace(config, test_from=split_day(split))
    return config if data_version is None else replace(config, data_version=data_version)


def split_day(split: str) -> str:
    """Return the day in "time:DAY".

    Raises
    ------
    InputError
        If it is not written so.

    Examples
    --------
    >>> split_day("time:2011-09-01")
    '2011-09-01'
    """
    kind, _, day = split.partition(":")
    try:
        if kind != "time":
            raise ValueError(kind)
        return datetime.fromisoformat(day).date().isoformat()
    except ValueError as error:
        raise InputError(f"The split {split!r} is not known: use none, or time:DAY such as time:2011-09-01.") from error


def train(
    settings: Settings,
    config: TrainingConfig,
    *,
    run_id: str | None = None,
    promote: bool = True,
    trade_offs: int = 0,
    time_budget_s: float | None = None,
    progress: Progress = silent,
) -> RunRecord:
    """Train on the newest data and keep the result as a run.

    A run that fails a gate of `training.gates` is kept, and does not become live by itself.

    Parameters
    ----------
    settings
        The shop and the device.
    config
        What to do.
    run_id
        Name of the run folder; None takes a fresh one.
    promote
        Make the finished run live, unless it fails a gate.
    trade_offs
        Weights to try for the front of trade-offs that is kept with the run; 0 leaves it out.
    time_budget_s
        Seconds the training may take to pass the gate on time; None leaves it to the gate.
    progress
        Told of every stage; it may raise `CancelledError`, which leaves the live run alone.

    Raises
    ------
    InputError
        If there is no data, the config does not fit it, or `settings.track` names no tracker.
    RunError
        If the name is none or a finished run has it, or the result is not usable.
    """
    name = run_id or new_run_id()
    folder = run_folder(settings.shop, name)
    if (folder / RUN_FILE).exists():
        raise RunError(f"The run {name} exists already; leave the id out, or choose another.")
    with Tracking(settings.track, TrackedRun(name, folder, settings.shop), progress) as told:
        told.parameters({"config": config.to_json()})
        record = _train_and_write(settings, config, name, Choices(trade_offs, time_budget_s), told)
    if promote and not failed(read_gates(record)):
        promote_run(settings.shop, name)
    return record


@dataclass(frozen=True)
class Choices:
    """What is asked of a training beside its config: weights to try for the front, seconds it may take."""

    trade_offs: int
    time_budget_s: float | None


def _train_and_write(
    settings: Settings, config: TrainingConfig, name: str, choices: Choices, told: Tracking
) -> RunRecord:
    """Train, tell the trackers, and write the run folder."""
    started = time.perf_counter()
    folder = run_folder(settings.shop, name)
    told("Exporting the data", 0.0)
    data = current_snapshot(settings.shop, config.data_version)
    told("Loading the data", 0.01, message=data.note)
    inputs, facts = load_inputs(settings, data.folder, config, folder, scaled(told, 0.02, 0.4))
    tried = choices.trade_offs
    outcome = train_model(inputs, config, scaled(told, 0.4, 0.93 if tried else 0.97))
    front = _find_front(outcome.model, tried, config.seed, scaled(told, 0.93, 0.97)) if tried else None
    told("Writing the run", 0.97)
    configs = {n: c.config_json() for n, c in outcome.model.components.items()}
    if outcome.model.response is not None:
        configs["response"] = outcome.model.response.config_json()
    told.parameters({"data_version": data.folder.name, "components": configs})
    told.results({**outcome.metrics, "weights": outcome.model.weights, "facts": outcome.facts})
    folder.mkdir(parents=True, exist_ok=True)
    write_model(folder, outcome.model)
    write_judged(folder, outcome.judged)
    if front is not None:
        write_trade_offs(folder, front)
    elapsed_s = round(time.perf_counter() - started, 1)
    findings = check_gates(_evidence(settings.shop, outcome, elapsed_s, choices.time_budget_s))
    facts |= {**outcome.facts, "peak_memory_mb": _peak_memory_mb()}
    record = RunRecord(
        run_id=name,
        status="done",
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        elapsed_s=elapsed_s,
        config=config.to_json(),
        data_version=data.folder.name,
        data_to=str(outcome.model.data_to),
        weights=dict(outcome.model.weights),
        component_configs=configs,
        metrics=outcome.metrics,
        facts={**facts, **({"tracking": told.summary} if told.summary else {})},
        versions={package: version(package) for package in VERSIONED},
        message=data.note,
        gates=tuple(finding.to_json() for finding in findings),
    )
    return finish_run(folder, record)


def _evidence(paths: ShopPaths, outcome: Outcome, elapsed_s: float, time_budget_s: float | None) -> Evidence:
    """What the gates look at: the new run beside the live one, which may have gone while this one trained."""
    live_id = live_run_id(paths)
    known = live_id is not None and (run_folder(paths, live_id) / RUN_FILE).is_file()
    return Evidence(
        metrics=outcome.metrics,
        weights=outcome.model.weights,
        elapsed_s=elapsed_s,
        judged=outcome.judged,
        window=(str(outcome.facts.get("test_from", "")), str(outcome.facts.get("test_to", ""))),
        live=show_run(paths, live_id) if known and live_id else None,
        live_judged=read_judged(run_folder(paths, live_id)) if known and live_id else {},
        time_budget_s=time_budget_s,
    )


def _peak_memory_mb() -> float:
    """Most memory this process held so far; Linux counts in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def _find_front(model: Model, trials: int, seed: int, progress: Progress) -> TradeOffs | None:
    """Front of trade-offs of a model; None where nobody was held out to judge by."""
    if model.holdout is None or not model.holdout.n_users:
        return None
    return find_trade_offs(
        model, trials=trials, seed=seed, progress=lambda done: progress("Weighing goals against each other", done)
    )


def load_inputs(
    settings: Settings, snapshot: Path, config: TrainingConfig, run_folder: Path, progress: Progress
) -> tuple[Inputs, dict[str, object]]:
    """Read a snapshot and encode its content.

    Returns
    -------
    tuple
        The inputs of `training.pipeline.train_model`, and facts about the encoders.

    Raises
    ------
    InputError
        If the catalogue is empty.
    """
    catalogue, interactions, events = load_data(snapshot)
    if len(catalogue) == 0:
        raise InputError("The shop has no product: import a catalogue first (`vitrine import catalogue FILE`).")
    known_by: np.datetime64 = np.datetime64("now", "us")
    if len(interactions) >= MIN_INTERACTIONS:
        known_by = plan_windows(interactions, config).response_from
    content = embed_catalogue(catalogue, settings, config, known_by, run_folder, progress)
    impressions = Impressions.from_events(events, catalogue, interactions)
    return Inputs(catalogue, interactions, impressions, content.embeddings), content.facts
