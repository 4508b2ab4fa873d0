"""Throw-away Python environments, one per peer: made with venv, filled by uv or pip, removed afterwards."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from recsys.benchmark.processes import run_quietly
from recsys.errors import VitrineError

READY = "installed.txt"
"""Written last, with the requirements; an environment without it is half made."""

INSTALL_TIMEOUT_S = 1800.0


class EnvironmentFailure(VitrineError):
    """An environment could not be built; the message says why."""


def environment_folder(root: Path, requirements: Sequence[str]) -> Path:
    """Where the environment of these exact requirements stands under `root`."""
    asked = "\n".join([f"python=={sys.version_info.major}.{sys.version_info.minor}", *sorted(requirements)])
    return root / hashlib.sha256(asked.encode()).hexdigest()[:16]


def build_environment(requirements: Sequence[str], root: Path) -> Path:
    """Return the interpreter of an environment with exactly these packages, making it where it is not there yet.

    Parameters
    ----------
    requirements
        Pinned, such as "implicit==0.7.3"; empty takes the interpreter of this process.
    root
        Folder of the environments.

    Raises
    ------
    EnvironmentFailure
        If it cannot be made, for example because no package index can be reached. Nothing half-made stays.
    """
    if not requirements:
        return Path(sys.executable)
    folder = environment_folder(root, requirements)
    python = folder / "bin" / "python"
    if (folder / READY).exists():
        return python
    remove_environment(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        _make(folder)
        _install(python, requirements)
        (folder / READY).write_text("\n".join(requirements) + "\n", encoding="utf-8")
    except BaseException:  # Ctrl-C while pip works leaves nothing either
        remove_environment(folder)
        raise
    return python


def remove_environment(folder: Path) -> None:
    """Delete an environment, and the folders above that held nothing else; one that is not there is fine."""
    shutil.rmtree(folder, ignore_errors=True)
    for above in (folder.parent, folder.parent.parent):
        if above.is_dir() and not any(above.iterdir()):
            above.rmdir()


def _make(folder: Path) -> None:
    """An empty environment of this process's Python, with pip."""
    done = run_quietly([sys.executable, "-m", "venv", str(folder)], INSTALL_TIMEOUT_S)
    if done.returncode != 0:
        raise EnvironmentFailure(f"its environment cannot be made: {last_line(done)}")


def _install(python: Path, requirements: Sequence[str]) -> None:
    """Fill it: by uv where there is one (much faster), by pip otherwise or where uv does not manage."""
    commands = [[str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements]]
    if (uv := find_uv()) is not None:
        commands.insert(0, [uv, "pip", "install", "--quiet", "--python", str(python), *requirements])
    why = ""
    for command in commands:
        done = run_quietly(command, INSTALL_TIMEOUT_S)
        if done.returncode == 0:
            return
        why = last_line(done)
    raise EnvironmentFailure(f"{', '.join(requirements)} cannot be installed: {why}")


def find_uv() -> str | None:
    """The uv beside this interpreter, or on the path; None where there is none."""
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else shutil.which("uv")


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    """What a failed command said last."""
    lines = [line.strip() for line in (done.stderr or done.stdout or "").splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    return (errors or lines or [f"it ended with code {done.returncode}"])[-1]
