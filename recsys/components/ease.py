"""EASE: item weights in closed form, kept sparse. The default behaviour model up to a few ten thousand items."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from recsys.errors import InputError


def solve_ease(touched: sparse.csr_array, regularization: float, keep: int) -> sparse.csr_array:
    """Item-item weights B = I − P · diag(1/P_jj) with P = (XᵀX + λI)⁻¹, largest entries of each column only.

    Parameters
    ----------
    touched
        Binary interactions X, shape (n_users, n_items).
    regularization
        λ > 0.
    keep
        Entries kept per column, by magnitude.

    Returns
    -------
    csr_array
        float32, shape (n_items, n_items), zero diagonal; scores are X @ B.

    References
    ----------
    Steck (2019), *Embarrassingly Shallow Autoencoders for Sparse Data*, eq. 8.
    """
    gram = (touched.T @ touched).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += regularization
    precision = invert_positive(gram)
    weights = precision / -np.diag(precision)[None, :]
    np.fill_diagonal(weights, 0.0)
    return keep_largest(weights, keep)


def invert_positive(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inverse of a symmetric positive definite matrix by Cholesky (LAPACK potrf and potri).

    Raises
    ------
    InputError
        If the matrix is not positive definite.
    """
    factor, failed = lapack.spotrf(matrix, lower=1, overwrite_a=1)
    if failed:
        raise InputError("The item matrix is not positive definite; raise the regularization of the behaviour term.")
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse)
    return lower + np.tril(lower, -1).T


def keep_largest(weights: NDArray[np.float32], keep: int) -> sparse.csr_array:
    """Keep the `keep` largest magnitudes of each column of a square matrix."""
    n = len(weights)
    if keep >= n:
        return sparse.csr_array(weights)
    rows = np.argpartition(-np.abs(weights), keep - 1, axis=0)[:keep]
    columns = np.broadcast_to(np.arange(n), rows.shape)
    return sparse.csr_array((weights[rows, columns].ravel(), (rows.ravel(), columns.ravel())), shape=(n, n))
