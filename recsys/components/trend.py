"""The trend term: what everybody chooses now."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys.components.contract import Floats, ItemComponent, TrainingData
from recsys.errors import InputError


@dataclass(frozen=True)
class TrendConfig:
    """How fast popularity is forgotten.

    Parameters
    ----------
    half_life_days
        Age at which an interaction counts half, > 0.
    """

    half_life_days: float = 21.0

    def __post_init__(self) -> None:
        if self.half_life_days <= 0:
            raise InputError(f"half_life_days must be positive, got {self.half_life_days}.")


class TrendComponent(ItemComponent):
    """log(1 + decayed interactions) of an item; an untouched item takes the mean of its nearest content neighbours.

    Requirements: none; without interactions every item scores 0. Relations: the base of a cold list.
    """

    name = "trend"
    label = "Trend"
    summary = "How often everybody chose this item lately, recent choices counting more."
    phrase = "is popular right now"
    config: TrendConfig
    config_class = TrendConfig

    def fit(self, data: TrainingData) -> Self:
        """Count with decay and lend to untouched items."""
        histories = data.interactions.histories
        decay = 0.5 ** (histories.age_days(data.at) / self.config.half_life_days)
        counts = np.bincount(histories.item_num, weights=decay * histories.weight, minlength=len(data.catalogue))
        scores = np.log1p(counts).astype(np.float32)
        scores += data.lenders @ scores
        self.arrays = {"scores": scores}
        return self

    def item_scores(self, at: np.datetime64) -> Floats:
        """Scores as of the data clock, shape (n_items,)."""
        return self.arrays["scores"]
