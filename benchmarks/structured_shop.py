"""A simulated shop of any size with structure in it, as a model ready to rank: for the speed and recall benchmarks.

Items lie in kinds, kinds in families; an item's text, picture and behaviour vectors are that of its family, of its kind
and its own, with variances that fall as 1/j over the directions, as those of real encoders do. Shoppers keep to a few
kinds. Popularity follows Zipf's law, launches are spread over two years and the newest items are untouched. The vectors
stand for fitted ones (nothing is learnt from them), so that a million items fit into the memory of a serving process.
"""

import resource
import time

import numpy as np
import pandas as pd

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.behaviour import BehaviourComponent
from recsys.components.contract import Component, TrainingData
from recsys.components.response import ResponseComponent
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.vocabulary import CATALOGUE_COLUMNS

N_USERS, TOUCHES = 2_000, 40
CONTENT_SIZE, FACTORS = 192, 96
BLOCK = 50_000
DENSE_UP_TO = 12_000


def memory_mb() -> dict[str, float]:
    """Memory of this process now and at its peak, in MB."""
    with open("/proc/self/statm") as handle:
        now = int(handle.read().split()[1]) * resource.getpagesize() / 1e6
    return {"now_mb": round(now), "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)}


def make_model(n_items: int, seed: int = 0) -> Model:
    """Every component and the response term over a structured catalogue."""
    rng = np.random.default_rng(seed)
    n_families, n_kinds = 40, max(400, n_items // 100)
    kind = rng.integers(0, n_kinds, n_items)
    family = kind % n_families
    catalogue = Catalogue(_frame(n_items, kind, family, rng))
    interactions = _interactions(catalogue, kind, rng)
    at = interactions.data_to
    data = TrainingData(catalogue, interactions, {}, at, seed)
    fitted = {n: k for n, k in CATALOGUE_COMPONENTS.items() if k.on_by_default and n != "behaviour"}
    components = {name: kind_of().fit(data) for name, kind_of in fitted.items()}
    for modality in ("text", "image"):
        _place_content(components[modality], kind, family, rng)
    components["behaviour"] = BehaviourComponent()
    if n_items <= DENSE_UP_TO:
        components["behaviour"].fit(data)
    else:
        _place_factors(components["behaviour"], kind, family, interactions, rng)
    weights = dict.fromkeys((*components, "response"), 1.0 / (len(components) + 1))
    model = Model(catalogue, interactions, components, weights, data_to=at)
    return Model(catalogue, interactions, components, weights, _response(model, rng), at)


def _frame(n_items: int, kind: np.ndarray, family: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """A catalogue with ids, categories, prices and launches."""
    frame = pd.DataFrame({"item_id": [f"p{k}" for k in range(n_items)]}).reindex(columns=list(CATALOGUE_COLUMNS))
    names = np.array([f"Family {k}" for k in range(family.max() + 1)], dtype=object)
    launched = pd.Timestamp("2024-07-01", tz="UTC") + pd.to_timedelta(np.sort(rng.integers(0, 730, n_items)), "D")
    return frame.assign(
        title=frame["item_id"],
        category=names[family],
        brand=np.array([f"Brand {k}" for k in range(50)], dtype=object)[kind % 50],
        attributes="{}",
        price=np.exp(rng.normal(3, 1, n_items)),
        launched_at=launched,
        images=[()] * n_items,
    )


def _interactions(catalogue: Catalogue, kind: np.ndarray, rng: np.random.Generator) -> Interactions:
    """Purchases of shoppers who keep to five kinds; popular items more often; nothing of the newest tenth."""
    n_old = int(0.9 * len(kind))
    order = np.argsort(kind[:n_old], kind="stable")
    start = np.searchsorted(kind[:n_old][order], np.arange(kind.max() + 2))
    users = np.repeat(np.arange(N_USERS), TOUCHES)
    taste = rng.integers(0, kind.max() + 1, (N_USERS, 5))
    chosen = taste[users, rng.integers(0, 5, len(users))]
    size = np.maximum(start[chosen + 1] - start[chosen], 1)
    near = order[np.minimum(start[chosen] + (size * rng.random(len(users)) ** 3).astype(int), n_old - 1)]
    far = (n_old * rng.random(len(users)) ** 3).astype(int)
    items = np.where(rng.random(len(users)) < 0.8, near, far)
    when = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 180 * 86_400, len(users)), "s")
    ids = catalogue.item_ids[items]
    named = [f"u{u}" for u in users]
    events = pd.DataFrame(
        {"event_type": "purchase", "user_id": named, "item_id": ids, "occurred_at": when, "rating": np.nan}
    )
    return Interactions.from_events(events, catalogue)


def nested_vectors(size: int, kind: np.ndarray, family: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vectors of family, kind and item, float32 (n_items, size), of length 1, made in blocks."""
    spectrum = (1.0 / np.sqrt(1.0 + np.arange(size))).astype(np.float32)
    families = rng.standard_normal((family.max() + 1, size), dtype=np.float32) * spectrum
    kinds = rng.standard_normal((kind.max() + 1, size), dtype=np.float32) * spectrum
    out = np.empty((len(kind), size), np.float32)
    for begin in range(0, len(kind), BLOCK):
        part = slice(begin, begin + BLOCK)
        own = rng.standard_normal((len(kind[part]), size), dtype=np.float32) * spectrum
        mixed = families[family[part]] + 0.7 * kinds[kind[part]] + 0.6 * own
        out[part] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return out


def _place_content(component: Component, kind: np.ndarray, family: np.ndarray, rng: np.random.Generator) -> None:
    """Content vectors, a W that is half plain similarity, and one item in twenty without content."""
    known = rng.random(len(kind)) >= 0.05
    content = nested_vectors(CONTENT_SIZE, kind, family, rng)
    content[~known] = 0.0
    learnt = rng.standard_normal((CONTENT_SIZE, CONTENT_SIZE)) / CONTENT_SIZE
    bilinear = (np.eye(CONTENT_SIZE) + learnt).astype(np.float32)
    component.arrays = {"content": content, "known": known.astype(np.uint8), "bilinear": bilinear}


def _place_factors(
    component: Component,
    kind: np.ndarray,
    family: np.ndarray,
    interactions: Interactions,
    rng: np.random.Generator,
) -> None:
    """Factors as ALS leaves them: longer for what was chosen often."""
    factors = nested_vectors(FACTORS, kind, family, rng)
    factors *= (0.2 + np.log1p(interactions.item_counts))[:, None].astype(np.float32)
    component.arrays = {"factors": factors, "gram": factors.T @ factors}


def _response(model: Model, rng: np.random.Generator) -> ResponseComponent:
    """A response term trained on drawn answers, as large as a real one."""
    users = model.interactions.histories.take(np.arange(100))
    terms = model.terms(users, model.data_to)
    shown = rng.integers(0, len(model.catalogue), (100, 40))
    features = candidate_features(model, users, model.data_to, terms, shown)
    rows = features.values.reshape(-1, features.values.shape[2])
    labels = np.nan_to_num(rows[:, 0]) + rng.normal(size=len(rows)) > 1.0
    return ResponseComponent().fit(features.names, rows, labels, seed=0, threads=1)


def timed_ms(call: object, rounds: int = 1) -> float:
    """Median wall milliseconds of a call without arguments."""
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        call()  # type: ignore[operator]
        took.append(1e3 * (time.perf_counter() - started))
    return float(np.median(took))
