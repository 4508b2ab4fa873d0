"""The whole model: how much each term, and each feature of the response term, says in the lists it makes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Ranking, Request
from recsys.explanation.listing import label_of
from recsys.explanation.pair import label_feature
from recsys.fusion.scopes import PresetBook
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import rank_many

SAMPLE, PLACES = 200, 24
"""Shoppers asked, and places of each list looked at."""
ROWS, SAMPLED_ROWS = 400, 40
"""Pairs whose response term is split where that is exact, and where it is sampled."""
MIN_PLACES = 24
"""Groups with fewer places than one list say little and are left out."""
EVERYTHING = "everything"


@dataclass(frozen=True)
class Share:
    """What one term or feature says: its part of Σ |contribution|, 0 to 1, and the mean with its sign."""

    name: str
    label: str
    share: float
    mean: float


@dataclass(frozen=True)
class Importance:
    """Shares over one group of places.

    Parameters
    ----------
    kind, group
        `everything`; `category` and its name, by the product shown; `segment` and its name, by the shopper.
    n_places, n_shoppers
        What was looked at.
    terms
        Components, largest share first; the shares add up to 1.
    features
        Features of the response term by mean |SHAP| share, largest first; empty where the run has no such term.
    """

    kind: str
    group: str
    n_places: int
    n_shoppers: int
    terms: tuple[Share, ...]
    features: tuple[Share, ...] = ()


def explain_model(model: Model, seed: int = 0) -> tuple[Importance, ...]:
    """Make lists for a sample of shoppers at the data clock and say what speaks in them.

    Parameters
    ----------
    model
        Of the run; its own weights are used.
    seed
        Of the sample.

    Returns
    -------
    tuple
        Everything first, then categories and segments by name; empty where no product is on sale.
    """
    requests = _sample(model, seed)
    rankings = rank_many(requests, model)
    rows = [(r, q) for r, q in zip(rankings, requests, strict=True) if len(r)]
    if not rows:
        return ()
    parts = np.concatenate([r.contributions for r, _ in rows])
    items = np.concatenate([r.item_num for r, _ in rows])
    shopper = np.repeat(np.arange(len(rows)), [len(r) for r, _ in rows])
    book = PresetBook.build((), model.interactions.histories.lengths, ())
    segments = np.array([book.segment_of(len(q.history.item_num)) for _, q in rows], object)[shopper]
    split = _split_response(model, rows, seed)
    groups = [(EVERYTHING, "", np.ones(len(items), bool))]
    groups += [("category", str(c), model.catalogue.top_categories[items] == c) for c in _names(model, items)]
    groups += [("segment", str(s), segments == s) for s in sorted(set(segments))]
    names = rows[0][0].components
    return tuple(
        Importance(
            kind,
            group,
            int(chosen.sum()),
            len(np.unique(shopper[chosen])),
            _shares(names, [label_of(n) for n in names], parts[chosen]),
            _feature_shares(model, split, chosen),
        )
        for kind, group, chosen in groups
        if chosen.sum() >= MIN_PLACES or kind == EVERYTHING
    )


def _sample(model: Model, seed: int) -> list[Request]:
    """Shoppers with a history, and one without."""
    rng = np.random.default_rng(seed)
    histories = model.interactions.histories
    known = np.flatnonzero(histories.lengths)
    chosen = np.sort(rng.choice(known, min(SAMPLE, len(known)), replace=False))
    at = model.data_to if not np.isnat(model.data_to) else np.datetime64("now", "us")
    asked = [histories.one(int(row)) for row in chosen]
    return [Request(history, at, n=PLACES) for history in (*asked, Histories.empty())]


def _names(model: Model, items: NDArray[np.int32]) -> list[str]:
    """Top categories among the items, by name."""
    return sorted({str(c) for c in model.catalogue.top_categories[items]} - {""})


def _shares(names: Sequence[str], labels: Sequence[str], values: NDArray[np.float64]) -> tuple[Share, ...]:
    """Shares of columns, largest first."""
    weight = np.abs(values).sum(axis=0)
    total = float(weight.sum())
    share = weight / total if total > 0 else np.zeros(len(names))
    found = [
        Share(n, lab, float(share[c]), float(values[:, c].mean()))
        for c, (n, lab) in enumerate(zip(names, labels, strict=True))
    ]
    return tuple(sorted(found, key=lambda s: (-s.share, s.name)))


@dataclass(frozen=True, eq=False)
class _Split:
    """SHAP values of some places: their positions, and one row each, shape (n_rows, n_features)."""

    rows: NDArray[np.intp]
    values: NDArray[np.float64]


def _split_response(model: Model, rows: Sequence[tuple[Ranking, Request]], seed: int) -> _Split | None:
    """Split the response term of a sample of places over its features."""
    if model.response is None:
        return None
    features = np.concatenate([_features(model, ranking, request) for ranking, request in rows])
    n = ROWS if model.response.explain(features[0]).exact else SAMPLED_ROWS
    chosen = np.sort(np.random.default_rng(seed + 1).choice(len(features), min(n, len(features)), replace=False))
    return _Split(chosen, np.stack([model.response.explain(features[row]).shap for row in chosen]))


def _features(model: Model, ranking: Ranking, request: Request) -> NDArray[np.float64]:
    """Feature rows of a list, shape (n, n_features)."""
    terms, items = model.terms(request.history, request.at), ranking.item_num[None, :].astype(np.intp)
    return candidate_features(model, request.history, request.at, terms, items).values[0]


def _feature_shares(model: Model, split: _Split | None, chosen: NDArray[np.bool_]) -> tuple[Share, ...]:
    """Shares of the response term's features over the places of a group that were split."""
    if split is None or model.response is None or not chosen[split.rows].any():
        return ()
    names = model.response.names
    return _shares(names, [label_feature(n) for n in names], split.values[chosen[split.rows]])
