"""Which items can reach the top of a list while weights move: what a browser needs to re-rank exactly by itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BLOCK = 512


def find_skyband(corners: NDArray[np.float64], k: int) -> NDArray[np.int64]:
    """Return the items that fewer than `k` others beat in every corner (the k-skyband).

    A score that is linear in the weights lies, anywhere inside a box of weights, between its values in the corners. An
    item that k others match or beat in all corners is therefore never among the best k inside the box; whoever can be
    is in the skyband.

    Parameters
    ----------
    corners
        Score of each item in each corner, shape (n_items, n_corners); higher is better.
    k
        Length of the list, ≥ 1.

    Returns
    -------
    ndarray
        Item numbers in ascending order, int64. Equal rows rank by item number.

    References
    ----------
    Papadias, Tao, Fu, Seeger (2005), Progressive skyline computation in database systems, section 5.3.

    Examples
    --------
    Item 2 is beaten by both others; with k = 1 only the two that no one beats remain:
    >>> find_skyband(np.array([[3.0, 1.0], [1.0, 3.0], [1.0, 0.5]]), 1).tolist()
    [0, 1]
    """
    n_items = len(corners)
    if n_items <= k:
        return np.arange(n_items)
    # k items are at least `floor` everywhere, so whoever stays below it everywhere is beaten k times.
    floor = np.partition(corners.min(axis=1), n_items - k)[n_items - k]
    hopeful = np.flatnonzero(corners.max(axis=1) >= floor)
    order = hopeful[np.argsort(-corners[hopeful].sum(axis=1), kind="stable")]
    kept = np.empty(0, np.int64)
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        beaten = _count_winners(corners[kept], corners[block])
        beaten += _count_earlier_winners(corners[block])
        kept = np.concatenate([kept, block[beaten < k]])
    return np.sort(kept)


def find_reachable(
    z: NDArray[np.floating], weights: NDArray[np.float64], k: int, together: Sequence[int] = ()
) -> NDArray[np.int64]:
    """Return every item that can be among the best `k` while one weight, or those `together`, move in [0, 1].

    Parameters
    ----------
    z
        Standardised terms, shape (n_items, n_terms), finite.
    weights
        Where the weights stand now, shape (n_terms,); a moving weight leaves the others there.
    k
        Length of the list.
    together
        Terms whose weights may move at the same time; every other one moves alone.

    Returns
    -------
    ndarray
        Item numbers in ascending order, int64; the best k for the current weights are among them.
    """
    alone = [c for c in range(z.shape[1]) if c not in together]
    found = [find_skyband(_corners(z, weights, moving), k) for moving in ([*together], *([c] for c in alone)) if moving]
    return np.unique(np.concatenate(found)) if found else np.arange(len(z))


def _corners(z: NDArray[np.floating], weights: NDArray[np.float64], moving: Sequence[int]) -> NDArray[np.float64]:
    """Scores in the corners of the box of moving weights, shape (n_items, 2 ** n_moving)."""
    still = weights.astype(np.float64).copy()
    still[list(moving)] = 0.0
    scores = (z @ still)[:, None]
    for c in moving:
        scores = np.concatenate([scores, scores + z[:, [c]]], axis=1)
    return np.asarray(scores, np.float64)


def _count_winners(winners: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many `winners` are at least as good as each row in every corner, shape (n_rows,)."""
    better = np.ones((len(rows), len(winners)), bool)
    for corner in range(rows.shape[1]):
        better &= winners[None, :, corner] >= rows[:, None, corner]
    return np.asarray(better.sum(axis=1), np.int64)


def _count_earlier_winners(rows: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many earlier rows are at least as good in every corner, shape (n_rows,)."""
    better = np.tril(np.ones((len(rows), len(rows)), bool), -1)
    for corner in range(rows.shape[1]):
        better &= rows[None, :, corner] >= rows[:, None, corner]
    return np.asarray(better.sum(axis=1), np.int64)
