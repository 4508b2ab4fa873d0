"""LensKit: item kNN, user kNN, EASE, implicit-feedback ALS and the most popular."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from lenskit.als import ImplicitMFScorer
from lenskit.basic import PopScorer
from lenskit.data import ItemList, RecQuery, from_interactions_df
from lenskit.knn import EASEScorer, ItemKNNScorer, UserKNNScorer
from lenskit.training import TrainingOptions

Score = Callable[[Any], Any]


def fit_library(data: Any, scorer: Any, seed: int) -> Score:
    """Train a scorer on binary touches and ask it, user by user, for all the items it knows."""
    cells = data.seen().tocoo()
    known = from_interactions_df(pd.DataFrame({"user_id": cells.row, "item_id": cells.col}))
    scorer.train(known, TrainingOptions(rng=seed))
    items = ItemList(item_nums=np.arange(known.item_count), vocabulary=known.items)
    numbers = np.asarray(known.items.ids()).astype(int)

    def score(users: Any) -> Any:
        out = np.full((len(users), data.n_items), np.nan)
        for row, user in enumerate(users):
            history = known.user_row(int(user))
            if history is not None:
                out[row, numbers] = scores_of(scorer, RecQuery(user_id=int(user), user_items=history), items)
        return out

    return score


def scores_of(scorer: Any, query: Any, items: Any) -> Any:
    """Scores of all items; popularity asks for no query."""
    found = scorer(items=items) if isinstance(scorer, PopScorer) else scorer(query=query, items=items)
    return found.scores()


def fit_popular(data: Any, seed: int) -> Score:
    """Number of users."""
    return fit_library(data, PopScorer(score="count"), seed)


def fit_item_knn(data: Any, seed: int, neighbours: int, saved: int) -> Score:
    """Sum of cosines with the `neighbours` nearest items of the history."""
    return fit_library(data, ItemKNNScorer(max_nbrs=neighbours, save_nbrs=saved or None, feedback="implicit"), seed)


def fit_user_knn(data: Any, seed: int, neighbours: int) -> Score:
    """What the nearest users touched."""
    return fit_library(data, UserKNNScorer(max_nbrs=neighbours, feedback="implicit"), seed)


def fit_ease(data: Any, seed: int, regularization: float) -> Score:
    """EASE."""
    return fit_library(data, EASEScorer(regularization=regularization), seed)


def fit_als(data: Any, seed: int, factors: int, regularization: float, weight: float, epochs: int) -> Score:
    """Matrix factorisation with confidence weights."""
    scorer = ImplicitMFScorer(embedding_size=factors, regularization=regularization, weight=weight, epochs=epochs)
    return fit_library(data, scorer, seed)


MODELS: dict[str, dict[str, Any]] = {
    "most popular": {"fit": fit_popular, "first": {}, "grid": {}, "stochastic": False, "new_items": False},
    "item kNN": {
        "fit": fit_item_knn,
        "first": {"neighbours": 20, "saved": 0},
        "grid": {"neighbours": [5, 20, 50, 100, 300], "saved": [0, 100, 500]},
        "stochastic": False,
        "new_items": False,
    },
    "user kNN": {
        "fit": fit_user_knn,
        "first": {"neighbours": 20},
        "grid": {"neighbours": [10, 20, 50, 100, 150, 200, 300, 500]},
        "stochastic": False,
        "new_items": False,
    },
    "EASE": {
        "fit": fit_ease,
        "first": {"regularization": 1.0},
        "grid": {"regularization": [30.0, 100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0]},
        "stochastic": False,
        "new_items": False,
    },
    "ALS": {
        "fit": fit_als,
        "first": {"factors": 50, "regularization": 0.1, "weight": 40.0, "epochs": 10},
        "grid": {
            "factors": [32, 64, 128],
            "regularization": [0.01, 0.1, 1.0],
            "weight": [1.0, 5.0, 40.0],
            "epochs": [10, 20],
        },
        "stochastic": True,
        "new_items": False,
    },
}
