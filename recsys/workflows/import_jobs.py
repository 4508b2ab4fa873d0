"""Imports that go on whoever looks: one worker thread of the process that owns the store, one file per job.

A job is known by what it was asked, so pressing twice starts it once. Its file tells every page how far it is and how
it ended, also after a restart: what a stopped process left unfinished is looked up in the ledger.
"""

import hashlib
import json
import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from recsys.errors import CancelledError, VitrineError
from recsys.ingest.mapping import Kind
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.imports import ImportReport, import_catalogue, import_events

KEEP_DAYS = 30
STAGES = {"read": (0.0, 0.15), "check": (0.15, 0.25), "pictures": (0.25, 0.8), "write": (0.8, 0.95)}
"""Share of the whole that each stage of an import begins and ends at; the export of the newest data is the rest."""
_log = logging.getLogger(__name__)


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = frozenset({JobState.WAITING, JobState.RUNNING})


@dataclass(frozen=True)
class ImportOrder:
    """What to import.

    Parameters
    ----------
    kind
        `catalogue` or `events`.
    table, pictures
        The files.
    mapping
        Columns, options and fixes, as JSON.
    source
        Where it was uploaded; told back by the job.
    """

    kind: Kind
    table: Path
    pictures: Path | None
    mapping: str
    source: str = ""

    @property
    def job_id(self) -> str:
        """The same for the same order."""
        said = f"{self.kind}\n{self.table}\n{self.pictures}\n{self.mapping}\n{self.source}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class ImportJob:
    """What is known of one import.

    Parameters
    ----------
    job_id, kind, file_name, source
        Which.
    state, stage, fraction
        How far; `fraction` of the whole job.
    message, import_id, n_warnings
        How it ended.
    created_at, ended_at
        ISO 8601, UTC; `ended_at` "" while it is active.
    dismissed
        Whether somebody has put the result away.
    """

    job_id: str
    kind: str
    file_name: str
    source: str
    state: JobState
    created_at: str
    stage: str = ""
    fraction: float = 0.0
    message: str = ""
    import_id: str | None = None
    n_warnings: int = 0
    ended_at: str = ""
    dismissed: bool = False

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ACTIVE


class ImportJobs:
    """The imports of one shop.

    Parameters
    ----------
    store
        Owned by this process.
    paths
        The shop; job files are kept in `spool/imports`.
    on_done
        Called with the order after a successful import, to clear its files away.
    """

    def __init__(self, store: Store, paths: ShopPaths, on_done: Callable[[ImportOrder], None] = lambda _: None) -> None:
        self._store, self._paths, self._on_done = store, paths, on_done
        self._folder = paths.spool / "imports"
        self._orders: queue.SimpleQueue[ImportOrder | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._stop: set[str] = set()
        self._jobs = {job.job_id: job for job in self._read_files()}
        self._worker = threading.Thread(target=self._work, name="imports", daemon=True)
        self._worker.start()

    def start(self, order: ImportOrder) -> ImportJob:
        """Queue an import, unless the very same one is queued, running or done; return its job."""
        with self._lock:
            known = self._jobs.get(order.job_id)
            if known is not None and (known.active or known.state is JobState.DONE):
                return known
            self._stop.discard(order.job_id)
            moment = datetime.now(UTC).isoformat()
            job = ImportJob(order.job_id, order.kind, order.table.name, order.source, JobState.WAITING, moment)
            self._keep(job)
        self._orders.put(order)
        return job

    def find(self, job_id: str) -> ImportJob | None:
        """Return one job, None when there is no such."""
        with self._lock:
            return self._jobs.get(job_id)

    def jobs(self, kind: str | None = None) -> list[ImportJob]:
        """Return the jobs of one kind or of both, newest first."""
        with self._lock:
            found = [job for job in self._jobs.values() if kind in (None, job.kind)]
        return sorted(found, key=lambda job: job.created_at, reverse=True)

    def cancel(self, job_id: str) -> None:
        """Stop a job at its next step; what is being written is finished."""
        with self._lock:
            self._stop.add(job_id)

    def dismiss(self, job_id: str) -> None:
        """Put the result of an ended job away."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is not None and not job.active:
                self._keep(replace(job, dismissed=True))

    def wait(self, job_id: str, timeout_s: float) -> ImportJob | None:
        """Wait until a job has ended, at most so long; return it."""
        with self._ended:
            self._ended.wait_for(lambda: job_id not in self._jobs or not self._jobs[job_id].active, timeout_s)
            return self._jobs.get(job_id)

    def close(self) -> None:
        """Take no further orders, stop the running one, and end the thread."""
        with self._lock:
            self._stop |= {job.job_id for job in self._jobs.values() if job.active}
        self._orders.put(None)
        self._worker.join(30)

    # ------------------------------------------------------------- the worker

    def _work(self) -> None:
        """Do one order after the other."""
        while (order := self._orders.get()) is not None:
            try:
                self._end(order.job_id, **self._run(order))
            except CancelledError:
                self._end(order.job_id, state=JobState.CANCELLED, message="")
            except (VitrineError, OSError) as error:
                self._end(order.job_id, state=JobState.FAILED, message=str(error))
            except Exception as error:  # noqa: BLE001 (the worker outlives any order; the fault is logged and told)
                _log.error("import %s failed", order.job_id, exc_info=error)
                self._end(order.job_id, state=JobState.FAILED, message=f"{type(error).__name__}: {error}")

    def _run(self, order: ImportOrder) -> dict[str, Any]:
        """Import, export the newest data, and say how it ended."""
        report = self._import(order)
        if not report.ok:
            return {"state": JobState.FAILED, "message": report.message}
        if report.import_id:
            self._tell(order.job_id, "export", 0.96)
            self._store.export_snapshot()
        self._on_done(order)
        warnings = sum(problem.count for problem in report.warnings)
        told = {"message": report.message, "import_id": report.import_id, "n_warnings": warnings}
        return {"state": JobState.DONE, "fraction": 1.0, **told}

    def _import(self, order: ImportOrder) -> ImportReport:
        """Call the workflow; its progress is where a job is stopped, except while it writes."""

        def tell(stage: str, fraction: float) -> None:
            if order.job_id in self._stop and stage != "write":
                raise CancelledError("The import was cancelled; nothing was written.")
            begin, end = STAGES[stage]
            self._tell(order.job_id, stage, begin + (end - begin) * min(max(fraction, 0.0), 1.0))

        tell("read", 0.0)
        if order.kind == "events":
            return import_events(self._store, self._paths, order.table, mapping=order.mapping, progress=tell)
        pictures = order.pictures
        return import_catalogue(
            self._store, self._paths, order.table, images=pictures, mapping=order.mapping, progress=tell
        )

    def _tell(self, job_id: str, stage: str, fraction: float) -> None:
        """Note how far a job is; on disk once per stage, since only a stopped process reads it there."""
        with self._lock:
            job = replace(self._jobs[job_id], state=JobState.RUNNING, stage=stage, fraction=round(fraction, 3))
            if job.stage != self._jobs[job_id].stage or self._jobs[job_id].state is not JobState.RUNNING:
                self._keep(job)
            self._jobs[job_id] = job

    def _end(self, job_id: str, **how: Any) -> None:
        """Note how a job ended, and wake whoever waits."""
        with self._ended:
            moment = datetime.now(UTC).isoformat()
            self._keep(replace(self._jobs[job_id], stage="", ended_at=moment, **how))
            self._ended.notify_all()

    # ------------------------------------------------------------- the files

    def _keep(self, job: ImportJob) -> None:
        """Write a job's file beside and rename."""
        self._jobs[job.job_id] = job
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f".{job.job_id}.{os.getpid()}"
        fresh.write_text(json.dumps(asdict(job)), encoding="utf-8")
        os.replace(fresh, self._folder / f"{job.job_id}.json")

    def _read_files(self) -> list[ImportJob]:
        """Jobs of earlier processes; old ones are cleared away, unfinished ones brought to an end."""
        found: list[ImportJob] = []
        oldest = (datetime.now(UTC) - timedelta(days=KEEP_DAYS)).isoformat()
        for path in sorted(self._folder.glob("*.json")):
            said = json.loads(path.read_text(encoding="utf-8"))
            job = ImportJob(**{**said, "state": JobState(said["state"])})
            if job.created_at < oldest:
                path.unlink(missing_ok=True)
            else:
                found.append(self._settle(job) if job.active else job)
        return found

    def _settle(self, job: ImportJob) -> ImportJob:
        """How a job ended whose process stopped: the ledger knows whether it was written."""
        ledger = self._store.imports()
        own = ledger[(ledger["kind"] == job.kind) & (ledger["file_name"] == job.file_name)]
        own = own[own["finished_at"] >= job.created_at]
        moment = datetime.now(UTC).isoformat()
        if len(own) and job.state is JobState.RUNNING:
            line = own.iloc[0]
            message = f"{job.file_name} imported as {line['import_id']}; the app stopped right afterwards."
            return replace(job, state=JobState.DONE, message=message, import_id=str(line["import_id"]), ended_at=moment)
        message = f"The app was stopped during the import of {job.file_name}; nothing was written. Import it again."
        return replace(job, state=JobState.FAILED, message=message, ended_at=moment)
