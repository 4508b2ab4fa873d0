"""Looking after the runs on disk: a note of a person, deletion, and what killed trainings left behind."""

import json
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.decisions import Action, record_decision
from recsys.training.job_lock import holder_of_lock
from recsys.training.job_state import LOG_FILE, RESULT_FILE, STATE_FILE, read_state, write_state
from recsys.training.jobs import CONFIG_FILE, read_job
from recsys.training.live import forget_previous, live_pointer, pointer_lock
from recsys.training.run_files import RUN_FILE, run_folder, write_json

NOTE_FILE = "note.json"
LONGEST_NOTE = 2000
KEPT_OF_FAILED = {STATE_FILE, LOG_FILE, CONFIG_FILE, NOTE_FILE, RESULT_FILE}
"""What tells why a training ended without a run, or what a search found; everything else of it is of no use."""
QUIET_S = 3600.0
"""A folder without a job's state is left alone until nothing changed in it for so long."""


@dataclass(frozen=True)
class Cleaned:
    """What a clean-up did: names of trainings closed as failed, of folders emptied, and of folders removed."""

    closed: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def read_note(paths: ShopPaths, run_id: str) -> str:
    """Return a person's note on a run, "" where there is none or it cannot be read."""
    path = run_folder(paths, run_id) / NOTE_FILE
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["text"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def write_note(paths: ShopPaths, run_id: str, text: str) -> None:
    """Keep a note on a run; an empty one takes it away.

    Raises
    ------
    RunError
        If there is no such run, or the note is longer than 2,000 letters.
    """
    folder, text = run_folder(paths, run_id), text.strip()
    if not folder.is_dir():
        raise RunError(f"There is no run {run_id!r} in this shop; it may have been deleted.")
    if len(text) > LONGEST_NOTE:
        raise RunError(f"A note holds up to {LONGEST_NOTE:,} letters, got {len(text):,}.")
    if text:
        write_json(folder / NOTE_FILE, {"text": text, "changed_at": datetime.now(UTC).isoformat(timespec="seconds")})
    else:
        (folder / NOTE_FILE).unlink(missing_ok=True)


def why_kept(paths: ShopPaths, run_id: str) -> str:
    """Return why a run must not be deleted, "" where it may be."""
    pointer = live_pointer(paths)
    canary = pointer["canary"] or {}
    if run_id == pointer["run_id"]:
        return "It is live."
    if run_id == canary.get("run_id"):
        return "It serves the canary."
    if run_id in pointer["previous"][:1]:
        return "It is the one to roll back to."
    if (run_folder(paths, run_id) / STATE_FILE).is_file() and not read_job(paths, run_id).status.is_final:
        return "It is being trained."
    return ""


def delete_run(paths: ShopPaths, run_id: str) -> None:
    """Delete a run's folder; it is gone at once for readers, since it is renamed first.

    Raises
    ------
    RunError
        If there is no such run, or it is live, the canary, the one to roll back to, or being trained.
    """
    folder = run_folder(paths, run_id)
    with pointer_lock(paths):
        if not folder.is_dir():
            raise RunError(f"There is no run {run_id!r} in this shop; it may have been deleted already.")
        reason = why_kept(paths, run_id)
        if reason:
            raise RunError(f"Run {run_id} cannot be deleted. {reason}")
        forget_previous(paths, run_id)
        hidden = paths.runs / f".deleted-{secrets.token_hex(4)}"
        folder.rename(hidden)
        record_decision(paths, Action.DELETE, run_id)
    shutil.rmtree(hidden)


def clean_up(paths: ShopPaths, *, quiet_s: float = QUIET_S) -> Cleaned:
    """Close trainings whose process is gone, and free the disk of what they and half-done deletions left.

    A failed training keeps its reason, log and settings. Nothing that may still be written to is touched.

    Parameters
    ----------
    paths
        The shop.
    quiet_s
        Seconds without a change after which a folder that names no job counts as left behind.
    """
    if not paths.runs.is_dir():
        return Cleaned()
    for hidden in paths.runs.glob(".deleted-*"):
        shutil.rmtree(hidden)
    closed: list[str] = []
    emptied: list[str] = []
    removed: list[str] = []
    for folder in sorted(p for p in paths.runs.iterdir() if p.is_dir() and not p.name.startswith(".")):
        if (folder / RUN_FILE).is_file():
            continue
        if not (folder / STATE_FILE).is_file():
            if time.time() - _changed(folder) > quiet_s and folder.name != holder_of_lock(paths):
                shutil.rmtree(folder)
                removed.append(folder.name)
        elif _close(paths, folder.name, closed) and _empty(folder):
            emptied.append(folder.name)
    return Cleaned(tuple(closed), tuple(emptied), tuple(removed))


def _close(paths: ShopPaths, run_id: str, closed: list[str]) -> bool:
    """Write down the end of a job whose process is gone; whether the job is over."""
    try:
        state = read_job(paths, run_id)
        if state.status.is_final and not read_state(paths, run_id).status.is_final:
            write_state(paths, state)
            closed.append(run_id)
    except RunError:  # a damaged state: the job's own line on the page says so
        return False
    return state.status.is_final


def _empty(folder: Path) -> bool:
    """Remove everything but the words on why it ended; whether there was anything."""
    useless = [p for p in folder.iterdir() if p.name not in KEPT_OF_FAILED]
    for path in useless:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return bool(useless)


def _changed(folder: Path) -> float:
    """Newest change of a folder and what is in it, seconds since 1970."""
    return max(p.stat().st_mtime for p in [folder, *folder.rglob("*")])
