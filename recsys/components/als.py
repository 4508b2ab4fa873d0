"""Implicit ALS with fold-in: the behaviour model for catalogues too large for EASE."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.interactions import Histories
from recsys.progress import losses_are_watched, report_loss

CONFIDENCE = 1.0
"""Weight of a touched item over an untouched one, less one; the same when fitting and when folding in."""


def fit_item_factors(
    touched: sparse.csr_array,
    embedding_size: int,
    regularization: float,
    epochs: int,
    seed: int,
    confidence: float = CONFIDENCE,
) -> NDArray[np.float32]:
    """Item factors of implicit ALS, shape (n_items, embedding_size).

    References
    ----------
    Hu, Koren & Volinsky (2008), *Collaborative Filtering for Implicit Feedback Datasets*; solver: `implicit`.
    """
    from implicit.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=embedding_size,
            regularization=regularization,
            iterations=epochs,
            random_state=seed,
            use_gpu=False,
            calculate_training_loss=losses_are_watched(),
        )
        model.fit(sparse.csr_matrix(touched) * (1 + confidence), show_progress=False, callback=_report)
    return np.asarray(model.item_factors, dtype=np.float32)


def _report(epoch: int, elapsed_s: float, loss: float | None) -> None:
    """Tell the loss of an epoch where somebody watches, for only then is it computed."""
    if loss is not None:
        report_loss("als", loss)


def fold_in(
    histories: Histories,
    item_factors: NDArray[np.float32],
    regularization: float,
    gram: NDArray[np.float32] | None = None,
    confidence: float = CONFIDENCE,
) -> NDArray[np.float32]:
    """User factors of unseen histories by one ridge solve each.

    x = (YᵀY + c·Y_hᵀY_h + λI)⁻¹ (1 + c)·Σ_h y_i over the items h touched.

    Parameters
    ----------
    histories
        One row per request.
    item_factors
        Y, shape (n_items, d).
    regularization
        λ > 0.
    gram
        YᵀY over the items that were fitted, shape (d, d); None computes it over all of `item_factors`.
    confidence
        c ≥ 0.

    Returns
    -------
    ndarray
        Shape (n_requests, d); a row of NaN for an empty history.
    """
    d = item_factors.shape[1]
    gram = item_factors.T @ item_factors if gram is None else gram
    base = gram + regularization * np.eye(d, dtype=np.float32)
    out = np.full((len(histories), d), np.nan, np.float32)
    for row in np.flatnonzero(histories.lengths):
        rows = item_factors[np.unique(histories.item_num[histories.indptr[row] : histories.indptr[row + 1]])]
        if np.any(rows):
            out[row] = np.linalg.solve(base + confidence * rows.T @ rows, (1 + confidence) * rows.sum(axis=0))
    return out


def content_tower(
    factors: NDArray[np.float32], content: NDArray[np.float32], touched: NDArray[np.bool_], regularization: float
) -> NDArray[np.float32]:
    """Ridge map from content to factors, fitted on touched items and answered for all, shape (n_items, d)."""
    x, y = content[touched].astype(np.float64), factors[touched].astype(np.float64)
    gram = x.T @ x
    gram += np.eye(len(gram)) * regularization * max(float(np.trace(gram)) / len(gram), 1e-12)
    return (content @ np.linalg.solve(gram, x.T @ y)).astype(np.float32)
