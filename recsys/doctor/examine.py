"""The examination: every check over one shop's record, and what each finding costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.checks import CHECKS, Check
from recsys.doctor.exposure import Exposure, lost_places
from recsys.doctor.finding import Finding, Severity
from recsys.doctor.record import ShopRecord
from recsys.progress import Progress, silent

_ORDER = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
_TAKES = frozenset({"duplicate"})
"""Checks whose items take places instead of losing them."""


@dataclass(frozen=True, eq=False)
class Examination:
    """What the checks found.

    Parameters
    ----------
    findings
        Worst first: by lost places, then severity, then confidence.
    lost
        List places per 1,000 lists of each finding, shape (n_findings,); NaN where exposure is unknown.
    silent
        Checks that could not speak -> "run" (no live run with pictures) or "pictures" (no picture was measured).
    """

    findings: tuple[Finding, ...]
    lost: NDArray[np.float64]
    silent: Mapping[str, str]


def examine(record: ShopRecord, exposure: Exposure | None = None, progress: Progress = silent) -> Examination:
    """Run every check.

    Parameters
    ----------
    record
        The shop.
    exposure
        How often items are shown; None leaves the cost unknown.
    progress
        Told of every check.
    """
    findings: list[Finding] = []
    mute: dict[str, str] = {}
    for number, (name, check) in enumerate(CHECKS.items()):
        progress("Examining", number / len(CHECKS), message=name.replace("_", " "))
        reason = why_silent(record, check)
        if reason:
            mute[name] = reason
        else:
            findings += check.find(record)
    lost = price_findings(record, findings, exposure)
    order = sorted(
        range(len(findings)),
        key=lambda n: (-np.nan_to_num(lost[n]), _ORDER[findings[n].severity], -findings[n].confidence, n),
    )
    return Examination(tuple(findings[n] for n in order), lost[order], mute)


def why_silent(record: ShopRecord, check: Check) -> str:
    """Return what a check lacks: "run", "pictures", or "" where it can speak."""
    if check.needs_vectors and record.image_vectors is None:
        return "run"
    return "pictures" if check.needs_pictures and not (record.lead >= 0).any() else ""


def price_findings(record: ShopRecord, findings: list[Finding], exposure: Exposure | None) -> NDArray[np.float64]:
    """Lost list places per 1,000 lists of each finding, shape (n_findings,)."""
    if exposure is None or not findings:
        return np.full(len(findings), np.nan)
    rows = np.array([finding.item_num for finding in findings])
    faulty = np.zeros(len(record.catalogue), np.bool_)
    faulty[rows] = True
    lost = lost_places(exposure.places, record.peers, faulty)
    takes = np.array([finding.check in _TAKES for finding in findings])
    priced: NDArray[np.float64] = np.where(takes, exposure.places[rows], lost[rows])
    return priced
