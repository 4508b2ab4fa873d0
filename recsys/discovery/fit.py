"""How well items fit a sample of shoppers: one batched pass over the sum, kept only for the items asked about."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.ranking import rank_many
from recsys.ranking.model import Model
from recsys.ranking.rank import resolve_weights

FIT_SHARE = 0.1
"""Predicted fit is the mean over this share of the sampled shoppers, those the item suits best."""
BATCH_CELLS = 4_000_000
"""Shoppers × items scored at once."""


@dataclass(frozen=True, eq=False)
class FitTable:
    """Scores of some items for a sample of shoppers.

    Parameters
    ----------
    item_num
        The items, int32, shape (n_asked,).
    standing
        Sum of the catalogue terms, standardised over the items on sale for each shopper, float32, shape
        (n_requests, n_asked). The response term is left out: it exists for each shopper's best candidates only.
    contributions
        Catalogue terms w_c · z_c, float32, shape (n_requests, n_asked, n_components).
    in_list
        Whether the item is in the shopper's top n as `ranking.rank` answers, bool, shape (n_requests, n_asked).
    components
        Names of the last axis of `contributions`.
    n
        Length of those lists.
    """

    item_num: NDArray[np.int32]
    standing: NDArray[np.float32]
    contributions: NDArray[np.float32]
    in_list: NDArray[np.bool_]
    components: tuple[str, ...]
    n: int

    @property
    def n_requests(self) -> int:
        """Sampled shoppers."""
        return len(self.standing)

    def fit(self) -> NDArray[np.float64]:
        """Predicted fit per item, shape (n_asked,): mean standing over the tenth of shoppers it suits best.

        In standard deviations of a shopper's own scores: 0 is an average product for her, 2 is far above.
        """
        if self.n_requests == 0:
            return np.full(len(self.item_num), np.nan)
        best = max(1, round(self.n_requests * FIT_SHARE))
        top = np.partition(self.standing, self.n_requests - best, axis=0)[self.n_requests - best :]
        return np.asarray(top.mean(axis=0), np.float64)

    def reach(self) -> NDArray[np.int64]:
        """Sampled shoppers who have the item in their top n, shape (n_asked,)."""
        return np.asarray(self.in_list.sum(axis=0), np.int64)

    def audience(self, column: int, size: int) -> NDArray[np.int64]:
        """Positions of the shoppers an item suits best, best first, shape (min(size, n_requests),)."""
        return np.argsort(-self.standing[:, column], kind="stable")[:size].astype(np.int64)

    def reasons(self, column: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """What sets some shoppers apart, per component, shape (n_components,).

        Their mean contribution minus that of the whole sample: a term that says the same to everybody gives 0.
        """
        terms = self.contributions[:, column].astype(np.float64)
        return np.asarray(terms[rows].mean(axis=0) - terms.mean(axis=0), np.float64)


def measure_fit(
    model: Model,
    histories: Histories,
    items: NDArray[np.int32],
    at: np.datetime64,
    n: int = 24,
    progress: Callable[[float], None] | None = None,
) -> FitTable:
    """Score some items for a sample of shoppers with the run's own weights.

    Parameters
    ----------
    model
        The trained model.
    histories
        The sample, n_requests histories.
    items
        Item numbers, shape (n_asked,).
    at
        Time of the requests.
    n
        Length of the lists that decide `in_list`.
    progress
        Called with the share done, 0 to 1.
    """
    n_requests, size = len(histories), max(1, BATCH_CELLS // max(len(model.catalogue), 1))
    names = tuple(c for c in model.names if c != "response")
    standing = np.zeros((n_requests, len(items)), np.float32)
    contributions = np.zeros((n_requests, len(items), len(names)), np.float32)
    in_list = np.zeros((n_requests, len(items)), np.bool_)
    for start in range(0, n_requests, size):
        rows = np.arange(start, min(start + size, n_requests))
        part = histories.take(rows)
        standing[rows], contributions[rows] = _standing(model, part, items, at)
        requests = [Request(part.take(np.array([k])), at, n=n) for k in range(len(rows))]
        for row, ranking in zip(rows, rank_many(requests, model), strict=True):
            in_list[row] = np.isin(items, ranking.item_num)
        if progress is not None:
            progress((rows[-1] + 1) / n_requests)
    return FitTable(items, standing, contributions, in_list, names, n)


def _standing(
    model: Model, histories: Histories, items: NDArray[np.int32], at: np.datetime64
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Standardised sums, shape (n_requests, n_asked), and their terms, (n_requests, n_asked, n_components)."""
    terms = model.terms(histories, at)
    weights = resolve_weights(model.names, model.weights)[: len(terms.names)].astype(np.float32)
    total = np.zeros(terms.z[0].shape, np.float32)
    for z, weight in zip(terms.z, weights, strict=True):
        total += weight * z
    pool = total[:, model.on_sale(at)]
    if pool.shape[1] == 0:
        pool = total
    mean, spread = pool.mean(axis=1, keepdims=True), pool.std(axis=1, keepdims=True)
    standing = (total[:, items] - mean) / np.where(spread > 0, spread, 1.0)
    return standing, np.stack([z[:, items] for z in terms.z], axis=2) * weights
