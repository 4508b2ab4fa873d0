"""Boosted trees behind the response term: LightGBM, its exact Shapley values, its text file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROWS_FOR_THREADS = 100_000
"""Fewer rows are answered by one thread: waking others costs more, and batches of lists are made side by side."""
REGULARIZATION = 10.0
"""L2 penalty of a leaf's value: a leaf of few responses says little."""


@dataclass(frozen=True, eq=False)
class Trees:
    """A fitted LightGBM classifier; a NaN goes the way that the training rows liked best.

    References
    ----------
    Ke et al. (2017), *LightGBM*; Lundberg et al. (2020), *From local explanations to global understanding with
    explainable AI for trees*.
    """

    booster: lgb.Booster

    exact: ClassVar[bool] = True

    @property
    def names(self) -> tuple[str, ...]:
        """Feature names."""
        return tuple(self.booster.feature_name())

    def margins(self, features: Floats) -> Floats:
        """Log-odds, shape (n_rows,)."""
        threads = 1 if len(features) < ROWS_FOR_THREADS else 0
        return np.asarray(self.booster.predict(features, raw_score=True, num_threads=threads), dtype=np.float64)

    def split(self, row: Floats) -> tuple[float, Floats]:
        """Base and Shapley values of one row's margin, shape (n_features,); they add up exactly."""
        shares = np.asarray(self.booster.predict(row[None, :], pred_contrib=True), dtype=np.float64)[0]
        return float(shares[-1]), shares[:-1]

    def save(self, folder: Path, name: str) -> None:
        """Write LightGBM's own text."""
        (folder / f"{name}.txt").write_text(self.booster.model_to_string(), encoding="utf-8")

    @staticmethod
    def load(folder: Path, name: str) -> "Trees":
        """Read what `save` wrote."""
        return Trees(lgb.Booster(model_str=(folder / f"{name}.txt").read_text(encoding="utf-8")))


def grow_trees(
    names: Sequence[str],
    features: Floats,
    labels: NDArray[np.bool_],
    *,
    n_trees: int,
    n_leaves: int,
    learning_rate: float,
    min_rows_per_leaf: int,
    seed: int,
    threads: int,
) -> Trees:
    """Grow trees on feature rows; the parameters are those of `response.ResponseConfig` and `ResponseComponent.fit`."""
    parameters = {
        "objective": "binary",
        "num_leaves": n_leaves,
        "learning_rate": learning_rate,
        "min_data_in_leaf": min_rows_per_leaf,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": REGULARIZATION,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
    }
    rows = lgb.Dataset(features, labels.astype(np.float32), feature_name=list(names))
    return Trees(lgb.train(parameters, rows, n_trees))
