"""Weights & Biases runs, kept on disk under the shop's `tracking` folder until somebody runs `wandb sync`.

They are sent at once only where `WANDB_MODE=online` says so: a shop's figures leave the machine by decision.
"""

import os
from collections.abc import Mapping
from typing import Any

from recsys.training.trackers.contract import Scalar, TrackedRun

MODES = ("offline", "online", "shared", "disabled")


class WandbTracker:
    """One W&B run; every curve has a step of its own.

    Parameters
    ----------
    project
        Under which project; empty takes the shop's name.
    run
        What is tracked.
    """

    def __init__(self, project: str, run: TrackedRun) -> None:
        import wandb

        mode = os.environ.get("WANDB_MODE", "offline")
        run.common_folder.mkdir(parents=True, exist_ok=True)
        self._run: Any = wandb.init(
            project=project or run.shop_name,
            name=run.run_id,
            dir=str(run.common_folder),
            mode=mode if mode in MODES else "offline",
            settings=wandb.Settings(
                silent=True, console="off", x_disable_stats=True, disable_git=True, init_timeout=20
            ),
        )
        self._curves: set[str] = set()

    def parameters(self, values: Mapping[str, Scalar]) -> None:
        """See `Tracker.parameters`."""
        self._run.config.update(dict(values))

    def point(self, name: str, step: int, value: float) -> None:
        """See `Tracker.point`."""
        if name not in self._curves:
            self._curves.add(name)
            self._run.define_metric(name, step_metric=f"steps/{name}")
        self._run.log({name: value, f"steps/{name}": step})

    def results(self, values: Mapping[str, float]) -> None:
        """See `Tracker.results`."""
        self._run.summary.update(dict(values))

    def close(self, outcome: str) -> None:
        """See `Tracker.close`."""
        self._run.summary["outcome"] = outcome
        self._run.finish(exit_code=0 if outcome == "done" else 1)


def start(where: str, run: TrackedRun) -> WandbTracker:
    """Begin a run in the project `where`."""
    return WandbTracker(where, run)
