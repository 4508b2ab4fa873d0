"""Pairs of items that look or read the same, and the groups that pairs make."""

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from recsys.doctor.record import ShopRecord

Pair = tuple[int, int]
_WORD = re.compile(r"\w+", re.UNICODE)
_PROJECTED = 6
MAX_GROUP = 50
"""A picture on more items than this is a placeholder; its items are paired with the first one only."""


def words_of(title: str) -> frozenset[str]:
    """Return the distinct words of a title in lower case."""
    return frozenset(_WORD.findall(title.lower()))


def title_overlap(one: str, other: str) -> float:
    """Return the share of distinct words that two titles have in common, 0 to 1; 1 for two empty titles.

    Examples
    --------
    >>> title_overlap("Nike Men White T-shirt", "nike men's white t shirt")
    0.8333333333333334
    """
    first, second = words_of(one), words_of(other)
    return len(first & second) / len(first | second) if first or second else 1.0


def same_picture_pairs(shop: ShopRecord) -> list[Pair]:
    """Return pairs (earlier, later) of items whose first pictures are the same file or nearly the same image.

    Nearly: the root mean square difference of their thumbs is at most `same_picture`, and of two encoded pictures the
    vectors agree too. Candidates come from a k-d tree over a few projections, which never lose a near pair.
    """
    if shop.pictures is None:
        return []
    rows = np.flatnonzero(shop.lead >= 0)
    if len(rows) < 2:
        return []
    used, place = np.unique(shop.lead[rows], return_inverse=True)
    thumbs = shop.pictures.thumbs[used].astype(np.float32)
    plain = shop.pictures.measures["detail"].to_numpy()[used] < 1.0  # blank pictures are alike without being the same
    near = _near_thumbs(thumbs, shop.config.same_picture * np.sqrt(thumbs.shape[1]))
    near = near[~(plain[near[:, 0]] | plain[near[:, 1]])]
    links = sparse.coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(used), len(used)))
    group = connected_components(links, directed=False)[1]
    group = np.where(plain, group.max() + 1 + np.arange(len(group)), group)
    return _pairs_within(rows, group[place])


def same_text_pairs(shop: ShopRecord) -> list[Pair]:
    """Return pairs of items without a measured picture whose title, words, attributes and price are all the same."""
    frame = shop.catalogue.frame
    rows = np.flatnonzero((shop.lead < 0) & (shop.titles != ""))
    if len(rows) < 2:
        return []
    columns = ["category", "brand", "price", "attributes", "description"]
    keys = frame.iloc[rows][columns].astype(object).fillna("").astype(str).agg("\x1f".join, axis=1)
    titles = [" ".join(_WORD.findall(str(title).lower())) for title in shop.titles[rows]]
    codes = np.unique([f"{title}\x1f{key}" for title, key in zip(titles, keys, strict=True)], return_inverse=True)[1]
    return _pairs_within(rows, codes)


def group_pairs(pairs: Sequence[Pair], n_items: int) -> list[list[int]]:
    """Return the groups that pairs connect, each in ascending order, the groups by their first member."""
    if not pairs:
        return []
    ends = np.array(pairs)
    links = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n_items, n_items))
    labels = connected_components(links, directed=False)[1]
    members = np.unique(ends)
    order = members[np.argsort(labels[members], kind="stable")]
    borders = np.flatnonzero(np.diff(labels[order])) + 1
    return sorted((part.tolist() for part in np.split(order, borders)), key=lambda part: part[0])


def _near_thumbs(thumbs: np.ndarray, radius: float) -> np.ndarray:
    """Pairs of rows within a Euclidean distance, shape (n_pairs, 2)."""
    centred = thumbs - thumbs.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    tree = cKDTree(centred @ directions[:, -_PROJECTED:])
    pairs = tree.query_pairs(radius, output_type="ndarray")
    keep = [
        np.linalg.norm(thumbs[part[:, 0]] - thumbs[part[:, 1]], axis=1) <= radius
        for part in np.array_split(pairs, max(1, len(pairs) // 200_000))
    ]
    return pairs[np.concatenate(keep)] if len(pairs) else pairs


def _pairs_within(rows: np.ndarray, groups: np.ndarray) -> list[Pair]:
    """All pairs of rows of equal group; of a large group only those with its first row."""
    order = np.argsort(groups, kind="stable")
    borders = np.flatnonzero(np.diff(groups[order])) + 1
    pairs: list[Pair] = []
    for part in np.split(rows[order], borders):
        if len(part) > MAX_GROUP:
            pairs += [(int(part[0]), int(b)) for b in part[1:]]
        elif len(part) > 1:
            pairs += [(int(a), int(b)) for n, a in enumerate(part) for b in part[n + 1 :]]
    return pairs
