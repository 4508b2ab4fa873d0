"""Quality over a grid of two weights, with the cells that the data cannot tell from the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.contenders import Contenders, find_contenders, split_scores
from recsys.fusion.curve import GAIN
from recsys.fusion.holdout import CUTOFF, HoldoutTerms

GRID: tuple[float, ...] = tuple(round(step / 20, 2) for step in range(21))
"""21 positions of a slider."""
BLOCK = 5
"""Cells of a side that share their contenders."""


@dataclass(frozen=True, eq=False)
class Surface:
    """NDCG@20 over a square grid of two weights.

    Parameters
    ----------
    grid
        Values of both weights, ascending, shape (n,).
    ndcg
        Means over shoppers, shape (n, n); row = value of the second weight, column = value of the first.
    half_width
        Half of the 95 % interval of the difference to the best cell, paired by shopper, shape (n, n).
    n_users
        Shoppers judged.
    """

    grid: tuple[float, ...]
    ndcg: NDArray[np.float64]
    half_width: NDArray[np.float64]
    n_users: int

    @property
    def best(self) -> tuple[int, int]:
        """Row and column of the best cell; the lowest weights among equals."""
        row, column = np.unravel_index(int(np.argmax(self.ndcg >= self.ndcg.max() - 1e-12)), self.ndcg.shape)
        return int(row), int(column)

    @property
    def as_good(self) -> NDArray[np.bool_]:
        """Cells whose difference to the best one is within its own noise, shape (n, n)."""
        return self.ndcg[self.best] - self.ndcg <= self.half_width + 1e-12


def map_surface(
    terms: HoldoutTerms, weights: Mapping[str, float], x: str, y: str, grid: Sequence[float] = GRID
) -> Surface:
    """NDCG@20 with two weights replaced by every pair of grid values, the others as given.

    Only the contenders of the whole box are kept, and of those the contenders of each block of cells
    (`find_contenders`), so that a cell costs a comparison of a few relevant items with a few dozen candidates.

    Parameters
    ----------
    terms
        The held-out shoppers.
    weights
        By component; those of `x` and `y` are ignored.
    x, y
        Components along the columns and the rows.
    grid
        Ascending, at least 0.
    """
    rest = {n: w for n, w in weights.items() if n not in (x, y)}
    base, moving = split_scores(terms, rest, [{x: 1.0}, {y: 1.0}])
    everywhere = find_contenders(base, moving, terms.relevant, [grid[0]] * 2, [grid[-1]] * 2)
    side, n_users = len(grid), terms.n_users
    cells = np.empty((side, side, n_users))
    for rows in _blocks(side):
        for columns in _blocks(side):
            low = grid[columns[0]], grid[rows[0]]
            near = everywhere.within(low, (grid[columns[-1]], grid[rows[-1]]))
            for row in rows:
                for column in columns:
                    cells[row, column] = _judge(near, grid[column], grid[row])
    ndcg = cells.mean(axis=2) if n_users else np.zeros((side, side))
    best = cells.reshape(side * side, n_users)[np.argmax(ndcg >= ndcg.max() - 1e-12)]
    spread = (cells - best).std(axis=2, ddof=1) if n_users > 1 else np.zeros((side, side))
    return Surface(tuple(grid), ndcg, 1.96 * spread / np.sqrt(max(n_users, 1)), n_users)


def _blocks(side: int) -> list[range]:
    """Runs of `BLOCK` positions along one side."""
    return [range(start, min(start + BLOCK, side)) for start in range(0, side, BLOCK)]


def _judge(contenders: Contenders, a: float, b: float) -> NDArray[np.float64]:
    """NDCG@20 of each shopper at one cell, shape (n_users,)."""
    scores = contenders.scores((a, b))
    own = scores[contenders.rows, contenders.places]
    place = np.minimum((scores[contenders.rows] >= own[:, None]).sum(axis=1) - 1, CUTOFF)
    ideal = np.concatenate([[1.0], np.cumsum(GAIN[:CUTOFF])])[np.minimum(contenders.n_relevant, CUTOFF)]
    dcg = np.bincount(contenders.rows, weights=GAIN[place], minlength=contenders.n_users)
    return np.asarray(dcg / ideal)
