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
    past = replace(split.train, histories=split.train.histories)
    days = known.shown_at.astype("datetime64[D]")
    features, labels = [], []
    names: tuple[str, ...] = ()
    for day in np.unique(days):
        today = known.take(days == day)
        at = day.astype("datetime64[us]")
        histories = past.histories_at(today.user_num, today.shown_at)
        launched = np.isnat(model.catalogue.launched_at) | (model.catalogue.launched_at <= at + DAY)
        served = replace(model, sale_mask=launched, data_to=at)
        terms = served.terms(histories, at)
        rows = candidate_features(
            served, histories, at, terms, today.item_num[:, None].astype(np.intp), today.position[:, None]
        )
        names = rows.names
        features.append(rows.values[:, 0, :])
        labels.append(today.responded)
    if not labels:
        return ResponseRows((), np.zeros((0, 0)), np.zeros(0, bool), "impressions")
    return ResponseRows(names, np.concatenate(features), np.concatenate(labels), "impressions")


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
