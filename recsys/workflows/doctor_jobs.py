"""The examination as a process of its own: start it, and see how far it is. One at a time per shop."""

import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recsys.errors import VitrineError
from recsys.progress import Progress
from recsys.settings import ShopPaths
from recsys.workflows.doctor import examine_shop
from recsys.workflows.doctor_reports import DoctorReport

LOCK_FILE = "examination.lock"
STATE_FILE = "progress.json"
LOG_FILE = "log.txt"
LOCK_FD_VARIABLE = "VITRINE_DOCTOR_LOCK_FD"
_LOG_BYTES = 2000
_REPOSITORY = Path(__file__).resolve().parents[2]


class ExaminationRunsError(VitrineError):
    """Another examination of this shop is under way."""


@dataclass(frozen=True)
class ExaminationState:
    """How an examination is.

    Parameters
    ----------
    running
        Whether a process is at work.
    stage, fraction
        What it does, and the share done, 0 to 1.
    failure
        Why the last one ended without a report; empty where it did not.
    """

    running: bool
    stage: str = ""
    fraction: float = 0.0
    failure: str = ""


def start_examination(paths: ShopPaths, data_version: str) -> None:
    """Start `vitrine doctor` as its own process and return at once.

    Parameters
    ----------
    paths
        The shop.
    data_version
        A snapshot that was exported, since the process must not open the store.

    Raises
    ------
    ExaminationRunsError
        If one is under way.
    """
    with _locked(paths) as descriptor:
        _write_state(paths, "running", "Starting", 0.0)
        command = [sys.executable, "-m", "recsys.cli", "--shop", str(paths.root.resolve())]
        with (paths.doctor / LOG_FILE).open("wb") as log:
            process = subprocess.Popen(
                [*command, "doctor", "--snapshot", data_version, "--json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=_REPOSITORY,
                env={**os.environ, LOCK_FD_VARIABLE: str(descriptor)},
                pass_fds=(descriptor,),
                start_new_session=True,
            )
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()


def run_examination(paths: ShopPaths, data_version: str | None, progress: Progress) -> DoctorReport:
    """Examine in this process, noting progress where pages look; what a failure was stays in the state.

    Raises
    ------
    ExaminationRunsError
        If another process is at it.
    """

    def report(
        stage: str, fraction: float, *, message: str = "", loss: float | None = None, validation: float | None = None
    ) -> None:
        progress(stage, fraction, message=message)
        _write_state(paths, "running", stage, fraction)

    with _locked(paths):
        try:
            found = examine_shop(paths, data_version=data_version, progress=report)
        except VitrineError as error:
            _write_state(paths, "failed", str(error), 0.0)
            raise
        _write_state(paths, "done", "", 1.0)
        return found


def examination_state(paths: ShopPaths) -> ExaminationState:
    """Return how the shop's examination is; a process that is gone without a last word reads as failed."""
    told = _read_state(paths)
    if _is_held(paths):
        return ExaminationState(True, str(told.get("stage", "")), float(str(told.get("fraction", 0.0))))
    told = _read_state(paths)  # it may have ended between the two looks
    if told.get("state") == "failed":
        return ExaminationState(False, failure=str(told.get("stage", "")))
    if told.get("state") == "running":
        return ExaminationState(False, failure=_tail(paths) or "The examination ended without a word.")
    return ExaminationState(False)


@contextmanager
def _locked(paths: ShopPaths) -> Iterator[int]:
    """Hold the lock, or the one that the starter passed on; the kernel gives it back however the holder ends."""
    inherited = os.environ.get(LOCK_FD_VARIABLE)
    if inherited is not None:
        yield int(inherited)
        return
    paths.doctor.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(paths.doctor / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ExaminationRunsError("This shop is being examined already; wait for it to finish.") from error
        yield descriptor
    finally:
        os.close(descriptor)


def _is_held(paths: ShopPaths) -> bool:
    """Whether some process holds the lock."""
    path = paths.doctor / LOCK_FILE
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _write_state(paths: ShopPaths, state: str, stage: str, fraction: float) -> None:
    """Write beside and rename."""
    paths.doctor.mkdir(parents=True, exist_ok=True)
    beside = paths.doctor / f".{STATE_FILE}.{os.getpid()}"
    beside.write_text(json.dumps({"state": state, "stage": stage, "fraction": fraction}), encoding="utf-8")
    beside.replace(paths.doctor / STATE_FILE)


def _read_state(paths: ShopPaths) -> dict[str, object]:
    """Last state; empty before the first or where it cannot be read."""
    try:
        content = json.loads((paths.doctor / STATE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _tail(paths: ShopPaths) -> str:
    """Last words of the process."""
    path = paths.doctor / LOG_FILE
    if not path.is_file():
        return ""
    lines = path.read_bytes()[-_LOG_BYTES:].decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
