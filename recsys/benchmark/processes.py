"""Child processes that end with us: a time limit, a stop that reaches their children, and lines of progress."""

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from recsys.errors import VitrineError

RUNNER = Path(__file__).with_name("runner.py")
GRACE_S = 5.0


class PeerFailure(VitrineError):
    """A peer's process did not finish; the message says why."""


@contextlib.contextmanager
def child(
    command: Sequence[str], stderr: int | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Start a process in a group of its own; whatever ends the block ends the group."""
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if stderr is None else stderr,
        text=True,
        start_new_session=True,
        env=None if environment is None else {**os.environ, **environment},
    )
    try:
        yield process
    finally:
        stop_group(process)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def stop_group(process: subprocess.Popen[str]) -> None:
    """Ask the group to end, then make it; it ended already in the usual case."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_quietly(command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    """Run a command to its end and keep what it says; a time-out counts as a failure of code 124."""
    with child(command) as process:
        try:
            out, err = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(list(command), 124, "", f"it took longer than {timeout_s:.0f} s")
        return subprocess.CompletedProcess(list(command), process.returncode, out, err)


def run_peer(
    python: Path,
    script: Path,
    folder: Path,
    out: Path,
    tell: Callable[[str, float], None],
    timeout_s: float,
    environment: Mapping[str, str],
) -> None:
    """Run a peer's script on an exchange folder.

    Parameters
    ----------
    python
        Interpreter of the peer's environment.
    script
        The peer's file.
    folder, out
        See `exchange`; `out` is made, and gets `log.txt` with what the peer printed.
    tell
        Called with a stage and the fraction done; may raise to stop, which ends the process.
    timeout_s
        Longest time, > 0.
    environment
        Variables of the process.

    Raises
    ------
    PeerFailure
        If it ends early or takes too long.
    """
    out.mkdir(parents=True, exist_ok=True)
    log = out / "log.txt"
    late = threading.Event()
    with (
        log.open("w", encoding="utf-8") as stream,
        child(
            [str(python), "-I", str(RUNNER), *map(str, (script, folder, out))], stream.fileno(), environment
        ) as process,
    ):

        def end_late() -> None:
            late.set()
            stop_group(process)

        clock = threading.Timer(timeout_s, end_late)
        clock.start()
        try:
            for line in process.stdout or ():
                message = json.loads(line)
                tell(message["stage"], message["fraction"])
            code = process.wait()
        finally:
            clock.cancel()
    if late.is_set():
        raise PeerFailure(f"it took longer than {timeout_s:.0f} s and was stopped")
    if code != 0:
        said = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        raise PeerFailure(" · ".join(said[-1:]) or f"it ended with code {code}")
