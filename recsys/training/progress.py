"""Inside the training process: says where it is, that it lives, and how it ended."""

import errno
import logging
import os
import signal
import socket
import threading
import time
from collections import Counter
from dataclasses import replace
from types import FrameType, TracebackType
from typing import Any

import psutil

from recsys.errors import CancelledError, RunError, VitrineError
from recsys.settings import ShopPaths
from recsys.training.job_lock import inherit_or_take_lock
from recsys.training.job_state import (
    CurvePoint,
    JobKind,
    JobState,
    JobStatus,
    StageBegin,
    read_state,
    state_path,
    utc_now,
    write_state,
)

LOG = logging.getLogger(__name__)
HEARTBEAT_S = 5.0
WRITE_INTERVAL_S = 0.25
MIN_FRACTION_FOR_ETA = 0.02


class ProgressWriter:
    """Keep `progress.json` of one run true while the block runs; the writer itself is the workflow's `progress`.

    On SIGTERM the block gets a `CancelledError`. Leaving the block normally writes `done`; by `CancelledError` or
    Ctrl-C `cancelled`; by any other exception `failed` with a reason a person understands. The exception goes on.

    Parameters
    ----------
    paths
        The shop.
    run_id
        The run being written.
    kind
        What the job does.

    Raises
    ------
    RunError
        On entering: another training runs, or a job of this name is over already.

    Notes
    -----
    Only the main thread can be told of SIGTERM; elsewhere cancelling kills the process after its grace.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from recsys.training.job_state import read_state
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = ShopPaths(Path(folder))
    ...     with ProgressWriter(paths, "r1") as progress:
    ...         progress("Fitting", 0.5)
    ...     str(read_state(paths, "r1").status)
    'done'
    """

    def __init__(self, paths: ShopPaths, run_id: str, kind: JobKind = JobKind.TRAIN) -> None:
        self._paths = paths
        self._state = JobState(
            run_id=run_id,
            status=JobStatus.RUNNING,
            stage="Starting",
            fraction=0.0,
            started_at=utc_now(),
            updated_at=utc_now(),
            pid=os.getpid(),
            process_started_at=psutil.Process().create_time(),
            host=socket.gethostname(),
            kind=kind,
        )
        self._steps: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._cancelled = False
        self._began = self._written = time.monotonic()

    @property
    def state(self) -> JobState:
        """The job as it stands now, perhaps a moment newer than the file."""
        return self._state

    def __enter__(self) -> "ProgressWriter":
        self._require_new()
        self._lock_fd = inherit_or_take_lock(self._paths, self._state.run_id)
        self._write()
        self._in_main_thread = threading.current_thread() is threading.main_thread()
        if self._in_main_thread:
            self._previous_handler: Any = signal.signal(signal.SIGTERM, self._on_sigterm)
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._in_main_thread:
            signal.signal(signal.SIGTERM, self._previous_handler)
        self._stopping.set()
        self._heart.join()
        status, message = self._outcome(error)
        self._state = self._state.ended(status, message)
        try:
            self._write()
        finally:
            os.close(self._lock_fd)

    def __call__(
        self,
        stage: str,
        fraction: float,
        *,
        message: str = "",
        loss: float | None = None,
        validation: float | None = None,
    ) -> None:
        """Report a step, see `recsys.progress.Progress`.

        Raises
        ------
        CancelledError
            Somebody cancelled the job.
        """
        if self._cancelled:
            raise CancelledError("Training was cancelled; the live run is unchanged.")
        with self._guard:
            before = self._state
            fraction = min(max(fraction, before.fraction), 1.0)
            curve = before.curve
            if loss is not None or validation is not None:
                self._steps[stage] += 1
                curve = (*curve, CurvePoint(stage, self._steps[stage], loss, validation))
            entered = () if before.stages and stage == before.stage else (StageBegin(stage, utc_now()),)
            self._state = replace(
                before,
                stage=stage,
                fraction=fraction,
                message=message,
                curve=curve,
                eta_s=self._estimate(fraction),
                stages=before.stages + entered,
            )
            due = time.monotonic() - self._written >= WRITE_INTERVAL_S
        if due or stage != before.stage:
            self._write()

    def _require_new(self) -> None:
        """Raise where a job of this name is over: what it said stays."""
        run_id = self._state.run_id
        if state_path(self._paths, run_id).exists() and read_state(self._paths, run_id).status.is_final:
            raise RunError(f"The run {run_id} exists already; leave the id out, or choose another.")

    def _estimate(self, fraction: float) -> float | None:
        """Seconds left if the rest goes as fast as what is done."""
        if fraction < MIN_FRACTION_FOR_ETA:
            return None
        return round((time.monotonic() - self._began) * (1.0 - fraction) / fraction, 1)

    def _write(self) -> None:
        with self._guard:
            self._state = replace(self._state, updated_at=utc_now())
            write_state(self._paths, self._state)
            self._written = time.monotonic()

    def _beat(self) -> None:
        while not self._stopping.wait(HEARTBEAT_S):
            try:
                self._write()
            except OSError as error:  # a full disk; the next beat may succeed, and a stale heartbeat is itself a sign
                LOG.warning("The training state could not be written: %s", error)

    def _on_sigterm(self, number: int, frame: FrameType | None) -> None:
        self._cancelled = True
        if not self._guard.locked():  # never interrupt a write of the state: the next report raises instead
            raise CancelledError("Training was cancelled; the live run is unchanged.")

    def _outcome(self, error: BaseException | None) -> tuple[JobStatus, str]:
        """Say how the block ended."""
        if error is None:
            return JobStatus.DONE, "Finished"
        if self._cancelled or isinstance(error, (CancelledError, KeyboardInterrupt)):
            return JobStatus.CANCELLED, "Cancelled; the live run is unchanged."
        return JobStatus.FAILED, failure_reason(error, self._state.stage)


def failure_reason(error: BaseException, stage: str) -> str:
    """Say in one or two sentences why a training failed and what to do.

    Parameters
    ----------
    error
        What ended it.
    stage
        What it was doing.
    """
    if _is_out_of_memory(error):
        return (
            f"Out of memory while at '{stage}'. Try a smaller batch size or embedding size, or close other programs; "
            "the live run is unchanged."
        )
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The disk is full (while at '{stage}'). Free some space and train again; the live run is unchanged."
    if isinstance(error, VitrineError):
        return str(error)
    return f"Unexpected {type(error).__name__} while at '{stage}': {error}. The run's log has the details."


def _is_out_of_memory(error: BaseException) -> bool:
    """Python's, CUDA's and torch's CPU allocator's ways of saying it."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("not enough memory" in text or "out of memory" in text)
