"""Rows the response term learns from: shown items where the shop logs impressions, else the best candidates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.impressions import Impressions
from recsys.data.interactions import DAY
from recsys.data.split import Split
from recsys.ranking.features import CALENDAR_FEATURES, candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import BATCH_CELLS, SHORTLIST, weighted_sum
from recsys.training.columns import Truth, truth_of

MAX_REQUESTS = 2000
NEGATIVES = 40
"""Candidates without a response kept per request to learn from."""


@dataclass(frozen=True, eq=False)
class ResponseRows:
    """Feature rows with labels.

    Parameters
    ----------
    names
        Feature names.
    features
        float64, shape (n_rows, n_features).
    labels
        Responded, bool, shape (n_rows,).
    source
        "impressions" or "next interactions".
    request_num
        Rows of one list share a number, int64, shape (n_rows,).
    item_num
        The item of each row, int32, shape (n_rows,).
    asked_at
        When its list was asked for, datetime64[us], shape (n_rows,).
    """

    names: tuple[str, ...]
    features: NDArray[np.float64]
    labels: NDArray[np.bool_]
    source: str
    request_num: NDArray[np.int64]
    item_num: NDArray[np.int32]
    asked_at: NDArray[np.datetime64]

    @property
    def latest(self) -> NDArray[np.bool_] | None:
        """About the latest fifth of the rows, whole moments at a time, shape (n_rows,); None if all are of one."""
        if not len(self.labels):
            return None
        late = self.asked_at >= np.sort(self.asked_at)[int(0.8 * len(self.asked_at))]
        return None if late.all() else late

    @staticmethod
    def concatenate(parts: Sequence["ResponseRows"]) -> "ResponseRows":
        """Stack rows below one another, oldest part first; lists of different parts stay apart."""
        starts = np.cumsum([0, *(int(p.request_num.max(initial=-1)) + 1 for p in parts[:-1])])
        return ResponseRows(
            parts[0].names,
            np.concatenate([p.features for p in parts]),
            np.concatenate([p.labels for p in parts]),
            parts[0].source,
            np.concatenate([p.request_num + start for p, start in zip(parts, starts, strict=True)]),
            np.concatenate([p.item_num for p in parts]),
            np.concatenate([p.asked_at for p in parts]),
        )


def shown_rows(model: Model, split: Split, impressions: Impressions, seed: int) -> ResponseRows:
    """One row per impression of the window; the history is what the shopper had done before it was shown.

    Lists of one day are scored together; the position shown is a feature, and serving asks for position 1. No rows
    where nothing was shown in the window to anybody with a history.
    """
    known = impressions.take(impressions.user_num >= 0).between(split.cut, split.end)
    rng = np.random.default_rng(seed)
    requests = np.unique(known.request_num)
    kept = requests if len(requests) <= MAX_REQUESTS else rng.choice(requests, MAX_REQUESTS, replace=False)
    known = known.take(np.isin(known.request_num, kept))
    days = known.shown_at.astype("datetime64[D]")
    parts = [_rows_of_a_day(model, split, known.take(days == day), day) for day in np.unique(days)]
    if not parts:
        nothing = np.zeros(0, np.int64)
        times = np.zeros(0, "datetime64[us]")
        return ResponseRows(
            (), np.zeros((0, 0)), np.zeros(0, bool), "impressions", nothing, nothing.astype(np.int32), times
        )
    return ResponseRows.concatenate(parts)


def _rows_of_a_day(model: Model, split: Split, shown: Impressions, day: np.datetime64) -> ResponseRows:
    """Rows of one day's lists, each list scored once."""
    order = np.argsort(shown.request_num, kind="stable")
    _, first, row = np.unique(shown.request_num[order], return_index=True, return_inverse=True)
    slot = np.arange(len(order)) - first[row]
    shape = (len(first), int(slot.max()) + 1)
    items, position = np.zeros(shape, np.intp), np.ones(shape, np.int32)
    items[row, slot], position[row, slot] = shown.item_num[order], shown.position[order]
    heads = order[first]
    at = day.astype("datetime64[us]")
    histories = split.train.histories_at(shown.user_num[heads], shown.shown_at[heads])
    launched = np.isnat(model.catalogue.launched_at) | (model.catalogue.launched_at <= at + DAY)
    served = replace(model, sale_mask=launched, data_to=at)
    rows = candidate_features(served, histories, at, served.terms(histories, at), items, position)
    return ResponseRows(
        rows.names,
        rows.values[row, slot],
        shown.responded[order],
        "impressions",
        row,
        shown.item_num[order],
        shown.shown_at[order],
    )


def candidate_rows(
    model: Model, split: Split, weights: NDArray[np.float64], seed: int, negatives: int | None
) -> ResponseRows:
    """Best candidates of the other terms as of the cut, labelled by what the shopper chose in the window.

    The candidates are as many as get the term when a list is made. Month and weekday are left out: all lists are
    asked for at the cut, so a calendar would only tell one window from the other.

    Parameters
    ----------
    model
        Fitted on the training part of the split.
    split
        The window.
    weights
        Of the other terms, for the shortlist.
    seed
        Of the samples.
    negatives
        Candidates without a response kept per shopper; None keeps all, as calibration and judging need.
    """
    truth = truth_of(split, MAX_REQUESTS, seed)
    rng = np.random.default_rng(seed)
    size = max(1, BATCH_CELLS // max(split.train.n_items, 1))
    starts = range(0, len(truth.users), size) if len(truth.users) else [0]
    parts = [
        _rows_of_some(model, split, truth, slice(start, start + size), weights, rng, negatives) for start in starts
    ]
    return ResponseRows.concatenate(parts)


def _rows_of_some(
    model: Model,
    split: Split,
    truth: Truth,
    some: slice,
    weights: NDArray[np.float64],
    rng: np.random.Generator,
    negatives: int | None,
) -> ResponseRows:
    """Rows of some of the shoppers, few enough for memory."""
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(truth.users[some])
    terms = served.terms(histories, split.cut)
    total = weighted_sum(terms, weights)
    total[:, ~split.on_sale] = -np.inf
    size = min(SHORTLIST, int(split.on_sale.sum()))
    best = np.argpartition(-total, size - 1, axis=1)[:, :size]
    told = candidate_features(served, histories, split.cut, terms, best)
    kept = [k for k, name in enumerate(told.names) if model.response is not None or name not in CALENDAR_FEATURES]
    labels = np.take_along_axis(truth.choices["all"][some].toarray(), best, axis=1)
    keep = np.ones(labels.shape, bool)
    if negatives is not None:
        keep = labels | (rng.random(labels.shape) < negatives / max(size, 1))
    request, _ = np.nonzero(keep)
    return ResponseRows(
        tuple(told.names[k] for k in kept),
        told.values[keep][:, kept],
        labels[keep],
        "next interactions",
        request.astype(np.int64),
        best[keep].astype(np.int32),
        np.full(len(request), split.cut),
    )
