"""What lies nearest to one product: in words, in pictures, in behaviour. Exact, over the whole catalogue."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recsys.components.content import ContentComponent
from recsys.components.contract import Component
from recsys.data.interactions import Histories, Interactions
from recsys.data.scores import DotScores, SparseScores
from recsys.ranking.model import Model
from recsys.ranking.nearest import best_of

NeighbourKind = Literal["text", "image", "behaviour"]
NEIGHBOUR_KINDS: tuple[NeighbourKind, ...] = ("text", "image", "behaviour")
Silence = Literal["", "no_component", "no_content", "no_behaviour"]


@dataclass(frozen=True)
class Neighbour:
    """One product beside another.

    Parameters
    ----------
    item_num
        Which.
    strength
        Cosine of the content as the run sees it, in [-1, 1]; of behaviour the share of the strongest one, in (0, 1].
    n_shoppers
        Shoppers who touched both.
    """

    item_num: int
    strength: float
    n_shoppers: int


@dataclass(frozen=True)
class ItemNeighbours:
    """The nearest products in one sense.

    Parameters
    ----------
    kind
        `text`, `image` or `behaviour`.
    items
        Nearest first.
    silence
        Why there is none: the run has no such component, the product no such content, or nobody acted on it yet.
    """

    kind: NeighbourKind
    items: tuple[Neighbour, ...]
    silence: Silence = ""


def find_neighbours(model: Model, item_num: int, kind: NeighbourKind, k: int = 12) -> ItemNeighbours:
    """Return the k products nearest to one, itself left out; equal ones in catalogue order.

    Parameters
    ----------
    model
        Supplies the components.
    item_num
        The product.
    kind
        In which sense.
    k
        How many at the most.
    """
    component = model.components.get(kind)
    if component is None:
        return ItemNeighbours(kind, (), "no_component")
    if isinstance(component, ContentComponent):
        strengths = _cosines(component, item_num)
        if strengths is None:
            return ItemNeighbours(kind, (), "no_content")
    else:
        strengths = _follow(component, model, item_num)
        if not np.any(strengths > 0):
            return ItemNeighbours(kind, (), "no_behaviour")
        strengths = np.where(strengths > 0, strengths / strengths.max(), -np.inf)
    strengths[item_num] = -np.inf
    best = best_of(strengths, min(4 * k, len(strengths)))
    best = best[np.isfinite(strengths[best])]
    order = best[np.lexsort((best, -strengths[best]))][:k]
    both = count_shared(model.interactions, item_num)
    return ItemNeighbours(kind, tuple(Neighbour(int(i), float(strengths[i]), int(both[i])) for i in order))


def count_shared(interactions: Interactions, item_num: int) -> NDArray[np.int64]:
    """Shoppers who touched an item and each other one, shape (n_items,)."""
    users = interactions.user_num
    fans = np.unique(users[interactions.item_num == item_num])
    theirs = np.isin(users, fans)
    pairs = np.unique(np.stack([users[theirs], interactions.item_num[theirs]]), axis=1)
    return np.bincount(pairs[1], minlength=interactions.n_items).astype(np.int64)


def _cosines(component: ContentComponent, item_num: int) -> NDArray[np.float64] | None:
    """Cosine of one item's content with every item's, −∞ where unknown; None when its own is unknown."""
    content, known = component.arrays["content"], component.known
    if not known[item_num]:
        return None
    norms = np.linalg.norm(content, axis=1) * np.linalg.norm(content[item_num])
    cosine = (content @ content[item_num]) / np.maximum(norms, 1e-12)
    return np.where(known, cosine, -np.inf).astype(np.float64)


def _follow(component: Component, model: Model, item_num: int) -> NDArray[np.float64]:
    """How strongly behaviour leads from an item to every other, shape (n_items,), in the component's own units."""
    at = model.data_to if not np.isnat(model.data_to) else np.datetime64("now", "us")
    scores = component.read(Histories.of_items([item_num], at), at)
    if isinstance(scores, SparseScores):
        found = scores.matrix.toarray()[0]
    elif isinstance(scores, DotScores):
        found = scores.item_vectors @ scores.user_vectors[0]
    else:
        found = component.score(Histories.of_items([item_num], at), at)[0]
    found = np.nan_to_num(found.astype(np.float64))
    found[item_num] = 0.0
    return found
