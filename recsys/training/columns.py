"""The four columns by which a model is judged, on one time split, through the ranking function everybody uses."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.data.ranking import Filters, Ranking, Request
from recsys.data.split import Split
from recsys.evaluation.metrics import Relevant, bootstrap_mean, count_relevant, coverage, hit_matrix, ndcg, recall
from recsys.ranking.model import Model
from recsys.ranking.rank import rank_many
from recsys.training.beyond import beyond_accuracy
from recsys.training.config import COLUMN_NAMES
from recsys.training.judged import JudgedShoppers
from recsys.vocabulary import ItemScope

CUTOFF = 20
JUDGED_CELLS = 150_000_000
"""Shoppers times items for which lists are made when a model is judged."""
LEAST_JUDGED, MOST_JUDGED = 1_000, 5_000
"""Shoppers judged at least and at most, where there are so many; the interval says what a sample leaves open."""
COLUMNS: tuple[str, ...] = COLUMN_NAMES
FILTERS: Mapping[str, Filters] = {
    "all": Filters(),
    "discovery": Filters(items=ItemScope.WARM, exclude_seen=True),
    "cold_among_new": Filters(items=ItemScope.NEW),
}
"""The list asked for in each column; cold_among_all judges the lists of `all` by their new items."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What known shoppers went on to choose in the held-out window.

    Parameters
    ----------
    users
        User numbers with a history and at least one choice, shape (n_users,).
    choices
        Column to choices, bool, shape (n_users, n_items) each, only what was chosen stored.
    """

    users: NDArray[np.intp]
    choices: Mapping[str, sparse.csr_array]

    @cached_property
    def relevant(self) -> dict[str, NDArray[np.bool_]]:
        """The choices in full, for a sample of shoppers: users times items cells a column."""
        return {column: chosen.toarray() for column, chosen in self.choices.items()}

    def choosers(self, column: str) -> NDArray[np.intp]:
        """Rows of the shoppers with something to find in a column."""
        return np.flatnonzero(count_relevant(self.choices[column]))


def truth_of(split: Split, max_users: int | None = None, seed: int = 0) -> Truth:
    """Collect the held-out choices by column.

    Parameters
    ----------
    split
        The time split.
    max_users
        Keep a random sample of at most this many shoppers; None keeps all.
    seed
        Of the sample.
    """
    n_items = split.train.n_items
    users = np.flatnonzero((split.train.histories.lengths > 0) & (split.held_out.histories.lengths > 0))
    chosen = _cells(split.held_out.histories.take(users).matrix(n_items, binary=True), split.on_sale)
    some = np.flatnonzero(count_relevant(chosen))
    if max_users is not None and len(some) > max_users:
        some = np.sort(np.random.default_rng(seed).choice(some, max_users, replace=False))
    users, chosen = users[some], chosen[some]
    seen = split.train.histories.take(users).matrix(n_items, binary=True).astype(bool)
    known, fresh = _cells(chosen, ~split.new), _cells(chosen, split.new)
    unseen = _cells(known.astype(np.int8) - known.multiply(seen).astype(np.int8), split.on_sale)
    return Truth(users, {"all": chosen, "discovery": unseen, "cold_among_new": fresh, "cold_among_all": fresh})


def _cells(matrix: sparse.csr_array, items: NDArray[np.bool_]) -> sparse.csr_array:
    """Cells of a sparse matrix that are not 0, in the columns of some items."""
    kept = sparse.csr_array(matrix.astype(bool).multiply(items[None, :]))
    kept.eliminate_zeros()
    return kept


def judge(
    model: Model,
    split: Split,
    progress: Callable[[float], None] | None = None,
    keep: dict[str, JudgedShoppers] | None = None,
) -> dict[str, Any]:
    """Judge a model on the four columns.

    Every known shopper with a choice in the window counts, in a large shop a sample of them drawn by a fixed seed;
    one the model cannot serve counts as zero. What each shopper got goes into `keep`, by column.

    Returns
    -------
    dict
        Column to {"recall": …, "ndcg": …} at cut-off 20, each {"value", "low", "high", "n_users"} with a 95 %
        bootstrap interval over shoppers, and of the lists of `all` "coverage" and what lies "beyond" accuracy, see
        `evaluation.beyond_report.judge_beyond`.
    """
    truth = truth_of(split, int(np.clip(JUDGED_CELLS // max(split.train.n_items, 1), LEAST_JUDGED, MOST_JUDGED)))
    served = replace(model, sale_mask=split.on_sale)
    result: dict[str, Any] = {}
    lists: dict[str, NDArray[np.int32]] = {}
    for place, (column, filters) in enumerate(FILTERS.items()):
        users = truth.users[truth.choosers(column)]
        lists[column] = top_lists(served, split, users, filters)
        if progress is not None:
            progress((place + 1) / len(FILTERS))
    for column in COLUMNS:
        rows = truth.choosers(column)
        source = lists["all"][rows] if column == "cold_among_all" else lists[column]
        found = _figures_of_users(source, truth.choices[column][rows])
        result[column] = {name: asdict(bootstrap_mean(values)) for name, values in found.items()}
        if keep is not None and len(rows):
            keep[column] = JudgedShoppers.of(split.train.user_ids[truth.users[rows]].tolist(), **found)
    result["coverage"] = coverage(lists["all"], split.on_sale)
    result["beyond"] = beyond_accuracy(served, split, truth.users, lists["all"], truth.choices["all"])
    return result


def top_lists(model: Model, split: Split, users: NDArray[np.intp], filters: Filters) -> NDArray[np.int32]:
    """Best `CUTOFF` items of each user, −1 where a list is short, shape (n_users, CUTOFF)."""
    requests = [Request(split.train.histories.one(int(u)), split.cut, filters, CUTOFF, user_id=str(u)) for u in users]
    return pad_lists(rank_many(requests, model))


def pad_lists(rankings: list[Ranking]) -> NDArray[np.int32]:
    """Item numbers of rankings as one array, −1 where a list is short, shape (n_rankings, CUTOFF)."""
    lists = np.full((len(rankings), CUTOFF), -1, np.int32)
    for row, ranking in enumerate(rankings):
        lists[row, : len(ranking)] = ranking.item_num[:CUTOFF]
    return lists


def _figures_of_users(lists: NDArray[np.int32], relevant: Relevant) -> dict[str, NDArray[np.float64]]:
    """Recall and NDCG of each shopper, shape (n_users,) each."""
    hits, n_relevant = hit_matrix(lists, relevant, CUTOFF), count_relevant(relevant)
    return {"recall": recall(hits, n_relevant), "ndcg": ndcg(hits, n_relevant)}
