"""Pictures unlike anything else in the shop: a logo, a landscape, a size chart."""

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.pictures import THUMB_SIDE
from recsys.doctor.record import ShopRecord
from recsys.doctor.robust import peer_groups, robust_z

NAME = "odd_picture"
DIRECTIONS = 64
_RESIDUAL_FLOOR, _EDGE_FLOOR = 0.01, 4.0
"""Smallest standard deviations, of vectors of length 1 and in grey levels."""


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item whose picture the shop's usual ones cannot describe and whose edge is not theirs."""
    vectors = shop.image_vectors
    known = shop.lead >= 0
    if vectors is None or shop.pictures is None or known.sum() < 2 * max(shop.config.min_peers, DIRECTIONS):
        return []
    peers = peer_groups(shop.catalogue.categories, known, shop.config.min_peers)
    everyone = np.zeros(len(peers), np.intp)
    rest = residuals(vectors)
    strange = np.minimum(*(robust_z(rest, group, floor=_RESIDUAL_FLOOR)[0] for group in (peers, everyone)))
    edge, usual = robust_z(edge_distances(shop), peers, floor=_EDGE_FLOOR)
    odd = (strange >= shop.config.odd_z) & (edge >= shop.config.edge_z)
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.MEDIUM,
            confidence=float(1 - 1 / (strange[row] * edge[row] / 4)),
            subject=str(shop.catalogue.images[row][0]),
            fix=Fix(Action.REPLACE_PICTURE, "images"),
            evidence={"strange_z": float(strange[row]), "edge_z": float(edge[row]), "usual_edge": float(usual[row])},
        )
        for row in np.flatnonzero(odd)
    ]


def residuals(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the length of what is left of each vector outside the shop's principal directions, NaN without a vector.

    References
    ----------
    Wang et al. (2022), ViM: out-of-distribution with virtual-logit matching, CVPR, section 4.1 (the residual).
    """
    from sklearn.decomposition import PCA

    out = np.full(len(vectors), np.nan)
    rows = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    content = vectors[rows].astype(np.float64)
    if len(rows) <= DIRECTIONS or content.shape[1] <= DIRECTIONS:
        return out
    model = PCA(DIRECTIONS, svd_solver="covariance_eigh").fit(content)
    out[rows] = np.linalg.norm(content - model.inverse_transform(model.transform(content)), axis=1)
    return out


def edge_distances(shop: ShopRecord) -> NDArray[np.float64]:
    """Return how far the outermost cells of each thumb lie from the shop's usual edge, in grey levels, shape (n,)."""
    assert shop.pictures is not None
    cells = shop.pictures.thumbs.reshape(-1, THUMB_SIDE, THUMB_SIDE, 3).astype(np.float64)
    edge = np.concatenate([cells[:, 0], cells[:, -1], cells[:, :, 0], cells[:, :, -1]], axis=1).reshape(len(cells), -1)
    known = shop.lead >= 0
    usual = np.median(edge[shop.lead[known]], axis=0)
    away = np.sqrt(((edge - usual) ** 2).mean(axis=1))
    return np.where(known, away[np.where(known, shop.lead, 0)], np.nan)
