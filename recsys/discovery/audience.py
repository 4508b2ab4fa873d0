"""Who would want an item, in words: what its best shoppers have in common that the others have less often."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.interactions import Histories

MIN_SHARE = 0.2
MIN_LIFT = 1.2


@dataclass(frozen=True)
class Trait:
    """A favourite that an audience shares.

    Parameters
    ----------
    kind
        `category` or `brand`.
    value
        The category path or brand.
    share
        Fraction of the audience whose favourite it is, 0 to 1.
    base_share
        The same fraction among all sampled shoppers.
    """

    kind: str
    value: str
    share: float
    base_share: float

    @property
    def lift(self) -> float:
        """How many times more common it is in the audience, ≥ 0."""
        return self.share / self.base_share if self.base_share else float("inf")


def find_favourites(histories: Histories, labels: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return each shopper's favourite label: the one with the largest sum of touch weights.

    Parameters
    ----------
    histories
        n_requests shoppers.
    labels
        A category or brand per item, shape (n_items,); empty text where unknown.

    Returns
    -------
    object array, shape (n_requests,)
        Empty text for a shopper without a labelled touch; ties go to the label that sorts first.

    Examples
    --------
    >>> h = Histories.of_items([0, 1, 2], np.datetime64("2026-01-01", "us"))
    >>> find_favourites(h, np.array(["Shoes", "Bags", "Bags"], dtype=object)).tolist()
    ['Bags']
    """
    names, codes = np.unique(labels.astype(str), return_inverse=True)
    members = sparse.csr_array((np.ones(len(labels)), (np.arange(len(labels)), codes)), shape=(len(labels), len(names)))
    sums = (histories.matrix(len(labels)) @ members).toarray()
    sums[:, names == ""] = 0.0
    best = sums.argmax(axis=1)
    return np.where(sums[np.arange(len(sums)), best] > 0, names[best], "").astype(object)


def describe_audience(
    favourites: dict[str, NDArray[np.object_]], rows: NDArray[np.int64], limit: int = 2
) -> tuple[Trait, ...]:
    """Return what an audience shares more often than everybody, strongest first.

    A trait is named when at least a fifth of the audience has it and it is at least 1.2 times as common as among all
    sampled shoppers; order is by share · log(lift), which asks for both.

    Parameters
    ----------
    favourites
        Kind -> favourite per sampled shopper, shape (n_requests,).
    rows
        The audience, positions in the sample, shape (n_audience,).
    limit
        How many traits at most.
    """
    found = [trait for kind, values in favourites.items() for trait in _traits(kind, values, rows)]
    found = [t for t in found if t.share >= MIN_SHARE and t.lift >= MIN_LIFT]
    return tuple(sorted(found, key=lambda t: (-t.share * np.log(t.lift), t.value))[:limit])


def _traits(kind: str, values: NDArray[np.object_], rows: NDArray[np.int64]) -> Sequence[Trait]:
    """Every favourite of the audience with its shares."""
    if len(rows) == 0:
        return ()
    names, counts = np.unique(values[rows].astype(str), return_counts=True)
    return [
        Trait(kind, str(name), float(count / len(rows)), float(np.mean(values == name)))
        for name, count in zip(names, counts, strict=True)
        if name
    ]
