"""Processes to kill: one launcher loads the libraries once and forks a child per job; children write a trace."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

from recsys.settings import ShopPaths

LAUNCHER = """
import os, sys, traceback
from pathlib import Path
from recsys.settings import Settings, ShopPaths
shop, trace = ShopPaths(Path(sys.argv[1])), open(sys.argv[2], "a", buffering=1)
def say(*words):
    trace.write(" ".join(map(str, words)) + "\\n")
{job}
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        try:
            say("pid", os.getpid())
            job(*line.split())
            say("done")
        except BaseException:
            say("error", traceback.format_exc().replace("\\n", " | "))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    say("over")
"""


class Launcher:
    """Runs `job(*words)`, given as source, in a forked child each, and kills it when told.

    Parameters
    ----------
    paths
        The shop; the source sees it as `shop`, and reports with `say(…)`.
    job
        Imports and a function `job`.
    """

    def __init__(self, paths: ShopPaths, job: str) -> None:
        self._trace = paths.root / "trace.txt"
        self._process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER.format(job=job), str(paths.root), str(self._trace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None and self._process.stdout.readline() == "ready\n"

    def run(self, words: Iterable[str], kill: Callable[[float, str], bool]) -> list[str]:
        """Do one job, killed as soon as `kill(seconds since its start, its last line)` says so; return what it said.

        The list ends with "done" when the job finished by itself. A line cut short by the kill is left out.
        """
        assert self._process.stdin is not None
        self._trace.write_text("")
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        pid, started, killed = 0, 0.0, False
        while not (lines := self._lines()) or lines[-1] != "over":
            if pid == 0 and lines:
                pid, started = int(lines[0].split()[1]), time.perf_counter()
            if pid and not killed and kill(time.perf_counter() - started, lines[-1]):
                os.kill(pid, signal.SIGKILL)
                killed = True
            time.sleep(0.002)
        assert not any(line.startswith("error") for line in lines), lines
        return lines[1:-1]

    def _lines(self) -> list[str]:
        """Whole lines of the trace; a killed child's half line ends where the launcher's own begins."""
        text = self._trace.read_text()
        lines = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
        if lines and lines[-1].endswith("over") and lines[-1] != "over":
            lines[-1] = "over"
        return lines

    def close(self) -> None:
        """Let the launcher end."""
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def never(seconds: float, line: str) -> bool:
    """Let the job finish."""
    return False


def at_moment(moment: float) -> Callable[[float, str], bool]:
    """Kill so many seconds after the start."""
    return lambda seconds, line: seconds >= moment


def written_beside(path: Path, content: str) -> Path:
    """Leave what a kill between writing and renaming leaves: half a file of another name."""
    beside = path.with_name(f".{path.name}.4711")
    beside.write_text(content)
    return beside
