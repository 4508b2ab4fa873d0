"""TensorBoard event files in the run's own folder; `tensorboard --logdir SHOP/runs` shows all runs of a shop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recsys.training.trackers.contract import Scalar, TrackedRun

FOLDER = "tensorboard"


class TensorBoardTracker:
    """Curves and figures as scalars, parameters as a table, and both together for the HParams page.

    Parameters
    ----------
    folder
        Where event files go.
    """

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder))
        self._parameters: dict[str, Scalar] = {}

    def parameters(self, values: Mapping[str, Scalar]) -> None:
        """See `Tracker.parameters`."""
        self._parameters.update(values)
        rows = "\n".join(f"| {name} | {value} |" for name, value in values.items())
        self._writer.add_text("parameters", f"| name | value |\n|---|---|\n{rows}")

    def point(self, name: str, step: int, value: float) -> None:
        """See `Tracker.point`."""
        self._writer.add_scalar(name, value, step)

    def results(self, values: Mapping[str, float]) -> None:
        """See `Tracker.results`."""
        from torch.utils.tensorboard.summary import hparams

        for name, value in values.items():
            self._writer.add_scalar(name, value, 0)
        for summary in hparams(self._parameters, dict(values)):
            self._writer.file_writer.add_summary(summary)

    def close(self, outcome: str) -> None:
        """See `Tracker.close`."""
        self._writer.add_text("outcome", outcome)
        self._writer.close()


def start(where: str, run: TrackedRun) -> TensorBoardTracker:
    """Write into `where`/run_id, or into the run's own folder without it; what a stopped try left there goes."""
    folder = Path(where) / run.run_id if where else run.folder / FOLDER
    for stale in folder.glob("events.out.tfevents.*"):
        stale.unlink()
    return TensorBoardTracker(folder)
