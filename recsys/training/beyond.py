"""The figures beyond accuracy of a model's lists on one time split."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Interactions
from recsys.data.split import Split
from recsys.evaluation.beyond_report import Shown, judge_beyond
from recsys.evaluation.metrics import Relevant
from recsys.ranking.model import Model
from recsys.ranking.similarity import similarities

BLOCK = 256
"""Lists whose pairs are compared at once."""


def beyond_accuracy(
    model: Model, split: Split, users: NDArray[np.intp], lists: NDArray[np.int32], relevant: Relevant
) -> dict[str, Any]:
    """Judge lists by everything but their accuracy, see `evaluation.beyond_report.judge_beyond`.

    Popularity is the number of shoppers who had touched an item before the window.

    Parameters
    ----------
    model
        Says how alike two items are.
    split
        The window.
    users
        Whose lists they are, shape (n_users,).
    lists
        Item numbers best first, −1 where a list is short, shape (n_users, k).
    relevant
        What they went on to choose, shape (n_users, n_items).
    """
    popularity = users_per_item(split.train)
    histories = split.train.histories
    touched = histories.matrix(split.train.n_items, binary=True).tocsr()[users]
    total = np.asarray(touched @ popularity.astype(np.float64))
    blocks = [np.maximum(lists[start : start + BLOCK], 0) for start in range(0, len(lists), BLOCK)]
    alike = [similarities(model, block.astype(np.intp)) for block in blocks]
    width = lists.shape[1]
    return judge_beyond(
        Shown(
            lists=lists,
            relevant=relevant,
            distances=1.0 - np.concatenate(alike) if alike else np.zeros((0, width, width)),
            users_per_item=popularity,
            n_shoppers=int((histories.lengths > 0).sum()),
            activity=histories.lengths[users],
            profile_popularity=total / np.maximum(np.diff(touched.indptr), 1),
            on_sale=split.on_sale,
            new=split.new,
        )
    )


def users_per_item(interactions: Interactions) -> NDArray[np.int64]:
    """Count the users who touched each item, shape (n_items,)."""
    counts = interactions.histories.matrix(interactions.n_items, binary=True).sum(axis=0)
    return np.asarray(counts).ravel().astype(np.int64)
