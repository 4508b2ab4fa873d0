"""The graph term: three steps of a random walk from what was touched, over its shoppers, to other items."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from recsys.components.contract import TrainingData
from recsys.components.item_weights import ItemWeightsComponent, pack_weights, strongest_links
from recsys.components.neighbours import lend_weights
from recsys.errors import InputError


@dataclass(frozen=True)
class GraphConfig:
    """How the walk is bent away from what everybody has.

    Parameters
    ----------
    popularity
        β: the chance to arrive at an item is divided by its touches to this power, [0, 1].
    n_neighbours
        Arrivals kept per item, ≥ 1.
    half_life_days
        Age at which a touch counts half, > 0.
    """

    popularity: float = 0.6
    n_neighbours: int = 200
    half_life_days: float = 180.0

    def __post_init__(self) -> None:
        if not 0 <= self.popularity <= 1 or self.n_neighbours < 1 or self.half_life_days <= 0:
            raise InputError(f"A graph config needs β in [0, 1], neighbours ≥ 1 and a half-life > 0, got {self}.")


class GraphComponent(ItemWeightsComponent):
    """RP³β: B_ij = Σ_u (x_ui / d_i) · (x_uj / d_u) / d_j^β, with d the row and column sums of decayed touches.

    Requirements: interactions. Relations: finds rarer items than EASE does; β is how much rarer. On shops where EASE
    fits it added nothing beside it.

    References
    ----------
    Paudel, Christoffel, Newell & Bernstein (2017), *Updatable, Accurate, Diverse, and Scalable Recommendations for
    Interactive Applications*, eq. 5.
    """

    name = "graph"
    label = "Walk"
    summary = "How likely a walk from what was touched, over its shoppers, arrives at this item."
    phrase = "lies a short walk from what she chose before"
    on_by_default = False
    config: GraphConfig
    config_class = GraphConfig

    def fit(self, data: TrainingData) -> Self:
        """Three-step arrival chances, the largest of each item."""
        seen = self.touches(data.interactions.histories, len(data.catalogue), data.at)
        by_user = 1.0 / np.maximum(np.asarray(seen.sum(axis=1)).ravel(), 1e-9)
        item_sums = np.asarray(seen.sum(axis=0)).ravel()
        by_item = 1.0 / np.maximum(item_sums, 1e-9)
        # the floor keeps an item touched once, long ago, from being divided by next to nothing
        arrival = (np.maximum(item_sums, 0.5) ** -self.config.popularity).astype(np.float32)
        left = sparse.csr_array(sparse.diags_array(by_item) @ seen.T)
        right = sparse.csr_array(sparse.diags_array(by_user) @ seen)
        weights = strongest_links(left, right, self.config.n_neighbours, lambda walks, i, j: walks * arrival[j])
        self.keep_arrays(pack_weights(lend_weights(weights, data.lenders)))
        return self
