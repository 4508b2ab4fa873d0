"""The fresh term: how new an item is to the shop."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys.components.contract import Floats, ItemComponent, TrainingData
from recsys.data.interactions import DAY
from recsys.errors import InputError


@dataclass(frozen=True)
class FreshConfig:
    """How fast an item stops being new.

    Parameters
    ----------
    half_life_days
        Age at which freshness halves, > 0.
    """

    half_life_days: float = 14.0

    def __post_init__(self) -> None:
        if self.half_life_days <= 0:
            raise InputError(f"half_life_days must be positive, got {self.half_life_days}.")


class FreshComponent(ItemComponent):
    """2^(−age / half-life), the age counted from the launch or the first interaction, whichever came first.

    An item with neither is unknown, and average, in a shop that states launches; in one that states none it is as
    fresh as can be, since nobody can have seen it for long. Requirements: none. Relations: gives items nobody has
    touched a place among everything; how much is validation's choice.
    """

    name = "fresh"
    label = "Freshness"
    summary = "How recently the item was launched, or first chosen by anybody."
    phrase = "has just arrived"
    config: FreshConfig
    config_class = FreshConfig

    def fit(self, data: TrainingData) -> Self:
        """Remember when each item was born."""
        launched = data.catalogue.launched_at
        born = np.fmin(launched, data.interactions.first_seen)
        unknown = np.datetime64("NaT", "us") if (~np.isnat(launched)).any() else data.at
        born = np.where(np.isnat(born), unknown, np.minimum(born, data.at))
        self.arrays = {"born_us": born.astype("datetime64[us]").astype(np.int64)}
        return self

    def item_scores(self, at: np.datetime64) -> Floats:
        """Freshness in [0, 1] at a time, NaN where unknown, shape (n_items,)."""
        age_days = np.maximum((at - self.arrays["born_us"].astype("datetime64[us]")) / DAY, 0.0)
        return (0.5 ** (age_days / self.config.half_life_days)).astype(np.float32)
