"""What all terms share that add up item-item weights over a history: the touches, the sum, its shares."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.components.contract import Component, Floats
from recsys.data.interactions import Histories
from recsys.data.scores import DotScores, Scores, SparseScores, fill_rows

COLUMNS_AT_ONCE = 512
"""Columns of a co-occurrence product formed at once."""


class ItemWeightsComponent(Component):
    """Score of item j = Σ_i t_i · B_ij over the items i touched, t_i less the longer ago.

    Fitted arrays are `weights`, `columns`, `rows` (B in compressed rows). The config has a `half_life_days`.
    """

    def touches(self, histories: Histories, n_items: int, at: np.datetime64) -> sparse.csr_array:
        """√min(Σ 2^(−age / half-life), 1) per item touched, shape (n_requests, n_items): 1 today, less long ago."""
        decay = 0.5 ** (histories.age_days(at) / self.config.half_life_days)
        touches = histories.matrix(n_items, decay.astype(np.float32))
        touches.data = np.sqrt(np.minimum(touches.data, 1.0))
        return touches

    def read(self, histories: Histories, at: np.datetime64) -> Scores:
        """Weights from each touched item, summed, as sparse rows."""
        weights = self.weights
        summed = (self.touches(histories, weights.shape[0], at) @ weights).astype(np.float32)
        return SparseScores(summed, histories.lengths == 0)

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Sum of the weights from each touched item; NaN for an empty history."""
        scores = self.read(histories, at)
        if isinstance(scores, DotScores):
            return scores.user_vectors @ scores.item_vectors.T
        return fill_rows(scores) if isinstance(scores, SparseScores) else scores.values

    @cached_property
    def weights(self) -> sparse.csr_array:
        """B from the stored arrays; built at the first question."""
        parts = (self.arrays["weights"], self.arrays["columns"], self.arrays["rows"])
        n = len(self.arrays["rows"]) - 1
        return sparse.csr_array(parts, shape=(n, n))

    def keep_arrays(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Replace what was learnt."""
        self.arrays = arrays
        self.__dict__.pop("weights", None)

    def shares(self, history: Histories, item_num: int) -> Floats:
        """How much each touch adds to one item's score, its age left aside, shape (n_touches,)."""
        if "weights" not in self.arrays:
            return np.zeros(len(history.item_num), np.float32)
        column = self.weights[:, [item_num]].toarray().ravel()
        return column[history.item_num].astype(np.float32)


def pack_weights(weights: sparse.csr_array) -> dict[str, NDArray[Any]]:
    """B as arrays under plain names."""
    return {
        "weights": weights.data.astype(np.float32),
        "columns": weights.indices.astype(np.int32),
        "rows": weights.indptr.astype(np.int64),
    }


def spread_over_catalogue(small: sparse.csr_array, columns: NDArray[np.intp], n_items: int) -> sparse.csr_array:
    """Place weights between some items, shape (len(columns), len(columns)), in the whole catalogue."""
    cells = small.tocoo()
    index = (columns[cells.coords[0]], columns[cells.coords[1]])
    return sparse.csr_array((cells.data.astype(np.float32), index), shape=(n_items, n_items))


def strongest_links(
    left: sparse.csr_array,
    right: sparse.csr_array,
    keep: int,
    strength: Callable[[Floats, NDArray[np.int32], NDArray[np.intp]], Floats],
    *,
    itself: bool = False,
) -> sparse.csr_array:
    """Strongest `keep` pairs of each column among those in which the sparse product left · right has anything.

    Parameters
    ----------
    left, right
        Shapes (n_items, n_users) and (n_users, n_items).
    keep
        Entries kept per column.
    strength
        Makes each pair's weight of the product's value, its row and its column; weights of 0 and below are left out.
    itself
        Whether the diagonal counts.
    """
    n = left.shape[0]
    by_column = right.tocsc()
    rows, columns, values = [], [], []
    for start in range(0, n, COLUMNS_AT_ONCE):
        block = sparse.csc_array(left @ by_column[:, start : start + COLUMNS_AT_ONCE])
        column = np.repeat(np.arange(block.shape[1]), np.diff(block.indptr)) + start
        value = strength(block.data, block.indices, column)
        if not itself:
            value[block.indices == column] = 0.0
        order = np.lexsort((-value, column))
        place = np.arange(len(order)) - block.indptr[column[order] - start]
        kept = order[(place < keep) & (value[order] > 0)]
        rows.append(block.indices[kept])
        columns.append(column[kept])
        values.append(value[kept])
    index = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.concatenate(values).astype(np.float32), index), shape=(n, n))
