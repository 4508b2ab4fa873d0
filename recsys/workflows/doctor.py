"""Examine a shop's catalogue and keep the report: one call for the command line, the job behind the page and tests."""

import json
import logging
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.snapshot import Snapshot, load_snapshot
from recsys.doctor.config import DoctorConfig
from recsys.doctor.examine import Examination, examine
from recsys.doctor.exposure import Exposure, logged_places, sample_places
from recsys.doctor.record import ShopRecord
from recsys.errors import RunError
from recsys.progress import Progress, scaled, silent
from recsys.settings import ShopPaths
from recsys.training.live import live_pointer
from recsys.training.run_files import show_run
from recsys.vocabulary import Columns, EventType
from recsys.workflows.doctor_pictures import measure_pictures, picture_vectors
from recsys.workflows.doctor_reports import DoctorReport, ReportFacts, keep_report
from recsys.workflows.snapshots import current_snapshot

_log = logging.getLogger(__name__)
EXPOSURE_DAYS = 28
"""Logged impressions, lists and revenue are counted over this many days before the data's end."""


@dataclass(frozen=True, eq=False)
class _Traffic:
    """What the log says of the newest days: impressions and revenue per item, and lists asked for."""

    impressions: NDArray[np.float64]
    revenue: NDArray[np.float64]
    n_requests: int


def examine_shop(
    paths: ShopPaths,
    *,
    data_version: str | None = None,
    config: DoctorConfig | None = None,
    progress: Progress = silent,
) -> DoctorReport:
    """Run every check over a shop's newest data and keep what was found.

    Parameters
    ----------
    paths
        The shop.
    data_version
        A snapshot; None takes the newest data.
    config
        Thresholds; None takes the defaults.
    progress
        Told of every step.

    Raises
    ------
    InputError
        If the shop has no data.
    """
    started = time.perf_counter()
    progress("Reading the catalogue", 0.0)
    snapshot = load_snapshot(current_snapshot(paths, data_version).folder, verify=False)
    catalogue = Catalogue(pd.read_parquet(snapshot.catalogue))
    run_id = live_pointer(paths)["run_id"]
    pictures = measure_pictures(paths, catalogue, paths.doctor, scaled(progress, 0.02, 0.5))
    vectors = _vectors(paths, catalogue, run_id)
    record = ShopRecord(catalogue, pictures, vectors, config or DoctorConfig())
    traffic = _traffic(snapshot, catalogue)
    progress("Asking the live run who is shown", 0.5)
    exposure = _exposure(paths, catalogue, run_id, traffic)
    found = examine(record, exposure, scaled(progress, 0.6, 0.98))
    facts = ReportFacts(
        data_version=snapshot.data_version,
        run_id=run_id,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        elapsed_s=round(time.perf_counter() - started, 1),
        n_items=len(catalogue),
        n_judged_pictures=0 if vectors is None else int(np.isfinite(vectors).all(axis=1).sum()),
        silent=dict(found.silent),
        exposure_source=exposure.source,
        n_lists=exposure.n_lists,
        days=EXPOSURE_DAYS,
        config=asdict(config or DoctorConfig()),
        currency=_main_currency(catalogue) if traffic.revenue.sum() > 0 else None,
    )
    report = keep_report(paths, facts, _tabulate(record, found, traffic))
    progress("Done", 1.0)
    return report


def _vectors(paths: ShopPaths, catalogue: Catalogue, run_id: str | None) -> NDArray[np.float32] | None:
    """Picture vectors of the live run."""
    if run_id is None:
        return None
    encoder_id = show_run(paths, run_id).facts.get("image_encoder")
    return None if encoder_id is None else picture_vectors(paths, catalogue, str(encoder_id))


def _exposure(paths: ShopPaths, catalogue: Catalogue, run_id: str | None, traffic: _Traffic) -> Exposure:
    """List places by the live run; by the log without one, or where another version made it. The source is kept."""
    from recsys.training.runs import load_model

    if run_id is not None:
        try:
            return sample_places(load_model(paths, run_id, verify=False), catalogue.item_ids)
        except RunError as error:
            _log.warning("Lost exposure is counted from the log: %s", error)
    return logged_places(traffic.impressions, traffic.n_requests)


def _traffic(snapshot: Snapshot, catalogue: Catalogue) -> _Traffic:
    """Count the log's newest days."""
    n_items = len(catalogue)
    if snapshot.data_to is None:
        return _Traffic(np.zeros(n_items), np.zeros(n_items), 0)
    columns = [Columns.EVENT_TYPE, Columns.ITEM, Columns.REQUEST, Columns.VALUE]
    since = pd.Timestamp(snapshot.data_to) - pd.Timedelta(days=EXPOSURE_DAYS)
    events = pd.read_parquet(snapshot.events, columns=columns, filters=[(Columns.OCCURRED_AT, ">=", since)])
    shown = events[(events[Columns.EVENT_TYPE] == EventType.IMPRESSION) & events[Columns.REQUEST].notna()]
    shown = shown.drop_duplicates([Columns.REQUEST, Columns.ITEM])
    bought = events[(events[Columns.EVENT_TYPE] == EventType.PURCHASE) & events[Columns.REQUEST].notna()]
    revenue = _per_item(catalogue, bought[Columns.ITEM], bought[Columns.VALUE].fillna(0.0).to_numpy(np.float64))
    impressions = _per_item(catalogue, shown[Columns.ITEM], np.ones(len(shown)))
    return _Traffic(impressions, revenue, int(shown[Columns.REQUEST].nunique()))


def _per_item(catalogue: Catalogue, item_ids: pd.Series, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of values per item."""
    numbers = catalogue.numbers(item_ids.fillna("").astype(str))
    known = numbers >= 0
    return np.bincount(numbers[known], weights=values[known], minlength=len(catalogue)).astype(np.float64)


def _tabulate(record: ShopRecord, found: Examination, traffic: _Traffic) -> pd.DataFrame:
    """One row per finding, as `doctor_reports.COLUMNS` names them."""
    catalogue = record.catalogue
    worth = _worth_per_place(catalogue, traffic)
    rows: list[dict[str, Any]] = []
    for finding, lost in zip(found.findings, found.lost, strict=True):
        item, images = finding.item_num, catalogue.images[finding.item_num]
        item_id = str(catalogue.item_ids[item])
        rows.append(
            {
                "key": finding.key(item_id),
                "check": finding.check,
                Columns.ITEM: item_id,
                Columns.TITLE: str(catalogue.titles[item])[:300],
                Columns.CATEGORY: str(catalogue.categories[item]),
                "image": images[0] if images else "",
                "severity": str(finding.severity),
                "confidence": finding.confidence,
                "action": str(finding.fix.action),
                "fix_column": finding.fix.column,
                "fix_value": finding.fix.value,
                "evidence": json.dumps(dict(finding.evidence), ensure_ascii=False),
                "lost_places": float(lost),
                "lost_money": float(lost) * worth[item],
            }
        )
    return pd.DataFrame(rows)


def _worth_per_place(catalogue: Catalogue, traffic: _Traffic) -> NDArray[np.float64]:
    """Revenue per 28 days of one more place per 1,000 lists, per item; NaN where the log cannot tell.

    An impression is worth what one of the item's top category brought, over all shown of it.
    """
    codes = catalogue.category_labels.codes
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    shown = np.bincount(codes, weights=traffic.impressions, minlength=n_groups)
    earned = np.bincount(codes, weights=traffic.revenue, minlength=n_groups)
    per_impression = np.where(shown > 0, earned / np.maximum(shown, 1), np.nan)
    worth: NDArray[np.float64] = per_impression[codes] * traffic.n_requests / 1000
    return worth if traffic.revenue.sum() > 0 else np.full(len(codes), np.nan)


def _main_currency(catalogue: Catalogue) -> str | None:
    """Most common currency of the catalogue."""
    counts = catalogue.frame[Columns.CURRENCY].value_counts()
    return str(counts.index[0]) if len(counts) else None
