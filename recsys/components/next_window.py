"""The next term: what shoppers with such a history chose in the weeks after, learnt from past weeks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import linalg, sparse

from recsys.components.contract import TrainingData
from recsys.components.ease import keep_largest
from recsys.components.item_weights import (
    ItemWeightsComponent,
    pack_weights,
    spread_over_catalogue,
    strongest_links,
)
from recsys.components.neighbours import lend_weights
from recsys.data.interactions import DAY
from recsys.errors import InputError


@dataclass(frozen=True)
class NextConfig:
    """Which past weeks are learnt from, and how strongly they are smoothed.

    Parameters
    ----------
    window_days
        Length of "the weeks after", > 0.
    windows
        Past windows learnt from, the newest ending at the data clock, ≥ 1.
    fading
        Weight of a window against the one after it, (0, 1].
    regularization
        λ of the ridge regression, > 0.
    half_life_days
        Age at which a touch of the history counts half, > 0.
    keep
        Weights kept per item.
    max_dense_items
        Largest number of touched items whose weights are solved together, with a matrix of items by items; above, each
        pair is solved alone.
    pair_regularization
        λ of the pairs solved alone, > 0.
    keep_pairs
        Weights kept per item of those, ≥ 1.
    """

    window_days: float = 30.0
    windows: int = 5
    fading: float = 0.85
    regularization: float = 100.0
    half_life_days: float = 90.0
    keep: int = 400
    max_dense_items: int = 8_000
    pair_regularization: float = 20.0
    keep_pairs: int = 100

    def __post_init__(self) -> None:
        positive = min(self.window_days, self.regularization, self.half_life_days, self.pair_regularization)
        if positive <= 0 or min(self.windows, self.keep, self.keep_pairs) < 1 or not 0 < self.fading <= 1:
            raise InputError(f"A next config needs positive numbers and a fading in (0, 1], got {self}.")


class NextComponent(ItemWeightsComponent):
    r"""Ridge regression from a history to the choices of the following window.

    At each of several past moments t, X_t holds the decayed touches before t and Y_t the choices in the window after
    it: B = (Σ_t φ_t X_tᵀX_t + λI)⁻¹ Σ_t φ_t X_tᵀY_t. Unlike EASE it keeps the diagonal, so that buying again and
    buying next are learnt together, and it looks forward only: what is chosen after, not beside. Untouched items
    borrow the columns of their content neighbours.

    In large catalogues every pair is a regression of its own, B_ij = (x_iᵀy_j − Σx_i · Σy_j / n) / (x_iᵀx_i + λ), and
    only pairs are looked at in which somebody chose j after i; so B stays sparse, and a list asks for few items.

    Requirements: a log longer than two windows; a shorter one leaves the term silent. Relations: beside the behaviour
    term it adds what follows what; in shops without an order of things validation gives it little.

    References
    ----------
    Ridge from sets to following sets: Hoerl & Kennard (1970), *Ridge Regression*, eq. 2.1; the item-by-item form of
    Ning & Karypis (2011), *SLIM*, with the target moved ahead in time. One predictor at a time: Fan & Lv (2008), *Sure
    Independence Screening for Ultrahigh Dimensional Feature Space*, eq. 2.
    """

    name = "next"
    label = "Next choices"
    summary = "How often shoppers with such a history chose this item in the weeks after."
    phrase = "is what shoppers with such a history chose next"
    config: NextConfig
    config_class = NextConfig

    def fit(self, data: TrainingData) -> Self:
        """Solve the regression, all weights together or pair by pair."""
        pairs = list(self._windows(data))
        n = len(data.catalogue)
        if not pairs:
            self.keep_arrays(pack_weights(sparse.csr_array((n, n), dtype=np.float32)))
            return self
        asked = sparse.csr_array(sparse.vstack([x for x, _ in pairs], format="csr"))
        answered = sparse.csr_array(sparse.vstack([y for _, y in pairs], format="csr"))
        together = data.touched.sum() <= self.config.max_dense_items
        weights = self._solve(data, asked, answered) if together else self._solve_pairs(asked, answered)
        self.keep_arrays(pack_weights(lend_weights(weights, data.lenders)))
        return self

    def _windows(self, data: TrainingData) -> Iterator[tuple[sparse.csr_array, sparse.csr_array]]:
        """X and Y of each past window, newest first, rows of shoppers who did something in it, scaled by √φ."""
        step = np.timedelta64(round(self.config.window_days * 86_400_000_000), "us")
        n, log = len(data.catalogue), data.interactions
        first = log.occurred_at.min() if len(log) else data.at
        for number in range(self.config.windows):
            end = data.at - number * step
            start = end - step
            if (start - first) / DAY < self.config.window_days:
                return
            held = log.between(start, end).histories.matrix(n, binary=True)
            active = np.flatnonzero(np.diff(held.indptr))
            seen = self.touches(log.before(start).histories.take(active), n, start)
            scale = np.float32(self.config.fading ** (number / 2))
            yield sparse.csr_array(seen * scale), sparse.csr_array(held[active] * scale)

    def _solve(self, data: TrainingData, asked: sparse.csr_array, answered: sparse.csr_array) -> sparse.csr_array:
        """B with the largest weights of each column."""
        n, columns = len(data.catalogue), np.flatnonzero(data.touched)
        x, y = asked[:, columns], answered[:, columns]
        gram = (x.T @ x).toarray().astype(np.float32)
        gram[np.diag_indices_from(gram)] += self.config.regularization
        cross = (x.T @ y).toarray().astype(np.float32)
        weights = linalg.solve(gram, cross, assume_a="pos", overwrite_a=True, overwrite_b=True, check_finite=False)
        return spread_over_catalogue(keep_largest(weights, self.config.keep), columns, n)

    def _solve_pairs(self, asked: sparse.csr_array, answered: sparse.csr_array) -> sparse.csr_array:
        """Shrunk slopes of one item's choice on one item's touches, positive ones, the largest of each column."""
        sums = [np.asarray(m.sum(axis=0)).ravel().astype(np.float32) for m in (asked, answered)]
        expected = sums[0], sums[1] / asked.shape[0]
        square = np.asarray(asked.multiply(asked).sum(axis=0)).ravel()
        damped = (square + self.config.pair_regularization).astype(np.float32)
        return strongest_links(
            sparse.csr_array(asked.T),
            answered,
            self.config.keep_pairs,
            lambda together, i, j: (together - expected[0][i] * expected[1][j]) / damped[i],
            itself=True,
        )
