"""What people and schedules decided about runs, in order: `runs/decisions.jsonl`, only ever added to."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum

from recsys.settings import ShopPaths

DECISIONS_FILE = "decisions.jsonl"
MOST_SHOWN = 200


class Action(StrEnum):
    """What was done."""

    PROMOTE = "promote"
    ROLL_BACK = "roll back"
    CANARY = "canary"
    END_CANARY = "end canary"
    DELETE = "delete"


@dataclass(frozen=True)
class Decision:
    """One decision.

    Parameters
    ----------
    at
        ISO 8601, UTC.
    action, run_id
        What was done with which run.
    reason
        Why, in the words of whoever did it; empty where nobody was asked.
    detail
        What it changed, such as the share of a canary or the gates that had failed.
    """

    at: str
    action: Action
    run_id: str
    reason: str = ""
    detail: str = ""


def record_decision(paths: ShopPaths, action: Action, run_id: str, reason: str = "", detail: str = "") -> Decision:
    """Add a decision at the end; two at once both arrive."""
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    decision = Decision(moment, action, run_id, " ".join(reason.split())[:500], detail[:500])
    paths.runs.mkdir(parents=True, exist_ok=True)
    with (paths.runs / DECISIONS_FILE).open("a+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        cut_short = handle.seek(0, os.SEEK_END) > 0 and (handle.seek(-1, os.SEEK_END), handle.read(1))[1] != b"\n"
        line = json.dumps(asdict(decision)) + "\n"
        handle.write((("\n" if cut_short else "") + line).encode())
    return decision


def list_decisions(paths: ShopPaths, most: int = MOST_SHOWN) -> list[Decision]:
    """Return the newest decisions, newest first; a line that a crash cut short is left out."""
    path = paths.runs / DECISIONS_FILE
    if not path.is_file():
        return []
    found = list(_parse(path.read_text(encoding="utf-8")))
    return found[::-1][:most]


def _parse(text: str) -> Iterator[Decision]:
    """Decisions of a file, in its order."""
    for line in text.splitlines():
        try:
            values = json.loads(line)
            yield Decision(**{**values, "action": Action(values["action"])})
        except (ValueError, TypeError, KeyError):
            continue
