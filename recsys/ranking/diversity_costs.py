"""What each diversity method has against a candidate, given the places above it, and how it says so."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories
from recsys.vocabulary import CATEGORY_SEPARATOR

HALF_LIFE_DAYS = 60.0
"""Age at which a touch counts half in the shopper's categories, as in the content profiles."""
SMOOTHING = 0.01
"""Steck's α: how much of the target is mixed into the list's distribution, so that no divergence is infinite."""


class Cost(Protocol):
    """The penalty of a method for a block of lists; it remembers what was already placed."""

    def of(self, place: int) -> NDArray[np.floating]:
        """Penalty of every candidate for the next place (0-based), shape (n_lists, n_candidates)."""

    def add(self, rows: NDArray[np.intp], picks: NDArray[np.intp], place: int) -> None:
        """Remember the candidates placed in some lists."""

    def reason(self, row: int, candidate: int, up: bool) -> str:
        """Say why a candidate stands higher or lower than by its score."""

    def remark(self, row: int) -> str:
        """Say why the method left a list alone; empty where it did not."""


class Closeness:
    """MMR: similarity to the nearest item above.

    Parameters
    ----------
    similarity
        In [0, 1], shape (n_lists, n_candidates, n_candidates).
    """

    def __init__(self, similarity: NDArray[np.float32]) -> None:
        self.similarity = similarity
        self.closest = np.zeros(similarity.shape[:2], np.float32)
        self.nearest = np.full(similarity.shape[:2], -1, np.intp)
        self.placed = np.zeros(similarity.shape[:2], np.bool_)

    def of(self, place: int) -> NDArray[np.floating]:
        """Similarity to the nearest item above."""
        return self.closest

    def add(self, rows: NDArray[np.intp], picks: NDArray[np.intp], place: int) -> None:
        """Compare what is left with the items just placed; what is placed keeps what it was placed with."""
        self.placed[rows, picks] = True
        like = self.similarity[rows, picks]
        closer = (like > self.closest[rows]) & ~self.placed[rows]
        self.closest[rows] = np.where(closer, like, self.closest[rows])
        self.nearest[rows] = np.where(closer, place, self.nearest[rows])

    def reason(self, row: int, candidate: int, up: bool) -> str:
        """Name the nearest item above and how near it is."""
        place = int(self.nearest[row, candidate]) + 1
        if place == 0:
            return "unlike everything above it" if up else "gives way to items unlike those above"
        near = f"nearest is place {place}, similarity {self.closest[row, candidate]:.2f}"
        return f"adds something else: {near}" if up else f"gives way: {near}"

    def remark(self, row: int) -> str:
        """MMR always has an opinion."""
        return ""


class Calibration:
    """Divergence of the list's categories from those of the history: place · KL(p, q̃), q̃ = (1 − α)q + αp.

    Times the place, since (1 − s)·mean relevance − s·KL of a list of t items is, up to 1/t and what is common to all
    candidates, (1 − s)·r(i) − s·t·KL.

    Parameters
    ----------
    catalogue
        Gives the category paths; an unknown category is in no distribution.
    histories
        One row per list; touches count by strength and recency.
    clock
        Time from which ages count.
    pool
        Candidates, shape (n_lists, n_candidates).
    fits
        Which of them exist, same shape.
    window
        Places to fill.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        histories: Histories,
        clock: np.datetime64,
        pool: NDArray[np.intp],
        fits: NDArray[np.bool_],
        window: int,
    ) -> None:
        labels = catalogue.category_path_labels
        self.names, self.codes = labels.names, labels.codes[pool]
        self.target = _history_shares(catalogue, histories, clock)
        self.counts = np.zeros(self.target.shape)
        by_score, head = np.zeros(self.target.shape), fits[:, :window].astype(np.float64)
        np.add.at(by_score, (np.arange(len(head))[:, None], self.codes[:, :window]), head)
        self.by_score = by_score / np.maximum(head.sum(axis=1, keepdims=True), 1.0)

    def of(self, place: int) -> NDArray[np.floating]:
        """Penalty of adding each candidate's category."""
        size = place + 1
        without = self._divergence(self.counts, size)
        added = self._divergence(self.counts + 1.0, size)
        total = without.sum(axis=1, keepdims=True) - without + added
        return size * np.take_along_axis(total, self.codes, axis=1)

    def _divergence(self, counts: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """Each category's part of KL(p, q̃), shape (n_lists, n_categories)."""
        mixed = (1.0 - SMOOTHING) * counts / size + SMOOTHING * self.target
        ratio = np.divide(self.target, mixed, out=np.ones_like(mixed), where=self.target > 0)
        return np.asarray(self.target * np.log(ratio))

    def add(self, rows: NDArray[np.intp], picks: NDArray[np.intp], place: int) -> None:
        """Count the categories of the items just placed."""
        self.counts[rows, self.codes[rows, picks]] += 1.0

    def reason(self, row: int, candidate: int, up: bool) -> str:
        """Compare the category's share in the history with its share by score."""
        code = self.codes[row, candidate]
        name = str(self.names[code]).split(CATEGORY_SEPARATOR)[-1] or "no category"
        shares = f"{self.target[row, code]:.0%} of her history, {self.by_score[row, code]:.0%} of the list by score"
        return f"{name}: {shares}" if up else f"gives way; {name}: {shares}"

    def remark(self, row: int) -> str:
        """Without a category in the history there is nothing to calibrate to."""
        return "" if self.target[row].any() else "no category in her history, so nothing to calibrate to"


def _history_shares(catalogue: Catalogue, histories: Histories, clock: np.datetime64) -> NDArray[np.float64]:
    """Share of each category path in each history, shape (n_lists, n_categories); zeros where none is known."""
    labels = catalogue.category_path_labels
    weight = np.log1p(histories.weight) * 0.5 ** (histories.age_days(clock) / HALF_LIFE_DAYS)
    flat = histories.row * len(labels.names) + labels.codes[histories.item_num]
    size = len(histories) * len(labels.names)
    shares = np.bincount(flat, weights=weight, minlength=size).astype(np.float64)
    shares = shares.reshape(len(histories), -1)
    shares[:, labels.names == ""] = 0.0
    total = shares.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=np.zeros_like(shares), where=total > 0))
