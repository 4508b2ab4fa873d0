"""Standardised terms: z = (score − mean) / standard deviation over the items on sale, for one request at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
FLAT = 1e-7
"""A spread below this fraction of the scores' size is none: every item is average and z is 0."""
BLOCK = 65_536
"""Item vectors read at once in double precision."""


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
    d, n = item_vectors.shape[1], int(np.count_nonzero(included))
    total, square = np.zeros(d), np.zeros((d, d))
    for start in range(0, len(item_vectors), BLOCK):
        part = slice(start, start + BLOCK)
        rows = item_vectors[part] if included[part].all() else item_vectors[part][included[part]]
        rows = rows.astype(np.float64)
        total += rows.sum(axis=0)
        square += rows.T @ rows
    mean = total / max(n, 1)
    return Moments(mean, square / max(n, 1) - np.outer(mean, mean))


def scale_users(user_vectors: Floats, moments: Moments) -> tuple[Floats, Floats]:
    """User vectors divided by the spread of their products with the items, and the mean of those products.

    Parameters
    ----------
    user_vectors
        u, shape (n_requests, d); NaN rows stay silent.
    moments
        μ and Σ of the known items on sale.

    Returns
    -------
    tuple
        u / √(uᵀΣu), float32, shape (n_requests, d), and its product with μ, shape (n_requests,): z = û·v − û·μ. Zeros
        for a request that is silent or to which all items are alike.
    """
    users = np.nan_to_num(user_vectors).astype(np.float64)
    spread = np.sqrt(np.maximum(np.einsum("rd,rd->r", users @ moments.covariance, users), 0.0))
    size = np.maximum(np.linalg.norm(users, axis=1), 1e-30)
    scale = np.where(spread > FLAT * size, 1.0 / np.maximum(spread, 1e-30), 0.0)
    scaled = users * scale[:, None]
    return scaled.astype(np.float32), (scaled @ moments.mean).astype(np.float32)


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
    scaled, centre = scale_users(user_vectors, moments)
    z = scaled @ item_vectors.T
    z -= centre[:, None]
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


def standardise_items(scores: Floats, included: NDArray[np.bool_]) -> tuple[Floats, float]:
    """One score per item, standardised over the items included; NaN becomes 0.

    Returns
    -------
    tuple
        z, float32, shape (n_items,), and 1/σ; both 0 without spread.
    """
    z = standardise(scores[None, :].copy(), included)[0]
    known = np.flatnonzero(np.isfinite(scores) & included)
    if not z.any():
        return z, 0.0
    low, high = known[np.argmin(scores[known])], known[np.argmax(scores[known])]
    return z, float((z[high] - z[low]) / (scores[high] - scores[low]))


def sparse_moments(matrix: sparse.csr_array, included: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Mean, and 1 / standard deviation, of sparse rows over the items included, zeros counted, from the others alone.

    μ = Σx / n and σ² = Σx² / n − μ² need only the cells that are not 0.

    Parameters
    ----------
    matrix
        Shape (n_requests, n_items), no cell stored twice.
    included
        Items on sale, shape (n_items,), n of them.

    Returns
    -------
    tuple
        μ and 1/σ, float32, shape (n_requests,) each; 1/σ is 0 for a row without spread.
    """
    n, rows = max(int(np.count_nonzero(included)), 1), np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    values = np.where(included[matrix.indices], matrix.data, 0.0).astype(np.float64)
    mean = np.bincount(rows, weights=values, minlength=matrix.shape[0]) / n
    square = np.bincount(rows, weights=values**2, minlength=matrix.shape[0]) / n
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    flat = spread <= FLAT * np.maximum(np.sqrt(square), 1e-30)
    return mean.astype(np.float32), np.where(flat, 0.0, 1.0 / np.maximum(spread, 1e-30)).astype(np.float32)
