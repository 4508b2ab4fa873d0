"""One frozen, range-checked config per run, written into `run.json`; equal configs on equal data mean equal runs."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

from recsys.components import COMPONENTS
from recsys.errors import InputError

COLUMN_NAMES: tuple[str, ...] = ("all", "discovery", "cold_among_new", "cold_among_all")
"""The figures a model is judged by, see `training.columns`."""


def is_day(text: str) -> bool:
    """Tell whether a text is a day as in 2011-09-01.

    Examples
    --------
    >>> is_day("2011-09-01"), is_day("2011-09-31"), is_day("20110901")
    (True, False, False)
    """
    try:
        return date.fromisoformat(text).isoformat() == text
    except (ValueError, TypeError):
        return False


@dataclass(frozen=True)
class TrainingConfig:
    """What a training does.

    Parameters
    ----------
    seed
        For everything random, ≥ 0.
    text_encoder, image_encoder
        Name or path; an empty name leaves the modality out.
    fine_tune_s
        Seconds given to fitting the image encoder to the shop's own pictures and texts; 0 skips it.
    window_days
        Length of the validation, test and response windows, in days; shortened where the data is.
    test_from
        ISO date: train strictly before it and report metrics from it on; None trains on everything and reports the
        metrics of the last window.
    data_version
        The snapshot to learn from; None takes the newest data.
    response
        Whether to train the response term.
    column_weights
        What validation maximises: Σ weight · log(metric) over all, discovery, cold_among_new, cold_among_all.
    weights
        Fixed fusion weights, ≥ 0; None lets validation choose.
    search_users
        Shoppers used to choose weights, ≥ 50.
    components
        Own settings by component name, over the defaults in each component's file.
    extra_components
        Components to fit beside those that are on by default.
    """

    seed: int = 0
    text_encoder: str = "minilm"
    image_encoder: str = "compact_vit"
    fine_tune_s: float = 20.0
    window_days: int = 30
    test_from: str | None = None
    data_version: str | None = None
    response: bool = True
    column_weights: Mapping[str, float] = field(
        default_factory=lambda: {"all": 0.45, "discovery": 0.45, "cold_among_new": 0.096, "cold_among_all": 0.004}
    )
    weights: Mapping[str, float] | None = None
    search_users: int = 600
    components: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra_components: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        fits = self.seed >= 0 and self.window_days >= 1 and self.search_users >= 50 and self.fine_tune_s >= 0
        if not fits:
            raise InputError(
                "seed must be ≥ 0, window_days ≥ 1, search_users ≥ 50 and fine_tune_s ≥ 0; got "
                f"{self.seed}, {self.window_days}, {self.search_users} and {self.fine_tune_s}."
            )
        if self.test_from is not None and not is_day(self.test_from):
            raise InputError(f"test_from is a day such as 2011-09-01, got {self.test_from!r}.")
        unknown = sorted({*self.components, *(self.weights or {}), *self.extra_components} - set(COMPONENTS))
        if unknown:
            raise InputError(f"No component is called {', '.join(unknown)}; there are {', '.join(COMPONENTS)}.")
        strange = sorted(set(self.column_weights) - set(COLUMN_NAMES))
        if strange:
            raise InputError(f"column_weights take {', '.join(COLUMN_NAMES)}; got {', '.join(strange)}.")
        for name, weights in (("column_weights", self.column_weights), ("weights", self.weights or {})):
            if not all(isfinite(w) and w >= 0 for w in weights.values()):
                raise InputError(f"{name} must be finite and at least 0, got {dict(weights)}.")
        for name, values in self.components.items():
            self._check_component(name, values)

    @staticmethod
    def _check_component(name: str, values: Mapping[str, Any]) -> None:
        """Refuse settings that the component does not have or take, before anything is trained."""
        try:
            COMPONENTS[name].config_class(**values)
        except TypeError as error:
            raise InputError(f"The settings of the component {name} do not fit: {error}.") from error

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "extra_components": list(self.extra_components)}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "TrainingConfig":
        """Read what `to_json` gave.

        Raises
        ------
        InputError
            If a name is unknown or a value out of range.
        """
        known = {f.name for f in fields(TrainingConfig)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise InputError(f"A training config has no {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
        try:
            return TrainingConfig(**{**values, "extra_components": tuple(values.get("extra_components", ()))})
        except TypeError as error:
            raise InputError(f"The training config does not fit: {error}.") from error


def load_training_config(path: Path) -> TrainingConfig:
    """Read a config from a JSON file.

    Raises
    ------
    InputError
        If the file is missing, is not JSON, or does not fit.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"There is no config file {path}.") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON (line {error.lineno}: {error.msg}).") from error
    if not isinstance(values, dict):
        raise InputError(f"{path} must hold one JSON object, found {type(values).__name__}.")
    return TrainingConfig.from_json(values)
