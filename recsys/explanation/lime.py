"""A second opinion on the response term: LIME, a line fitted to the model around one pair, held against SHAP."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Request
from recsys.explanation.answer import FeatureEffect
from recsys.explanation.pair import label_feature
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.ranking.rank import rank

N_SAMPLES = 2_000
KERNEL_WIDTH = 0.75
"""In units of √d, as the authors' implementation has it."""
PENALTY = 1.0
BACKGROUND = 200
"""Products of the same shopper from which replaced values are drawn."""
TINY = 1e-3
"""Effects below this share of the largest have no sign worth comparing."""


@dataclass(frozen=True)
class SecondOpinion:
    """LIME of one response, and how far it agrees with SHAP.

    Parameters
    ----------
    effects
        One per feature, in log-odds, largest magnitude first.
    shap
        The Shapley value of each of those features, in the same order.
    fit
        Weighted R² of the line on the perturbed pairs: how much of the model it follows, at most 1.
    rank_correlation
        Spearman's ρ between the magnitudes of both, −1 to 1; NaN where one of them is flat.
    sign_agreement
        Share, 0 to 1, of the features that count for both whose sign is the same; NaN where there is none.
    n_compared
        Features whose signs were compared.
    """

    effects: tuple[FeatureEffect, ...]
    shap: tuple[float, ...]
    fit: float
    rank_correlation: float
    sign_agreement: float
    n_compared: int


def ask_lime(model: Model, request: Request, item_num: int, seed: int = 0) -> SecondOpinion | None:
    """Explain one response by LIME; None where the run has no response term.

    A perturbed pair keeps some features and takes the others from a random product of the same shopper's shortlist. A
    ridge regression of its log-odds on which features were kept, weighted by closeness, gives the effects.

    Parameters
    ----------
    model, request
        As of `ranking.rank`.
    item_num
        The product.
    seed
        Of the perturbations.

    References
    ----------
    Ribeiro, Singh & Guestrin (2016), *"Why Should I Trust You?"*, section 3.4.
    """
    if model.response is None:
        return None
    terms = model.terms(request.history, request.at)
    others = rank(request, model).item_num[:BACKGROUND]
    items = np.concatenate([[item_num], others]).astype(np.intp)[None, :]
    rows = candidate_features(model, request.history, request.at, terms, items).values[0]
    split = model.response.explain(rows[0])
    effects, fit = _fit(model, rows, seed)
    order = np.argsort(-np.abs(effects), kind="stable")
    told = [
        FeatureEffect(split.names[f], label_feature(split.names[f]), _finite(rows[0][f]), float(effects[f]))
        for f in order
    ]
    correlation, agreement, n = compare(effects, split.shap)
    return SecondOpinion(tuple(told), tuple(float(split.shap[f]) for f in order), fit, correlation, agreement, n)


def _fit(model: Model, rows: NDArray[np.float64], seed: int) -> tuple[NDArray[np.float64], float]:
    """Effects of the features of the first row, shape (n_features,), and the weighted R²."""
    from sklearn.linear_model import Ridge

    assert model.response is not None
    rng, d = np.random.default_rng(seed), rows.shape[1]
    kept = rng.random((N_SAMPLES, d)) < rng.uniform(0.1, 1.0, (N_SAMPLES, 1))
    kept[0] = True
    background = rows[rng.integers(1, len(rows), N_SAMPLES)] if len(rows) > 1 else rows[np.zeros(N_SAMPLES, int)]
    answers = model.response.log_odds(np.where(kept, rows[0], background))
    distance = np.sqrt((~kept).sum(axis=1))
    weight = np.exp(-(distance**2) / (KERNEL_WIDTH**2 * d))
    line = Ridge(alpha=PENALTY).fit(kept, answers, sample_weight=weight)
    return np.asarray(line.coef_, np.float64), float(line.score(kept, answers, sample_weight=weight))


def compare(lime: NDArray[np.float64], shap: NDArray[np.float64]) -> tuple[float, float, int]:
    """Spearman's ρ of the magnitudes, share of equal signs, features whose signs were compared.

    Examples
    --------
    >>> compare(np.array([2.0, -1.0, 0.5]), np.array([1.0, -0.9, -0.1]))
    (1.0, 0.6666666666666666, 3)
    """
    from scipy.stats import spearmanr

    counted = (np.abs(lime) > TINY * np.abs(lime).max()) & (np.abs(shap) > TINY * np.abs(shap).max())
    agreement = float((np.sign(lime[counted]) == np.sign(shap[counted])).mean()) if counted.any() else float("nan")
    flat = np.ptp(np.abs(lime)) == 0 or np.ptp(np.abs(shap)) == 0
    rho = float("nan") if flat else float(spearmanr(np.abs(lime), np.abs(shap)).statistic)
    return round(rho, 12), agreement, int(counted.sum())


def _finite(value: float) -> float | None:
    """A number, or None where it is unknown."""
    return float(value) if np.isfinite(value) else None
