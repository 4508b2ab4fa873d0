"""The appeal term: how well items with such words, pictures and prices sell, whoever asks."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys.components.contract import Floats, ItemComponent, TrainingData
from recsys.components.neighbours import finite_rows, reduce_vectors
from recsys.errors import InputError


@dataclass(frozen=True)
class AppealConfig:
    """What counts as selling, and how strongly content is smoothed.

    Parameters
    ----------
    half_life_days
        Age at which an interaction counts half, > 0.
    regularization
        λ of the ridge regression, > 0.
    max_embedding_size
        Vectors are reduced to this many principal directions, ≥ 1.
    """

    half_life_days: float = 30.0
    regularization: float = 20.0
    max_embedding_size: int = 192

    def __post_init__(self) -> None:
        if min(self.half_life_days, self.regularization) <= 0 or self.max_embedding_size < 1:
            raise InputError(f"An appeal config needs positive numbers, got {self}.")


class AppealComponent(ItemComponent):
    """Ridge regression of log(1 + decayed interactions) on an item's content and log price.

    The quadratic head's item prior f_iᵀMf_i, linear in the content here and a term of its own, so that text and image
    stay what they say: a personal match. Requirements: content or prices, and interactions. Relations: an untouched
    item's trend comes from its nearest neighbours; this one from all items.
    """

    name = "appeal"
    label = "Appeal"
    summary = "How often everybody chooses items with such words, pictures and prices."
    phrase = "looks like what sells"
    on_by_default = False
    config: AppealConfig
    config_class = AppealConfig

    def fit(self, data: TrainingData) -> Self:
        """Regress on the touched items and answer for all."""
        log, touched = data.interactions.histories, data.touched
        decay = 0.5 ** (log.age_days(data.at) / self.config.half_life_days)
        counts = np.log1p(np.bincount(log.item_num, weights=decay, minlength=len(touched)))
        features = self._features(data)
        if not touched.any():
            self.arrays = {"scores": np.zeros(len(touched), np.float32)}
            return self
        centred = features - features[touched].mean(axis=0)
        x, y = centred[touched], counts[touched] - counts[touched].mean()
        gram = x.T @ x + self.config.regularization * np.eye(x.shape[1])
        self.arrays = {"scores": (centred @ np.linalg.solve(gram, x.T @ y)).astype(np.float32)}
        return self

    def _features(self, data: TrainingData) -> np.ndarray:
        """Reduced vectors of every modality and the log price, the middle one where unknown, float64."""
        size = self.config.max_embedding_size
        parts = [reduce_vectors(v, finite_rows(v), size) for v in data.embeddings.values()]
        price = np.log(np.where(data.catalogue.prices > 0, data.catalogue.prices, np.nan))
        middle = float(np.nanmedian(price)) if np.isfinite(price).any() else 0.0
        return np.hstack([*parts, np.where(np.isnan(price), middle, price)[:, None]]).astype(np.float64)

    def item_scores(self, at: np.datetime64) -> Floats:
        """Expected log count, centred, shape (n_items,)."""
        return self.arrays["scores"]
