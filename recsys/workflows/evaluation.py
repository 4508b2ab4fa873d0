"""Evaluate the default on a shop's own time split."""

import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from recsys.errors import InputError
from recsys.progress import Progress, scaled, silent
from recsys.settings import Settings
from recsys.training.config import TrainingConfig, is_day
from recsys.training.pipeline import Inputs, train_model
from recsys.training.runs import live_run_id, show_run
from recsys.workflows.snapshots import current_snapshot
from recsys.workflows.training import load_inputs


def evaluate(
    settings: Settings,
    protocol: str = "time",
    cut: str | None = None,
    end: str | None = None,
    progress: Progress = silent,
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

    Returns
    -------
    dict
        "protocol", "cut", "end", "weights", "validation" and "test" with the four columns, "facts".

    Raises
    ------
    InputError
        If the protocol is unknown or the window does not fit the data.
    """
    if protocol != "time":
        raise InputError(f"The protocol {protocol!r} is not known; there is time.")
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
    return {
        "protocol": protocol,
        "cut": cut,
        "end": str(inputs.interactions.data_to.astype("datetime64[D]")),
        "data_version": data.folder.name,
        "weights": dict(outcome.model.weights),
        **outcome.metrics,
        "facts": {**encoders, **outcome.facts},
        "config": asdict(asked),
    }


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
