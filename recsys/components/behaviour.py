"""The behaviour term γ: collaborative filtering that also places items nobody has touched."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.components.als import content_tower, fit_item_factors, fold_in
from recsys.components.content import content_neighbours
from recsys.components.contract import Component, Floats, TrainingData
from recsys.components.ease import solve_ease
from recsys.data.interactions import Histories
from recsys.data.scores import DotScores, Scores, SparseScores, fill_rows
from recsys.errors import InputError


@dataclass(frozen=True)
class BehaviourConfig:
    """Which solver, and how strong.

    Parameters
    ----------
    method
        "ease", "als", or "auto": EASE up to `max_ease_items` touched items, ALS above.
    regularization
        λ of EASE.
    half_life_days
        Age at which a touch counts half, in the item weights as in the history asked with, > 0.
    keep
        Entries kept per item of the EASE weights.
    max_ease_items
        Largest number of touched items solved densely.
    n_neighbours
        Touched neighbours that lend their behaviour to an untouched item.
    embedding_size, als_regularization, epochs
        Of ALS.
    """

    method: str = "auto"
    regularization: float = 150.0
    half_life_days: float = 90.0
    keep: int = 400
    max_ease_items: int = 12_000
    n_neighbours: int = 20
    embedding_size: int = 96
    als_regularization: float = 5.0
    epochs: int = 12

    def __post_init__(self) -> None:
        if self.method not in ("auto", "ease", "als"):
            raise InputError(f"The behaviour method is {self.method!r}; allowed: auto, ease, als.")
        positive = (self.regularization, self.als_regularization, self.half_life_days)
        if min(positive) <= 0 or min(self.keep, self.embedding_size) < 1:
            raise InputError(f"A behaviour config needs positive numbers, got {self}.")


class BehaviourComponent(Component):
    """γ: people with a history like this one went on to this item.

    An item nobody has touched borrows from the touched items most like it in words and pictures: in EASE its
    column is their weighted mean (each neighbour itself included, as if it had been bought once), in ALS its
    factors come from a ridge map of its content.

    Requirements: interactions of more than one user. Relations: the strongest single term for regulars;
    text and image speak where nobody has acted yet.
    """

    name = "behaviour"
    label = "Behaviour"
    summary = "How often shoppers with a similar history went on to this item."
    phrase = "is chosen by shoppers with a similar history"
    config: BehaviourConfig
    config_class = BehaviourConfig

    def fit(self, data: TrainingData) -> Self:
        """Solve for item weights or factors and extend them to untouched items."""
        touched = data.touched
        use_ease = self.config.method == "ease" or (
            self.config.method == "auto" and touched.sum() <= self.config.max_ease_items
        )
        self.arrays = self._fit_ease(data, touched) if use_ease else self._fit_als(data, touched)
        self.__dict__.pop("_weights", None)
        return self

    def _fit_ease(self, data: TrainingData, touched: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
        """Sparse weights over the whole catalogue as CSR arrays."""
        n = len(data.catalogue)
        columns = np.flatnonzero(touched)
        if len(columns) == 0:
            return _pack(sparse.csr_array((n, n), dtype=np.float32))
        seen = self._touches(data.interactions.histories, n, data.at)[:, columns]
        small = solve_ease(sparse.csr_array(seen), self.config.regularization, self.config.keep).tocoo()
        index = (columns[small.coords[0]], columns[small.coords[1]])
        weights = sparse.csr_array((small.data, index), shape=(n, n))
        neighbours = content_neighbours(data, ~touched, self.config.n_neighbours)
        borrowed = (weights + sparse.eye_array(n, dtype=np.float32, format="csr")) @ neighbours.T
        return _pack(sparse.csr_array(weights + borrowed))

    def _fit_als(self, data: TrainingData, touched: NDArray[np.bool_]) -> dict[str, NDArray[np.generic]]:
        """Item factors, predicted from content for untouched items."""
        config = self.config
        seen = data.interactions.histories.matrix(len(data.catalogue), binary=True)
        factors = fit_item_factors(seen, config.embedding_size, config.als_regularization, config.epochs, data.seed)
        factors[~touched] = 0.0
        nothing = np.zeros((len(touched), 1), np.float32)
        content = np.hstack([np.nan_to_num(v) for v in data.embeddings.values()] or [nothing])
        lent = content_tower(factors, content, touched, 0.1)
        both = np.where(touched[:, None], factors, lent).astype(np.float32)
        return {"factors": both, "gram": (factors.T @ factors).astype(np.float32)}

    def read(self, histories: Histories, at: np.datetime64) -> Scores:
        """Weights from each touched item, summed, as sparse rows; or folded-in factors beside the items'."""
        if "factors" in self.arrays:
            factors = self.arrays["factors"]
            users = fold_in(histories, factors, self.config.als_regularization, self.arrays["gram"])
            return DotScores(users, factors, np.ones(len(factors), bool))
        weights = self._weights
        seen = self._touches(histories, weights.shape[0], at)
        return SparseScores((seen @ weights).astype(np.float32), histories.lengths == 0)

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Sum of the weights from each touched item, or inner products with folded-in factors."""
        scores = self.read(histories, at)
        if isinstance(scores, DotScores):
            return scores.user_vectors @ scores.item_vectors.T
        return fill_rows(scores)

    def _touches(self, histories: Histories, n_items: int, at: np.datetime64) -> sparse.csr_array:
        """√min(Σ 2^(−age / half-life), 1) per item touched, shape (n_requests, n_items): 1 today, less long ago."""
        decay = 0.5 ** (histories.age_days(at) / self.config.half_life_days)
        touches = histories.matrix(n_items, decay.astype(np.float32))
        touches.data = np.sqrt(np.minimum(touches.data, 1.0))
        return touches

    @cached_property
    def _weights(self) -> sparse.csr_array:
        """Item-item weights from the stored arrays; built at the first question."""
        parts = (self.arrays["weights"], self.arrays["columns"], self.arrays["rows"])
        n = len(self.arrays["rows"]) - 1
        return sparse.csr_array(parts, shape=(n, n))

    def shares(self, history: Histories, item_num: int) -> Floats:
        """How much each touch adds to one item's score, shape (n_touches,); zeros where the solver is ALS."""
        if "factors" in self.arrays:
            return np.zeros(len(history.item_num), np.float32)
        column = self._weights[:, [item_num]].toarray().ravel()
        return column[history.item_num].astype(np.float32)


def _pack(weights: sparse.csr_array) -> dict[str, NDArray[np.generic]]:
    """CSR parts under plain names."""
    return {
        "weights": weights.data.astype(np.float32),
        "columns": weights.indices.astype(np.int32),
        "rows": weights.indptr.astype(np.int64),
    }
