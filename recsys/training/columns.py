"""The four columns by which a model is judged, on one time split, through the ranking function everybody uses."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Filters, Ranking, Request
from recsys.data.split import Split
from recsys.evaluation.metrics import bootstrap_mean, coverage, hit_matrix, ndcg, recall
from recsys.ranking.model import Model
from recsys.ranking.rank import rank_many
from recsys.training.beyond import beyond_accuracy
from recsys.training.config import COLUMN_NAMES
from recsys.vocabulary import ItemScope

CUTOFF = 20
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
    relevant
        Column to choices, bool, shape (n_users, n_items) each.
    """

    users: NDArray[np.intp]
    relevant: Mapping[str, NDArray[np.bool_]]


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
    chosen = split.held_out.histories.take(users).matrix(n_items, binary=True)
    chosen = chosen.multiply(split.on_sale[None, :]).tocsr()
    chosen.eliminate_zeros()
    users = users[np.diff(chosen.indptr) > 0]
    if max_users is not None and len(users) > max_users:
        users = np.sort(np.random.default_rng(seed).choice(users, max_users, replace=False))
    everything = split.held_out.histories.take(users).matrix(n_items, binary=True).toarray() > 0
    everything &= split.on_sale[None, :]
    seen = split.train.histories.take(users).matrix(n_items, binary=True).toarray() > 0
    fresh = everything & split.new[None, :]
    return Truth(
        users,
        {
            "all": everything,
            "discovery": everything & ~seen & ~split.new[None, :],
            "cold_among_new": fresh,
            "cold_among_all": fresh,
        },
    )


def judge(model: Model, split: Split, progress: Callable[[float], None] | None = None) -> dict[str, Any]:
    """Judge a model on the four columns.

    Every known shopper with a choice in the window counts; one the model cannot serve counts as zero.

    Returns
    -------
    dict
        Column to {"recall": …, "ndcg": …} at cut-off 20, each {"value", "low", "high", "n_users"} with a 95 %
        bootstrap interval over shoppers, and of the lists of `all` "coverage" and what lies "beyond" accuracy, see
        `evaluation.beyond_report.judge_beyond`.
    """
    truth = truth_of(split)
    served = replace(model, sale_mask=split.on_sale)
    result: dict[str, Any] = {}
    lists: dict[str, NDArray[np.int32]] = {}
    for place, (column, filters) in enumerate(FILTERS.items()):
        users = truth.users[truth.relevant[column].any(axis=1)]
        lists[column] = top_lists(served, split, users, filters)
        if progress is not None:
            progress((place + 1) / len(FILTERS))
    for column in COLUMNS:
        relevant = truth.relevant[column]
        rows = np.flatnonzero(relevant.any(axis=1))
        source = lists["all"][rows] if column == "cold_among_all" else lists[column]
        result[column] = _figures(source, relevant[rows])
    result["coverage"] = coverage(lists["all"], split.on_sale)
    result["beyond"] = beyond_accuracy(served, split, truth.users, lists["all"], truth.relevant["all"])
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


def _figures(lists: NDArray[np.int32], relevant: NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Recall and NDCG with intervals."""
    hits, n_relevant = hit_matrix(lists, relevant, CUTOFF), relevant.sum(axis=1)
    return {
        "recall": asdict(bootstrap_mean(recall(hits, n_relevant))),
        "ndcg": asdict(bootstrap_mean(ndcg(hits, n_relevant))),
    }
