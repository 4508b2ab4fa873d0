"""Whether two models differ: intervals of a mean difference over the same users."""

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics import Estimate, bootstrap_mean

Floats = NDArray[np.float64]


def bootstrap_difference(ours: Floats, theirs: Floats, seed: int = 0, n_resamples: int = 1000) -> Estimate:
    """Mean of `ours − theirs` over users with a 95 % percentile interval of the paired bootstrap.

    Users are drawn once per sample and both models judged on them, so that what makes a user easy or hard cancels.

    Parameters
    ----------
    ours, theirs
        One figure per user in the same order, shape (n_users,) each.
    seed
        Of the resampling.
    n_resamples
        Bootstrap samples, ≥ 1.

    Examples
    --------
    >>> found = bootstrap_difference(np.array([0.5, 0.7, 0.2]), np.array([0.4, 0.6, 0.1]))
    >>> round(found.value, 6), round(found.low, 6), round(found.high, 6)
    (0.1, 0.1, 0.1)

    References
    ----------
    Efron & Tibshirani (1993), *An Introduction to the Bootstrap*, chapter 13.
    """
    if ours.shape != theirs.shape:
        raise ValueError(f"both models need a figure for the same users, got {ours.shape} and {theirs.shape}")
    return bootstrap_mean(ours - theirs, seed, n_resamples)


def decided(difference: Estimate) -> bool:
    """Whether zero lies outside the interval.

    Examples
    --------
    >>> decided(Estimate(0.02, 0.01, 0.03, 100)), decided(Estimate(0.02, -0.01, 0.05, 100))
    (True, False)
    """
    return difference.low > 0 or difference.high < 0
