"""Who would want an item, in words: what its best shoppers have in common that the others have less often."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories

MIN_SHARE = 0.15
MIN_LIFT = 1.2
MIN_Z = 2.0
"""A trait is named when it is common enough, more common than elsewhere, and not by chance."""
MAX_ATTRIBUTES = 6
MAX_VALUES = 40
MIN_FILLED = 0.3


@dataclass(frozen=True)
class Trait:
    """A favourite that an audience shares.

    Parameters
    ----------
    kind
        `category`, `brand`, or the name of an attribute such as `material`.
    value
        The category path, brand or attribute value.
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
    """Return what an audience shares more often than everybody, strongest first, each kind once.

    A trait is named when at least `MIN_SHARE` of the audience has it, it is at least `MIN_LIFT` times as common as
    among all sampled shoppers, and as many shoppers drawn at random would show that excess less than once in forty
    times (z ≥ `MIN_Z` of a binomial share); order is by share · log(lift), which asks for both.

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
    found = [t for t in found if t.share >= MIN_SHARE and t.lift >= MIN_LIFT and _excess(t, len(rows)) >= MIN_Z]
    best: dict[str, Trait] = {}
    for trait in sorted(found, key=lambda t: (-t.share * np.log(t.lift), t.value)):
        best.setdefault(trait.kind, trait)
    return tuple(best.values())[:limit]


def describing_labels(catalogue: Catalogue) -> dict[str, NDArray[np.object_]]:
    """Return kind -> label per item that an audience may share: category, brand, and well-filled attributes.

    An attribute counts when at least `MIN_FILLED` of the items have it and it takes 2 to `MAX_VALUES` values.
    """
    labels = {"category": catalogue.categories, "brand": catalogue.brands}
    names = Counter(name for attributes in catalogue.attributes for name in attributes)
    for name, count in names.most_common(MAX_ATTRIBUTES):
        values = np.array([str(a.get(name, "")) for a in catalogue.attributes], dtype=object)
        if count >= MIN_FILLED * len(catalogue) and 2 <= len(set(values) - {""}) <= MAX_VALUES and name not in labels:
            labels[name] = values
    return labels


def _excess(trait: Trait, size: int) -> float:
    """How many standard errors the audience's share lies above everybody's."""
    spread = np.sqrt(trait.base_share * (1 - trait.base_share) / max(size, 1))
    return float((trait.share - trait.base_share) / spread) if spread > 0 else float("inf")


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
