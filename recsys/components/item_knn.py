"""The item kNN term: items chosen by the same shoppers, the item itself included."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from recsys.components.contract import TrainingData
from recsys.components.item_weights import ItemWeightsComponent, pack_weights, strongest_links
from recsys.components.neighbours import lend_weights
from recsys.errors import InputError


@dataclass(frozen=True)
class ItemKnnConfig:
    """How many neighbours, and how sure they must be.

    Parameters
    ----------
    n_neighbours
        Neighbours kept per item, ≥ 1.
    shrink
        Added to the denominator of the cosine: fewer common shoppers count less, ≥ 0.
    half_life_days
        Age at which a touch counts half, > 0.
    with_self
        Whether an item is a neighbour of itself, with cosine 1, so that buying again counts.
    """

    n_neighbours: int = 200
    shrink: float = 5.0
    half_life_days: float = 90.0
    with_self: bool = True

    def __post_init__(self) -> None:
        if self.n_neighbours < 1 or self.shrink < 0 or self.half_life_days <= 0:
            raise InputError(f"An item kNN config needs neighbours ≥ 1, shrink ≥ 0 and a half-life > 0, got {self}.")


class ItemKnnComponent(ItemWeightsComponent):
    """B_ij = x_iᵀx_j / (|x_i|·|x_j| + shrink) between the columns of decayed touches.

    Requirements: interactions. Relations: quicker than EASE, and exact for catalogues of any size since only pairs
    with a common shopper are looked at; on shops where EASE fits it added nothing beside it.

    References
    ----------
    Deshpande & Karypis (2004), *Item-based top-N recommendation algorithms*, eq. 2.
    """

    name = "item_knn"
    label = "Bought by the same"
    summary = "How many shoppers of what was touched also chose this item, itself included."
    phrase = "shares its shoppers with what she chose before"
    on_by_default = False
    config: ItemKnnConfig
    config_class = ItemKnnConfig

    def fit(self, data: TrainingData) -> Self:
        """Cosines of the touched pairs, block by block."""
        seen = self.touches(data.interactions.histories, len(data.catalogue), data.at)
        norms = np.sqrt(np.asarray(seen.multiply(seen).sum(axis=0)).ravel()).astype(np.float32)
        shrink = np.float32(self.config.shrink)
        weights = strongest_links(
            sparse.csr_array(seen.T),
            seen,
            self.config.n_neighbours,
            lambda together, i, j: together / (norms[i] * norms[j] + shrink),
        )
        if self.config.with_self:
            weights = weights + sparse.diags_array((norms > 0).astype(np.float32))
        self.keep_arrays(pack_weights(lend_weights(sparse.csr_array(weights), data.lenders)))
        return self
