"""Every figure beyond accuracy of one set of lists, and for whom and for which items the lists are good."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.evaluation.beyond import (
    average_popularity,
    gini,
    intra_list_distance,
    novelty,
    popularity_lift,
    serendipity,
    tail_share,
)
from recsys.evaluation.metrics import Relevant, bootstrap_mean, count_relevant, coverage, hit_matrix, ndcg, recall

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Lists = NDArray[np.int32]
FIGURES: dict[str, tuple[str, str]] = {
    "coverage": ("Coverage", "Share of the products on sale that anybody was recommended."),
    "gini": (
        "Gini",
        "How unequally the recommended places fall on the products on sale: 0 all alike, 1 one product takes all.",
    ),
    "average_popularity": ("Popularity", "Shoppers who had chosen a recommended product before, on average (ARP)."),
    "popularity_lift": (
        "Popularity lift",
        "Popularity of the recommendations over that of what the shoppers had chosen: above 1 leans to best sellers.",
    ),
    "tail_share": ("Tail share", "Share of the recommended places for the 80% least chosen products."),
    "ild": ("Variety", "Mean distance of two products of one list, 0 alike to 1 unlike (ILD@20)."),
    "novelty": ("Novelty", "How unknown the recommended products are, in bits: one more is half as well known."),
    "serendipity": (
        "Serendipity",
        "Hits that a list of best sellers would not have made, weighted by how far down it they stand.",
    ),
}
"""Figure -> its name on screen and its definition."""
GROUPS = 5
"""Quintiles of shoppers by activity and of items by popularity."""
RESAMPLES = 300
"""Bootstrap samples per group; there are a dozen groups."""


def quintiles(values: NDArray[np.int64]) -> NDArray[np.intp]:
    """Group 0 (lowest) to 4 of each value, groups as equal in size as can be; ties fall in the given order.

    Examples
    --------
    >>> quintiles(np.array([5, 1, 4, 2, 3])).tolist()
    [4, 0, 3, 1, 2]
    """
    groups = np.empty(len(values), np.intp)
    groups[np.argsort(values, kind="stable")] = np.arange(len(values)) * GROUPS // max(len(values), 1)
    return groups


@dataclass(frozen=True, eq=False)
class Shown:
    """Lists, what was relevant, and how popular everything was; all that the figures beyond accuracy need.

    Parameters
    ----------
    lists
        Item numbers best first, shape (n_users, k); −1 pads a short list.
    relevant
        Shape (n_users, n_items), in full or sparse with no zeros stored.
    distances
        Between the places of each list, in [0, 1], shape (n_users, k, k).
    users_per_item
        Users who had touched each item before the window, shape (n_items,).
    n_shoppers
        Users who had touched anything.
    activity
        Interactions of each of the lists' users before the window, shape (n_users,).
    profile_popularity
        Mean popularity of the items each of them touched, shape (n_users,).
    on_sale, new
        Items that could be listed, and those of them nobody had touched, shape (n_items,).
    """

    lists: Lists
    relevant: Relevant
    distances: NDArray[np.floating]
    users_per_item: NDArray[np.int64]
    n_shoppers: int
    activity: NDArray[np.int64]
    profile_popularity: Floats
    on_sale: Bools
    new: Bools


def judge_beyond(shown: Shown) -> dict[str, Any]:
    """Every figure beyond accuracy of one set of lists.

    Returns
    -------
    dict
        coverage, gini, average_popularity, popularity_lift, ild, novelty, serendipity, tail_share as numbers;
        "by_activity" (q1 least … q5 most active shoppers) and "by_popularity" (new, q1 least … q5 most popular items)
        with "recall" and "ndcg" as {"value", "low", "high", "n_users"}; empty groups are left out.
    """
    lists, k = shown.lists, shown.lists.shape[1]
    hits = hit_matrix(lists, shown.relevant, k)
    per_user = {
        "ild": intra_list_distance(lists, shown.distances),
        "novelty": novelty(lists, shown.users_per_item, shown.n_shoppers),
        "serendipity": serendipity(lists, hits, shown.users_per_item, shown.on_sale),
    }
    return {
        "coverage": coverage(lists, shown.on_sale),
        "gini": gini(lists, shown.on_sale),
        "average_popularity": average_popularity(lists, shown.users_per_item),
        "popularity_lift": popularity_lift(lists, shown.profile_popularity, shown.users_per_item),
        "tail_share": tail_share(lists, shown.users_per_item, shown.on_sale),
        **{name: float(values.mean()) if len(values) else 0.0 for name, values in per_user.items()},
        "by_activity": _by_activity(shown),
        "by_popularity": _by_popularity(shown),
    }


def _by_activity(shown: Shown) -> dict[str, Any]:
    """Accuracy of the shoppers of each activity quintile."""
    groups = quintiles(shown.activity)
    members = {f"q{g + 1}": np.flatnonzero(groups == g) for g in range(GROUPS)}
    return {name: _accuracy(shown.lists[rows], shown.relevant[rows]) for name, rows in members.items() if len(rows)}


def _by_popularity(shown: Shown) -> dict[str, Any]:
    """Accuracy for the choices among the items of each popularity quintile, and among new ones."""
    known = np.flatnonzero(shown.on_sale & ~shown.new)
    groups = quintiles(shown.users_per_item[known])
    buckets = {"new": np.flatnonzero(shown.new), **{f"q{g + 1}": known[groups == g] for g in range(GROUPS)}}
    everything, out = sparse.csr_array(shown.relevant), {}
    for name, items in buckets.items():
        wanted = np.zeros(everything.shape[1], bool)
        wanted[items] = True
        relevant = sparse.csr_array(everything.multiply(wanted[None, :]))
        relevant.eliminate_zeros()
        rows = np.flatnonzero(count_relevant(relevant))
        if len(rows):
            out[name] = _accuracy(shown.lists[rows], relevant[rows])
    return out


def _accuracy(lists: Lists, relevant: Relevant) -> dict[str, Any]:
    """Recall and NDCG with intervals over shoppers."""
    hits, n_relevant = hit_matrix(lists, relevant, lists.shape[1]), count_relevant(relevant)
    return {
        "recall": asdict(bootstrap_mean(recall(hits, n_relevant), n_resamples=RESAMPLES)),
        "ndcg": asdict(bootstrap_mean(ndcg(hits, n_relevant), n_resamples=RESAMPLES)),
    }
