"""Lists judged by our metrics: one figure per user and column, means with intervals, differences to ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.benchmark.exchange import Lists
from recsys.evaluation.metrics import Estimate, bootstrap_mean, count_relevant, hit_matrix, ndcg, recall
from recsys.evaluation.paired import bootstrap_difference, decided
from recsys.training.columns import COLUMNS, CUTOFF, Truth

Floats = NDArray[np.float64]
METRICS = ("recall", "ndcg")


@dataclass(frozen=True, eq=False)
class UserScores:
    """One metric in one column.

    Parameters
    ----------
    values
        Per user with something to find in the column, mean over seeds, shape (n_users,).
    seed_means
        Mean over users by seed, shape (n_seeds,).
    """

    values: Floats
    seed_means: Floats

    @property
    def estimate(self) -> Estimate:
        """The mean with its 95 % bootstrap interval over users."""
        return bootstrap_mean(self.values)


Scores = Mapping[str, Mapping[str, UserScores]]
"""Column → metric → figures."""


def score_lists(by_seed: Sequence[Lists], truth: Truth) -> Scores:
    """Judge lists on the four columns at cut-off 20.

    A user without a list counts as zero. `cold_among_all` judges the lists of `all` by their new items.

    Parameters
    ----------
    by_seed
        Lists of every user of the truth, per seed, at least one.
    truth
        What they went on to choose.
    """
    return {column: _column(by_seed, truth, column) for column in COLUMNS}


def _column(by_seed: Sequence[Lists], truth: Truth, column: str) -> dict[str, UserScores]:
    """Both metrics in one column."""
    rows = truth.choosers(column)
    relevant = truth.choices[column][rows]
    n_relevant = count_relevant(relevant)
    source = "all" if column == "cold_among_all" else column
    hits = [hit_matrix(lists[source][rows], relevant, CUTOFF) for lists in by_seed]
    values = {
        "recall": np.stack([recall(found, n_relevant) for found in hits]),
        "ndcg": np.stack([ndcg(found, n_relevant) for found in hits]),
    }
    return {
        name: UserScores(figures.mean(axis=0), figures.mean(axis=1) if len(rows) else np.zeros(len(by_seed)))
        for name, figures in values.items()
    }


@dataclass(frozen=True)
class Lead:
    """Ours against the best peer of one column.

    Parameters
    ----------
    column, metric, group
        Which figure, and among whom the best was looked for: "library" or "reference".
    ours, best
        Means.
    best_peer
        Who has the best; chosen on the test window, which favours the peers.
    relative
        ours / best − 1; NaN where the best is 0.
    difference
        ours − best with its 95 % paired bootstrap interval.
    decided
        Whether the interval leaves out zero.
    """

    column: str
    metric: str
    group: str
    ours: float
    best_peer: str
    best: float
    relative: float
    difference: Estimate
    decided: bool


def find_leads(ours: Scores, peers: Mapping[str, Scores], metric: str, group: str) -> list[Lead]:
    """Compare with the best of a group in every column; no leads where the group is empty."""
    leads = []
    for column in COLUMNS if peers else ():
        means = {
            name: float(scores[column][metric].values.mean()) for name, scores in peers.items() if _any(scores, column)
        }
        if not means:
            continue
        name = max(means, key=lambda peer: means[peer])
        mine, best = ours[column][metric].values, means[name]
        difference = bootstrap_difference(mine, peers[name][column][metric].values)
        relative = float(mine.mean()) / best - 1.0 if best > 0 else float("nan")
        leads.append(
            Lead(column, metric, group, float(mine.mean()), name, best, relative, difference, decided(difference))
        )
    return leads


def _any(scores: Scores, column: str) -> bool:
    """Whether anybody could be judged in a column."""
    return len(scores[column]["recall"].values) > 0
