"""Evaluate the default on a shop's own time split: train before a window, judge on it."""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from recsys.data.split import Split, split_at
from recsys.errors import InputError
from recsys.progress import Progress, scaled, silent
from recsys.settings import Settings
from recsys.training.config import TrainingConfig, is_day
from recsys.training.modalities import judge_modalities
from recsys.training.pipeline import Inputs, Outcome, train_model
from recsys.training.runs import live_run_id, show_run
from recsys.workflows.snapshots import current_snapshot
from recsys.workflows.training import load_inputs


@dataclass(frozen=True, eq=False)
class HeldOut:
    """A model that has not seen the window it is judged on.

    Parameters
    ----------
    inputs
        The data up to the end of the window.
    outcome
        The training; its model is fitted on what came before the window.
    split
        What came before and what came in the window.
    config
        What was trained.
    data_version
        The snapshot.
    facts
        About encoders and training.
    """

    inputs: Inputs
    outcome: Outcome
    split: Split
    config: TrainingConfig
    data_version: str
    facts: dict[str, Any]


def hold_out(
    settings: Settings, cut: str | None = None, end: str | None = None, progress: Progress = silent
) -> HeldOut:
    """Train on what came before a window, with the live run's settings; nothing is written or promoted.

    Parameters
    ----------
    settings
        The shop.
    cut, end
        ISO days, window [cut, end); by default the last `window_days` days of the data.
    progress
        Told of every stage.

    Raises
    ------
    InputError
        If the window does not fit the data or there is too little to hold out.
    """
    if end is not None and not is_day(end):
        raise InputError(f"The window ends on a day such as 2011-10-01, got {end!r}.")
    config = _config(settings)
    data = current_snapshot(settings.shop)
    with tempfile.TemporaryDirectory() as scratch:
        asked = replace(config, test_from=cut)
        inputs, encoders = load_inputs(settings, data.folder, asked, Path(scratch), scaled(progress, 0.0, 0.4))
    if end is not None:
        inputs = _until(inputs, np.datetime64(end, "us"))
    if len(inputs.interactions) == 0:
        raise InputError("There is nothing to hold out: the data has no interaction up to the end of the window.")
    if cut is None:
        cut = str((inputs.interactions.data_to - np.timedelta64(config.window_days, "D")).astype("datetime64[D]"))
        asked = replace(config, test_from=cut)
    outcome = train_model(inputs, asked, scaled(progress, 0.4, 1.0))
    if not outcome.metrics:
        raise InputError(f"There is too little to hold out: {outcome.facts.get('note')}")
    split = split_at(inputs.catalogue, inputs.interactions, np.datetime64(cut, "us"), inputs.interactions.data_to)
    return HeldOut(inputs, outcome, split, asked, data.folder.name, {**encoders, **outcome.facts})


def evaluate(
    settings: Settings,
    protocol: str = "time",
    cut: str | None = None,
    end: str | None = None,
    progress: Progress = silent,
    *,
    modalities: bool = False,
) -> dict[str, Any]:
    """Train before a cut and judge after it; no run is written or promoted.

    Parameters
    ----------
    settings
        The shop.
    protocol
        "time": global time split, full ranking over the items on sale.
    cut, end
        ISO days, test window [cut, end); by default the last `window_days` days of the data.
    progress
        Told of every stage.
    modalities
        Whether to judge new items with their text, their pictures or both withheld as well; it fits three times more.

    Returns
    -------
    dict
        "protocol", "cut", "end", "weights", "validation" and "test" with the four columns and what lies beyond
        accuracy, "facts", and "modalities" where asked for, see `training.modalities.judge_modalities`.

    Raises
    ------
    InputError
        If the protocol is unknown or the window does not fit the data.
    """
    if protocol != "time":
        raise InputError(f"The protocol {protocol!r} is not known; there is time.")
    held = hold_out(settings, cut, end, scaled(progress, 0.0, 0.7) if modalities else progress)
    answer = {
        "protocol": protocol,
        "cut": held.config.test_from,
        "end": str(held.split.end.astype("datetime64[D]")),
        "data_version": held.data_version,
        "weights": dict(held.outcome.model.weights),
        **held.outcome.metrics,
        "facts": held.facts,
        "config": asdict(held.config),
    }
    if modalities:
        told = scaled(progress, 0.7, 1.0)
        answer["modalities"] = judge_modalities(held.inputs, held.outcome.model, held.split, held.config, told)
    return answer


def _config(settings: Settings) -> TrainingConfig:
    """Return the live run's settings without what binds them to its data, else the defaults."""
    live = live_run_id(settings.shop)
    if live is None:
        return TrainingConfig()
    values: Mapping[str, Any] = show_run(settings.shop, live).config
    return replace(TrainingConfig.from_json(values), data_version=None, test_from=None, weights=None)


def _until(inputs: Inputs, end: np.datetime64) -> Inputs:
    """Forget what happened from a time on."""
    shown = inputs.impressions.take(inputs.impressions.shown_at < end)
    return replace(inputs, interactions=inputs.interactions.before(end), impressions=shown)
