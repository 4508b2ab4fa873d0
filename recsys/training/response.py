"""Rows the response term learns from: shown items where the shop logs impressions, else the best candidates."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.data.impressions import Impressions
from recsys.data.interactions import DAY
from recsys.data.split import Split
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import weighted_sum
from recsys.training.columns import truth_of

MIN_RESPONSES = 200
"""Fewer responses than this are too few to learn from."""
MAX_REQUESTS = 3000
SHORTLIST = 100
NEGATIVES = 40


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
    """

    names: tuple[str, ...]
    features: NDArray[np.float64]
    labels: NDArray[np.bool_]
    source: str


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
    features, labels = [], []
    names: tuple[str, ...] = ()
    for day in np.unique(days):
        names, values, responded = _rows_of_a_day(model, split, known.take(days == day), day)
        features.append(values)
        labels.append(responded)
    if not labels:
        return ResponseRows((), np.zeros((0, 0)), np.zeros(0, bool), "impressions")
    return ResponseRows(names, np.concatenate(features), np.concatenate(labels), "impressions")


def _rows_of_a_day(
    model: Model, split: Split, shown: Impressions, day: np.datetime64
) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.bool_]]:
    """Feature names, rows and labels of one day's lists, each list scored once."""
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
    return rows.names, rows.values[row, slot], shown.responded[order]


def candidate_rows(
    model: Model, split: Split, weights: NDArray[np.float64], seed: int, negatives: int | None
) -> ResponseRows:
    """Best candidates of the other terms as of the cut, labelled by what the shopper chose in the window.

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
        Candidates without a response kept per shopper; None keeps all, as calibration needs.
    """
    truth = truth_of(split, MAX_REQUESTS, seed)
    served = replace(model, sale_mask=split.on_sale)
    histories = split.train.histories.take(truth.users)
    terms = served.terms(histories, split.cut)
    total = weighted_sum(terms, weights)
    total[:, ~split.on_sale] = -np.inf
    size = min(SHORTLIST, int(split.on_sale.sum()))
    best = np.argpartition(-total, size - 1, axis=1)[:, :size]
    rows = candidate_features(served, histories, split.cut, terms, best)
    labels = np.take_along_axis(truth.relevant["all"], best, axis=1)
    keep = np.ones(labels.shape, bool)
    if negatives is not None:
        keep = labels | (np.random.default_rng(seed).random(labels.shape) < negatives / size)
    return ResponseRows(rows.names, rows.values[keep], labels[keep], "next interactions")
