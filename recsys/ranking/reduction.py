"""Fewer coordinates for one component's inner products: those in which requests and items differ together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.scores import DotScores
from recsys.fusion.standardise import BLOCK, item_moments

TAIL, NEARLY_ALL = 0.01, 0.95
"""Share of the variance of its inner products that a request may lose in the scan, and of the requests that keep to it;
the item vectors have the same variance in every coordinate, so the coordinates of the request tell."""
MAX_COORDINATES = 80
"""Per component."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Reduction:
    """Coordinates of one component: u·(v − μ) ≈ (u·to_query)·((v − μ)·to_item).

    Parameters
    ----------
    mean
        μ over the known items, shape (d,).
    to_query, to_item
        Shape (d, k).
    """

    mean: NDArray[np.float64]
    to_query: Floats
    to_item: Floats


def reduce(scores: DotScores) -> Reduction:
    """Directions in which requests and items differ together."""
    moments = item_moments(scores.item_vectors, scores.known)
    users = scores.user_vectors[np.isfinite(scores.user_vectors).all(axis=1)].astype(np.float64)
    d = scores.item_vectors.shape[1]
    spread = users.T @ users / max(len(users), 1)
    spread += np.eye(d) * max(0.01 * float(np.trace(spread)) / d, 1e-12)
    users_root, users_inverse = _roots(spread)
    items_root, items_inverse = _roots(moments.covariance)
    left, strength, right = np.linalg.svd(users_root @ items_root)
    all_queries = (users_inverse @ left) * strength
    k = _count(users @ all_queries)
    to_query = all_queries[:, :k]
    return Reduction(moments.mean, to_query.astype(np.float32), (items_inverse @ right[:k].T).astype(np.float32))


def _count(queries: NDArray[np.float64]) -> int:
    """Coordinates after which nearly all requests, shape (n, d), have lost no more than `TAIL` of their variance."""
    kept = np.cumsum(queries**2, axis=1)
    lost = 1.0 - kept / np.maximum(kept[:, -1:], 1e-30)
    enough = np.quantile(lost, NEARLY_ALL, axis=0) <= TAIL if len(lost) else np.ones(queries.shape[1], bool)
    return min(int(np.argmax(enough)) + 1, MAX_COORDINATES)


def _roots(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Symmetric square root of a covariance and its inverse on the directions that vary."""
    values, vectors = np.linalg.eigh(matrix)
    size = np.sqrt(np.maximum(values, 0.0))
    varies = size > 1e-6 * max(float(size.max()), 1e-30)
    inverse = np.where(varies, 1.0 / np.where(varies, size, 1.0), 0.0)
    return (vectors * size) @ vectors.T, (vectors * inverse) @ vectors.T


def coordinates_of(scores: DotScores, reduction: Reduction) -> Floats:
    """Items in reduced coordinates and whether they are known, shape (n_items, k + 1)."""
    k = reduction.to_item.shape[1]
    out = np.empty((len(scores.item_vectors), k + 1), np.float32)
    shift = (reduction.mean @ reduction.to_item).astype(np.float32)
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        known = scores.known[part].astype(np.float32)[:, None]
        out[part, :k] = (scores.item_vectors[part] @ reduction.to_item - shift) * known
        out[part, k:] = known
    return out
