"""Beyond accuracy: how much of the shop lists show, how popular, alike, novel and surprising it is. Pure functions."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Lists = NDArray[np.int32]
TAIL = 0.8
"""Share of the items on sale, least popular first, that is the tail."""


def gini(lists: Lists, on_sale: Bools) -> float:
    r"""Inequality of the recommended slots over the items on sale, never-recommended items included.

    G = Σ_j (2j − n − 1) x_j / (n Σ_j x_j), x ascending, 1 ≤ j ≤ n: 0 when every item gets as many slots, near 1 when
    one item gets all.

    Parameters
    ----------
    lists
        Item numbers, shape (n_users, k); −1 pads a short list.
    on_sale
        Shape (n_items,).

    Examples
    --------
    >>> gini(np.array([[0, 1]], np.int32), np.ones(4, bool))
    0.5
    """
    slots = np.sort(np.bincount(lists[lists >= 0], minlength=len(on_sale))[on_sale])
    n, total = len(slots), int(slots.sum())
    if total == 0:
        return 0.0
    return float(((2 * np.arange(1, n + 1) - n - 1) * slots).sum() / (n * total))


def mean_over_lists(lists: Lists, values: Floats) -> Floats:
    """Mean value of each list's items, shape (n_users,); 0 for an empty list.

    Parameters
    ----------
    lists
        Item numbers, shape (n_users, k); −1 pads a short list.
    values
        One per item, shape (n_items,).

    Examples
    --------
    >>> mean_over_lists(np.array([[0, 1], [1, -1]], np.int32), np.array([2.0, 4.0])).tolist()
    [3.0, 4.0]
    """
    there = lists >= 0
    picked = np.where(there, values[np.maximum(lists, 0)], 0.0)
    return np.asarray(picked.sum(axis=1) / np.maximum(there.sum(axis=1), 1))


def average_popularity(lists: Lists, users_per_item: NDArray[np.int64]) -> float:
    """ARP: mean over lists of the mean number of users of the recommended items; 0 without a list.

    References
    ----------
    Yin et al. (2012), *Challenging the long tail recommendation*.
    """
    filled = lists[(lists >= 0).any(axis=1)]
    return float(mean_over_lists(filled, users_per_item.astype(np.float64)).mean()) if len(filled) else 0.0


def popularity_lift(lists: Lists, profile_popularity: Floats, users_per_item: NDArray[np.int64]) -> float:
    """ARP of the lists over the mean popularity of the users' own profiles; 1 = as popular as what they chose.

    Parameters
    ----------
    lists
        Item numbers, shape (n_users, k); −1 pads a short list.
    profile_popularity
        Mean number of users of the items each user touched, shape (n_users,).
    users_per_item
        Shape (n_items,).

    Returns
    -------
    float
        ≥ 0; 0 where the profiles hold nothing.
    """
    own = float(profile_popularity.mean()) if len(profile_popularity) else 0.0
    return average_popularity(lists, users_per_item) / own if own > 0 else 0.0


def intra_list_distance(lists: Lists, distances: NDArray[np.floating]) -> Floats:
    """ILD@k: mean distance of the pairs of each list, shape (n_users,); 0 for a list without a pair.

    Parameters
    ----------
    lists
        Item numbers, shape (n_users, k); −1 pads a short list.
    distances
        Between the places of each list, shape (n_users, k, k), symmetric.

    References
    ----------
    Smyth & McClave (2001), *Similarity vs. diversity*; Ziegler et al. (2005).
    """
    there = (lists >= 0).astype(np.float64)
    pairs = there[:, :, None] * there[:, None, :] * (1.0 - np.eye(lists.shape[1]))
    count = pairs.sum(axis=(1, 2))
    return np.asarray((distances * pairs).sum(axis=(1, 2)) / np.maximum(count, 1.0))


def novelty(lists: Lists, users_per_item: NDArray[np.int64], n_users: int) -> Floats:
    """−mean log₂(users(i) / n_users) of each list in bits, shape (n_users,); an item nobody touched counts as one user.

    References
    ----------
    Zhou et al. (2010), *Solving the apparent diversity-accuracy dilemma of recommender systems*.

    Examples
    --------
    >>> novelty(np.array([[0, 1]], np.int32), np.array([4, 2]), 4).tolist()
    [0.5]
    """
    bits = -np.log2(np.maximum(users_per_item, 1) / max(n_users, 1))
    return mean_over_lists(lists, bits)


def serendipity(lists: Lists, hits: Bools, users_per_item: NDArray[np.int64], on_sale: Bools) -> Floats:
    """Mean over the places of max(p(i) − p_u(i), 0) · rel(i), shape (n_users,): hits that popularity would not make.

    p(i) = (n + 1 − place) / n is how strongly the list recommends the item and p_u(i) = (n + 1 − popularity rank) / n
    how strongly an unpersonalised list would, n items on sale; ties in popularity fall in item order.

    Parameters
    ----------
    lists
        Item numbers, shape (n_users, k); −1 pads a short list.
    hits
        Which places hold a relevant item, shape (n_users, k).
    users_per_item, on_sale
        Shape (n_items,).

    References
    ----------
    As in the library RecTools, after Ge et al. (2010), *Beyond accuracy*.
    """
    n = max(int(on_sale.sum()), 1)
    order = np.argsort(np.where(on_sale, -users_per_item, 1), kind="stable")
    popular = np.empty(len(on_sale))
    popular[order] = (n - np.arange(len(on_sale))) / n
    shown = (n - np.arange(lists.shape[1])) / n
    surprise = np.maximum(shown[None, :] - popular[np.maximum(lists, 0)], 0.0)
    return np.asarray((surprise * hits).sum(axis=1) / max(lists.shape[1], 1))


def tail_share(lists: Lists, users_per_item: NDArray[np.int64], on_sale: Bools) -> float:
    """Share of the recommended slots that go to the least popular `TAIL` of the items on sale; ties in item order.

    Examples
    --------
    >>> tail_share(np.array([[0, 1, 2, 3, 4]], np.int32), np.array([9, 1, 1, 1, 1]), np.ones(5, bool))
    0.8
    """
    items = np.flatnonzero(on_sale)
    least_first = items[np.argsort(users_per_item[items], kind="stable")]
    tail = np.zeros(len(on_sale), bool)
    tail[least_first[: int(TAIL * len(items))]] = True
    shown = lists[lists >= 0]
    return float(tail[shown].mean()) if len(shown) else 0.0
