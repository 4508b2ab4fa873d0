"""The response term κ: calibrated log-odds that a shown item is clicked or bought, with exact SHAP values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression

from recsys.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ResponseConfig:
    """Shape of the boosted trees.

    Parameters
    ----------
    n_trees
        Boosting rounds, ≥ 1.
    n_leaves
        Leaves per tree, ≥ 2.
    learning_rate
        Shrinkage, (0, 1].
    min_rows_per_leaf
        Least rows in a leaf, ≥ 1.
    """

    n_trees: int = 120
    n_leaves: int = 15
    learning_rate: float = 0.06
    min_rows_per_leaf: int = 60

    def __post_init__(self) -> None:
        if self.n_trees < 1 or self.n_leaves < 2 or not 0 < self.learning_rate <= 1 or self.min_rows_per_leaf < 1:
            raise InputError(f"A response config needs trees ≥ 1, leaves ≥ 2, learning rate in (0, 1]; got {self}.")


@dataclass(frozen=True, eq=False)
class Attribution:
    """Exact split of one log-odds over its features.

    Parameters
    ----------
    names
        Feature names.
    values
        Feature values, shape (n_features,).
    shap
        Share of each feature in the calibrated log-odds, shape (n_features,).
    base
        Log-odds of an average candidate; `base + shap.sum()` is the log-odds.
    probability
        Calibrated response probability.
    """

    names: tuple[str, ...]
    values: Floats
    shap: Floats
    base: float
    probability: float


class ResponseComponent:
    """LightGBM on component scores, counts, price and recency, calibrated by Platt scaling on a later slice.

    Platt scaling is affine in log-odds, so tree SHAP stays exactly additive after calibration; an isotonic step
    would not. The term that enters the sum is (log-odds − centre) / spread with the centre and spread of the
    candidates it was trained on, so that a weight means about the same as elsewhere.

    Requirements: impressions with responses, or interactions later than the features. Relations: re-orders the
    best candidates of the other terms; it never brings one in.

    References
    ----------
    Platt (1999), *Probabilistic Outputs for Support Vector Machines*; Lundberg et al. (2020), *From local
    explanations to global understanding with explainable AI for trees*.
    """

    name: ClassVar[str] = "response"
    label: ClassVar[str] = "Response"
    summary: ClassVar[str] = "Calibrated chance that the shopper responds when shown the item."
    phrase: ClassVar[str] = "is likely to be clicked or bought when shown"
    config_class: ClassVar[type] = ResponseConfig

    def __init__(self, config: ResponseConfig | None = None) -> None:
        self.config = ResponseConfig() if config is None else config
        self.names: tuple[str, ...] = ()
        self._booster: lgb.Booster | None = None
        self._slope, self._offset, self._centre, self._spread = 1.0, 0.0, 0.0, 1.0

    def fit(self, names: Sequence[str], features: Floats, labels: NDArray[np.bool_], seed: int, threads: int) -> Self:
        """Grow the trees.

        Parameters
        ----------
        names
            Feature names.
        features
            Shape (n_rows, n_features); NaN where unknown.
        labels
            Responded or not, shape (n_rows,).
        seed, threads
            Of LightGBM.

        Raises
        ------
        InputError
            If there is only one kind of label.
        """
        if labels.all() or not labels.any():
            raise InputError(
                "The response term needs rows with and without a response; "
                f"got {labels.sum()} with and {(~labels).sum()} without."
            )
        self.names = tuple(names)
        parameters = {
            "objective": "binary",
            "num_leaves": self.config.n_leaves,
            "learning_rate": self.config.learning_rate,
            "min_data_in_leaf": self.config.min_rows_per_leaf,
            "feature_fraction": 0.8,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "seed": seed,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbosity": -1,
        }
        rows = lgb.Dataset(features, labels.astype(np.float32), feature_name=list(self.names))
        self._booster = lgb.train(parameters, rows, self.config.n_trees)
        margin = self._margins(features)
        self._centre, self._spread = float(margin.mean()), max(float(margin.std()), 1e-9)
        return self

    def calibrate(self, features: Floats, labels: NDArray[np.bool_]) -> Self:
        """Fit slope and offset of the log-odds on rows later than those of `fit`; does nothing without both labels."""
        if labels.all() or not labels.any():
            return self
        margin = self._margins(features)[:, None]
        line = LogisticRegression(C=1e6).fit(margin, labels)
        slope = float(line.coef_[0, 0])
        if slope > 0:
            self._slope, self._offset = slope, float(line.intercept_[0])
            odds = self._slope * margin[:, 0] + self._offset
            self._centre, self._spread = float(odds.mean()), max(float(odds.std()), 1e-9)
        return self

    def log_odds(self, features: Floats) -> Floats:
        """Calibrated log-odds, shape (n_rows,)."""
        return self._slope * self._margins(features) + self._offset

    def standardised(self, features: Floats) -> Floats:
        """The term z of the sum, shape (n_rows,)."""
        return (self.log_odds(features) - self._centre) / self._spread

    def explain(self, features: Floats) -> Attribution:
        """Split one row's log-odds over its features, exactly.

        Parameters
        ----------
        features
            One row, shape (n_features,).
        """
        shares = np.asarray(self._trees.predict(features[None, :], pred_contrib=True))[0] * self._slope
        base = float(shares[-1]) + self._offset
        odds = base + float(shares[:-1].sum())
        return Attribution(self.names, features, shares[:-1], base, float(1 / (1 + np.exp(-odds))))

    @property
    def _trees(self) -> lgb.Booster:
        """Return the trees, which `fit` or `load` must have made."""
        if self._booster is None:
            raise InputError("The response term is not fitted; call fit or load first.")
        return self._booster

    def _margins(self, features: Floats) -> Floats:
        """Raw log-odds of the trees, shape (n_rows,)."""
        return np.asarray(self._trees.predict(features, raw_score=True), dtype=np.float64)

    def config_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values."""
        return asdict(self.config)

    def save(self, folder: Path) -> None:
        """Write LightGBM's own text and the calibration."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.txt").write_text(self._trees.model_to_string(), encoding="utf-8")
        line = np.array([self._slope, self._offset, self._centre, self._spread])
        save_file({"calibration": line}, folder / f"{self.name}.safetensors")

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any]) -> Self:
        """Read what `save` wrote."""
        component = cls(ResponseConfig(**config))
        booster = lgb.Booster(model_str=(folder / f"{cls.name}.txt").read_text(encoding="utf-8"))
        component._booster = booster
        component.names = tuple(booster.feature_name())
        line = load_file(folder / f"{cls.name}.safetensors")["calibration"]
        component._slope, component._offset, component._centre, component._spread = (float(v) for v in line)
        return component
