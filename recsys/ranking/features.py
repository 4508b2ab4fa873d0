"""Features of the response term: what is known of a request and a candidate when the list is made."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue, Labels
from recsys.data.interactions import DAY, Histories
from recsys.ranking.model import Model, Terms

FEATURE_LABELS: dict[str, str] = {
    "z_text": "text match",
    "z_image": "image match",
    "z_behaviour": "behaviour match",
    "z_repeat": "own purchases",
    "z_trend": "popularity now",
    "z_fresh": "newness",
    "price_log": "price",
    "price_fit": "price against what she usually pays",
    "price_gap": "distance from her usual price",
    "item_touches_log": "how often anybody chose it",
    "own_touches": "how often she chose it",
    "own_days_since": "days since she last chose it",
    "category_share": "share of her history in its category",
    "brand_share": "share of her history of its brand",
    "history_length_log": "length of her history",
    "history_days_since": "days since her last visit",
    "position": "place in the list",
}
"""On-screen words for every feature; a component added later is shown by its own label."""

NEVER_DAYS = 3650.0


@dataclass(frozen=True, eq=False)
class Features:
    """Feature rows of candidates.

    Parameters
    ----------
    names
        Column names.
    values
        float64, shape (n_requests, n_candidates, n_features); NaN where unknown.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def candidate_features(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    terms: Terms,
    candidates: NDArray[np.intp],
    position: NDArray[np.int32] | None = None,
) -> Features:
    """Describe candidates to the response term.

    Parameters
    ----------
    model
        Supplies items and counts.
    histories
        One row per request.
    at
        Time of the requests.
    terms
        Standardised terms of the same requests.
    candidates
        Item numbers, shape (n_requests, n_candidates).
    position
        1-based places they were shown at, same shape; None asks as if each stood first.
    """
    clock = model.clock(at)
    columns: dict[str, NDArray[Any]] = {
        f"z_{n}": np.take_along_axis(z, candidates, axis=1) for n, z in zip(terms.names, terms.z, strict=True)
    }
    columns |= _price_columns(model.catalogue, histories, candidates)
    columns["item_touches_log"] = np.log1p(model.interactions.item_counts[candidates])
    columns |= _own_columns(histories, clock, candidates, len(model.catalogue))
    columns["category_share"] = _share(model.catalogue.category_labels, histories, candidates)
    columns["brand_share"] = _share(model.catalogue.brand_labels, histories, candidates)
    columns |= _history_columns(histories, clock, candidates.shape[1])
    columns["position"] = np.ones(candidates.shape) if position is None else position
    values = np.empty((*candidates.shape, len(columns)))
    for place, column in enumerate(columns.values()):
        values[:, :, place] = column
    return Features(tuple(columns), values)


def _price_columns(catalogue: Catalogue, histories: Histories, candidates: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """Price, and its distance from the mean log price of the history."""
    price = np.log(np.where(catalogue.prices > 0, catalogue.prices, np.nan))
    paid = price[histories.item_num]
    known = ~np.isnan(paid)
    total = np.bincount(histories.row[known], weights=paid[known], minlength=len(histories))
    count = np.bincount(histories.row[known], minlength=len(histories))
    usual = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    fit = price[candidates] - usual[:, None]
    return {"price_log": price[candidates], "price_fit": fit, "price_gap": np.abs(fit)}


def _own_columns(
    histories: Histories, clock: np.datetime64, candidates: NDArray[np.intp], n_items: int
) -> dict[str, NDArray[Any]]:
    """How often and how lately the request's own history touched each candidate."""
    keys = histories.row * n_items + histories.item_num
    unique, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    youngest = np.full(len(unique), NEVER_DAYS)
    np.minimum.at(youngest, place, histories.age_days(clock))
    wanted = np.arange(len(histories))[:, None] * n_items + candidates
    found = np.searchsorted(unique, wanted)
    hit = np.zeros(wanted.shape, bool)
    inside = found < len(unique)
    hit[inside] = unique[found[inside]] == wanted[inside]
    times = np.zeros(wanted.shape)
    days = np.full(wanted.shape, NEVER_DAYS)
    times[hit], days[hit] = counts[found[hit]], youngest[found[hit]]
    return {"own_touches": times, "own_days_since": days}


def _share(labels: Labels, histories: Histories, candidates: NDArray[np.intp]) -> NDArray[np.float64]:
    """Share of each history that carries the candidate's label; NaN for an empty history or an empty label."""
    codes, n_kinds = labels.codes, len(labels.names)
    flat = histories.row * n_kinds + codes[histories.item_num]
    counts = np.bincount(flat, minlength=len(histories) * n_kinds).reshape(len(histories), n_kinds)
    lengths = histories.lengths[:, None].astype(np.float64)
    share = np.take_along_axis(counts, codes[candidates], axis=1) / np.where(lengths > 0, lengths, np.nan)
    return np.where(labels.names[codes[candidates]] == "", np.nan, share)


def _history_columns(histories: Histories, clock: np.datetime64, n_candidates: int) -> dict[str, NDArray[Any]]:
    """Length and age of each history, repeated for every candidate."""
    last = np.full(len(histories), NEVER_DAYS)
    np.minimum.at(last, histories.row, (clock - histories.occurred_at) / DAY)
    shape = (len(histories), n_candidates)
    return {
        "history_length_log": np.broadcast_to(np.log1p(histories.lengths)[:, None], shape),
        "history_days_since": np.broadcast_to(last[:, None], shape),
    }
