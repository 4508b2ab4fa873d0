"""The basket term: items that stand in the same baskets get like vectors."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from recsys.components.contract import DotComponent, Floats, TrainingData
from recsys.data.interactions import Histories
from recsys.errors import InputError


@dataclass(frozen=True)
class BasketConfig:
    """What a basket is, and how its pairs are counted.

    Parameters
    ----------
    embedding_size
        Length of the vectors, ≥ 1.
    shift
        Pairs must occur this many times as often as by chance to count, ≥ 1: the negative samples of word2vec.
    half_life_days
        Age at which a touch of the history counts half, > 0.
    """

    embedding_size: int = 64
    shift: float = 1.0
    half_life_days: float = 30.0

    def __post_init__(self) -> None:
        if self.embedding_size < 1 or self.shift < 1 or self.half_life_days <= 0:
            raise InputError(f"A basket config needs a size ≥ 1, a shift ≥ 1 and a half-life > 0, got {self}.")


class BasketComponent(DotComponent):
    """item2vec in closed form: the shifted positive pointwise mutual information of items in one basket, factorised.

    A basket is what one shopper touched on one day. M_ij = max(log(#ij·D / (#i·#j)) − log k, 0) ≈ E·Eᵀ with E the
    leading eigenvectors scaled by the roots of their values; skip-gram with k negative samples factorises the same
    matrix. The score is the decayed mean of the touched items' vectors times the item's.

    Requirements: baskets of two items and more. Relations: speaks of what goes together at one time, where `next`
    speaks of what follows; silent about untouched items.

    References
    ----------
    Barkan & Koenigstein (2016), *Item2Vec*, eq. 1; Levy & Goldberg (2014), *Neural Word Embedding as Implicit Matrix
    Factorization*, eq. 11.
    """

    name = "item2vec"
    label = "Same basket"
    summary = "How often the item stands in one basket with what was touched lately."
    phrase = "goes into one basket with what she chose before"
    on_by_default = False
    config: BasketConfig
    config_class = BasketConfig

    def fit(self, data: TrainingData) -> Self:
        """Count pairs in baskets and factorise."""
        n = len(data.catalogue)
        information = self._information(data.interactions.histories, n)
        size = min(self.config.embedding_size, n - 2)
        vectors = np.zeros((n, 1), np.float32)
        if size >= 1 and information.nnz:
            start = np.random.default_rng(data.seed).normal(size=n)
            values, directions = linalg.eigsh(information.astype(np.float64), k=size, which="LA", v0=start)
            vectors = (directions * np.sqrt(np.maximum(values, 0.0))).astype(np.float32)
        self.arrays = {"item_vectors": vectors, "known": (np.abs(vectors).sum(axis=1) > 1e-6).astype(np.uint8)}
        return self

    def _information(self, histories: Histories, n_items: int) -> sparse.csr_array:
        """Shifted positive PMI of pairs in one basket, symmetric, shape (n_items, n_items)."""
        day = histories.occurred_at.astype("datetime64[D]").astype(np.int64)
        basket = np.unique(histories.row * 1_000_000 + day, return_inverse=True)[1] if len(day) else day
        ones = np.ones(len(day), np.float32)
        cells = sparse.csr_array((ones, (basket, histories.item_num)), shape=(int(basket.max(initial=-1)) + 1, n_items))
        cells.data = np.ones_like(cells.data)
        pairs = sparse.coo_array(cells.T @ cells)
        row, column = pairs.coords
        apart = row != column
        row, column, count = row[apart], column[apart], pairs.data[apart]
        total = np.bincount(row, weights=count, minlength=n_items)
        information = np.log(np.maximum(count * total.sum() / np.maximum(total[row] * total[column], 1e-12), 1e-12))
        kept = np.maximum(information - np.log(self.config.shift), 0.0)
        matrix = sparse.csr_array((kept, (row, column)), shape=(n_items, n_items))
        matrix.eliminate_zeros()
        return matrix

    def user_vectors(self, histories: Histories, at: np.datetime64) -> Floats:
        """Decayed mean of the vectors touched, shape (n_requests, d); NaN rows where none is known."""
        decay = (0.5 ** (histories.age_days(at) / self.config.half_life_days)).astype(np.float32)
        weight: NDArray[np.float32] = decay * self.known[histories.item_num]
        mixed = histories.matrix(len(self.item_vectors), weight) @ self.item_vectors
        total = np.bincount(histories.row, weights=weight, minlength=len(histories))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total[:, None] > 1e-9, mixed / total[:, None], np.nan).astype(np.float32)
