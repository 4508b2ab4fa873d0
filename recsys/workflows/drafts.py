"""Drafts of a board, one small file each in the shop's folder, so that an edit outlives page, tab and server.

Every change is made under a lock to what stands in the file, so two tabs with one draft add up; the version tells a tab
that somebody else changed it in between.
"""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.workflows.edits import Edit, Edits, apply_edit

MAX_STATES = 200
"""States kept for undo; older ones are forgotten."""
_ID = re.compile(r"[0-9a-f]{8,32}")


@dataclass(frozen=True)
class Draft:
    """What somebody changed and has not published.

    Parameters
    ----------
    draft_id
        Name of its file; hexadecimal.
    version
        Counts changes; 0 before the first.
    states
        Oldest first, at least one.
    cursor
        Which of them counts now; those after it can be redone.
    changed_at
        ISO 8601, UTC; empty before the first change.
    """

    draft_id: str
    version: int = 0
    states: tuple[Edits, ...] = (Edits(),)
    cursor: int = 0
    changed_at: str = ""

    @property
    def edits(self) -> Edits:
        """The state that counts."""
        return self.states[self.cursor]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self.cursor > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a later state."""
        return self.cursor + 1 < len(self.states)

    def step(self, by: int) -> "Draft":
        """Go back (−1) or forth (+1) in time; stays where there is no such state."""
        return replace(self, cursor=min(max(self.cursor + by, 0), len(self.states) - 1))

    def push(self, edits: Edits) -> "Draft":
        """Add a state after the one that counts, forgetting what had been undone."""
        if edits == self.edits:
            return self
        states = (*self.states[: self.cursor + 1], edits)[-MAX_STATES:]
        return replace(self, states=states, cursor=len(states) - 1)


def new_draft_id() -> str:
    """Return an id that nobody guesses and no other draft has."""
    return secrets.token_hex(5)


def is_draft_id(text: str | None) -> bool:
    """Tell whether a text from an address can name a draft."""
    return text is not None and _ID.fullmatch(text) is not None


def read_draft(paths: ShopPaths, draft_id: str) -> Draft:
    """Return a draft; an empty one of version 0 where nothing was written under this id.

    Raises
    ------
    InputError
        If the id is none, or the file is damaged.
    """
    path = _path(paths, draft_id)
    if not path.is_file():
        return Draft(draft_id)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        states = tuple(Edits.from_json(state) for state in told["states"])
        draft = Draft(draft_id, int(told["version"]), states, int(told["cursor"]), str(told["changed_at"]))
        if not 0 <= draft.cursor < len(states):
            raise ValueError(f"cursor {draft.cursor} points at none of {len(states)} states")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The draft {path.name} is damaged ({error}); delete the file to start anew.") from error
    return draft


def change_draft(paths: ShopPaths, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
    """Change what stands in the file now, whoever wrote it last; one writer at a time.

    Parameters
    ----------
    paths
        The shop.
    draft_id
        Which draft; created with its first change.
    change
        From the draft as it stands to the draft as it shall be.

    Returns
    -------
    Draft
        As written, its version one higher; as it stands where nothing changed.
    """
    with _locked(paths):
        standing = read_draft(paths, draft_id)
        wanted = change(standing)
        if wanted == standing:
            return standing
        written = replace(wanted, version=standing.version + 1, changed_at=datetime.now(UTC).isoformat("T", "seconds"))
        _write(_path(paths, draft_id), written)
    return written


def edit_draft(paths: ShopPaths, draft_id: str, edit: Edit, order: Sequence[str]) -> Draft:
    """Do one deed to the draft as it stands; `order` is what the person saw on the board."""
    return change_draft(paths, draft_id, lambda draft: draft.push(apply_edit(draft.edits, edit, order)))


def step_draft(paths: ShopPaths, draft_id: str, by: int, seen_version: int) -> tuple[Draft, bool]:
    """Undo (−1) or redo (+1), unless somebody changed the draft since the version seen.

    Returns
    -------
    tuple
        The draft as it now stands, and whether the step was not refused.
    """
    allowed: list[bool] = []

    def step(draft: Draft) -> Draft:
        allowed.append(draft.version == seen_version)
        return draft.step(by) if allowed[-1] else draft

    return change_draft(paths, draft_id, step), allowed[-1]


def delete_draft(paths: ShopPaths, draft_id: str) -> None:
    """Remove a draft; nothing happens where there is none."""
    with _locked(paths):
        _path(paths, draft_id).unlink(missing_ok=True)


def list_drafts(paths: ShopPaths, limit: int = 10) -> list[Draft]:
    """Return drafts that hold an edit, changed last first; a damaged file is passed over, since it cannot be opened."""
    found = []
    for path in paths.drafts.glob("*.json"):
        try:
            draft = read_draft(paths, path.stem)
        except InputError:
            continue  # named when somebody opens it by its address
        if len(draft.edits):
            found.append(draft)
    return sorted(found, key=lambda d: (d.changed_at, d.draft_id), reverse=True)[:limit]


def _path(paths: ShopPaths, draft_id: str) -> Path:
    """Where a draft stands."""
    if not is_draft_id(draft_id):
        raise InputError(f"A draft is named by 8 to 32 hexadecimal digits, got {draft_id!r}.")
    return paths.drafts / f"{draft_id}.json"


@contextmanager
def _locked(paths: ShopPaths) -> Iterator[None]:
    """One writer of drafts at a time."""
    paths.drafts.mkdir(parents=True, exist_ok=True)
    with (paths.drafts / "drafts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, draft: Draft) -> None:
    """Replace the file at once."""
    told = {
        "version": draft.version,
        "changed_at": draft.changed_at,
        "cursor": draft.cursor,
        "states": [state.to_json() for state in draft.states],
    }
    temporary = path.with_suffix(f".new-{os.getpid()}")
    temporary.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, path)
