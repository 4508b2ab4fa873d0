"""The dashboard's handle on a training process: start, watch, cancel. The process outlives its starter."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.job_lock import LOCK_FD_VARIABLE, holder_of_lock, take_lock
from recsys.training.job_state import (
    LOG_FILE,
    CurvePoint,
    JobKind,
    JobState,
    JobStatus,
    read_state,
    state_path,
    utc_now,
    write_state,
)
from recsys.training.progress import ProgressWriter, failure_reason

__all__ = [
    "CurvePoint",
    "JobKind",
    "JobState",
    "JobStatus",
    "ProgressWriter",
    "cancel",
    "failure_reason",
    "new_run_id",
    "read_job",
    "running_job",
    "start_training",
    "tail_of_log",
]

CONFIG_FILE = "job_config.json"
STALE_HEARTBEAT = timedelta(seconds=60)
CANCEL_GRACE_S = 10.0
LOG_TAIL_BYTES = 4096
LOG_TAIL_LINES = 4
REPOSITORY = Path(__file__).resolve().parents[2]


def new_run_id() -> str:
    """Return a fresh name that sorts by time, such as `20270131-142501-9f3a`."""
    return f"{utc_now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def start_training(
    paths: ShopPaths,
    config: Mapping[str, Any],
    snapshot_version: str | None = None,
    *,
    extra: tuple[str, ...] = (),
    run_id: str | None = None,
    kind: JobKind = JobKind.TRAIN,
) -> str:
    """Start `vitrine train`, or a search of `vitrine tune`, as its own process and return at once.

    Parameters
    ----------
    paths
        The shop.
    config
        The training config as plain JSON types; kept beside the run.
    snapshot_version
        The data version to train on; None takes the newest snapshot.
    extra
        More arguments for `vitrine train`, such as `("--no-promote",)`.
    run_id
        Name of the run; None takes a fresh one.
    kind
        What to do; the front of trade-offs reads no config and no data version.

    Returns
    -------
    str
        The run's id; follow it with `read_job`.

    Raises
    ------
    RunError
        Another training runs in this shop, or a run of this name was begun.
    """
    run_id = run_id or new_run_id()
    if state_path(paths, run_id).exists():
        raise RunError(f"The run {run_id} exists already; leave the id out, or choose another.")
    lock_fd = take_lock(paths, run_id)
    try:
        folder = state_path(paths, run_id).parent
        folder.mkdir(parents=True, exist_ok=True)
        config_path = folder / CONFIG_FILE
        config_path.write_text(json.dumps(dict(config), indent=2), encoding="utf-8")
        if kind is JobKind.TRAIN:
            arguments = ["--run-id", run_id, "--config", str(config_path.resolve()), *extra]
            arguments += ["--snapshot", snapshot_version] if snapshot_version else []
            command = _train_command(paths, arguments)
        else:
            given = ["--config", str(config_path.resolve())] if kind is JobKind.SEARCH else []
            command = _tune_command(paths, kind, ["--job-id", run_id, *given, *extra])
        process = _spawn(command, folder / LOG_FILE, lock_fd)
    finally:
        os.close(lock_fd)
    write_state(paths, replace(_queued(run_id, process.pid), kind=kind), only_if_absent=True)
    return run_id


def read_job(paths: ShopPaths, run_id: str) -> JobState:
    """Read how a job is; one whose process is gone without a last word reads as failed, with the reason.

    Raises
    ------
    RunError
        There is no such job.
    """
    state = read_state(paths, run_id)
    if state.status.is_final or _is_alive(state):
        return state
    state = read_state(paths, run_id)  # it may have finished between the first look and the second
    if state.status.is_final:
        return state
    return state.ended(JobStatus.FAILED, _sudden_end(paths, state))


def running_job(paths: ShopPaths) -> JobState | None:
    """Return the job that is queued or running in this shop, None where there is none."""
    run_id = holder_of_lock(paths)
    if run_id is None or not state_path(paths, run_id).exists():
        return None
    state = read_job(paths, run_id)
    return None if state.status.is_final else state


def cancel(paths: ShopPaths, run_id: str, *, grace_s: float = CANCEL_GRACE_S) -> JobState:
    """Ask a job to stop, insist after a grace, and return how it ended.

    Parameters
    ----------
    paths
        The shop.
    run_id
        The job; one that is over already is returned as it is.
    grace_s
        Seconds between SIGTERM and SIGKILL.

    Raises
    ------
    RunError
        There is no such job, or it runs on another machine.
    """
    state = read_job(paths, run_id)
    if state.status.is_final:
        return state
    if state.host != socket.gethostname():
        raise RunError(f"Training {run_id} runs on {state.host}; cancel it there.")
    _stop(state, grace_s)
    state = read_state(paths, run_id)
    if not state.status.is_final:
        state = state.ended(JobStatus.CANCELLED, "Cancelled; the live run is unchanged.")
        write_state(paths, state)
    return state


def tail_of_log(paths: ShopPaths, run_id: str, lines: int = LOG_TAIL_LINES) -> str:
    """Return the last `lines` non-empty lines of a job's log, "" where it wrote none."""
    path = state_path(paths, run_id).with_name(LOG_FILE)
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - LOG_TAIL_BYTES, 0))
        text = file.read().decode("utf-8", "replace")
    kept = [line.rstrip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
    return "\n".join(kept[-lines:])


def _train_command(paths: ShopPaths, arguments: list[str]) -> list[str]:
    """Return the command line of the training process."""
    return [sys.executable, "-m", "recsys.cli", "--shop", str(paths.root.resolve()), "train", *arguments]


def _tune_command(paths: ShopPaths, kind: JobKind, arguments: list[str]) -> list[str]:
    """Return the command line of a search."""
    return [sys.executable, "-m", "recsys.cli", "--shop", str(paths.root.resolve()), "tune", str(kind), *arguments]


def _spawn(command: list[str], log_path: Path, lock_fd: int) -> subprocess.Popen[bytes]:
    """Start a session of its own, so that closing the starter's terminal or server does not end it."""
    environment = {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, LOCK_FD_VARIABLE: str(lock_fd), "PYTHONUNBUFFERED": "1"}
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=REPOSITORY,
            env=environment,
            pass_fds=(lock_fd,),
            start_new_session=True,
        )
    threading.Thread(target=process.wait, name=f"reap-{process.pid}", daemon=True).start()
    return process


def _queued(run_id: str, pid: int) -> JobState:
    """State until the process speaks for itself."""
    now = utc_now()
    try:
        born: float | None = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:  # over already; `read_job` then reports the sudden end
        born = None
    return JobState(
        run_id=run_id,
        status=JobStatus.QUEUED,
        stage="Starting",
        fraction=0.0,
        started_at=now,
        updated_at=now,
        pid=pid,
        process_started_at=born,
        host=socket.gethostname(),
    )


def _process(state: JobState) -> psutil.Process | None:
    """Return the job's own living process: same number, same start, not a zombie."""
    if state.pid is None or state.process_started_at is None:
        return None
    try:
        process = psutil.Process(state.pid)
        same = abs(process.create_time() - state.process_started_at) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _is_alive(state: JobState) -> bool:
    """On this machine ask the kernel; a job on another one lives as long as its heart beats."""
    if state.host == socket.gethostname():
        return _process(state) is not None
    return utc_now() - state.updated_at < STALE_HEARTBEAT


def _stop(state: JobState, grace_s: float) -> None:
    """SIGTERM, then SIGKILL for it and its children."""
    process = _process(state)
    if process is None:
        return
    try:
        family = [process, *process.children(recursive=True)]
        process.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return
    psutil.wait_procs([process], timeout=grace_s)
    for member in family:
        if member.is_running():
            _kill(member)
    psutil.wait_procs(family, timeout=grace_s)


def _kill(process: psutil.Process) -> None:
    """SIGKILL, unless it ended by itself just now."""
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _sudden_end(paths: ShopPaths, state: JobState) -> str:
    """Why a job without a last word is over, as far as one can tell."""
    reason = (
        f"Stopped without finishing, at '{state.stage}' ({state.fraction:.0%} done); probably killed or out of memory. "
        "Try a smaller batch size, or close other programs, and train again; the live run is unchanged."
    )
    log = tail_of_log(paths, state.run_id)
    return f"{reason} Last lines of its log: {log}" if log else reason
