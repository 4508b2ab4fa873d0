"""The objective of validation at many values of one weight, looking only at candidates that can enter a list."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.contenders import Contenders, find_contenders
from recsys.fusion.holdout import find_places, gains
from recsys.training.column_views import ColumnView

Floats = NDArray[np.float32]
PIECES = 3
"""Neighbouring values are taken together in so many runs, each with contenders of its own."""


def column_quality(view: ColumnView, scores: Floats, slopes: Floats, values: Sequence[float]) -> NDArray[np.float64]:
    """Mean of recall and NDCG of one column while one weight takes several values.

    A score is linear in the weight, so most candidates can be ruled out for a whole run of values by its two ends, see
    `fusion.contenders.find_contenders`; the others are ranked exactly.

    Parameters
    ----------
    view
        The column; at least one shopper has something to find.
    scores
        Sums without the weight over the column's own candidates, −inf where not allowed, shape (n_users, n_candidates).
    slopes
        The weight's own term, same shape.
    values
        Values of the weight, ascending.

    Returns
    -------
    ndarray
        One mean over the shoppers with something to find per value, shape (n_values,).
    """
    judged = np.flatnonzero(view.n_relevant)
    place_of = np.full(len(view.n_relevant), -1)
    place_of[judged] = np.arange(len(judged))
    relevant = np.zeros((len(judged), scores.shape[1]), bool)
    relevant[place_of[view.rows], view.candidates] = True
    everybody = len(judged) == len(scores)
    base, moving = (scores, slopes) if everybody else (scores[judged], slopes[judged])
    whole = find_contenders(base, moving[None], relevant, [values[0]], [values[-1]])
    found = []
    for piece in np.array_split(np.asarray(values), min(PIECES, len(values))):
        near = whole.within([piece[0]], [piece[-1]])
        found += [_mean_gain(near, value) for value in piece]
    return np.array(found)


def _mean_gain(contenders: Contenders, value: float) -> float:
    """Mean of recall and NDCG at one value."""
    places = find_places(contenders.scores([value]), contenders.rows, contenders.places)
    ndcg, recall = gains(places, contenders.rows, contenders.n_relevant)
    return float((ndcg + recall).mean() / 2)


def objectives_along(
    columns: Mapping[str, ColumnView],
    column_weights: Mapping[str, float],
    hidden: NDArray[np.bool_],
    new: NDArray[np.intp],
    scores: Floats,
    slopes: Floats,
    values: Sequence[float],
) -> NDArray[np.float64]:
    """Σ column weight · log(mean of recall and NDCG) at each value of one weight, shape (n_values,).

    Parameters
    ----------
    columns, column_weights, hidden, new
        As of `weights.ValidationTask`.
    scores, slopes
        Sums without the weight and the weight's own term, shape (n_users, n_candidates).
    values
        Values of the weight, ascending.
    """
    total = np.zeros(len(values))
    for column, view in columns.items():
        if view.lists == "new":
            base, moving = scores[:, new], slopes[:, new]
        else:
            base = np.where(hidden, np.float32(-np.inf), scores) if view.lists == "discovery" else scores
            moving = slopes
        total += column_weights[column] * np.log(column_quality(view, base, moving, values) + 1e-4)
    return total
