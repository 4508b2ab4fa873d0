"""What the Doctor page shows: findings under its filters, and totals per check; no layout and no words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from recsys.doctor.checks import CHECKS
from recsys.vocabulary import CATEGORY_SEPARATOR, Columns
from recsys.workflows.doctor_reports import DoctorReport

OPEN, DISMISSED, FIXED = "open", "dismissed", "fixed"


@dataclass(frozen=True)
class FindingFilter:
    """Which findings to show.

    Parameters
    ----------
    check, severity, category
        One of each, None for all; a category counts with everything below it.
    dismissed
        Those dismissed instead of the open ones.
    query
        Part of an id or title, any case.
    """

    check: str | None = None
    severity: str | None = None
    category: str | None = None
    dismissed: bool = False
    query: str = ""


@dataclass(frozen=True)
class FindingCard:
    """One finding as a person decides on it; `evidence` and the rest are data, not sentences."""

    key: str
    check: str
    item_id: str
    title: str
    category: str
    image: str
    severity: str
    confidence: float
    action: str
    fix_column: str
    fix_value: str
    lost_places: float
    lost_money: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class DoctorView:
    """The page's content.

    Parameters
    ----------
    totals
        One row per check in the registry's order: `check`, `n_open`, `n_items`, `lost_places`, `lost_money`,
        `n_dismissed`, `n_fixed`, `silent` (what it lacked, or "").
    n_open, n_items, n_dismissed, n_fixed
        Open findings, products with one, dismissed and fixed findings.
    lost_places, lost_money
        Of the open findings; a product with several faults counts once, with its largest loss. NaN where unknown.
    """

    totals: pd.DataFrame
    n_open: int
    n_items: int
    n_dismissed: int
    n_fixed: int
    lost_places: float
    lost_money: float


def summarise(report: DoctorReport, dismissed: Mapping[str, str]) -> DoctorView:
    """Count a report's findings, less those dismissed.

    Parameters
    ----------
    report
        From `doctor_reports.read_report`.
    dismissed
        Keys of dismissed findings.
    """
    table = report.findings
    away = table["key"].isin(list(dismissed)).to_numpy()
    open_ = table[~away]
    fixed = pd.Series([entry["check"] for entry in report.facts.fixed], dtype=str)
    rows = [
        {
            "check": name,
            "n_open": int((open_["check"] == name).sum()),
            "n_items": int(open_.loc[open_["check"] == name, Columns.ITEM].nunique()),
            "lost_places": _total(open_[open_["check"] == name], "lost_places"),
            "lost_money": _total(open_[open_["check"] == name], "lost_money"),
            "n_dismissed": int((table["check"][away] == name).sum()),
            "n_fixed": int((fixed == name).sum()),
            "silent": report.facts.silent.get(name, ""),
        }
        for name in CHECKS
    ]
    return DoctorView(
        totals=pd.DataFrame(rows),
        n_open=len(open_),
        n_items=int(open_[Columns.ITEM].nunique()),
        n_dismissed=int(away.sum()),
        n_fixed=len(report.facts.fixed),
        lost_places=_total(open_, "lost_places"),
        lost_money=_total(open_, "lost_money"),
    )


def filter_findings(report: DoctorReport, dismissed: Mapping[str, str], asked: FindingFilter) -> pd.DataFrame:
    """Return the findings asked for, worst first, with a fresh index."""
    table = report.findings
    keep = table["key"].isin(list(dismissed)).to_numpy() == asked.dismissed
    if asked.check:
        keep &= (table["check"] == asked.check).to_numpy()
    if asked.severity:
        keep &= (table["severity"] == asked.severity).to_numpy()
    if asked.category:
        below = table[Columns.CATEGORY].str.startswith(asked.category + CATEGORY_SEPARATOR)
        keep &= ((table[Columns.CATEGORY] == asked.category) | below).to_numpy()
    words = asked.query.strip().lower()
    if words:
        text = table[Columns.ITEM].str.lower() + "\n" + table[Columns.TITLE].str.lower()
        keep &= text.str.contains(words, regex=False).to_numpy()
    return table[keep].reset_index(drop=True)


def top_categories(report: DoctorReport) -> list[str]:
    """Return the top categories that have a finding, sorted."""
    names = {str(path).split(CATEGORY_SEPARATOR)[0] for path in report.findings[Columns.CATEGORY]}
    return sorted(names - {""})


def read_card(row: pd.Series) -> FindingCard:
    """Return one row as a card."""
    fields = {name: row[name] for name in FindingCard.__dataclass_fields__}
    return FindingCard(**{**fields, "evidence": json.loads(row["evidence"] or "{}")})


def _total(rows: pd.DataFrame, column: str) -> float:
    """Sum over products of the largest loss of each; NaN where nothing is known."""
    known = rows[np.isfinite(rows[column].to_numpy(np.float64))]
    return float(known.groupby(Columns.ITEM)[column].max().sum()) if len(known) or not len(rows) else float("nan")
