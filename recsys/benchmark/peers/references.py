"""Simple references, written out in numpy: what any shop could program in an afternoon. No library needed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import linalg, sparse

DAY = np.timedelta64(1, "D").astype("timedelta64[us]")
DENSE_ITEMS = 25_000
"""A dense item × item matrix above this needs more than 5 GB."""

Score = Callable[[Any], Any]


def fit_random(data: Any, seed: int) -> Score:
    """Any item, another order for everybody."""
    return lambda users: np.stack([np.random.default_rng([seed, int(u)]).random(data.n_items) for u in users])


def fit_popularity(data: Any, seed: int, days: int) -> Score:
    """Touches in the last `days` days."""
    recent = data.items[data.at >= data.cut - days * DAY]
    counts = np.bincount(recent, minlength=data.n_items).astype(float)
    return lambda users: np.tile(counts, (len(users), 1))


def fit_own_items(data: Any, seed: int, half_life_days: float, filler: float) -> Score:
    """What the user touched before, recent touches counting more; popularity of the last 30 days breaks ties."""
    weight = 0.5 ** ((data.cut - data.at) / DAY / half_life_days) if half_life_days else np.ones(len(data.items))
    own = data.matrix(weight)
    popular = fit_popularity(data, seed, 30)
    return lambda users: own[users].toarray() + filler * popular(users) / max(len(data.items), 1)


def keep_largest(similar: Any, n: int) -> sparse.csr_array:
    """Keep the `n` largest values of each column of a sparse or dense (n_items, n_items) matrix; 0 keeps all."""
    if n == 0 or n >= similar.shape[0]:
        return sparse.csr_array(similar)
    columns = sparse.csc_array(similar)
    for column in range(columns.shape[1]):
        values = columns.data[columns.indptr[column] : columns.indptr[column + 1]]
        if len(values) > n:
            values[np.argpartition(-values, n)[n:]] = 0.0
    columns.eliminate_zeros()
    return sparse.csr_array(columns)


def fit_item_knn(data: Any, seed: int, neighbours: int, shrink: float, repeats: bool) -> Score:
    """Cosine of binary columns, the item itself included; history of 1s or of counts."""
    seen = data.seen()
    common = sparse.coo_array(seen.T @ seen)
    norms = np.sqrt(np.bincount(seen.indices, minlength=data.n_items))
    cosine = common.data / (norms[common.row] * norms[common.col] + shrink)
    similar = keep_largest(sparse.csr_array((cosine, (common.row, common.col)), shape=common.shape), neighbours)
    history = np.sqrt(data.matrix()) if repeats else seen
    return lambda users: (history[users] @ similar).toarray()


def solve_ease(data: Any, regularization: float) -> Any:
    """Item weights of Steck (2019), zero diagonal, (n_items, n_items)."""
    if data.n_items > DENSE_ITEMS:
        raise MemoryError(f"a dense {data.n_items:,} × {data.n_items:,} matrix is too large (limit {DENSE_ITEMS:,})")
    seen = data.seen()
    gram = (seen.T @ seen).toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += regularization
    factor, failed = linalg.lapack.dpotrf(gram, lower=1)
    inverse, broken = linalg.lapack.dpotri(factor, lower=1)
    if failed or broken:
        raise ValueError(f"the item matrix cannot be inverted with regularization {regularization}")
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights.astype(np.float32)


def fit_ease(data: Any, seed: int, regularization: float) -> Score:
    """EASE on binary touches."""
    seen, weights = data.seen(), solve_ease(data, regularization)
    return lambda users: seen[users] @ weights


def unit_rows(vectors: Any) -> Any:
    """Rows of length 1, 0 where a vector is missing."""
    rows = np.nan_to_num(vectors).astype(np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def content(data: Any, kind: str) -> Any:
    """Unit vectors (n_items, d) of text, image, or both side by side; 0 rows where an item has none."""
    parts = [unit_rows(getattr(data, name)) for name in kind.split("+") if getattr(data, name) is not None]
    return unit_rows(np.hstack(parts))


def without_content(scores: Any, vectors: Any) -> Any:
    """Say nothing about items without a vector."""
    scores[:, ~vectors.any(axis=1)] = -np.inf
    return scores


def profiles(data: Any, vectors: Any, half_life_days: float) -> Any:
    """Mean vector of each user's items, recent touches counting more; 0 is no fading. Shape (n_users, d)."""
    age = (data.cut - data.at) / DAY
    weight = 0.5 ** (age / half_life_days) if half_life_days else np.ones(len(age))
    return unit_rows(data.matrix(weight) @ vectors)


def fit_profile(data: Any, seed: int, half_life_days: float, kind: str) -> Score:
    """Cosine of an item with the mean of what the user touched."""
    vectors = content(data, kind)
    people = profiles(data, vectors, half_life_days)
    return lambda users: without_content(people[users] @ vectors.T, vectors)


def content_neighbours(data: Any, kind: str, neighbours: int) -> sparse.csr_array:
    """For every item its nearest touched items by content, as columns of (n_items, n_items)."""
    vectors = content(data, kind)
    known = np.flatnonzero(data.touched() & vectors.any(axis=1))
    similar = sparse.lil_array((data.n_items, data.n_items), dtype=np.float32)
    rows, columns, values = [], [], []
    for start in range(0, data.n_items, 1000):
        block = vectors[start : start + 1000] @ vectors[known].T
        count = min(neighbours, len(known))
        top = np.argpartition(-block, count - 1, axis=1)[:, :count]
        rows.append(known[top].ravel())
        columns.append(np.repeat(np.arange(start, start + len(block)), count))
        values.append(np.maximum(np.take_along_axis(block, top, axis=1), 0.0).ravel())
    cells = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_array(cells, shape=similar.shape)


def fit_content_knn(data: Any, seed: int, neighbours: int, kind: str) -> Score:
    """Σ similarity of an item's nearest touched items that stand in the user's history."""
    seen, similar = data.seen(), content_neighbours(data, kind, neighbours)
    vectors = content(data, kind)
    return lambda users: without_content((seen[users] @ similar).toarray(), vectors)


def fit_bilinear(data: Any, seed: int, user_ridge: float, item_ridge: float) -> Score:
    """Closed-form W = (HᵀH + λ₁I)⁻¹ HᵀXF (FᵀF + λ₂I)⁻¹ on text; score h·W·f."""
    vectors = content(data, "text")
    people = profiles(data, vectors, 0.0)
    touched = vectors * data.touched()[:, None]
    left = np.linalg.solve(people.T @ people + user_ridge * np.eye(people.shape[1]), people.T @ (data.seen() @ touched))
    bilinear = np.linalg.solve(touched.T @ touched + item_ridge * np.eye(vectors.shape[1]), left.T).T
    return lambda users: without_content(people[users] @ bilinear @ vectors.T, vectors)


def standardise(scores: Any, among: Any) -> Any:
    """Per user mean 0 and deviation 1 over the items in `among`; the others get 0."""
    chosen = scores[:, among]
    out = np.zeros_like(scores)
    out[:, among] = (chosen - chosen.mean(axis=1, keepdims=True)) / np.maximum(chosen.std(axis=1, keepdims=True), 1e-9)
    return out


def fit_ease_and_text(data: Any, seed: int, regularization: float, neighbours: int, share: float) -> Score:
    """Standardised EASE plus `share` times standardised text kNN; an untouched item stands at EASE's mean."""
    ease, text = fit_ease(data, seed, regularization), fit_content_knn(data, seed, neighbours, "text")
    touched, everything = data.touched(), np.ones(data.n_items, bool)

    def score(users: Any) -> Any:
        words = np.maximum(text(users), 0.0)
        return standardise(ease(users), touched) + share * standardise(words, everything)

    return score


PROFILE_GRID = {"half_life_days": [0.0, 15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 365.0]}
NEIGHBOUR_GRID = {"neighbours": [5, 10, 20, 30, 50, 100, 200, 400]}
RIDGES = [0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
EASE_GRID = [30.0, 100.0, 200.0, 300.0, 500.0, 800.0, 1500.0, 3000.0]

MODELS: dict[str, dict[str, Any]] = {
    "random": {"fit": fit_random, "first": {}, "grid": {}, "stochastic": True, "new_items": True},
    "popularity, recent days": {
        "fit": fit_popularity,
        "first": {"days": 30},
        "grid": {"days": [3, 7, 14, 30, 60, 90, 180, 3650]},
        "stochastic": False,
        "new_items": False,
    },
    "own items, recent first": {
        "fit": fit_own_items,
        "first": {"half_life_days": 0.0, "filler": 1.0},
        "grid": {"half_life_days": [0.0, 15.0, 30.0, 60.0, 90.0, 180.0, 365.0], "filler": [1.0, 30.0]},
        "stochastic": False,
        "new_items": False,
    },
    "item kNN, cosine, with self": {
        "fit": fit_item_knn,
        "first": {"neighbours": 0, "shrink": 0.0, "repeats": False},
        "grid": {"neighbours": [0, 20, 50, 100, 300], "shrink": [0.0, 5.0, 20.0], "repeats": [False, True]},
        "stochastic": False,
        "new_items": False,
    },
    "EASE": {
        "fit": fit_ease,
        "first": {"regularization": 300.0},
        "grid": {"regularization": EASE_GRID},
        "stochastic": False,
        "new_items": False,
    },
    "text profile": {
        "fit": fit_profile,
        "first": {"half_life_days": 0.0, "kind": "text"},
        "grid": PROFILE_GRID,
        "stochastic": False,
        "new_items": True,
        "needs": "text",
    },
    "text kNN": {
        "fit": fit_content_knn,
        "first": {"neighbours": 20, "kind": "text"},
        "grid": NEIGHBOUR_GRID,
        "stochastic": False,
        "new_items": True,
        "needs": "text",
    },
    "image kNN": {
        "fit": fit_content_knn,
        "first": {"neighbours": 20, "kind": "image"},
        "grid": NEIGHBOUR_GRID,
        "stochastic": False,
        "new_items": True,
        "needs": "image",
    },
    "text and image kNN": {
        "fit": fit_content_knn,
        "first": {"neighbours": 20, "kind": "text+image"},
        "grid": NEIGHBOUR_GRID,
        "stochastic": False,
        "new_items": True,
        "needs": "image",
    },
    "bilinear W on text, closed form": {
        "fit": fit_bilinear,
        "first": {"user_ridge": 10.0, "item_ridge": 10.0},
        "grid": {"user_ridge": RIDGES, "item_ridge": RIDGES},
        "stochastic": False,
        "new_items": True,
        "needs": "text",
    },
    "EASE + text kNN": {
        "fit": fit_ease_and_text,
        "first": {"regularization": 300.0, "neighbours": 20, "share": 0.5},
        "grid": {"regularization": EASE_GRID, "neighbours": [10, 20, 50], "share": [0.1, 0.25, 0.5, 1.0]},
        "stochastic": False,
        "new_items": True,
        "needs": "text",
    },
}
