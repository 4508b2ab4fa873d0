"""The contract every term of the sum fulfils. No I/O except `save` and `load` of a component's own arrays."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy import sparse

from recsys.components.neighbours import content_neighbours
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories, Interactions
from recsys.data.scores import DotScores, FullScores, ItemScores, Scores

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Everything a component may learn from; nothing later than `at`.

    Parameters
    ----------
    catalogue
        The items.
    interactions
        Interactions earlier than `at`.
    embeddings
        Modality name ("text", "image") to float32 vectors of unit length, shape (n_items, d); a row of NaN
        where an item has no such content. A modality the shop lacks is absent.
    at
        The data clock, datetime64[us].
    seed
        For anything random.
    """

    catalogue: Catalogue
    interactions: Interactions
    embeddings: Mapping[str, Floats]
    at: np.datetime64
    seed: int = 0

    @property
    def touched(self) -> NDArray[np.bool_]:
        """Items with an interaction, shape (n_items,)."""
        return self.interactions.item_counts > 0

    @cached_property
    def lenders(self) -> sparse.csr_array:
        """Content neighbours of each untouched item, see `neighbours.content_neighbours`; shape (n_items, n_items)."""
        counts = self.interactions.item_counts
        return content_neighbours(self.embeddings, self.catalogue.prices, counts, counts == 0)


class Component(ABC):
    """One signal about a request and an item, in its own units.

    A component never sees a user id: who asks is her history. `fit` returns the component itself, fitted.
    Subclasses hold a frozen `config` and keep what they learnt in `arrays`, which `save` and `load` carry.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    summary: ClassVar[str]
    phrase: ClassVar[str]
    config_class: ClassVar[type]
    on_by_default: ClassVar[bool] = True
    """Whether a training fits it without being asked; one that did not earn its place on real shops waits for a name
    in `TrainingConfig.extra_components`."""

    def __init__(self, config: Any = None) -> None:
        self.config = self.config_class() if config is None else config
        self.arrays: dict[str, NDArray[Any]] = {}

    @abstractmethod
    def fit(self, data: TrainingData) -> Self:
        """Learn from `data`; the same data and seed give the same arrays."""

    @abstractmethod
    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Score every item for every request; higher is better.

        Parameters
        ----------
        histories
            One row per request.
        at
            Time of the requests; ages are measured from it.

        Returns
        -------
        ndarray
            float32, shape (n_requests, n_items), in the component's own units; NaN where it cannot speak.
        """

    def read(self, histories: Histories, at: np.datetime64) -> Scores:
        """Return the scores of `score` in the shortest form the component has; in full unless it knows better.

        Parameters
        ----------
        histories, at
            As of `score`.
        """
        return FullScores(self.score(histories, at))

    def config_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values."""
        return asdict(self.config)

    def save(self, folder: Path) -> None:
        """Write the fitted arrays to `<folder>/<name>.safetensors`."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {k: np.ascontiguousarray(v) for k, v in self.arrays.items()}
        save_file(arrays, folder / f"{self.name}.safetensors")

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any]) -> Self:
        """Read what `save` wrote; `config` as `config_json` gave it."""
        component = cls(cls.config_class(**config))
        component.arrays = dict(load_file(folder / f"{cls.name}.safetensors"))
        return component


class DotComponent(Component):
    """A component whose score is u·v_i, so that its standardisation has a closed form.

    Fitted arrays: `item_vectors` float32 (n_items, d), zero where the item has no content; `known` bool (n_items,).
    """

    @property
    def item_vectors(self) -> Floats:
        """One vector per item, shape (n_items, d)."""
        return self.arrays["item_vectors"]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Items that have a vector, shape (n_items,)."""
        return self.arrays["known"].astype(bool)

    @abstractmethod
    def user_vectors(self, histories: Histories, at: np.datetime64) -> Floats:
        """One vector per request, shape (n_requests, d); a row of NaN where the history says nothing."""

    def read(self, histories: Histories, at: np.datetime64) -> Scores:
        """Return the vectors instead of their products."""
        return DotScores(self.user_vectors(histories, at), self.item_vectors, self.known)

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Inner products; NaN for requests without a vector and items without content."""
        scores = self.user_vectors(histories, at) @ self.item_vectors.T
        if not self.known.all():
            scores[:, ~self.known] = np.nan
        return scores


class ItemComponent(Component):
    """A component that says the same of an item to everybody."""

    @abstractmethod
    def item_scores(self, at: np.datetime64) -> Floats:
        """One score per item, shape (n_items,); NaN where unknown."""

    def read(self, histories: Histories, at: np.datetime64) -> Scores:
        """Return one score per item, for every request."""
        return ItemScores(self.item_scores(at))

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        """Return the item scores once per request, as a read-only view."""
        scores = self.item_scores(at)
        return np.broadcast_to(scores, (len(histories), len(scores)))
