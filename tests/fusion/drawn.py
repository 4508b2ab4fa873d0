"""Held-out terms at random, shared by the tests of this room."""

import numpy as np

from recsys.fusion.holdout import HoldoutTerms

NAMES = ("text", "image", "trend")
WEIGHTS = {"text": 0.5, "image": 0.3, "trend": 0.2}


def draw(seed: int, n_users: int = 7, n_candidates: int = 40, *, ties: bool = False) -> HoldoutTerms:
    """Terms, truths and gaps at random; with `ties` many scores are equal."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(3, n_users, n_candidates))
    z = np.round(z) if ties else z
    relevant = rng.random((n_users, n_candidates)) < 0.15
    relevant[np.arange(n_users), rng.integers(0, n_candidates, n_users)] = True
    return HoldoutTerms(NAMES, z.astype(np.float32), relevant, rng.random((n_users, n_candidates)) < 0.9)
