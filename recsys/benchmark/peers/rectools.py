"""RecTools (MTS): EASE, PureSVD, popularity of a period, TF-IDF item kNN, and ALS with the text as item features."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import TFIDFRecommender
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import (
    EASEModel,
    ImplicitALSWrapperModel,
    ImplicitItemKNNWrapperModel,
    PopularModel,
    PureSVDModel,
)

Score = Callable[[Any], Any]
LONGEST_LIST = 1000
"""Places asked of a model that only hands out lists."""


def frame_of(data: Any, repeats: bool) -> pd.DataFrame:
    """Touches as RecTools reads them; one row per user and item unless repeats count."""
    frame = pd.DataFrame({Columns.User: data.users, Columns.Item: data.items, Columns.Datetime: data.at})
    if not repeats:
        frame = frame.drop_duplicates([Columns.User, Columns.Item], keep="last")
    return frame.assign(**{Columns.Weight: 1.0})


def fit_library(data: Any, model: Any, repeats: bool = False) -> Score:
    """Fit a model and turn its lists into scores; places outside the list are −inf."""
    dataset = Dataset.construct(frame_of(data, repeats))
    model.fit(dataset)
    known = set(dataset.user_id_map.external_ids.tolist())

    def score(users: Any) -> Any:
        out = np.full((len(users), data.n_items), -np.inf)
        asked = [int(user) for user in users if int(user) in known]
        found = model.recommend(asked, dataset, k=min(LONGEST_LIST, data.n_items), filter_viewed=False)
        row = pd.Series(np.arange(len(users)), index=np.asarray(users))
        out[row[found[Columns.User]].to_numpy(), found[Columns.Item]] = found[Columns.Score]
        return out

    return score


def fit_ease(data: Any, seed: int, regularization: float) -> Score:
    """EASE."""
    return fit_library(data, EASEModel(regularization=regularization))


def fit_svd(data: Any, seed: int, factors: int, repeats: bool) -> Score:
    """Truncated singular value decomposition of the touches."""
    return fit_library(data, PureSVDModel(factors=factors), repeats)


def fit_popular(data: Any, seed: int, days: int) -> Score:
    """Users of the last `days` days."""
    return fit_library(data, PopularModel(period=timedelta(days=days)), repeats=True)


def fit_tfidf(data: Any, seed: int, neighbours: int, repeats: bool) -> Score:
    """TF-IDF weighted item kNN of implicit, through RecTools."""
    return fit_library(data, ImplicitItemKNNWrapperModel(TFIDFRecommender(K=neighbours)), repeats)


def fit_als_with_text(
    data: Any, seed: int, factors: int, regularization: float, iterations: int, together: bool, size: int
) -> Score:
    """ALS with the leading `size` directions of each text as item features; RecTools lists touched items only."""
    text = np.nan_to_num(data.text)
    _, _, directions = np.linalg.svd(text - text.mean(axis=0), full_matrices=False)
    features = pd.DataFrame(text @ directions[:size].T, columns=[f"text{number}" for number in range(size)])
    features.insert(0, "id", np.arange(data.n_items))
    frame = frame_of(data, repeats=False)
    features = features[features["id"].isin(frame[Columns.Item].unique()) | np.isfinite(data.text).all(axis=1)]
    dataset = Dataset.construct(frame, item_features_df=features, make_dense_item_features=True)
    als = AlternatingLeastSquares(factors, regularization, iterations=iterations, random_state=seed)
    model = ImplicitALSWrapperModel(als, fit_features_together=together)
    model.fit(dataset)
    people, items = model.get_vectors()
    user_vectors = np.zeros((data.n_users, people.shape[1]), np.float32)
    item_vectors = np.full((data.n_items, items.shape[1]), np.nan, np.float32)
    user_vectors[dataset.user_id_map.external_ids.astype(int)] = people
    item_vectors[dataset.item_id_map.external_ids.astype(int)[: len(items)]] = items
    return lambda users: user_vectors[users] @ item_vectors.T


MODELS: dict[str, dict[str, Any]] = {
    "popularity of a period": {
        "fit": fit_popular,
        "first": {"days": 30},
        "grid": {"days": [3, 7, 14, 30, 60, 90, 180, 3650]},
        "stochastic": False,
        "new_items": False,
    },
    "EASE": {
        "fit": fit_ease,
        "first": {"regularization": 500.0},
        "grid": {"regularization": [30.0, 100.0, 200.0, 300.0, 500.0, 800.0, 1500.0, 3000.0]},
        "stochastic": False,
        "new_items": False,
    },
    "PureSVD": {
        "fit": fit_svd,
        "first": {"factors": 10, "repeats": False},
        "grid": {"factors": [10, 20, 50, 100, 200], "repeats": [False, True]},
        "stochastic": False,
        "new_items": False,
    },
    "item kNN, TF-IDF": {
        "fit": fit_tfidf,
        "first": {"neighbours": 20, "repeats": False},
        "grid": {"neighbours": [20, 50, 100, 300, 1000], "repeats": [False, True]},
        "stochastic": False,
        "new_items": False,
    },
    "ALS with text features": {
        "fit": fit_als_with_text,
        "first": {"factors": 64, "regularization": 0.05, "iterations": 15, "together": False, "size": 32},
        "grid": {
            "factors": [32, 64, 128],
            "regularization": [0.01, 0.05, 0.2, 1.0],
            "together": [False, True],
            "size": [16, 32, 64],
        },
        "stochastic": True,
        "new_items": False,
        "needs": "text",
    },
}
