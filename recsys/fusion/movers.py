"""Which products other weights bring into the lists of held-out shoppers, and which they take out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.holdout import CUTOFF, HoldoutTerms, half_width_of


@dataclass(frozen=True)
class Mover:
    """How much oftener, or more seldom, one product stands among the first 20.

    Parameters
    ----------
    item_num
        In the run's catalogue.
    share, live_share
        Share of the shoppers whose first 20 hold it, with these weights and with the live ones.
    change, half_width
        share − live_share and half of its 95 % interval, paired by shopper.
    """

    item_num: int
    share: float
    live_share: float
    change: float
    half_width: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.change) > self.half_width


@dataclass(frozen=True)
class Movers:
    """The products that move most, and how much moves in all.

    Parameters
    ----------
    movers
        Largest change first; only products that change at all.
    n_moving
        Products that some shopper's first 20 gain or lose.
    kept
        Share of the places of the live lists whose product stays in the list, mean over shoppers.
    n_users
        Shoppers asked.
    """

    movers: tuple[Mover, ...]
    n_moving: int
    kept: float
    n_users: int


def find_movers(terms: HoldoutTerms, weights: Mapping[str, float], live: Mapping[str, float], n: int = 20) -> Movers:
    """Compare the first 20 of every held-out shopper under two sets of weights.

    Parameters
    ----------
    terms
        With `items`, which say what the candidates are.
    weights, live
        By component.
    n
        Products to name.

    Raises
    ------
    ValueError
        If the terms do not say what the candidates are.
    """
    if terms.items is None:
        raise ValueError("held-out terms without items cannot name products")
    now, before = (_listed(terms, w) for w in (weights, live))
    difference = now.astype(np.int8) - before.astype(np.int8)
    change = difference.mean(axis=0) if terms.n_users else np.zeros(now.shape[1])
    order = np.lexsort((terms.items.item_num, -np.abs(change)))[:n]
    movers = tuple(
        Mover(
            int(terms.items.item_num[c]),
            float(now[:, c].mean()),
            float(before[:, c].mean()),
            float(change[c]),
            half_width_of(difference[:, c].astype(np.float64)),
        )
        for c in order
        if change[c] != 0
    )
    kept = (now & before).sum(axis=1) / np.maximum(before.sum(axis=1), 1)
    return Movers(
        movers, int(difference.any(axis=0).sum()), float(kept.mean()) if terms.n_users else 1.0, terms.n_users
    )


def _listed(terms: HoldoutTerms, weights: Mapping[str, float]) -> NDArray[np.bool_]:
    """Which candidates stand among each shopper's first 20, shape (n_users, n_candidates)."""
    scores = terms.scores(weights)
    k = min(CUTOFF, scores.shape[1])
    best = np.argpartition(-scores, k - 1, axis=1)[:, :k] if k else np.zeros((len(scores), 0), np.intp)
    listed = np.zeros(scores.shape, np.bool_)
    np.put_along_axis(listed, best, np.isfinite(np.take_along_axis(scores, best, axis=1)), axis=1)
    return listed
