"""Where a preset applies by itself: lists of one category, shoppers of one segment, or both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.errors import InputError
from recsys.vocabulary import CATEGORY_SEPARATOR

SEGMENTS: Mapping[str, str] = {
    "new": "shoppers without history",
    "returning": "shoppers with a history, less than the most active fifth",
    "loyal": "the most active fifth of the shoppers",
}
"""Segment to its definition; every shopper is in exactly one."""
LOYAL_SHARE = 0.8


@dataclass(frozen=True)
class Scope:
    """Where a preset applies without being asked for.

    Parameters
    ----------
    category
        Category path; lists filtered to it or to paths below it. Empty: lists of any category, or of none.
    segment
        Name of `SEGMENTS`; empty for every shopper.
    everyone
        Every list that no narrower preset covers: the published weights of the shop. Only without the other two.
    """

    category: str = ""
    segment: str = ""
    everyone: bool = False

    def __post_init__(self) -> None:
        if self.everyone and (self.category or self.segment):
            raise InputError("Weights are published for every list, or for a category or segment, not for both.")
        if self.segment and self.segment not in SEGMENTS:
            raise InputError(f"No segment is called {self.segment!r}; there are {', '.join(SEGMENTS)}.")

    def __bool__(self) -> bool:
        return bool(self.category or self.segment or self.everyone)

    def __str__(self) -> str:
        """As in "Women > Shoes, loyal shoppers"."""
        if self.everyone:
            return "every list"
        return ", ".join([self.category] * bool(self.category) + [f"{self.segment} shoppers"] * bool(self.segment))

    def covers(self, categories: Sequence[str], segment: str) -> bool:
        """Tell whether a request filtered to these categories by somebody of this segment is inside."""
        if self.segment and self.segment != segment:
            return False
        below = self.category + CATEGORY_SEPARATOR
        asked = all(c == self.category or c.startswith(below) for c in categories)
        return not self.category or (bool(categories) and asked)


@dataclass(frozen=True)
class Preset:
    """Weights under a name, and where they apply by themselves (nowhere, when the scope is empty)."""

    name: str
    weights: Mapping[str, float]
    scope: Scope

    @property
    def source(self) -> str:
        """As a trace says it: "preset Autumn (Women > Shoes)"."""
        return f"preset {self.name} ({self.scope})" if self.scope else f"preset {self.name}"


@dataclass(frozen=True)
class PresetBook:
    """Presets with a scope, ready to answer which one applies.

    Parameters
    ----------
    presets
        Those with a scope.
    loyal_from
        Touches from which on a shopper belongs to the most active fifth.
    """

    presets: tuple[Preset, ...]
    loyal_from: int

    @staticmethod
    def build(presets: Sequence[Preset], lengths: NDArray[np.integer], names: Sequence[str]) -> "PresetBook":
        """Keep the presets that have a scope and weigh something in a run.

        Parameters
        ----------
        presets
            Of the shop.
        lengths
            Touches of each shopper of the run, shape (n_users,).
        names
            Components of the run; others are left out of the weights.
        """
        known = [Preset(p.name, {n: w for n, w in p.weights.items() if n in names}, p.scope) for p in presets]
        kept = tuple(p for p in known if p.scope and any(p.weights.values()))
        active = lengths[lengths > 0]
        loyal_from = int(np.ceil(np.quantile(active, LOYAL_SHARE))) if len(active) else 1
        return PresetBook(kept, max(loyal_from, 1))

    def segment_of(self, n_touches: int) -> str:
        """Segment of a shopper with a history of this length."""
        return "new" if n_touches == 0 else "loyal" if n_touches >= self.loyal_from else "returning"

    def choose(self, n_touches: int, categories: Sequence[str]) -> Preset | None:
        """Return the preset that applies to a request, the narrowest of several; None where none does.

        A deeper category is narrower than a shallow one or none, then a segment than none; equal ones go by name.

        Examples
        --------
        >>> shoes = Preset("Shoes", {"image": 1.0}, Scope("Women > Shoes"))
        >>> women = Preset("Women", {"text": 1.0}, Scope("Women"))
        >>> book = PresetBook((shoes, women), loyal_from=10)
        >>> book.choose(3, ["Women > Shoes > Boots"]).name, book.choose(3, ["Women > Bags"]).name, book.choose(3, [])
        ('Shoes', 'Women', None)
        """
        segment = self.segment_of(n_touches)
        fitting = [p for p in self.presets if p.scope.covers(categories, segment)]
        return min(fitting, key=_width, default=None)


def _width(preset: Preset) -> tuple[int, bool, str]:
    """Sort key, narrowest first."""
    category = preset.scope.category
    depth = len(category.split(CATEGORY_SEPARATOR)) if category else 0
    return -depth, not preset.scope.segment, preset.name
