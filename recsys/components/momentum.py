"""The momentum term: whether an item is being chosen more than it used to be."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys.components.contract import Floats, ItemComponent, TrainingData
from recsys.errors import InputError


@dataclass(frozen=True)
class MomentumConfig:
    """What is now, and what was usual.

    Parameters
    ----------
    half_life_days
        Age at which an interaction counts half in the pace of now, > 0.
    usual_half_life_days
        The same for the usual pace, longer than `half_life_days`.
    quiet
        Interactions a day added to both paces, so that one choice of a rare item is no rise, > 0.
    """

    half_life_days: float = 7.0
    usual_half_life_days: float = 60.0
    quiet: float = 0.02

    def __post_init__(self) -> None:
        if not 0 < self.half_life_days < self.usual_half_life_days or self.quiet <= 0:
            raise InputError(f"Momentum needs 0 < half-life < usual half-life and a quiet pace above 0, got {self}.")


class MomentumComponent(ItemComponent):
    """log((pace of now + quiet) / (usual pace + quiet)), a pace being decayed interactions over the half-life.

    Above 0 an item is on the rise, below 0 it fades; untouched items stand at 0. Requirements: none. Relations: the
    trend term says how much an item is chosen now, this one where that is going; seasons turn here first.
    """

    name = "momentum"
    label = "Momentum"
    summary = "Whether everybody chooses the item more now than in the weeks before."
    phrase = "is on the rise"
    config: MomentumConfig
    config_class = MomentumConfig

    def fit(self, data: TrainingData) -> Self:
        """Compare the two paces."""
        histories = data.interactions.histories
        age = histories.age_days(data.at)
        paces = []
        for days in (self.config.half_life_days, self.config.usual_half_life_days):
            counts = np.bincount(histories.item_num, weights=0.5 ** (age / days), minlength=len(data.catalogue))
            paces.append(counts / days + self.config.quiet)
        scores = np.where(data.touched, np.log(paces[0] / paces[1]), 0.0)
        self.arrays = {"scores": scores.astype(np.float32)}
        return self

    def item_scores(self, at: np.datetime64) -> Floats:
        """Log ratio as of the data clock, shape (n_items,)."""
        return self.arrays["scores"]
