"""Scores of one component for a batch of requests, in the form in which it has them.

The form decides how fast a list is made: inner products can be scanned by an index, sparse scores touch few items,
and what is the same for everybody is computed once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True, eq=False)
class DotScores:
    """Inner products u·v_i.

    Parameters
    ----------
    user_vectors
        float32, shape (n_requests, d); a row of NaN where the history says nothing.
    item_vectors
        float32, shape (n_items, d); zero where the item has no content.
    known
        Items with a vector, shape (n_items,); the component cannot speak about the others.
    """

    user_vectors: NDArray[np.float32]
    item_vectors: NDArray[np.float32]
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SparseScores:
    """Scores that are 0 but for a few items of each request.

    Parameters
    ----------
    matrix
        float32, shape (n_requests, n_items), no cell stored twice.
    silent
        Requests the component cannot speak for, shape (n_requests,).
    """

    matrix: sparse.csr_array
    silent: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ItemScores:
    """Scores that are the same for every request.

    Parameters
    ----------
    values
        float32, shape (n_items,); NaN where unknown.
    """

    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FullScores:
    """Scores without a shorter form.

    Parameters
    ----------
    values
        float32, shape (n_requests, n_items); NaN where the component cannot speak.
    """

    values: NDArray[np.float32]


Scores = DotScores | SparseScores | ItemScores | FullScores


def fill_rows(scores: SparseScores) -> NDArray[np.float32]:
    """Sparse scores in full, shape (n_requests, n_items); NaN in the rows of silent requests."""
    full = scores.matrix.toarray().astype(np.float32, copy=False)
    full[scores.silent] = np.nan
    return full
