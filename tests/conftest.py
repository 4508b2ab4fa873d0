"""What every room's tests share: an empty shop, and limits that keep two cores usable."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from recsys.ranking.model import Model

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from recsys.settings import Settings, ShopPaths
from tests.shops import copy_demo_shop, demo_shop, worker_root  # noqa: F401 (fixtures)

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def same_main_module() -> Iterator[None]:
    """Put `__main__` back: AppTest replaces it with the script it ran, which a spawned process would then run too."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return REPOSITORY


@pytest.fixture
def empty_shop(tmp_path: Path) -> ShopPaths:
    """A shop folder in which nothing was written yet."""
    return ShopPaths(tmp_path / "shop")


@pytest.fixture
def empty_settings(empty_shop: ShopPaths) -> Settings:
    """Settings of an empty shop, on one thread and the CPU."""
    return Settings(shop=empty_shop, threads=1, device="cpu")


@pytest.fixture(scope="session")
def new_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ShopPaths]:
    """Make empty shops for session fixtures: `new_shop("trained")`."""

    def make(name: str) -> ShopPaths:
        return ShopPaths(tmp_path_factory.mktemp(name) / "shop")

    return make


@pytest.fixture(scope="session")
def small_model() -> "Model":
    """The default components, fitted on a drawn shop of 90 items in three kinds and 70 shoppers.

    The last 12 items are untouched, the last 3 shoppers did nothing. Item 0 is out of stock, item 1 launches in the
    future, items 2 and 3 have no text, item 4 no picture.
    """
    import numpy as np
    import pandas as pd

    from recsys.components import CATALOGUE_COMPONENTS
    from recsys.components.contract import TrainingData
    from recsys.components.next_window import NextConfig
    from recsys.components.response import ResponseComponent, ResponseConfig
    from recsys.data.catalogue import Catalogue
    from recsys.data.interactions import Interactions
    from recsys.ranking.features import candidate_features
    from recsys.ranking.model import Model
    from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS

    rng = np.random.default_rng(5)
    n, at = 90, pd.Timestamp("2026-03-01", tz="UTC")
    kind = np.arange(n) % 3
    frame = pd.DataFrame({"item_id": [f"i{k:02d}" for k in range(n)], "attributes": "{}"}).reindex(
        columns=list(CATALOGUE_COLUMNS)
    )
    frame["title"] = [f"{['Mug', 'Lamp', 'Chair'][k]} {number}" for number, k in enumerate(kind)]
    frame["category"] = [f"Home > {['Mugs', 'Lamps', 'Chairs'][k]}" for k in kind]
    frame["brand"] = [["Ana", "Bo"][k % 2] for k in range(n)]
    frame["price"] = rng.uniform(5, 80, n).round(2)
    frame["currency"] = "EUR"
    frame["stock"] = np.where(np.arange(n) == 0, 0, 9)
    frame["launched_at"] = at - pd.to_timedelta(np.arange(n)[::-1] + 1, unit="D")
    frame.loc[1, "launched_at"] = at + pd.Timedelta(days=30)
    frame["images"] = [["a" * 64] for _ in range(n)]
    catalogue = Catalogue(frame)
    taste = rng.integers(0, 3, 70)
    likes = np.arange(78)
    rows = [
        (f"u{u:02d}", f"i{i:02d}", at - pd.Timedelta(days=float(rng.uniform(1, 60))), e)
        for u in range(67)
        for i, e in zip(
            rng.choice(
                likes, 12, False, np.where(kind[:78] == taste[u], 6, 1) / np.where(kind[:78] == taste[u], 6, 1).sum()
            ),
            rng.choice(["view", "click", "purchase"], 12),
            strict=True,
        )
    ]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "occurred_at", "event_type"])
    events["event_id"] = [f"e{k}" for k in range(len(events))]
    interactions = Interactions.from_events(events.reindex(columns=list(EVENT_COLUMNS)), catalogue)

    def vectors(noise: float) -> "np.ndarray":
        v = np.eye(8)[kind] + noise * rng.normal(size=(n, 8))
        return (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)

    embeddings = {"text": vectors(0.3), "image": vectors(0.5)}
    embeddings["text"][2:4], embeddings["image"][4] = np.nan, np.nan
    clock = interactions.data_to
    data = TrainingData(catalogue, interactions, embeddings, clock, seed=1)
    short = {"next": NextConfig(window_days=14)}  # two windows must fit into the sixty days logged
    components = {
        name: kind_of(short.get(name)).fit(data)
        for name, kind_of in CATALOGUE_COMPONENTS.items()
        if kind_of.on_by_default
    }
    weights = {
        "text": 0.3,
        "image": 0.2,
        "behaviour": 0.3,
        "repeat": 0.05,
        "trend": 0.1,
        "fresh": 0.05,
        "response": 0.4,
    }
    model = Model(catalogue, interactions, components, weights, data_to=clock, run_id="small")
    users = interactions.histories
    candidates = np.tile(np.arange(n), (len(users), 1))
    features = candidate_features(model, users, clock, model.terms(users, clock), candidates)
    labels = (kind[candidates] == taste[: len(users), None]) & (rng.random(candidates.shape) < 0.5)
    response = ResponseComponent(ResponseConfig(n_trees=12, n_leaves=5, min_rows_per_leaf=20))
    response.fit(features.names, features.values.reshape(-1, len(features.names)), labels.ravel(), seed=1, threads=1)
    return Model(catalogue, interactions, components, weights, response, clock, "small")
