"""What shoppers look at on their own in a visit, and what they search for."""

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.world import Visits, World

MAX_VIEWS = 8
FOCUS = np.float32(1.3)
_ROWS = 1024


def gumbel(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Standard Gumbel noise: the largest of logit + noise is a draw from the softmax of the logits."""
    waiting = rng.standard_exponential(shape, dtype=np.float32)
    noise: NDArray[np.float32] = -np.log(np.maximum(waiting, np.float32(1e-30)))
    return noise


def largest(keys: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the k largest keys per row, best first, shape (n_rows, k)."""
    top = np.argpartition(keys, -k, axis=1)[:, -k:]
    order = np.argsort(-np.take_along_axis(keys, top, axis=1), axis=1)
    return np.take_along_axis(top, order, axis=1)


def considered_items(world: World, visits: Visits) -> NDArray[np.int64]:
    """Products looked at in each visit, shape (n_visits, MAX_VIEWS), the goal of the visit first.

    A draw without replacement from softmax(affinity + appeal of the day), with a preference for the kind of the first.
    """
    rng = np.random.default_rng([world.definition.seed, 41])
    kind = world.assortment.kind
    chosen = np.empty((len(visits), MAX_VIEWS), dtype=np.int64)
    for low in range(0, len(visits), _ROWS):
        rows = slice(low, low + _ROWS)
        keys = world.affinity[visits.user[rows]] + world.appeal[visits.day[rows]]
        keys += gumbel(rng, keys.shape)
        goal = keys.argmax(axis=1)
        keys += FOCUS * (kind[None, :] == kind[goal][:, None])
        keys[np.arange(len(goal)), goal] += np.float32(1e3)
        chosen[rows] = largest(keys, MAX_VIEWS)
    return chosen


def views_per_visit(world: World, n_visits: int) -> NDArray[np.int64]:
    """How many products a shopper opens on her own, shape (n_visits,), 1 to MAX_VIEWS."""
    rng = np.random.default_rng([world.definition.seed, 42])
    return np.minimum(1 + rng.poisson(1.95, n_visits), MAX_VIEWS)
