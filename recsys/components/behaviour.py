"""The behaviour term γ: collaborative filtering that also places items nobody has touched."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.components.als import content_tower, fit_item_factors, fold_in
from recsys.components.contract import TrainingData
from recsys.components.ease import solve_ease
from recsys.components.item_weights import ItemWeightsComponent, pack_weights, spread_over_catalogue
from recsys.components.neighbours import lend_weights
from recsys.data.interactions import Histories
from recsys.data.scores import DotScores, Scores
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
    embedding_size, als_regularization, epochs
        Of ALS.
    """

    method: str = "auto"
    regularization: float = 150.0
    half_life_days: float = 90.0
    keep: int = 400
    max_ease_items: int = 12_000
    embedding_size: int = 96
    als_regularization: float = 5.0
    epochs: int = 12

    def __post_init__(self) -> None:
        if self.method not in ("auto", "ease", "als"):
            raise InputError(f"The behaviour method is {self.method!r}; allowed: auto, ease, als.")
        positive = (self.regularization, self.als_regularization, self.half_life_days)
        if min(positive) <= 0 or min(self.keep, self.embedding_size) < 1:
            raise InputError(f"A behaviour config needs positive numbers, got {self}.")


class BehaviourComponent(ItemWeightsComponent):
    """γ: people with a history like this one went on to this item.

    An item nobody has touched borrows from the touched items most like it in words, pictures and price: in EASE its
    column is their weighted mean (each neighbour itself included, as if it had been bought once), in ALS its
    factors come from a ridge map of its content.

    Requirements: interactions of more than one user. Relations: the strongest single term for regulars;
    text and image speak where nobody has acted yet; `next` looks at what came later instead of what came beside.
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
        self.keep_arrays(self._fit_ease(data, touched) if use_ease else self._fit_als(data, touched))
        return self

    def _fit_ease(self, data: TrainingData, touched: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
        """Sparse weights over the whole catalogue."""
        n, columns = len(data.catalogue), np.flatnonzero(touched)
        if len(columns) == 0:
            return pack_weights(sparse.csr_array((n, n), dtype=np.float32))
        seen = self.touches(data.interactions.histories, n, data.at)[:, columns]
        small = solve_ease(sparse.csr_array(seen), self.config.regularization, self.config.keep)
        return pack_weights(lend_weights(spread_over_catalogue(small, columns, n), data.lenders))

    def _fit_als(self, data: TrainingData, touched: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
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
        if "factors" not in self.arrays:
            return super().read(histories, at)
        factors = self.arrays["factors"]
        users = fold_in(histories, factors, self.config.als_regularization, self.arrays["gram"])
        return DotScores(users, factors, np.ones(len(factors), bool))
