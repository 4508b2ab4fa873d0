"""Ranking metrics on padded lists, and their intervals. Pure functions of arrays."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Relevant: TypeAlias = NDArray[np.bool_] | sparse.csr_array
"""What each user went on to choose, shape (n_users, n_items); sparse where users and items are many."""


@dataclass(frozen=True)
class Estimate:
    """A mean over users with its 95 % bootstrap interval.

    Parameters
    ----------
    value, low, high
        The mean and the interval's ends.
    n_users
        Users averaged.
    """

    value: float
    low: float
    high: float
    n_users: int


def hit_matrix(lists: NDArray[np.int32], relevant: Relevant, k: int) -> Bools:
    """Tell which places of each list hold a relevant item.

    Parameters
    ----------
    lists
        Item numbers best first, shape (n_users, ≥ 0); −1 pads a short list.
    relevant
        Shape (n_users, n_items), in full or sparse with no zeros stored.
    k
        Cut-off, ≥ 1.

    Returns
    -------
    ndarray
        bool, shape (n_users, k).

    Examples
    --------
    >>> hit_matrix(np.array([[2, 0]], np.int32), np.array([[False, False, True]]), 3).tolist()
    [[True, False, False]]
    """
    padded = np.full((len(lists), k), -1, np.int64)
    width = min(k, lists.shape[1])
    padded[:, :width] = lists[:, :width]
    there = padded >= 0
    if isinstance(relevant, np.ndarray):
        return np.take_along_axis(relevant, np.maximum(padded, 0), axis=1) & there
    n_users, n_items = relevant.shape
    chosen = np.repeat(np.arange(n_users), np.diff(relevant.indptr)) * n_items + relevant.indices
    return np.isin(np.arange(n_users)[:, None] * n_items + padded, chosen) & there


def count_relevant(relevant: Relevant) -> NDArray[np.int64]:
    """Relevant items of each user, shape (n_users,); of sparse ones no zeros may be stored."""
    if isinstance(relevant, np.ndarray):
        return np.asarray(relevant.sum(axis=1), dtype=np.int64)
    return np.diff(relevant.indptr).astype(np.int64)


def recall(hits: Bools, n_relevant: NDArray[np.int64]) -> Floats:
    """Relevant items found over all relevant items, per user, shape (n_users,); 0 where nothing is relevant.

    Examples
    --------
    >>> recall(np.array([[True, False, True]]), np.array([4])).tolist()
    [0.5]
    """
    return hits.sum(axis=1) / np.maximum(n_relevant, 1)


def ndcg(hits: Bools, n_relevant: NDArray[np.int64]) -> Floats:
    """Discounted gain over the best possible one with min(n_relevant, k) hits, per user, shape (n_users,).

    References
    ----------
    Järvelin & Kekäläinen (2002), *Cumulated gain-based evaluation of IR techniques*, with binary gains.

    Examples
    --------
    >>> ndcg(np.array([[True, False], [False, True]]), np.array([1, 1])).round(4).tolist()
    [1.0, 0.6309]
    """
    k = hits.shape[1]
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[1.0], np.cumsum(discount)])[np.minimum(n_relevant, k)]
    return hits @ discount / ideal


def coverage(lists: NDArray[np.int32], on_sale: Bools) -> float:
    """Share of the items on sale that anybody was shown, 0 to 1."""
    shown = np.unique(lists[lists >= 0])
    return float(on_sale[shown].sum() / max(int(on_sale.sum()), 1))


def bootstrap_mean(values: Floats, seed: int = 0, n_resamples: int = 1000) -> Estimate:
    """Mean over users with a percentile bootstrap interval.

    Parameters
    ----------
    values
        One figure per user, shape (n_users,).
    seed
        Of the resampling.
    n_resamples
        Bootstrap samples, ≥ 1.
    """
    if len(values) == 0:
        return Estimate(0.0, 0.0, 0.0, 0)
    rng = np.random.default_rng(seed)
    means = np.array([values[rng.integers(0, len(values), len(values))].mean() for _ in range(n_resamples)])
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), len(values))
