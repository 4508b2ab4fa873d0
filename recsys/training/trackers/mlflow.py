"""MLflow runs, one experiment per shop; without a URI they go to a SQLite file in the shop's `tracking` folder."""

import os
import time
from collections.abc import Mapping
from typing import Any

from recsys.training.trackers.contract import Scalar, TrackedRun

FLUSH_EVERY_S = 2.0
VALUE_LENGTH = 500
BATCH_SIZE = 100
OUTCOMES = {"done": "FINISHED", "cancelled": "KILLED", "failed": "FAILED"}
POLITE = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""Unless the person has said otherwise: tell nobody, and do not hold a training up when the server is away."""


class MlflowTracker:
    """One MLflow run; points are gathered and sent every other second.

    Parameters
    ----------
    uri
        Of the tracking store.
    run
        What is tracked.
    """

    def __init__(self, uri: str, run: TrackedRun) -> None:
        from mlflow import MlflowClient

        self._client: Any = MlflowClient(tracking_uri=uri)
        experiment = self._client.get_experiment_by_name(run.shop_name)
        known = None if experiment is None else experiment.experiment_id
        self._experiment_id = known or self._client.create_experiment(run.shop_name)
        self._run_id = self._client.create_run(self._experiment_id, run_name=run.run_id).info.run_id
        self._waiting: list[Any] = []
        self._sent = time.monotonic()

    def parameters(self, values: Mapping[str, Scalar]) -> None:
        """See `Tracker.parameters`."""
        from mlflow.entities import Param

        rows = [Param(name, str(value)[:VALUE_LENGTH]) for name, value in values.items()]
        for start in range(0, len(rows), BATCH_SIZE):
            self._client.log_batch(self._run_id, params=rows[start : start + BATCH_SIZE])

    def point(self, name: str, step: int, value: float) -> None:
        """See `Tracker.point`."""
        from mlflow.entities import Metric

        self._waiting.append(Metric(name, value, int(time.time() * 1000), step))
        if time.monotonic() - self._sent > FLUSH_EVERY_S or len(self._waiting) >= BATCH_SIZE:
            self._flush()

    def results(self, values: Mapping[str, float]) -> None:
        """See `Tracker.results`."""
        for name, value in values.items():
            self.point(name, 0, value)

    def close(self, outcome: str) -> None:
        """See `Tracker.close`."""
        self._flush()
        self._client.set_terminated(self._run_id, OUTCOMES[outcome])

    def _flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting, self._sent = self._waiting, [], time.monotonic()
        if waiting:
            self._client.log_batch(self._run_id, metrics=waiting)


def start(where: str, run: TrackedRun) -> MlflowTracker:
    """Begin a run at the tracking URI `where`."""
    for name, value in POLITE.items():
        os.environ.setdefault(name, value)
    if not where:
        run.common_folder.mkdir(parents=True, exist_ok=True)
        where = f"sqlite:///{run.common_folder / 'mlflow.db'}"
    return MlflowTracker(where, run)
