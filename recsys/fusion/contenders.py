"""The candidates that can reach the first places anywhere on a line or in a box of weights; the others never matter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.holdout import CUTOFF, HoldoutTerms

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contenders:
    """Scores as a base plus moving parts, only for candidates that can be among the first `CUTOFF`.

    Parameters
    ----------
    base
        Score with every moving weight at 0, float64, shape (n_users, n_contenders); −inf fills short rows.
    moving
        Score per unit of each moving weight, float64, shape (n_moving, n_users, n_contenders); 0 in the fill.
    rows, places
        Cells of the relevant items among the contenders, shape (n_cells,) each.
    n_relevant
        Relevant items of each shopper, those that are no contenders included, shape (n_users,).
    """

    base: Floats
    moving: Floats
    rows: NDArray[np.intp]
    places: NDArray[np.intp]
    n_relevant: NDArray[np.int64]

    @property
    def n_users(self) -> int:
        """Shoppers judged."""
        return len(self.base)

    def within(self, low: Sequence[float], high: Sequence[float]) -> "Contenders":
        """Those that still are contenders in a smaller box of the moving weights."""
        relevant = np.zeros(self.base.shape, bool)
        relevant[self.rows, self.places] = True
        return replace(find_contenders(self.base, self.moving, relevant, low, high), n_relevant=self.n_relevant)

    def scores(self, at: Sequence[float]) -> Floats:
        """Scores where the moving weights stand, shape (n_users, n_contenders)."""
        total = self.base
        for weight, part in zip(at, self.moving, strict=True):
            total = total + weight * part
        return total


def find_contenders(
    base: NDArray[np.floating],
    moving: NDArray[np.floating],
    relevant: NDArray[np.bool_],
    low: Sequence[float],
    high: Sequence[float],
) -> Contenders:
    """Keep the candidates that can be among the first `CUTOFF` while each moving weight stays in [low, high].

    A score that is linear in the weights lies between its values in the corners of the box. When `CUTOFF` candidates
    of a shopper never fall below some floor, one that never rises to it is not among her first `CUTOFF`, and whoever
    it ties with or beats is not either; leaving it out changes no place above the cut-off.

    Parameters
    ----------
    base
        Shape (n_users, n_candidates); −inf where a candidate does not exist.
    moving
        Shape (n_moving, n_users, n_candidates).
    relevant
        Shape (n_users, n_candidates).
    low, high
        Range of each moving weight, n_moving numbers each.
    """
    least, most = base.copy(), base.copy()
    for part, a, b in zip(moving, low, high, strict=True):
        ends = a * part, b * part
        least += np.minimum(*ends)
        most += np.maximum(*ends)
    hopeful = np.isfinite(base)
    if base.shape[1] > CUTOFF:
        hopeful &= most >= np.partition(least, -CUTOFF, axis=1)[:, -CUTOFF][:, None]
    rows, candidates = np.nonzero(hopeful)
    counts = hopeful.sum(axis=1)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    shape = (len(base), int(counts.max(initial=0)))
    kept = np.full(shape, -np.inf)
    kept[rows, columns] = base[rows, candidates]
    parts = np.zeros((len(moving), *shape))
    parts[:, rows, columns] = moving[:, rows, candidates]
    found = relevant[rows, candidates]
    return Contenders(kept, parts, rows[found], columns[found], relevant.sum(axis=1).astype(np.int64))


def split_scores(
    terms: HoldoutTerms, weights: Mapping[str, float], moving: Sequence[Mapping[str, float]]
) -> tuple[Floats, Floats]:
    """Scores at fixed weights and along each moving direction.

    Returns
    -------
    tuple
        Base, shape (n_users, n_candidates), −inf where not allowed; directions, shape (n_moving, …), 0 there.
    """
    base = np.where(terms.allowed, _weigh(terms, weights), -np.inf)
    directions = [np.where(terms.allowed, _weigh(terms, direction), 0.0) for direction in moving]
    return base, np.stack(directions)


def _weigh(terms: HoldoutTerms, weights: Mapping[str, float]) -> Floats:
    """Weighted sum in double precision, shape (n_users, n_candidates)."""
    total = np.zeros(terms.z.shape[1:])
    for name, z in zip(terms.names, terms.z, strict=True):
        if weights.get(name, 0.0):
            total += weights[name] * z
    return total
