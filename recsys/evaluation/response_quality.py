"""How good predicted response probabilities are: order (AUC, gAUC) and honesty (log loss, calibration error)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import log_loss, roc_auc_score

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

N_BINS = 15
MIN_RESPONSES = 20
"""A category with fewer responses, or fewer rows without one, has no figures of its own."""
MAX_CATEGORIES = 12
FIGURES: dict[str, tuple[str, str]] = {
    "auc": ("AUC", "Chance that a row with a response stands above one without; 0.5 is guessing."),
    "gauc": ("gAUC", "The same within each list, averaged over the lists."),
    "logloss": ("Log loss", "Surprise at what happened, in nats; lower is better."),
    "base_logloss": ("Log loss of the mean", "Surprise of somebody who always says the mean rate."),
    "ece": ("ECE", "How far the stated chance lies from the share that responded, on average."),
    "rate": ("Responded", "Share of the rows with a response."),
    "n_rows": ("Rows", "Products judged, over all lists."),
}
"""Figure -> its name on screen and its definition."""


def judge_responses(
    labels: Bools,
    probabilities: Floats,
    request_num: NDArray[np.int64],
    categories: NDArray[np.object_] | None = None,
) -> dict[str, Any]:
    """Judge probabilities on rows later than everything that was fitted or calibrated.

    Parameters
    ----------
    labels
        Responded or not, shape (n_rows,).
    probabilities
        In (0, 1), shape (n_rows,).
    request_num
        Rows of one list share a number, shape (n_rows,).
    categories
        Label of each row's item, object, shape (n_rows,); empty text where unknown. None judges the whole only.

    Returns
    -------
    dict
        "auc", "gauc", "logloss", "ece", "base_logloss" (of always saying the mean rate), "n_rows", "n_responses",
        "rate" (share of rows with a response), "mean" (mean probability), and "by_category" with the same of the
        `MAX_CATEGORIES` largest categories. A figure that the rows cannot give is None.
    """
    report = _figures(labels, probabilities, request_num)
    report["by_category"] = {}
    if categories is None:
        return report
    names, code = np.unique(categories.astype(str), return_inverse=True)
    for number in np.argsort(-np.bincount(code, minlength=len(names)), kind="stable"):
        rows = code == number
        enough = min(labels[rows].sum(), (~labels[rows]).sum()) >= MIN_RESPONSES
        if names[number] and enough and len(report["by_category"]) < MAX_CATEGORIES:
            report["by_category"][str(names[number])] = _figures(labels[rows], probabilities[rows], request_num[rows])
    return report


def _figures(labels: Bools, probabilities: Floats, request_num: NDArray[np.int64]) -> dict[str, Any]:
    """Every figure of some rows."""
    n, rate = len(labels), float(labels.mean()) if len(labels) else None
    both = bool(labels.any() and not labels.all())
    return {
        "auc": float(roc_auc_score(labels, probabilities)) if both else None,
        "gauc": grouped_auc(labels, probabilities, request_num),
        "logloss": float(log_loss(labels, probabilities, labels=[False, True])) if n else None,
        "base_logloss": float(log_loss(labels, np.full(n, labels.mean()), labels=[False, True])) if both else None,
        "ece": calibration_error(labels, probabilities) if n else None,
        "n_rows": n,
        "n_responses": int(labels.sum()),
        "rate": rate,
        "mean": float(probabilities.mean()) if n else None,
    }


def grouped_auc(labels: Bools, probabilities: Floats, group: NDArray[np.int64]) -> float | None:
    """AUC within each group, averaged with the groups' rows as weights; a tie counts one half.

    A group without both labels says nothing and is left out; None where no group is left.

    References
    ----------
    Zhou et al. (2018), *Deep Interest Network for Click-Through Rate Prediction*, eq. 8.

    Examples
    --------
    >>> p = np.array([0.9, 0.1, 0.2, 0.8])
    >>> grouped_auc(np.array([True, False, True, False]), p, np.array([1, 1, 2, 2]))
    0.5
    """
    order = np.lexsort((probabilities, group))
    label, p = labels[order], probabilities[order]
    names, first, place = np.unique(group[order], return_index=True, return_inverse=True)
    fresh = np.ones(len(p), bool)
    fresh[1:] = (p[1:] != p[:-1]) | (place[1:] != place[:-1])
    start = np.flatnonzero(fresh)
    size = np.diff(np.append(start, len(p)))
    tie = np.cumsum(fresh) - 1
    rank = start[tie] + (size[tie] + 1) / 2 - first[place]
    n_rows = np.bincount(place, minlength=len(names))
    positive = np.bincount(place, weights=label, minlength=len(names))
    kept = (positive > 0) & (positive < n_rows)
    if not kept.any():
        return None
    above = np.bincount(place, weights=rank * label, minlength=len(names)) - positive * (positive + 1) / 2
    auc = above[kept] / (positive * (n_rows - positive))[kept]
    return float(np.average(auc, weights=n_rows[kept]))


def calibration_error(labels: Bools, probabilities: Floats) -> float:
    """Mean of |share with a response − mean probability| over `N_BINS` bins of equally many rows.

    References
    ----------
    Guo et al. (2017), *On Calibration of Modern Neural Networks*, eq. 5; equal counts instead of equal widths, since
    responses are rare and nearly all probabilities are small.

    Examples
    --------
    >>> round(calibration_error(np.array([True, False]), np.array([0.9, 0.2])), 3)
    0.15
    """
    order = np.argsort(probabilities, kind="stable")
    bins = np.array_split(order, min(N_BINS, len(order)))
    gaps = [len(b) * abs(float(labels[b].mean() - probabilities[b].mean())) for b in bins]
    return sum(gaps) / len(order)


def tabulate_responses(report: Mapping[str, Any]) -> pd.DataFrame:
    """Return the figures of `judge_responses` as a table: the whole first, then one row per category.

    Columns are "What" and the names of `FIGURES`; None where a figure could not be had.
    """
    parts = {"Everything": report, **report["by_category"]}
    rows = [{"What": name} | {FIGURES[key][0]: part[key] for key in FIGURES} for name, part in parts.items()]
    return pd.DataFrame(rows)
