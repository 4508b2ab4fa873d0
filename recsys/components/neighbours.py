"""Content neighbours: the touched items that lend what is known of them to an item nobody has touched."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]

MAX_LENDERS = 10_000
"""Touched items that may lend, the most touched ones; bounds the cost in large catalogues."""
NEIGHBOURS = 30
"""Lenders kept per item."""
BLOCK = 2048


def content_neighbours(
    embeddings: Mapping[str, Floats],
    prices: NDArray[np.float64],
    touches: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    n_neighbours: int = NEIGHBOURS,
) -> sparse.csr_array:
    """Touched items most like each wanted item in words, pictures and price.

    The kernel is exp(−|Δ log price|) · Σ_modality max(cos, 0)³ of centred vectors: the cube keeps near twins and
    forgets the rest, and a bracelet at 2 does not learn from one at 40. A price that is unknown makes no difference.

    Parameters
    ----------
    embeddings
        Modality to vectors, shape (n_items, d); NaN rows where an item has none.
    prices
        Shape (n_items,), NaN where unknown.
    touches
        Interactions per item, shape (n_items,).
    wanted
        Items to describe, shape (n_items,).
    n_neighbours
        Neighbours kept per item.

    Returns
    -------
    csr_array
        float32, shape (n_items, n_items); row `i` holds weights that sum to 1 over touched items, or nothing.
    """
    n = len(touches)
    rows, lenders = np.flatnonzero(wanted), _most_touched(touches)
    if len(rows) == 0 or len(lenders) == 0 or not embeddings:
        return sparse.csr_array((n, n), dtype=np.float32)
    k = min(n_neighbours, len(lenders))
    reduced = [reduce_vectors(v, finite_rows(v), v.shape[1]) for v in embeddings.values()]
    log_price = np.log(np.where(prices > 0, prices, np.nan)).astype(np.float32)
    picks, weights = [], []
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        kernel = sum(np.maximum(v[block] @ v[lenders].T, 0.0) ** 3 for v in reduced)
        kernel = kernel * np.exp(-np.nan_to_num(np.abs(log_price[block][:, None] - log_price[lenders][None, :])))
        kernel[lenders[None, :] == block[:, None]] = 0.0
        top = np.argpartition(-kernel, k - 1, axis=1)[:, :k]
        value = np.take_along_axis(kernel, top, axis=1)
        picks.append(lenders[top])
        weights.append(value / np.maximum(value.sum(axis=1, keepdims=True), 1e-12))
    values = np.concatenate(weights).astype(np.float32).ravel()
    index = (np.repeat(rows, k), np.concatenate(picks).ravel())
    found = sparse.csr_array((values, index), shape=(n, n))
    found.eliminate_zeros()
    return found


def lend_weights(weights: sparse.csr_array, neighbours: sparse.csr_array) -> sparse.csr_array:
    """Give untouched items a column of item-item weights: their neighbours' mean, each neighbour itself included.

    B + (B + I)·Nᵀ; touched items have no neighbours in N and keep their column.

    Parameters
    ----------
    weights
        B over touched items, shape (n_items, n_items).
    neighbours
        N, as `content_neighbours` gives it for the untouched items.
    """
    itself = sparse.eye_array(weights.shape[0], dtype=np.float32, format="csr")
    return sparse.csr_array(weights + (weights + itself) @ neighbours.T)


def _most_touched(touches: NDArray[np.int64]) -> NDArray[np.intp]:
    """Touched items, at most `MAX_LENDERS` of them, in item order."""
    touched = np.flatnonzero(touches)
    if len(touched) <= MAX_LENDERS:
        return touched
    return np.sort(touched[np.argsort(-touches[touched], kind="stable")[:MAX_LENDERS]])


def finite_rows(vectors: Floats) -> NDArray[np.bool_]:
    """Rows without NaN or infinity, shape (n_items,)."""
    return np.asarray(np.isfinite(vectors).all(axis=1), dtype=bool)


def reduce_vectors(vectors: Floats, known: NDArray[np.bool_], size: int) -> Floats:
    """Centre, keep the leading principal directions and restore unit length; zero rows where unknown."""
    rows = vectors[known].astype(np.float64)
    if len(rows) == 0:
        return np.zeros((len(vectors), 1), np.float32)
    centred = rows - rows.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    basis = directions[:, ::-1][:, : min(size, centred.shape[1])]
    reduced = centred @ basis
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-12)
    out = np.zeros((len(vectors), reduced.shape[1]), np.float32)
    out[known] = reduced
    return out
