"""Pictures unlike anything else in the shop: a logo, a landscape, a size chart."""

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord
from recsys.doctor.robust import peer_groups, robust_z

NAME = "odd_picture"
NEIGHBOURS = 5
MAX_DIRECTIONS = 64
_FLOOR = 0.02


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item whose picture lies farther from its nearest ones than its category is used to."""
    vectors = shop.image_vectors
    rows = np.array([], np.intp) if vectors is None else np.flatnonzero(np.isfinite(vectors).all(axis=1))
    if vectors is None or len(rows) < 2 * shop.config.min_peers:
        return []
    distance = np.full(len(vectors), np.nan)
    distance[rows] = neighbour_distances(vectors[rows])
    groups = peer_groups(shop.catalogue.categories, np.isfinite(distance), shop.config.min_peers)
    z, usual = robust_z(distance, groups, floor=_FLOOR)
    everywhere, _ = robust_z(distance, np.zeros(len(distance), np.intp), floor=_FLOOR)
    far = np.minimum(z, everywhere)
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.MEDIUM,
            confidence=float(1 - shop.config.odd_z / (2 * far[row])),
            subject=str(shop.catalogue.images[row][0]) if shop.catalogue.images[row] else "picture",
            fix=Fix(Action.REPLACE_PICTURE, "images"),
            evidence={"distance": float(distance[row]), "usual": float(usual[row]), "z": float(far[row])},
        )
        for row in np.flatnonzero(far >= shop.config.odd_z)
    ]


def neighbour_distances(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 less the cosine to the nearest other rows, mean over `NEIGHBOURS`, shape (n,).

    References
    ----------
    Ramaswamy, Rastogi & Shim (2000), Efficient algorithms for mining outliers from large data sets, SIGMOD.
    """
    import faiss
    from sklearn.decomposition import PCA

    content = vectors
    if content.shape[1] > MAX_DIRECTIONS < len(content):
        content = PCA(MAX_DIRECTIONS, svd_solver="covariance_eigh", random_state=0).fit_transform(content)
    content = np.ascontiguousarray(content / np.maximum(np.linalg.norm(content, axis=1, keepdims=True), 1e-12), "f4")
    index = faiss.IndexFlatIP(content.shape[1])
    if len(content) > 10_000:
        index = faiss.IndexIVFFlat(index, content.shape[1], int(2 * np.sqrt(len(content))), faiss.METRIC_INNER_PRODUCT)
        index.train(content)
        index.nprobe = 12
    index.add(content)
    near, _ = index.search(content, min(NEIGHBOURS + 1, len(content)))
    near = np.where(near < -1, np.nan, near)[:, 1:]  # less the row itself; absent neighbours come as −3e38
    out: NDArray[np.float64] = 1 - np.nanmean(near, axis=1).astype(np.float64)
    return out
