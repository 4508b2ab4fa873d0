"""One request, page-sized, on 5,000 and on 100,000 items: the whole of `rank`, against a copy of as much memory.

    python benchmarks/request_latency.py [--requests 60] [--out FILE]

The catalogue and the histories are drawn at random with 40 latent kinds of items; the model has every component that
scores the catalogue and the response term. Times are wall milliseconds; `copies` divides the median by the time to copy
the item vectors once, measured between the requests, which is what an exact scan cannot beat.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import DotComponent, TrainingData
from recsys.components.response import ResponseComponent
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.data.ranking import Request
from recsys.ranking import rank
from recsys.ranking.features import candidate_features
from recsys.ranking.model import Model
from recsys.vocabulary import CATALOGUE_COLUMNS

LIMITS_MS = {5_000: 10.0, 100_000: 25.0}
KINDS = 40
N_USERS = 2_000
TOUCHES = 40


def random_shop(n_items: int, rng: np.random.Generator) -> tuple[Catalogue, Interactions, dict[str, Any]]:
    """Draw a catalogue, interactions and unit vectors that share latent kinds."""
    kind = rng.integers(0, KINDS, n_items)
    frame = pd.DataFrame({"item_id": [f"p{k}" for k in range(n_items)]}).reindex(columns=list(CATALOGUE_COLUMNS))
    frame = frame.assign(
        title=frame["item_id"],
        category=[f"kind {k}" for k in kind],
        brand="",
        attributes="{}",
        price=np.exp(rng.normal(3, 1, n_items)),
        images=[()] * n_items,
    )
    taste = rng.integers(0, KINDS, N_USERS)
    by_kind = [np.flatnonzero(kind == k) for k in range(KINDS)]
    users = np.repeat(np.arange(N_USERS), TOUCHES)
    items = np.where(
        rng.random(len(users)) < 0.7,
        [
            by_kind[k][r % len(by_kind[k])]
            for k, r in zip(taste[users], rng.integers(0, 1 << 30, len(users)), strict=True)
        ],
        rng.integers(0, n_items, len(users)),
    )
    events = pd.DataFrame(
        {
            "event_type": "purchase",
            "user_id": [f"u{u}" for u in users],
            "item_id": frame["item_id"].to_numpy()[items],
            "occurred_at": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 180 * 86_400, len(users)), "s"),
            "rating": np.nan,
        }
    )
    centres = {m: rng.normal(size=(KINDS, d)) for m, d in (("text", 384), ("image", 192))}
    vectors = {}
    for modality, centre in centres.items():
        drawn = (centre[kind] + rng.normal(size=(n_items, centre.shape[1]))).astype(np.float32)
        vectors[modality] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    catalogue = Catalogue(frame)
    return catalogue, Interactions.from_events(events, catalogue), vectors


def make_model(n_items: int, rng: np.random.Generator) -> Model:
    """Fit every component on a random shop."""
    catalogue, interactions, vectors = random_shop(n_items, rng)
    at = interactions.data_to
    data = TrainingData(catalogue, interactions, vectors, at)
    components = {name: kind().fit(data) for name, kind in CATALOGUE_COMPONENTS.items()}
    weights = dict.fromkeys((*components, "response"), 1.0 / 7)
    model = Model(catalogue, interactions, components, weights, data_to=at)
    users = interactions.histories.take(np.arange(200))
    terms = model.terms(users, at)
    shown = rng.integers(0, n_items, (200, 40))
    features = candidate_features(model, users, at, terms, shown)
    rows = features.values.reshape(-1, features.values.shape[2])
    labels = rows[:, 0] + rng.normal(size=len(rows)) > 1.0
    response = ResponseComponent().fit(features.names, rows, labels, seed=0, threads=2)
    return Model(catalogue, interactions, components, weights, response, at)


def measure(n_items: int, n_requests: int) -> dict[str, float]:
    """Time single requests of different shoppers."""
    rng = np.random.default_rng(0)
    model = make_model(n_items, rng)
    vectors = [c.item_vectors for c in model.components.values() if isinstance(c, DotComponent)]
    copies = [np.empty_like(v) for v in vectors]
    requests = [Request(model.interactions.histories.one(u), model.data_to, n=24) for u in range(n_requests + 5)]
    took, copied = [], []
    for number, request in enumerate(requests):
        started = time.perf_counter()
        rank(request, model)
        middle = time.perf_counter()
        for target, source in zip(copies, vectors, strict=True):
            np.copyto(target, source)
        if number >= 5:
            took.append(1e3 * (middle - started))
            copied.append(1e3 * (time.perf_counter() - middle))
    return {
        "p50_ms": round(float(np.median(took)), 2),
        "p95_ms": round(float(np.quantile(took, 0.95)), 2),
        "copy_ms": round(float(np.median(copied)), 2),
        "copies": round(float(np.median(took) / np.median(copied)), 2),
        "limit_ms": LIMITS_MS[n_items],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    text = json.dumps({str(n): measure(n, options.requests) for n in LIMITS_MS}, indent=1)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
