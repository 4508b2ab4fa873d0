"""Where a training's curves, parameters and figures are also written: one file per tracker and one line below.

A file offers `start(where: str, run: TrackedRun) -> Tracker`. The libraries are optional and imported by `start`; how
one training talks to them, and what happens when one fails, is in `recsys.training.tracking`.
"""

from importlib import import_module
from typing import cast

from recsys.errors import InputError
from recsys.training.trackers.contract import Scalar, TrackedRun, Tracker

TRACKERS: dict[str, str] = {
    "tensorboard": "recsys.training.trackers.tensorboard",
    "mlflow": "recsys.training.trackers.mlflow",
    "wandb": "recsys.training.trackers.wandb",
}
"""Name → module."""


def parse_target(target: str) -> tuple[str, str]:
    """Split "name" or "name:where".

    Raises
    ------
    InputError
        If no tracker has that name.

    Examples
    --------
    >>> parse_target("tensorboard"), parse_target("mlflow:sqlite:///runs.db")
    (('tensorboard', ''), ('mlflow', 'sqlite:///runs.db'))
    """
    name, _, where = target.partition(":")
    if name not in TRACKERS:
        raise InputError(
            f"There is no tracker {name!r}; use {', '.join(TRACKERS)}, with a place after a colon where it takes one."
        )
    return name, where


def start_tracker(target: str, run: TrackedRun) -> Tracker:
    """Start the tracker that "name" or "name:where" asks for.

    Raises
    ------
    InputError
        If no tracker has that name.
    ImportError
        If its library is not installed.
    """
    name, where = parse_target(target)
    return cast("Tracker", import_module(TRACKERS[name]).start(where, run))


__all__ = ["TRACKERS", "Scalar", "TrackedRun", "Tracker", "parse_target", "start_tracker"]
