"""The repeat term: what she bought herself, lately and often."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys.components.contract import Component, Floats, TrainingData
from recsys.data.interactions import Histories
from recsys.data.scores import SparseScores, fill_rows
from recsys.errors import InputError


@dataclass(frozen=True)
class RepeatConfig:
    """How fast a purchase of one's own is forgotten.

    Parameters
    ----------
    half_life_days
        Age at which a touch counts half, > 0.
    """

    half_life_days: float = 120.0

    def __post_init__(self) -> None:
        if self.half_life_days <= 0:
            raise InputError(f"half_life_days must be positive, got {self.half_life_days}.")


class RepeatComponent(Component):
    """log(1 + Σ weight · 2^(−age / half-life)) over her own touches of the item.

    Requirements: none. Relations: in wholesale and grocery people buy again, and this term says so; where they
    do not, validation gives it no weight.
    """

    name = "repeat"
    label = "Own purchases"
    summary = "How often and how lately the shopper chose this very item."
    phrase = "is something she chose before"
    config: RepeatConfig
    config_class = RepeatConfig

    def fit(self, data: TrainingData) -> Self:
        """Nothing to learn but the size of the catalogue."""
        self.arrays = {"n_items": np.array([len(data.catalogue)], np.int64)}
        return self

    def read(self, histories: Histories, at: np.datetime64) -> SparseScores:
        """Decayed counts of the items touched."""
        decay = 0.5 ** (histories.age_days(at) / self.config.half_life_days)
        values = (histories.weight * decay / 4.0).astype(np.float32)
        scores = histories.matrix(int(self.arrays["n_items"][0]), values)
        scores.data = np.log1p(scores.data)
        return SparseScores(scores, histories.lengths == 0)

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Decayed counts; NaN for an empty history."""
        return fill_rows(self.read(histories, at))
