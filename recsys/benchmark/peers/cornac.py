"""cornac (Preferred.AI): VBPR on our content vectors, EASE, BPR, VAECF and the most popular."""

from collections.abc import Callable
from typing import Any

import numpy as np
from cornac.data import Dataset, ImageModality
from cornac.models import BPR, EASE, VAECF, VBPR, MostPop

Score = Callable[[Any], Any]


def dataset_of(data: Any) -> tuple[Dataset, Any, Any]:
    """Binary touches as cornac reads them; user and item numbers in the order of its own indices."""
    cells = data.seen().tocoo()
    known = Dataset.from_uir(
        list(zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True)), seed=0
    )
    return known, np.array(list(known.uid_map)), np.array(list(known.iid_map))


def fit_library(data: Any, make: Callable[[], Any]) -> Score:
    """Fit a cornac model and ask it for the scores of all items, user by user."""
    known, people, items = dataset_of(data)
    model = make().fit(known)
    place = {int(user): row for row, user in enumerate(people)}

    def score(users: Any) -> Any:
        out = np.full((len(users), data.n_items), np.nan)
        for row, user in enumerate(users):
            if int(user) in place:
                out[row, items] = np.asarray(model.score(place[int(user)])).ravel()
        return out

    return score


def fit_most_popular(data: Any, seed: int) -> Score:
    """Number of users who touched it."""
    return fit_library(data, lambda: MostPop())


def fit_ease(data: Any, seed: int, regularization: float, positive: bool) -> Score:
    """EASE; `positive` drops the negative weights, as cornac does unless told otherwise."""
    return fit_library(data, lambda: EASE(lamb=regularization, posB=positive, verbose=False))


def fit_bpr(data: Any, seed: int, factors: int, epochs: int, learning_rate: float, regularization: float) -> Score:
    """Pairwise ranking."""
    return fit_library(
        data,
        lambda: BPR(k=factors, max_iter=epochs, learning_rate=learning_rate, lambda_reg=regularization, seed=seed),
    )


def fit_vaecf(data: Any, seed: int, size: int, hidden: int, epochs: int, beta: float) -> Score:
    """Variational autoencoder with a multinomial likelihood."""
    return fit_library(
        data,
        lambda: VAECF(
            k=size,
            autoencoder_structure=[hidden],
            n_epochs=epochs,
            beta=beta,
            likelihood="mult",
            batch_size=100,
            seed=seed,
        ),
    )


def fit_vbpr(data: Any, seed: int, kind: str, factors: int, content_factors: int, epochs: int, rate: float) -> Score:
    """VBPR; what nobody has touched is scored by its content alone."""
    vectors = np.nan_to_num(getattr(data, kind)).astype(np.float32)
    known, people, items = dataset_of(data)
    content = ImageModality(features=vectors[items], ids=list(known.iid_map), normalized=False)
    content.build(id_map=known.iid_map)
    known.add_modalities(item_image=content)
    model = VBPR(
        k=factors, k2=content_factors, n_epochs=epochs, batch_size=2048, learning_rate=rate, verbose=False, seed=seed
    ).fit(known)
    taste = np.zeros((data.n_users, content_factors), np.float32)
    factor = np.zeros((data.n_users, factors), np.float32)
    taste[people], factor[people] = model.theta_user, model.gamma_user
    item_factor, bias = np.zeros((data.n_items, factors), np.float32), np.zeros(data.n_items, np.float32)
    item_factor[items], bias[items] = model.gamma_item, model.beta_item
    content_side, content_bias = vectors @ model.emb_matrix, (vectors @ model.beta_prime).ravel()
    return lambda users: factor[users] @ item_factor.T + taste[users] @ content_side.T + bias + content_bias


VBPR_GRID = {
    "factors": [10, 32, 64],
    "content_factors": [10, 32, 64],
    "epochs": [5, 10, 20],
    "rate": [0.001, 0.005, 0.02],
}
VBPR_FIRST = {"factors": 10, "content_factors": 10, "epochs": 10, "rate": 0.005}

MODELS: dict[str, dict[str, Any]] = {
    "most popular": {"fit": fit_most_popular, "first": {}, "grid": {}, "stochastic": False, "new_items": False},
    "EASE": {
        "fit": fit_ease,
        "first": {"regularization": 500.0, "positive": True},
        "grid": {"regularization": [100.0, 200.0, 300.0, 500.0, 1000.0, 2000.0], "positive": [True, False]},
        "stochastic": False,
        "new_items": False,
    },
    "BPR": {
        "fit": fit_bpr,
        "first": {"factors": 10, "epochs": 100, "learning_rate": 0.01, "regularization": 0.01},
        "grid": {
            "factors": [10, 32, 64, 128],
            "epochs": [50, 100, 200],
            "learning_rate": [0.01, 0.03, 0.1],
            "regularization": [0.001, 0.01],
        },
        "stochastic": True,
        "new_items": False,
    },
    "VAECF": {
        "fit": fit_vaecf,
        "first": {"size": 10, "hidden": 20, "epochs": 40, "beta": 1.0},
        "grid": {"size": [10, 50, 100], "hidden": [20, 100, 300], "epochs": [20, 40], "beta": [0.1, 0.3, 1.0]},
        "stochastic": True,
        "new_items": False,
    },
    "VBPR on text": {
        "fit": fit_vbpr,
        "first": {"kind": "text", **VBPR_FIRST},
        "grid": VBPR_GRID,
        "stochastic": True,
        "new_items": True,
        "needs": "text",
    },
    "VBPR on images": {
        "fit": fit_vbpr,
        "first": {"kind": "image", **VBPR_FIRST},
        "grid": VBPR_GRID,
        "stochastic": True,
        "new_items": True,
        "needs": "image",
    },
}
