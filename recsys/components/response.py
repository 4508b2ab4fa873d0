"""The response term κ: calibrated log-odds that a shown item is clicked or bought, split over its features."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from recsys.components.calibration import Calibration
from recsys.components.dcn import CrossNetwork, train_network
from recsys.components.trees import Trees, grow_trees
from recsys.errors import InputError

Floats = NDArray[np.float64]

METHODS: tuple[str, ...] = ("lightgbm", "dcn")
NEW_ITEM = "item_is_new"
"""The feature that tells untouched items, for their own centre of the term."""


@dataclass(frozen=True)
class ResponseConfig:
    """What answers and how it is grown.

    Parameters
    ----------
    method
        "lightgbm": boosted trees, explained exactly. "dcn": a deep and cross network, explained by sampling; its
        training needs torch, its serving does not.
    windows
        Consecutive windows before validation to learn from, ≥ 1; earlier ones are used while responses are few.
    n_trees, n_leaves, learning_rate, min_rows_per_leaf
        Of the trees: boosting rounds ≥ 1, leaves per tree ≥ 2, shrinkage in (0, 1], least rows in a leaf ≥ 1.
    n_cross, n_hidden, epochs
        Of the network: cross layers ≥ 1, width of the deep part ≥ 1, passes over the rows at most ≥ 1.
    """

    method: str = "lightgbm"
    windows: int = 4
    n_trees: int = 150
    n_leaves: int = 31
    learning_rate: float = 0.06
    min_rows_per_leaf: int = 100
    n_cross: int = 2
    n_hidden: int = 64
    epochs: int = 30

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError(f"A response config's method is one of {', '.join(METHODS)}; got {self.method!r}.")
        counts = (self.windows, self.n_trees, self.min_rows_per_leaf, self.n_cross, self.n_hidden, self.epochs)
        if min(counts) < 1 or self.n_leaves < 2 or not 0 < self.learning_rate <= 1:
            raise InputError(f"A response config needs counts ≥ 1, leaves ≥ 2, learning rate in (0, 1]; got {self}.")


@dataclass(frozen=True, eq=False)
class Attribution:
    """Split of one log-odds over its features; it adds up.

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
    exact
        Whether the shares are exact Shapley values or sampled ones.
    """

    names: tuple[str, ...]
    values: Floats
    shap: Floats
    base: float
    probability: float
    exact: bool = True


class ResponseComponent:
    """A classifier on component scores, counts, price, cadence and season, calibrated on a later slice.

    The model gives a margin; a straight line on a later slice makes it honest log-odds, which are explained (affine,
    so the split stays additive) and enter the sum (strictly rising in the margin, so no ties appear); an isotonic
    curve on the same slice turns log-odds into the probability that is shown and measured. The term is centred apart
    for touched and untouched items, see `calibration.Calibration`.

    Requirements: impressions with responses, or interactions later than the features. Relations: re-orders the
    best candidates of the other terms; it never brings one in.

    References
    ----------
    See `trees.Trees`, `dcn.CrossNetwork` and `calibration.Calibration`.
    """

    name: ClassVar[str] = "response"
    label: ClassVar[str] = "Response"
    summary: ClassVar[str] = "Calibrated chance that the shopper responds when shown the item."
    phrase: ClassVar[str] = "is likely to be clicked or bought when shown"
    config_class: ClassVar[type] = ResponseConfig

    def __init__(self, config: ResponseConfig | None = None) -> None:
        self.config = ResponseConfig() if config is None else config
        self.names: tuple[str, ...] = ()
        self.calibration = Calibration()
        self._learner: Trees | CrossNetwork | None = None

    def fit(
        self,
        names: Sequence[str],
        features: Floats,
        labels: NDArray[np.bool_],
        seed: int,
        threads: int,
        later: NDArray[np.bool_] | None = None,
    ) -> Self:
        """Learn from feature rows.

        Parameters
        ----------
        names
            Feature names.
        features
            Shape (n_rows, n_features); NaN where unknown.
        labels
            Responded or not, shape (n_rows,).
        seed, threads
            Of the learner.
        later
            The latest of the rows, shape (n_rows,): the network stops early by them; None takes the last fifth.
            Trees learn from every row.

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
        self.names, config = tuple(names), self.config
        if config.method == "dcn":
            shape = {"n_cross": config.n_cross, "n_hidden": config.n_hidden, "epochs": config.epochs}
            self._learner = train_network(names, features, labels, later, **shape, seed=seed, threads=threads)
        else:
            self._learner = grow_trees(
                names,
                features,
                labels,
                n_trees=config.n_trees,
                n_leaves=config.n_leaves,
                learning_rate=config.learning_rate,
                min_rows_per_leaf=config.min_rows_per_leaf,
                seed=seed,
                threads=threads,
            )
        self.calibration = Calibration().centred_on(self._fitted.margins(features), self._new(features))
        return self

    def calibrate(self, features: Floats, labels: NDArray[np.bool_]) -> Self:
        """Fit line, curve and centres on rows later than those of `fit`; does nothing without both labels."""
        if len(labels):
            margin = self._fitted.margins(features)
            self.calibration = self.calibration.fitted_on(margin, labels, self._new(features))
        return self

    def log_odds(self, features: Floats) -> Floats:
        """Calibrated log-odds, shape (n_rows,)."""
        return self.calibration.log_odds(self._fitted.margins(features))

    def probabilities(self, features: Floats) -> Floats:
        """Calibrated response probabilities in (0, 1), shape (n_rows,)."""
        return self.calibration.probabilities(self.log_odds(features))

    def standardised(self, features: Floats) -> Floats:
        """The term z of the sum, shape (n_rows,)."""
        return self.calibration.standardised(self.log_odds(features), self._new(features))

    def explain(self, features: Floats) -> Attribution:
        """Split one row's log-odds over its features.

        Parameters
        ----------
        features
            One row, shape (n_features,).
        """
        learner, slope = self._fitted, self.calibration.slope
        base, shares = learner.split(features)
        base, shares = slope * base + self.calibration.offset, slope * shares
        probability = float(self.probabilities(features[None, :])[0])
        return Attribution(self.names, features, shares, base, probability, learner.exact)

    @property
    def _fitted(self) -> Trees | CrossNetwork:
        """Return the learner, which `fit` or `load` must have made."""
        if self._learner is None:
            raise InputError("The response term is not fitted; call fit or load first.")
        return self._learner

    def _new(self, features: Floats) -> NDArray[np.bool_]:
        """Tell which rows are untouched items; none where no feature says so."""
        if NEW_ITEM not in self.names:
            return np.zeros(len(features), bool)
        return features[:, self.names.index(NEW_ITEM)] > 0

    def config_json(self) -> dict[str, Any]:
        """Return the config as plain JSON values."""
        return asdict(self.config)

    def save(self, folder: Path) -> None:
        """Write the learner's own file and the calibration."""
        folder.mkdir(parents=True, exist_ok=True)
        self._fitted.save(folder, self.name)
        save_file(self.calibration.arrays(), folder / f"{self.name}.safetensors")

    @classmethod
    def load(cls, folder: Path, config: Mapping[str, Any]) -> Self:
        """Read what `save` wrote."""
        component = cls(ResponseConfig(**config))
        learner: type[Trees] | type[CrossNetwork] = CrossNetwork if component.config.method == "dcn" else Trees
        component._learner = learner.load(folder, cls.name)
        component.names = component._learner.names
        component.calibration = Calibration.from_arrays(load_file(folder / f"{cls.name}.safetensors"))
        return component
