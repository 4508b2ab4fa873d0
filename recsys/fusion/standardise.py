"""Standardised terms: z = (score − mean) / standard deviation over the items on sale, for one request at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FLAT = 1e-7
"""A spread below this fraction of the scores' size is none: every item is average and z is 0."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and covariance of the item vectors on sale, the only thing the closed form needs.

    Parameters
    ----------
    mean
        μ, shape (d,).
    covariance
        Σ, shape (d, d).
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


def item_moments(item_vectors: Floats, included: NDArray[np.bool_]) -> Moments:
    """Moments of the item vectors over the items included, shape (n_items,) bool; zeros when none is."""
    rows = item_vectors[included].astype(np.float64)
    if len(rows) == 0:
        d = item_vectors.shape[1]
        return Moments(np.zeros(d), np.zeros((d, d)))
    mean = rows.mean(axis=0)
    return Moments(mean, rows.T @ rows / len(rows) - np.outer(mean, mean))


def standardise_dot(user_vectors: Floats, item_vectors: Floats, moments: Moments, known: NDArray[np.bool_]) -> Floats:
    """Standardised inner products by the closed form z = (u·v − u·μ) / √(uᵀΣu), without looking at the scores.

    Parameters
    ----------
    user_vectors
        Shape (n_requests, d); NaN rows stay silent.
    item_vectors
        Shape (n_items, d).
    moments
        Of the known items on sale.
    known
        Items with a vector, shape (n_items,); the others get 0.

    Returns
    -------
    ndarray
        float32, shape (n_requests, n_items).
    """
    users = np.nan_to_num(user_vectors).astype(np.float64)
    centre = users @ moments.mean
    spread = np.sqrt(np.maximum(np.einsum("rd,de,re->r", users, moments.covariance, users), 0.0))
    size = np.maximum(np.linalg.norm(users, axis=1), 1e-30)
    scale = np.where(spread > FLAT * size, 1.0 / np.maximum(spread, 1e-30), 0.0)
    scaled = (users * scale[:, None]).astype(np.float32)
    z = scaled @ item_vectors.T
    z -= (centre * scale)[:, None].astype(np.float32)
    if not known.all():
        z[:, ~known] = 0.0
    return z


def standardise(scores: Floats, included: NDArray[np.bool_]) -> Floats:
    """Standardise scores directly; NaN (cannot speak) becomes 0, the average.

    Parameters
    ----------
    scores
        Shape (n_requests, n_items).
    included
        Items on sale, shape (n_items,), over which mean and spread are taken.

    Returns
    -------
    ndarray
        float32, shape (n_requests, n_items); a row without spread is 0 everywhere.
    """
    inside = scores if included.all() else scores[:, included]
    unknown = np.isnan(inside)
    has_unknown = bool(unknown.any())
    count = np.maximum((~unknown).sum(axis=1), 1) if has_unknown else max(inside.shape[1], 1)
    values = np.where(unknown, 0.0, inside) if has_unknown else inside
    mean = values.sum(axis=1, dtype=np.float64) / count
    square = np.einsum("ri,ri->r", values, values, dtype=np.float64) / count
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    scale = np.where(spread > FLAT * np.maximum(np.sqrt(square), 1e-30), 1.0 / np.maximum(spread, 1e-30), 0.0)
    z = (scores - mean[:, None].astype(np.float32)) * scale[:, None].astype(np.float32)
    return np.nan_to_num(z, copy=False, nan=0.0)
