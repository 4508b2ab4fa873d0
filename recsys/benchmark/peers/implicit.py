"""implicit (Ben Frederickson): ALS, BPR and item kNN, and ALS with a ridge from text to its factors for new items."""

from collections.abc import Callable
from typing import Any

import numpy as np
from implicit.als import AlternatingLeastSquares
from implicit.bpr import BayesianPersonalizedRanking
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
from scipy import sparse

Score = Callable[[Any], Any]


def fit_als(
    data: Any, seed: int, factors: int, regularization: float, alpha: float, iterations: int, repeats: bool
) -> Score:
    """Matrix factorisation of binary touches or of their number."""
    model = learn_als(data, seed, factors, regularization, alpha, iterations, repeats)
    return lambda users: model.user_factors[users] @ model.item_factors.T


def learn_als(
    data: Any, seed: int, factors: int, regularization: float, alpha: float, iterations: int, repeats: bool
) -> Any:
    """Fit the model."""
    model = AlternatingLeastSquares(
        factors, regularization, alpha, iterations=iterations, random_state=seed, calculate_training_loss=False
    )
    model.fit(sparse.csr_matrix(data.matrix() if repeats else data.seen()), show_progress=False)
    return model


def fit_als_with_text(data: Any, seed: int, ridge: float, **settings: Any) -> Score:
    """ALS; the factors of an untouched item come from its text by ridge regression on the touched items."""
    model = learn_als(data, seed, **settings)
    text, known = np.nan_to_num(data.text), data.touched() & np.isfinite(data.text).all(axis=1)
    inside = np.hstack([text, np.ones((len(text), 1), np.float32)])
    gram = inside[known].T @ inside[known] + ridge * np.eye(inside.shape[1])
    weights = np.linalg.solve(gram, inside[known].T @ model.item_factors[known])
    factors = np.where(data.touched()[:, None], model.item_factors, inside @ weights)
    return lambda users: model.user_factors[users] @ factors.T


def fit_bpr(data: Any, seed: int, factors: int, learning_rate: float, regularization: float, iterations: int) -> Score:
    """Pairwise ranking of what was touched over what was not."""
    model = BayesianPersonalizedRanking(
        factors, learning_rate, regularization, iterations=iterations, random_state=seed
    )
    model.fit(sparse.csr_matrix(data.seen()), show_progress=False)
    return lambda users: model.user_factors[users] @ model.item_factors.T


def fit_cosine(data: Any, seed: int, neighbours: int, repeats: bool) -> Score:
    """Cosine neighbours, the item itself included."""
    return neighbours_of(CosineRecommender(K=neighbours), data, repeats)


def fit_bm25(data: Any, seed: int, neighbours: int, saturation: float, length: float, repeats: bool) -> Score:
    """BM25-weighted neighbours, the item itself included."""
    return neighbours_of(BM25Recommender(K=neighbours, K1=saturation, B=length), data, repeats)


def neighbours_of(model: Any, data: Any, repeats: bool) -> Score:
    """Fit on binary touches or their number; score as the library does, history times similarity."""
    history = sparse.csr_matrix(data.matrix() if repeats else data.seen())
    model.fit(history, show_progress=False)
    return lambda users: (history[users] @ model.similarity).toarray()


ALS_FIRST = {"factors": 128, "regularization": 0.05, "alpha": 1.0, "iterations": 15, "repeats": False}
ALS_GRID = {
    "factors": [32, 64, 128, 192],
    "regularization": [0.01, 0.05, 0.2, 1.0],
    "alpha": [1.0, 3.0, 10.0],
    "repeats": [False, True],
}
NEIGHBOURS = [20, 50, 100, 300, 1000]

MODELS: dict[str, dict[str, Any]] = {
    "ALS": {"fit": fit_als, "first": ALS_FIRST, "grid": ALS_GRID, "stochastic": True, "new_items": False},
    "ALS + ridge from text": {
        "fit": fit_als_with_text,
        "first": {**ALS_FIRST, "ridge": 1.0},
        "grid": {**ALS_GRID, "ridge": [0.1, 1.0, 10.0]},
        "stochastic": True,
        "new_items": True,
        "needs": "text",
    },
    "BPR": {
        "fit": fit_bpr,
        "first": {"factors": 64, "learning_rate": 0.01, "regularization": 0.01, "iterations": 100},
        "grid": {
            "factors": [32, 64, 128],
            "learning_rate": [0.01, 0.03, 0.1],
            "regularization": [0.001, 0.01, 0.05],
            "iterations": [50, 100, 200],
        },
        "stochastic": True,
        "new_items": False,
    },
    "item kNN, cosine": {
        "fit": fit_cosine,
        "first": {"neighbours": 20, "repeats": False},
        "grid": {"neighbours": NEIGHBOURS, "repeats": [False, True]},
        "stochastic": False,
        "new_items": False,
    },
    "item kNN, BM25": {
        "fit": fit_bm25,
        "first": {"neighbours": 20, "saturation": 1.2, "length": 0.75, "repeats": True},
        "grid": {
            "neighbours": NEIGHBOURS,
            "saturation": [0.4, 1.2, 10.0, 100.0],
            "length": [0.1, 0.4, 0.75],
            "repeats": [False, True],
        },
        "stochastic": False,
        "new_items": False,
    },
}
