"""Standardised terms of a batch of requests, each in the form its scores have: in full only where somebody asks."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float32]
Items = NDArray[np.intp]


class Term(Protocol):
    """One standardised term, z of shape (n_requests, n_items) in whatever form."""

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Requests for which z is 0 everywhere, shape (n_requests,)."""

    def full(self) -> Floats:
        """Z in full, float32, shape (n_requests, n_items); may be a read-only view."""

    def at(self, items: Items) -> Floats:
        """Z of some items, shape (n_requests, k) as `items`; the same for an item whatever stands beside it."""

    def add_to(self, total: Floats, weight: float) -> None:
        """Add weight · z to sums of shape (n_requests, n_items)."""


class DotTerm:
    """z = û·v − û·μ for items with a vector, 0 for the others.

    Parameters
    ----------
    users, centre
        û and û·μ, see `fusion.standardise.scale_users`; shapes (n_requests, d) and (n_requests,).
    item_vectors
        v, shape (n_items, d), zero where not known.
    known
        Items with a vector, shape (n_items,); None for all.
    """

    def __init__(
        self, users: Floats, centre: Floats, item_vectors: Floats, known: NDArray[np.bool_] | None = None
    ) -> None:
        self.users = users
        self.centre = centre
        self.item_vectors = item_vectors
        self.known = known

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Requests without a vector, or to which all items are alike."""
        return np.logical_not(self.users.any(axis=1))

    def full(self) -> Floats:
        """Inner products less their means."""
        z = self.users @ self.item_vectors.T
        z -= self.centre[:, None]
        if self.known is not None:
            z[:, ~self.known] = 0.0
        return z

    def at(self, items: Items) -> Floats:
        """Gather the vectors; each product is summed alone, so that its rounding does not depend on its neighbours."""
        z = np.einsum("rkd,rd->rk", self.item_vectors[items], self.users) - self.centre[:, None]
        return z if self.known is None else np.where(self.known[items], z, np.float32(0.0))

    def add_to(self, total: Floats, weight: float) -> None:
        """One product with the item vectors."""
        scaled = self.users * np.float32(weight)
        total += (self.item_vectors @ scaled[0])[None, :] if len(scaled) == 1 else scaled @ self.item_vectors.T
        shift = (self.centre * np.float32(weight))[:, None]
        total -= shift if self.known is None else shift * self.known


class SparseTerm:
    """z = (x − μ) / σ of scores x that are 0 but for a few items.

    Parameters
    ----------
    matrix
        x, shape (n_requests, n_items).
    mean, scale
        μ and 1/σ of each request, shape (n_requests,).
    """

    def __init__(self, matrix: sparse.csr_array, mean: Floats, scale: Floats) -> None:
        self.scale = scale
        self.shift = -mean * scale
        self.columns, self.indptr = matrix.indices, matrix.indptr
        self.rows = np.repeat(np.arange(len(mean)), np.diff(matrix.indptr))
        self.values = matrix.data * scale[self.rows]
        self._n_items = matrix.shape[1]

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Requests that tell no item from another."""
        return self.scale == 0

    def full(self) -> Floats:
        """Z of a score of 0, and what the few items have above it."""
        z = np.repeat(self.shift[:, None], self._n_items, axis=1)
        z[self.rows, self.columns] += self.values
        return z

    def at(self, items: Items) -> Floats:
        """Look the items up through one row laid out in full."""
        z = np.empty(items.shape, np.float32)
        row = np.zeros(self._n_items, np.float32)
        for number in range(len(items)):
            part = slice(self.indptr[number], self.indptr[number + 1])
            row[self.columns[part]] = self.values[part]
            z[number] = row[items[number]]
            row[self.columns[part]] = 0.0
        return z + self.shift[:, None]

    def add_to(self, total: Floats, weight: float) -> None:
        """Touch the few items; the rest moves by one number."""
        total[self.rows, self.columns] += self.values * np.float32(weight)
        total += (self.shift * np.float32(weight))[:, None]


class ItemTerm:
    """z that every request shares.

    Parameters
    ----------
    row
        Shape (n_items,).
    n_requests
        How many share it.
    scale
        What the scores were multiplied by.
    """

    def __init__(self, row: Floats, n_requests: int, scale: float) -> None:
        self.row = row
        self.scale = scale
        self._n_requests = n_requests

    @property
    def silent(self) -> NDArray[np.bool_]:
        """All or none: without a spread the scores were multiplied by 0."""
        return np.full(self._n_requests, self.scale == 0)

    def full(self) -> Floats:
        """Return the row once per request, as a read-only view."""
        return np.broadcast_to(self.row, (self._n_requests, len(self.row)))

    def at(self, items: Items) -> Floats:
        """Look the items up."""
        return self.row[items]

    def add_to(self, total: Floats, weight: float) -> None:
        """Add the row to every request's."""
        total += self.row * np.float32(weight)


class FullTerm:
    """z that was computed in full, shape (n_requests, n_items)."""

    def __init__(self, z: Floats) -> None:
        self._z = z

    @property
    def silent(self) -> NDArray[np.bool_]:
        """Requests without any z."""
        return np.logical_not(self._z.any(axis=1))

    def full(self) -> Floats:
        """Return it."""
        return self._z

    def at(self, items: Items) -> Floats:
        """Pick the items."""
        return np.take_along_axis(self._z, items, axis=1)

    def add_to(self, total: Floats, weight: float) -> None:
        """Add it."""
        total += np.float32(weight) * self._z


class Terms:
    """The standardised terms of a batch of requests.

    Parameters
    ----------
    names
        Components, in order.
    parts
        One term per component.
    n_requests, n_items
        Shape of each term in full.
    """

    def __init__(self, names: tuple[str, ...], parts: Sequence[Term], n_requests: int, n_items: int) -> None:
        self.names = names
        self.parts = tuple(parts)
        self.shape = (n_requests, n_items)
        self._latest: tuple[Items, tuple[Floats, ...]] | None = None

    @cached_property
    def z(self) -> tuple[Floats, ...]:
        """Every term in full, each (n_requests, n_items); computed when first asked for."""
        return tuple(part.full() for part in self.parts)

    @cached_property
    def silent(self) -> NDArray[np.bool_]:
        """Components that could not speak for a request, shape (n_requests, n_components)."""
        return np.stack([part.silent for part in self.parts], axis=1)

    def at(self, items: Items) -> tuple[Floats, ...]:
        """Every term of some items of each request; the latest answer is kept for whoever asks with the same array.

        Parameters
        ----------
        items
            Item numbers, shape (n_requests, k).

        Returns
        -------
        tuple
            One float32 array (n_requests, k) per component; an item's values do not depend on the other items asked.
        """
        if self._latest is None or self._latest[0] is not items:
            self._latest = (items, tuple(part.at(items) for part in self.parts))
        return self._latest[1]

    def total(self, weights: NDArray[np.float64]) -> Floats:
        """Σ_c w_c · z_c, float32, shape (n_requests, n_items); weights beyond the terms are left aside."""
        total = np.zeros(self.shape, np.float32)
        for part, weight in zip(self.parts, weights, strict=False):
            if weight:
                part.add_to(total, float(weight))
        return total
