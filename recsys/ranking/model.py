"""A trained model in memory: the catalogue, the fitted components and the weights, ready to rank."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import Component, ItemComponent
from recsys.components.response import ResponseComponent
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories, Interactions
from recsys.data.scores import DotScores, ItemScores, SparseScores
from recsys.fusion.holdout import HoldoutTerms
from recsys.fusion.standardise import (
    Moments,
    item_moments,
    scale_users,
    sparse_moments,
    standardise,
    standardise_items,
)
from recsys.ranking.nearest import NearestIndex, build_index
from recsys.ranking.ruling import Ruling
from recsys.ranking.terms import DotTerm, FullTerm, ItemTerm, SparseTerm, Term, Terms
from recsys.rules.rule import RuleSet

UNKNOWN_TIME = np.datetime64("NaT", "us")
T = TypeVar("T")


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
    _cache: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False)

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
        """Items that may be sold at a time, shape (n_items,); the same array until an item is launched."""
        if self.sale_mask is not None:
            return self.sale_mask
        launched = int(np.searchsorted(self._launches, at, side="right"))
        return self._remember("on sale", (self.catalogue, launched), lambda: self.catalogue.on_sale(at))

    @cached_property
    def _launches(self) -> NDArray[np.datetime64]:
        """Known launch times in order."""
        times = self.catalogue.launched_at
        return np.sort(times[~np.isnat(times)])

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
        parts = [self._term(self.components[n], histories, clock, included) for n in names]
        return Terms(names, parts, len(histories), len(self.catalogue))

    def ruling(self, rules: RuleSet) -> Ruling:
        """Make merchandising rules ready for this catalogue; done once per published version."""
        key = (self.catalogue, rules)
        return self._remember("rules", key, lambda: Ruling(rules, self.catalogue, self.interactions))

    def index(self) -> NearestIndex | None:
        """Quantised coordinates of every item at the data clock, for catalogues too large to sum over; built once."""
        components = {n: self.components[n] for n in self.names if n != "response"}
        key = (tuple(components.values()), self.data_to)
        return self._remember("nearest", key, lambda: build_index(components, self.interactions, self.data_to))

    def _term(
        self, component: Component, histories: Histories, clock: np.datetime64, included: NDArray[np.bool_]
    ) -> Term:
        """One standardised term, in the form its scores have."""
        if isinstance(component, ItemComponent):
            row, scale = self._item_row(component, clock, included)
            return ItemTerm(row, len(histories), scale)
        scores = component.read(histories, clock)
        if isinstance(scores, DotScores):
            moments, known = self._moments(component, scores, included)
            return DotTerm(*scale_users(scores.user_vectors, moments), scores.item_vectors, known)
        if isinstance(scores, SparseScores):
            mean, scale_by_request = sparse_moments(scores.matrix, included)
            speaks = ~scores.silent
            return SparseTerm(scores.matrix, mean * speaks, scale_by_request * speaks)
        if isinstance(scores, ItemScores):
            row, scale = standardise_items(scores.values, included)
            return ItemTerm(row, len(histories), scale)
        return FullTerm(standardise(scores.values, included))

    def _item_row(
        self, component: ItemComponent, clock: np.datetime64, included: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], float]:
        """What an item-only component says at a moment, standardised; computed once per moment and sale mask."""
        key = (component, included, clock)
        return self._remember(component.name, key, lambda: standardise_items(component.item_scores(clock), included))

    def _moments(
        self, component: Component, scores: DotScores, included: NDArray[np.bool_]
    ) -> tuple[Moments, NDArray[np.bool_] | None]:
        """Moments over the known items on sale, and the known items unless all are; computed once per sale mask."""

        def compute() -> tuple[Moments, NDArray[np.bool_] | None]:
            known = None if scores.known.all() else scores.known
            return item_moments(scores.item_vectors, included & scores.known), known

        return self._remember(component.name, (component, included), compute)

    def _remember(self, name: str, key: object, compute: Callable[[], T]) -> T:
        """Keep the latest value per name; arrays and components in the key are compared by identity."""
        kept = self._cache.get(name)
        if kept is None or not _is_same(kept[0], key):
            kept = (key, compute())
            self._cache[name] = kept
        value: T = kept[1]
        return value


def _is_same(kept: object, asked: object) -> bool:
    """Whether two keys mean the same; of arrays only the very same one does."""
    if isinstance(kept, tuple) and isinstance(asked, tuple):
        return len(kept) == len(asked) and all(map(_is_same, kept, asked))
    by_value = not isinstance(kept, np.ndarray) and not isinstance(asked, np.ndarray)
    return kept is asked or (by_value and bool(kept == asked))
