"""One training told to its trackers: curves and seconds from its progress, parameters first and figures last.

A tracker that is missing or fails is named once in the log and left out from then on; the training goes on.
"""

import logging
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from math import isfinite
from types import TracebackType
from typing import Any

from recsys.errors import CancelledError
from recsys.progress import Progress, watch_losses
from recsys.training.trackers import Scalar, TrackedRun, Tracker, parse_target, start_tracker

LOG = logging.getLogger(__name__)


class Tracking:
    """A progress that also tells trackers; use it as a context manager around the training.

    Every report with a loss or a validation value becomes a point of the curve `stage/loss` or `stage/validation`; a
    stage that is entered again gets a curve of its own, `stage_2`. A loss told by `recsys.progress.report_loss` becomes
    a point of `stage/curve`. When a stage ends, its duration becomes
    `seconds/stage`.

    Parameters
    ----------
    targets
        Such as `tensorboard` or `mlflow:sqlite:///runs.db`; none makes this a plain progress.
    run
        What is tracked.
    progress
        Hears everything first; it may raise to cancel.

    Raises
    ------
    InputError
        If a target names no tracker.
    """

    def __init__(self, targets: Sequence[str], run: TrackedRun, progress: Progress) -> None:
        self._names = {target: parse_target(target)[0] for target in targets}
        self._run = run
        self._progress = progress
        self._trackers: dict[str, Tracker] = {}
        self._failed: dict[str, str] = {}
        self._stage, self._stage_name, self._stage_began = "", "", time.perf_counter()
        self._entered: Counter[str] = Counter()
        self._steps: Counter[str] = Counter()

    def __enter__(self) -> "Tracking":
        for target in self._names:
            self._attempt(target, partial(self._start, target))
        self._open = ExitStack()
        if self._trackers:
            self._open.enter_context(watch_losses(self._learned))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
        self._end_stage()
        outcome = "done" if error is None else "failed"
        if isinstance(error, (CancelledError, KeyboardInterrupt)):
            outcome = "cancelled"
        self._tell(lambda tracker: tracker.close(outcome))

    def __call__(
        self,
        stage: str,
        fraction: float,
        *,
        message: str = "",
        loss: float | None = None,
        validation: float | None = None,
    ) -> None:
        """Report a step, see `recsys.progress.Progress`."""
        self._progress(stage, fraction, message=message, loss=loss, validation=validation)
        if not self._trackers:
            return
        if stage != self._stage:
            self._begin_stage(stage)
        for curve, value in (("loss", loss), ("validation", validation)):
            if value is not None and isfinite(value):
                self.point(f"{self._stage_name}/{curve}", value)

    def point(self, curve: str, value: float) -> None:
        """Add the next point to a curve."""
        self._steps[curve] += 1
        step = self._steps[curve]
        self._tell(lambda tracker: tracker.point(curve, step, float(value)))

    def parameters(self, values: Mapping[str, Any]) -> None:
        """Tell what the run was asked to do; nested names are joined by dots, what is None reads as "none"."""
        flat = {name: _plain(value) for name, value in flatten(values, ".").items()}
        self._tell(lambda tracker: tracker.parameters(flat))

    def results(self, values: Mapping[str, Any]) -> None:
        """Tell the figures of the finished run; nested names are joined by slashes, an estimate is its value."""
        numbers = {
            name.removesuffix("/value"): float(value)
            for name, value in flatten(values, "/").items()
            if isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
        }
        self._tell(lambda tracker: tracker.results(numbers))

    @property
    def summary(self) -> str:
        """Which trackers took the run down, and which could not and why; empty without targets."""
        told = [self._names[target] for target in self._trackers]
        missed = [f"not {self._names[target]} ({reason})" for target, reason in self._failed.items()]
        return "; ".join([*told, *missed])

    def _start(self, target: str) -> None:
        self._trackers[target] = start_tracker(target, self._run)

    def _learned(self, curve: str, value: float) -> None:
        """Take a loss from deep inside the stage."""
        if isfinite(value):
            self.point(f"{self._stage_name or 'stage'}/{curve}", value)

    def _begin_stage(self, stage: str) -> None:
        """Close the clock of the stage before and name the new one."""
        self._end_stage()
        name = slug(stage)
        self._entered[name] += 1
        number = self._entered[name]
        self._stage, self._stage_began = stage, time.perf_counter()
        self._stage_name = name if number == 1 else f"{name}_{number}"

    def _end_stage(self) -> None:
        if self._stage:
            self.point(f"seconds/{self._stage_name}", time.perf_counter() - self._stage_began)

    def _tell(self, what: Callable[[Tracker], None]) -> None:
        """Say something to every tracker that still listens."""
        for target, tracker in list(self._trackers.items()):
            self._attempt(target, partial(what, tracker))

    def _attempt(self, target: str, action: Callable[[], None]) -> None:
        """Do it; a tracker that fails is left out, and the log says so once."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 (a tracker's library may raise anything, and no record is worth a training)
            self._trackers.pop(target, None)
            self._failed[target] = _reason(self._names[target], error)
            LOG.warning("This training is not tracked by %s: %s.", self._names[target], self._failed[target])


def flatten(values: Mapping[str, Any], joint: str, prefix: str = "") -> dict[str, Any]:
    """Spread nested mappings over joined names.

    Examples
    --------
    >>> flatten({"seed": 0, "components": {"ease": {"epochs": 3}}}, ".")
    {'seed': 0, 'components.ease.epochs': 3}
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= flatten(value, joint, f"{prefix}{name}{joint}")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def slug(stage: str) -> str:
    """Turn a stage's words into a name that every tracker takes.

    Examples
    --------
    >>> slug("Fine-tuning the image encoder"), slug("…")
    ('fine_tuning_the_image_encoder', 'stage')
    """
    plain = unicodedata.normalize("NFKD", stage).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "stage"


def _plain(value: Any) -> Scalar:
    """Return what a tracker takes as a parameter: numbers, truths and words as they are, anything else as words."""
    if value is None:
        return "none"
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _reason(name: str, error: Exception) -> str:
    """Say in a few words why a tracker does not work."""
    if isinstance(error, ImportError):
        return f"{name} is not installed; `pip install vitrine[tracking-{name}]` adds it"
    first = (str(error) or type(error).__name__).splitlines()[0]
    return f"{type(error).__name__}: {first[:200]}"
