"""A trained model in memory: the catalogue, the fitted components and the weights, ready to rank."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import Component, DotComponent, ItemComponent
from recsys.components.response import ResponseComponent
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories, Interactions
from recsys.fusion.holdout import HoldoutTerms
from recsys.fusion.standardise import Moments, item_moments, standardise, standardise_dot

UNKNOWN_TIME = np.datetime64("NaT", "us")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Terms:
    """Standardised terms of a batch of requests.

    Parameters
    ----------
    names
        Components, in order.
    z
        One float32 array per component, each (n_requests, n_items); may be read-only views.
    silent
        Components that could not speak for a request, shape (n_requests, n_components).
    """

    names: tuple[str, ...]
    z: tuple[NDArray[np.float32], ...]
    silent: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Model:
    """Everything `rank` needs.

    Parameters
    ----------
    catalogue
        The items.
    interactions
        What the run was trained on.
    components
        Fitted catalogue components by name.
    weights
        The run's own weights by component name, ≥ 0; a component without one weighs 0.
    response
        The fitted response term, if the run has one.
    data_to
        The data clock: ages are never measured from later than this.
    run_id
        Of the run it came from; empty while training.
    sale_mask
        Overrides what is on sale; evaluation of a past window sets it.
    holdout
        Held-out terms for judging weights, if the run kept them.
    """

    catalogue: Catalogue
    interactions: Interactions
    components: Mapping[str, Component]
    weights: Mapping[str, float]
    response: ResponseComponent | None = None
    data_to: np.datetime64 = UNKNOWN_TIME
    run_id: str = ""
    sale_mask: NDArray[np.bool_] | None = None
    holdout: HoldoutTerms | None = None
    _cache: dict[str, tuple[bytes, Any]] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Components in display order; the response term last when there is one."""
        ordered = tuple(n for n in CATALOGUE_COMPONENTS if n in self.components)
        return (*ordered, "response") if self.response is not None else ordered

    @cached_property
    def is_new(self) -> NDArray[np.bool_]:
        """Items without an interaction in the run's data, shape (n_items,)."""
        return self.interactions.item_counts == 0

    def clock(self, at: np.datetime64) -> np.datetime64:
        """Time from which ages count: the request's, but not later than the data."""
        return at if np.isnat(self.data_to) else min(at, self.data_to)

    def on_sale(self, at: np.datetime64) -> NDArray[np.bool_]:
        """Items that may be sold at a time, shape (n_items,)."""
        return self.catalogue.on_sale(at) if self.sale_mask is None else self.sale_mask

    def with_weights(self, weights: Mapping[str, float]) -> "Model":
        """The same model with other weights of its own."""
        return replace(self, weights=dict(weights))

    def terms(self, histories: Histories, at: np.datetime64) -> Terms:
        """Standardise every catalogue component over the items on sale.

        Parameters
        ----------
        histories
            One row per request.
        at
            Time of the requests, datetime64[us].
        """
        included, clock = self.on_sale(at), self.clock(at)
        names = tuple(n for n in self.names if n != "response")
        z = tuple(self._term(self.components[n], histories, clock, included) for n in names)
        silent = np.stack([~np.any(t, axis=1) for t in z], axis=1)
        return Terms(names, z, silent)

    def _term(
        self, component: Component, histories: Histories, clock: np.datetime64, included: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """One standardised term, shape (n_requests, n_items)."""
        if isinstance(component, DotComponent):
            users = component.user_vectors(histories, clock)
            moments = self._moments(component, included)
            return standardise_dot(users, component.item_vectors, moments, component.known)
        if isinstance(component, ItemComponent):
            key = included.tobytes() + str(clock).encode()
            row = self._remember(
                component.name, key, lambda: standardise(component.item_scores(clock)[None, :].copy(), included)[0]
            )
            return np.broadcast_to(row, (len(histories), len(row)))
        return standardise(component.score(histories, clock), included)

    def _moments(self, component: DotComponent, included: NDArray[np.bool_]) -> Moments:
        """Moments over the known items on sale; computed once per sale mask."""
        usable = included & component.known
        return self._remember(component.name, usable.tobytes(), lambda: item_moments(component.item_vectors, usable))

    def _remember(self, name: str, key: bytes, compute: Callable[[], T]) -> T:
        """Keep the latest value per component; requests of one moment share it."""
        kept = self._cache.get(name)
        if kept is None or kept[0] != key:
            kept = (key, compute())
            self._cache[name] = kept
        value: T = kept[1]
        return value
