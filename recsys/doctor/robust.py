"""How far a value lies from its peers, by medians, so that the faults looked for do not move the yardstick."""

import numpy as np
from numpy.typing import NDArray

from recsys.ranking.item_profile import group_medians
from recsys.vocabulary import CATEGORY_SEPARATOR

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
_TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


def peer_groups(categories: NDArray[np.object_], counted: NDArray[np.bool_], min_peers: int) -> Codes:
    """Group items with their category, or the nearest level above it that has enough counted items.

    Parameters
    ----------
    categories
        Category paths, shape (n_items,).
    counted
        Items that count towards the size of a group, shape (n_items,).
    min_peers
        Smallest group; below it the whole shop is the group.

    Returns
    -------
    intp, shape (n_items,)
        Group numbers from 0.

    Examples
    --------
    >>> paths = np.array(["A > B", "A > B", "A > C"], dtype=object)
    >>> peer_groups(paths, np.ones(3, bool), 2).tolist()
    [1, 1, 0]
    """
    level = np.array([str(path) for path in categories], dtype=object)
    group = np.full(len(level), "", dtype=object)
    open_ = level != ""
    while open_.any():
        names, codes = np.unique(level.astype(str), return_inverse=True)
        large = np.bincount(codes, weights=counted & open_, minlength=len(names)) >= min_peers
        found = open_ & large[codes] & (level != "")
        group[found] = level[found]
        open_ &= ~found & (level != "")
        level = np.where(open_, [path.rpartition(CATEGORY_SEPARATOR)[0] for path in level], "").astype(object)
    return np.unique(group.astype(str), return_inverse=True)[1].astype(np.intp)


def robust_z(values: Floats, groups: Codes, *, floor: float) -> tuple[Floats, Floats]:
    """Return how many robust standard deviations each value lies from its group's median, and that median.

    Parameters
    ----------
    values
        Shape (n_items,); NaN rows are left out and answer NaN.
    groups
        Group numbers, shape (n_items,).
    floor
        Smallest standard deviation, in the values' unit; also what a group of equal values gets.

    Returns
    -------
    tuple
        z and median, float64, shape (n_items,) each.

    Examples
    --------
    >>> z, middle = robust_z(np.array([1.0, 2.0, 3.0, 30.0]), np.zeros(4, np.intp), floor=0.1)
    >>> np.round(z, 2).tolist(), float(middle[0])
    ([-0.67, 0.0, 0.67, 18.89], 2.0)
    """
    n_groups = int(groups.max()) + 1 if len(groups) else 0
    known = np.isfinite(values)
    medians = group_medians(groups[known], values[known], n_groups)
    middle: Floats = medians[groups] if n_groups else np.zeros(0)
    away = np.abs(values - middle)
    spread = group_medians(groups[known], away[known], n_groups)[groups] * _TO_SIGMA if n_groups else np.zeros(0)
    z: Floats = (values - middle) / np.maximum(spread, floor)
    return z, middle
