"""Run a parser of foreign bytes in a process of its own, with limits on memory, time and file size."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import recsys
from recsys.errors import InputError

MEMORY_LIMIT_BYTES = 4 * 1024**3
TIME_LIMIT_S = 1800.0
FILE_LIMIT_BYTES = 16 * 1024**3

Report = Callable[[float], None]


@contextlib.contextmanager
def run_isolated(
    task: str,
    job: Mapping[str, object],
    *,
    subject: str,
    report: Report | None = None,
    memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    time_limit_s: float = TIME_LIMIT_S,
    prepare: Callable[[Path], None] | None = None,
) -> Iterator[Path]:
    """Run `task` of `recsys.ingest.worker` and yield the folder with its results, which is removed afterwards.

    Parameters
    ----------
    task
        Key of `worker.TASKS`.
    job
        JSON values for it.
    subject
        The file's name, for messages.
    report
        Called with the fraction done, 0 to 1; an exception from it kills the process and passes on.
    memory_limit_bytes, time_limit_s
        Hard limits.
    prepare
        Called with the folder before the start, to put larger inputs there.

    Raises
    ------
    InputError
        When the task refuses its input, or runs out of memory or time, or crashes.
    """
    with tempfile.TemporaryDirectory(prefix="vitrine-") as name:
        folder = Path(name)
        if prepare is not None:
            prepare(folder)
        limits = {"memory_bytes": memory_limit_bytes, "file_bytes": FILE_LIMIT_BYTES}
        (folder / "job.json").write_text(json.dumps({"task": task, "job": job, "limits": limits}))
        _run(folder, subject, report, memory_limit_bytes, time_limit_s)
        yield folder


def _run(folder: Path, subject: str, report: Report | None, memory_limit_bytes: int, time_limit_s: float) -> None:
    """Start the process, pass its progress on, and turn a bad end into a sentence."""
    with (folder / "stderr").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "recsys.ingest.worker", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            text=True,
        )
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        process.kill()

    timer = threading.Timer(time_limit_s, stop)
    timer.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if report is not None:
                report(float(line))
        code = process.wait()
    finally:
        timer.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
    refusal = folder / "refused.json"
    if refusal.exists():
        raise InputError(json.loads(refusal.read_text())["message"])
    if timed_out.is_set():
        raise InputError(f"{subject} took longer than {time_limit_s:.0f} s to read and was given up: split it.")
    if code != 0:
        raise InputError(
            _crash_message(subject, code, (folder / "stderr").read_text(errors="replace"), memory_limit_bytes)
        )


def _environment() -> dict[str, str]:
    """Our environment, able to import this package, with allocators that respect a memory limit."""
    root = str(Path(recsys.__file__).resolve().parent.parent)
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    return os.environ | {"PYTHONPATH": path, "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}


def _crash_message(subject: str, code: int, errors: str, memory_limit_bytes: int) -> str:
    """One sentence on why the process ended."""
    gigabytes = memory_limit_bytes / 1024**3
    if "MemoryError" in errors or "ArrowMemoryError" in errors or "out of memory" in errors.lower():
        return f"{subject} needs more than {gigabytes:.1f} GB of memory to read: split it into smaller files."
    if code == -signal.SIGXFSZ:
        return f"{subject} unpacks to more than {FILE_LIMIT_BYTES / 1024**3:.0f} GB: split it into smaller files."
    last = errors.strip().splitlines()[-1] if errors.strip() else f"exit code {code}"
    return f"{subject} could not be read; it may be damaged ({last}). Export it again."
