"""Pictures that show another kind of product than the words and the category say."""

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.classify import Verdicts, parents
from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "picture_mismatch"
NEIGHBOURS = 15
MOSTLY = 0.4
HARDLY = 0.2
"""Shares of the nearest pictures that must be of the parent shown, and at most of the parent stated."""


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item whose picture speaks against its category while its words do not side with the picture.

    The nearest pictures have to say the same: a model of straight lines is sure of odd things far from what it knows.
    Where words and picture agree on another category it is the category that is odd, see `wrong_category`.
    """
    seen, read = shop.by_picture, shop.by_words
    if seen is None:
        return []
    needed = shop.config.needed(shop.config.picture_strength, len(shop.catalogue))
    doubted = seen.strength >= needed
    if read is not None:
        same = np.array([read.predicted[n] >= 0 and read.name(n) == seen.name(n) for n in np.flatnonzero(doubted)])
        doubted[np.flatnonzero(doubted)[same.astype(bool)]] = False
    rows = _confirmed(shop, seen, np.flatnonzero(doubted))
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.HIGH,
            confidence=float(seen.strength[row] / (seen.strength[row] + 1)),
            subject=str(shop.catalogue.images[row][0]) if shop.catalogue.images[row] else "picture",
            fix=Fix(Action.REPLACE_PICTURE, "images"),
            evidence={
                "shows": seen.name(row),
                "stated": str(shop.catalogue.categories[row]),
                "probability": float(seen.probability[row]),
                "stated_probability": float(seen.stated_probability[row]),
                "strength": float(seen.strength[row]),
            },
        )
        for row in rows
    ]


def _confirmed(shop: ShopRecord, seen: Verdicts, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rows whose nearest pictures are mostly of the parent category predicted and hardly of the one stated."""
    vectors = shop.image_vectors
    judged = np.flatnonzero(seen.stated >= 0)
    if vectors is None or not len(rows):
        return rows
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=min(NEIGHBOURS + 1, len(judged)), algorithm="brute").fit(vectors[judged])
    near = judged[search.kneighbors(vectors[rows], return_distance=False)]
    groups = np.unique(parents(seen.names).astype(str), return_inverse=True)[1]
    others = near != rows[:, None]
    of = groups[seen.stated[near]]
    shown = (others & (of == groups[seen.predicted[rows]][:, None])).sum(axis=1) / others.sum(axis=1)
    stated = (others & (of == groups[seen.stated[rows]][:, None])).sum(axis=1) / others.sum(axis=1)
    kept: NDArray[np.intp] = rows[(shown >= MOSTLY) & (stated <= HARDLY)]
    return kept
