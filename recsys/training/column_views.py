"""How validation looks at its candidates: what they are, and where each column finds what was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.split import Split
from recsys.fusion.holdout import HoldoutItems
from recsys.training.columns import Truth


@dataclass(frozen=True, eq=False)
class ColumnView:
    """How one column looks at the candidates.

    Parameters
    ----------
    lists
        Which list it judges: "everything", "discovery" or "new".
    rows, candidates
        Cells of the relevant items; candidates count within the list's own candidates.
    n_relevant
        Relevant items per shopper, shape (n_users,).
    """

    lists: str
    rows: NDArray[np.intp]
    candidates: NDArray[np.intp]
    n_relevant: NDArray[np.int64]


def column_views(
    truth: Truth, items: NDArray[np.intp], new: NDArray[np.intp], column_weights: Mapping[str, float]
) -> dict[str, ColumnView]:
    """Return one view per column that has a weight and something to find.

    Parameters
    ----------
    truth
        The sampled shoppers and what they chose.
    items
        Item numbers of the candidates, shape (n_candidates,).
    new
        Which of the candidates nobody had touched, positions in `items`.
    column_weights
        Weight of each column in the objective; a column without one is left out.
    """
    sources = {"all": "everything", "discovery": "discovery", "cold_among_new": "new", "cold_among_all": "everything"}
    views = {}
    for column, lists in sources.items():
        relevant = truth.relevant[column][:, items]
        rows, candidates = np.nonzero(relevant[:, new] if lists == "new" else relevant)
        if column_weights.get(column, 0.0) and len(rows):
            counts = np.bincount(rows, minlength=len(relevant))
            views[column] = ColumnView(lists, rows, candidates, counts)
    return views


def describe_candidates(split: Split, items: NDArray[np.intp], seen: NDArray[np.bool_]) -> HoldoutItems:
    """Say what the candidates are as of the start of the held-out window.

    Parameters
    ----------
    split
        The time split.
    items
        Item numbers of the candidates, shape (n_candidates,).
    seen
        What each shopper had touched, shape (n_users, n_candidates).
    """
    histories = split.train.histories
    users = np.asarray(histories.matrix(split.train.n_items, binary=True).sum(axis=0)).ravel()[items]
    n_shoppers = max(int((histories.lengths > 0).sum()), 1)
    bits = -np.log2(np.maximum(users, 1) / n_shoppers).astype(np.float32)
    return HoldoutItems(items.astype(np.int32), split.new[items], bits, seen)
