"""What is known about a training job: the content of `runs/<run_id>/progress.json`, replaced atomically."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from recsys.errors import RunError
from recsys.settings import ShopPaths
from recsys.training.run_files import run_folder

STATE_FILE = "progress.json"
LOG_FILE = "log.txt"
RESULT_FILE = "result.json"
"""What a search found, in the folder of its job."""


class JobStatus(StrEnum):
    """Where a job is; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """True where nothing will change any more."""
        return self in {JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED}


class JobKind(StrEnum):
    """What a job does: train a run, search better settings, find the front of trade-offs of the live run."""

    TRAIN = "train"
    SEARCH = "search"
    PARETO = "pareto"


@dataclass(frozen=True)
class CurvePoint:
    """One point of a learning curve.

    Parameters
    ----------
    stage
        The stage that learned.
    step
        1-based count within the stage.
    loss, validation
        Training loss and validation value in the stage's own units; None where not measured.
    """

    stage: str
    step: int
    loss: float | None
    validation: float | None


@dataclass(frozen=True)
class StageBegin:
    """A stage that was entered: its name in words, and when."""

    stage: str
    began_at: datetime


@dataclass(frozen=True)
class JobState:
    """A training job as a page shows it.

    Parameters
    ----------
    run_id
        The run it writes.
    status
        Where it is.
    stage, message
        What it is doing, or why it ended, in words.
    fraction
        Share of the whole that is done, 0 to 1.
    started_at, updated_at
        UTC; `updated_at` is the heartbeat.
    eta_s
        Seconds left, None while it cannot be estimated.
    pid, process_started_at, host
        The process, its start in seconds since 1970 (so that a reused number is not mistaken for it), its machine.
    curve
        Loss and validation points in order.
    stages
        Every stage entered, in order; empty in jobs of older versions.
    kind
        What it does.
    """

    run_id: str
    status: JobStatus
    stage: str
    fraction: float
    started_at: datetime
    updated_at: datetime
    eta_s: float | None = None
    message: str = ""
    pid: int | None = None
    process_started_at: float | None = None
    host: str = ""
    curve: tuple[CurvePoint, ...] = field(default=())
    stages: tuple[StageBegin, ...] = field(default=())
    kind: JobKind = JobKind.TRAIN

    def spans(self, until: datetime | None = None) -> list[tuple[str, float]]:
        """Return each stage with its seconds, in order; the last one lasts until then, by default the heartbeat."""
        ends = [s.began_at for s in self.stages[1:]] + [until or self.updated_at]
        return [
            (s.stage, max((end - s.began_at).total_seconds(), 0.0)) for s, end in zip(self.stages, ends, strict=False)
        ]

    def ended(self, status: JobStatus, message: str) -> "JobState":
        """Return the same job, over."""
        fraction = 1.0 if status is JobStatus.DONE else self.fraction
        return replace(self, status=status, message=message, fraction=fraction, eta_s=None, updated_at=utc_now())

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; the status stands under `state`."""
        content = asdict(self)
        content["state"] = str(content.pop("status"))
        content["kind"] = str(self.kind)
        content["started_at"] = self.started_at.isoformat()
        content["updated_at"] = self.updated_at.isoformat()
        content["stages"] = [{"stage": s.stage, "began_at": s.began_at.isoformat()} for s in self.stages]
        return content

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "JobState":
        """Read what `to_json` wrote."""
        fields = dict(content)
        fields["status"] = JobStatus(fields.pop("state"))
        fields["started_at"] = datetime.fromisoformat(fields["started_at"])
        fields["updated_at"] = datetime.fromisoformat(fields["updated_at"])
        fields["kind"] = JobKind(fields.get("kind", JobKind.TRAIN))
        fields["curve"] = tuple(CurvePoint(**point) for point in fields["curve"])
        fields["stages"] = tuple(
            StageBegin(s["stage"], datetime.fromisoformat(s["began_at"])) for s in fields.get("stages", ())
        )
        return cls(**fields)


def utc_now() -> datetime:
    """Return now, with its zone."""
    return datetime.now(UTC)


def state_path(paths: ShopPaths, run_id: str) -> Path:
    """Return where a job's state stands.

    Raises
    ------
    RunError
        The name could be a path.
    """
    return run_folder(paths, run_id) / STATE_FILE


def read_state(paths: ShopPaths, run_id: str) -> JobState:
    """Read a job's state as it was last written, without asking whether its process lives.

    Raises
    ------
    RunError
        There is no such job, or its state cannot be read.
    """
    path = state_path(paths, run_id)
    try:
        return JobState.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise RunError(
            f"There is no training job {run_id!r} in this shop; `vitrine runs list` shows the runs."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"The state of training job {run_id!r} cannot be read ({path.name}: {error}).") from error


def write_state(paths: ShopPaths, state: JobState, *, only_if_absent: bool = False) -> None:
    """Write a job's state so that a reader sees the old one or the new one, never half.

    Parameters
    ----------
    paths
        The shop.
    state
        What to write.
    only_if_absent
        Leave a state that is already there alone (the launcher must not overwrite what its child said).
    """
    path = state_path(paths, state.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{STATE_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    temporary.write_text(json.dumps(state.to_json(), ensure_ascii=False), encoding="utf-8")
    try:
        if not only_if_absent:
            os.replace(temporary, path)
        elif not path.exists():
            os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
