"""What pages show of the trainings: every run and how it ended, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recsys.data.snapshot import load_snapshot
from recsys.errors import RunError
from recsys.evaluation.beyond_report import FIGURES
from recsys.evaluation.rates import Estimate
from recsys.settings import ShopPaths
from recsys.training.config import TrainingConfig
from recsys.training.jobs import JobKind, JobStatus, read_job
from recsys.training.runs import RunRecord, list_runs, live_run_id

COLUMN_LABELS: dict[str, tuple[str, str]] = {
    "all": ("All", "Everything chosen in the held-out days, repeats included."),
    "discovery": ("Discovery", "Known products the shopper had never chosen; those she had are left out of the list."),
    "cold_among_new": ("Cold among new", "Products nobody had touched before, ranked among themselves."),
    "cold_among_all": ("Cold among all", "Products nobody had touched before, ranked among everything on sale."),
}
"""Column of the offline report -> its name on screen and its definition."""
MEASURES: dict[str, tuple[str, str]] = {
    "recall": ("Recall@20", "Of what she went on to choose, the share that was among her 20 recommendations."),
    "ndcg": ("NDCG@20", "As recall, but a hit near the top counts more; 1 is a perfect order."),
}
GROUP_LABELS: dict[str, str] = {
    "new": "New",
    "q1": "Lowest fifth",
    "q2": "2nd",
    "q3": "3rd",
    "q4": "4th",
    "q5": "Highest fifth",
}
"""Group of `evaluation.beyond_report` -> its name on screen."""
GOALS: dict[str, tuple[str, str, dict[str, float]]] = {
    "balanced": (
        "Balanced",
        "A little of everything.",
        dict(TrainingConfig().column_weights),
    ),
    "regulars": (
        "Regular customers",
        "What they will choose next, repeats included.",
        {"all": 0.8, "discovery": 0.1, "cold_among_new": 0.05, "cold_among_all": 0.05},
    ),
    "discovery": (
        "Discovery",
        "Products they know nothing of yet.",
        {"all": 0.1, "discovery": 0.8, "cold_among_new": 0.05, "cold_among_all": 0.05},
    ),
    "new_items": (
        "New products",
        "Find shoppers for what was launched lately.",
        {"all": 0.15, "discovery": 0.15, "cold_among_new": 0.35, "cold_among_all": 0.35},
    ),
}
"""What validation should favour -> name, sentence, `TrainingConfig.column_weights`."""


@dataclass(frozen=True, eq=False)
class RunRow:
    """One training, finished or not.

    Parameters
    ----------
    run_id, created_at
        Name and start, UTC.
    status
        How it stands or ended.
    live
        Whether lists are made with it now.
    elapsed_s
        Seconds it took so far or in all.
    data_version, n_events
        The data it learned from and its events; empty and 0 when that is not known.
    message
        Why it failed, or what one should know; empty otherwise.
    record
        The whole record; None unless it finished.
    """

    run_id: str
    created_at: pd.Timestamp
    status: JobStatus
    live: bool
    elapsed_s: float
    data_version: str
    n_events: int
    message: str
    record: RunRecord | None


def list_trainings(paths: ShopPaths) -> list[RunRow]:
    """Return every training of a shop, newest first: finished, failed, cancelled and running ones."""
    live = live_run_id(paths)
    finished = {record.run_id: record for record in list_runs(paths)}
    rows = [_finished_row(paths, record, live) for record in finished.values()]
    folders = [p.parent.name for p in paths.runs.glob("*/progress.json")]
    rows += [row for name in folders if name not in finished and (row := _job_row(paths, name)) is not None]
    return sorted(rows, key=lambda r: (r.created_at, r.run_id), reverse=True)


def _finished_row(paths: ShopPaths, record: RunRecord, live: str | None) -> RunRow:
    """A run that finished, with the size of its data while that snapshot is kept."""
    created = pd.Timestamp(record.created_at)
    created = created.tz_localize("UTC") if created.tzinfo is None else created.tz_convert("UTC")
    snapshot = paths.snapshots / record.data_version
    n_events = load_snapshot(snapshot, verify=False).n_events if snapshot.is_dir() else 0
    note = record.message or str(record.facts.get("note", ""))
    return RunRow(
        record.run_id,
        created,
        JobStatus.DONE,
        record.run_id == live,
        record.elapsed_s,
        record.data_version,
        n_events,
        note,
        record,
    )


def _job_row(paths: ShopPaths, run_id: str) -> RunRow | None:
    """A training that left no run; None when its state cannot be read, which the job itself reports."""
    try:
        job = read_job(paths, run_id)
    except RunError as error:
        return RunRow(run_id, pd.Timestamp(0, tz="UTC"), JobStatus.FAILED, False, 0.0, "", 0, str(error), None)
    if job.status is JobStatus.DONE or job.kind is not JobKind.TRAIN:  # its record comes a moment before or after
        return None
    elapsed = (job.updated_at - job.started_at).total_seconds()
    return RunRow(run_id, pd.Timestamp(job.started_at), job.status, False, elapsed, "", 0, job.message, None)


def read_figure(record: RunRecord, column: str, measure: str, part: str = "test") -> Estimate | None:
    """Return one offline figure of a run with its interval; None where it was not measured.

    Parameters
    ----------
    record
        The run.
    column
        Key of `COLUMN_LABELS`.
    measure
        Key of `MEASURES`.
    part
        "test" or "validation".
    """
    figure = record.metrics.get(part, {}).get(column, {}).get(measure)
    if not isinstance(figure, Mapping) or figure.get("value") is None or not figure.get("n_users", 1):
        return None
    return Estimate(float(figure["value"]), float(figure["low"]), float(figure["high"]), int(figure.get("n_users", 0)))


def tabulate_quality(record: RunRecord, part: str = "test") -> pd.DataFrame:
    """Return `column`, `measure`, `value`, `low`, `high`, `n_users`, one row per figure that was measured."""
    rows = []
    for column in COLUMN_LABELS:
        for measure in MEASURES:
            figure = read_figure(record, column, measure, part)
            if figure is not None:
                rows.append(
                    {
                        "column": column,
                        "measure": measure,
                        "value": figure.value,
                        "low": figure.low,
                        "high": figure.high,
                        "n_users": figure.n,
                    }
                )
    return pd.DataFrame(rows, columns=["column", "measure", "value", "low", "high", "n_users"])


def tabulate_beyond(record: RunRecord, part: str = "test") -> pd.DataFrame:
    """Return the figures beyond accuracy as one row, a column per figure; empty where they were not measured."""
    beyond = record.metrics.get(part, {}).get("beyond", {})
    found = {label: [beyond[name]] for name, (label, _) in FIGURES.items() if beyond.get(name) is not None}
    return pd.DataFrame(found)


def tabulate_groups(record: RunRecord, measure: str, part: str = "test") -> pd.DataFrame:
    """Return accuracy by the shoppers' activity and by the products' popularity, one row each.

    Parameters
    ----------
    record
        The run.
    measure
        Key of `MEASURES`.
    part
        "test" or "validation".

    Returns
    -------
    DataFrame
        Index "Shoppers by activity" and "Products by popularity", columns of `GROUP_LABELS`; NaN for an empty group,
        no row where nothing was measured.
    """
    beyond = record.metrics.get(part, {}).get("beyond", {})
    sources = {"Shoppers by activity": "by_activity", "Products by popularity": "by_popularity"}
    found = {name: beyond[key] for name, key in sources.items() if beyond.get(key)}
    rows = {
        name: {
            label: groups.get(g, {}).get(measure, {}).get("value", float("nan")) for g, label in GROUP_LABELS.items()
        }
        for name, groups in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(GROUP_LABELS.values()))
