"""How well items fit a sample of shoppers: one batched pass over the sum, kept only for the items asked about."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIT_SHARE = 0.1
"""Predicted fit is the mean over this share of the sampled shoppers, those the item suits best."""


@dataclass(frozen=True, eq=False)
class FitTable:
    """Scores of some items for a sample of shoppers.

    Parameters
    ----------
    item_num
        The items, int32, shape (n_asked,).
    standing
        The total score standardised over the items on sale for each shopper, float32, shape (n_requests, n_asked).
    contributions
        Terms of the sum, float32, shape (n_requests, n_asked, n_components).
    in_list
        Whether the item is in the shopper's top n, bool, shape (n_requests, n_asked).
    components
        Names of the last axis of `contributions`.
    """

    item_num: NDArray[np.int32]
    standing: NDArray[np.float32]
    contributions: NDArray[np.float32]
    in_list: NDArray[np.bool_]
    components: tuple[str, ...]

    @property
    def n_requests(self) -> int:
        """Sampled shoppers."""
        return len(self.standing)

    def fit(self) -> NDArray[np.float64]:
        """Predicted fit per item, shape (n_asked,): mean standing over the tenth of shoppers it suits best.

        In standard deviations of a shopper's scores: 0 is an average item for her, 2 is better than about 98 of 100.
        """
        n = max(1, round(self.n_requests * FIT_SHARE))
        best = np.partition(self.standing, self.n_requests - n, axis=0)[self.n_requests - n :]
        return np.asarray(best.mean(axis=0), np.float64)

    def reach(self) -> NDArray[np.int64]:
        """Sampled shoppers who have the item in their top n, shape (n_asked,)."""
        return np.asarray(self.in_list.sum(axis=0), np.int64)

    def audience(self, column: int, size: int) -> NDArray[np.int64]:
        """Positions of the shoppers an item suits best, best first, shape (min(size, n_requests),)."""
        return np.argsort(-self.standing[:, column], kind="stable")[:size].astype(np.int64)

    def reasons(self, column: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Mean contribution of each component for some shoppers, shape (n_components,)."""
        return np.asarray(self.contributions[rows, column].mean(axis=0), np.float64)


def measure_standing(
    contributions: NDArray[np.floating], eligible: NDArray[np.bool_], asked: NDArray[np.int32], n: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Standardise total scores per shopper and tell which asked items make her top n.

    Parameters
    ----------
    contributions
        Terms of the sum, shape (n_requests, n_items, n_components).
    eligible
        Items that may appear, shape (n_items,).
    asked
        Item numbers of interest, shape (n_asked,).
    n
        Length of a list.

    Returns
    -------
    standing, in_list
        Shapes (n_requests, n_asked). Ties at the last place count as in.
    """
    total = contributions.sum(axis=2)
    pool = total[:, eligible]
    mean, spread = pool.mean(axis=1, keepdims=True), pool.std(axis=1, keepdims=True)
    standing = (total[:, asked] - mean) / np.where(spread > 0, spread, 1.0)
    place = min(n, pool.shape[1])
    last = np.partition(pool, pool.shape[1] - place, axis=1)[:, [pool.shape[1] - place]]
    in_list = (total[:, asked] >= last) & eligible[asked]
    return standing.astype(np.float32), in_list


def batches(n: int, size: int) -> Iterator[slice]:
    """Yield slices that cover range(n)."""
    for start in range(0, n, size):
        yield slice(start, min(n, start + size))
