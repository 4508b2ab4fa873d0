"""Proportions and trimmings that every painter is given."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Style:
    """Proportions and trimmings of one drawing.

    Parameters
    ----------
    width
        Factor on distances from the centre line; about 0.88 (slim) to 1.14 (relaxed).
    detail
        0 (clean), 1 (classic) or 2 (decorated).
    rng
        Decides everything the look leaves open, such as the neckline or the length of a sleeve.
    """

    width: float
    detail: int
    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """A number from this drawing's own generator."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in the given share of drawings."""
        return bool(self.rng.random() < share)
