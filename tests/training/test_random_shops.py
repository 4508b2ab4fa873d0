"""Training on drawn shops of every odd size: lists and figures are finite, whatever the data looks like."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recsys.data.impressions import Impressions
from recsys.data.interactions import Histories, Interactions
from recsys.data.ranking import Filters, Request
from recsys.progress import silent
from recsys.ranking import rank
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs, train_model
from tests.tables import AT, catalogue, days, event_frame, stamp, unit


def draw_shop(rng: np.random.Generator) -> Inputs:
    """Products with holes in every column, impressions with and without a request, responses, ratings of nought."""
    n, n_users = int(rng.choice([1, 2, 19, 20, 21, 60])), int(rng.choice([1, 5, 40]))
    span, per_user = float(rng.choice([0.5, 8, 120])), int(rng.choice([1, 15, 60]))
    launched = [stamp(AT - days(float(d))) if rng.random() < 0.7 else None for d in rng.uniform(-20, 200, n)]
    items = catalogue(
        n,
        title=[None if rng.random() < 0.1 else f"T{k}" for k in range(n)],
        category=[None if rng.random() < 0.2 else f"K{k % 3} > L{k % 7}" for k in range(n)],
        price=[None if rng.random() < 0.2 else float(rng.choice([0, 1, 9.5])) for _ in range(n)],
        launched_at=pd.Series(launched),
    )
    rows = [row for u in range(n_users) for k in range(per_user) for row in draw_visit(rng, u, k, n, span)]
    events = event_frame(rows)
    seen = Interactions.from_events(events, items)
    vectors = {}
    for modality in ("text", "image"):
        if rng.random() < 0.7:
            vectors[modality] = unit(rng.normal(size=(n, int(rng.choice([2, 8, 300])))))
            vectors[modality][rng.random(n) < 0.2] = np.nan
    return Inputs(items, seen, Impressions.from_events(events, items, seen), vectors)


def draw_visit(rng: np.random.Generator, user: int, visit: int, n_items: int, span: float) -> list[dict[str, Any]]:
    """An item shown and perhaps answered."""
    at = AT - days(float(rng.uniform(0, span)))
    row: dict[str, Any] = {"user_id": f"u{user}", "item_id": f"i{rng.integers(0, n_items)}", "occurred_at": stamp(at)}
    if rng.random() < 0.8:
        row["request_id"] = f"r{user}-{visit}"
    shown = row | {"event_type": "impression", "position": int(rng.integers(1, 9)) if rng.random() < 0.8 else None}
    kind, stars = str(rng.choice(["click", "purchase", "cart", "rating"])), float(rng.integers(0, 6))
    answer = row | {
        "event_type": kind,
        "occurred_at": stamp(at + days(0.001)),
        "rating": stars if kind == "rating" else None,
    }
    return [shown, answer] if rng.random() < 0.7 else [shown]


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("seed", range(10))
def test_a_drawn_shop_trains_and_lists(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inputs = draw_shop(rng)
    config = TrainingConfig(
        window_days=int(rng.choice([1, 5, 30])),
        search_users=50,
        response=bool(rng.random() < 0.7),
        components={"behaviour": {"method": str(rng.choice(["ease", "als"])), "embedding_size": 8}},
    )
    outcome = train_model(inputs, config, silent)
    model = replace(outcome.model, sale_mask=np.ones(len(inputs.catalogue), bool), _cache={})
    assert sum(model.weights.values()) == pytest.approx(1) and min(model.weights.values()) >= 0
    figures = pd.json_normalize(outcome.metrics).to_numpy(float)
    assert np.isfinite(figures).all() and (figures >= 0).all()
    everyone = model.interactions.histories
    known = everyone.take(np.flatnonzero(everyone.lengths)[:1])
    for history in (known, Histories.empty(), Histories.of_items([0], AT)):
        if len(history):
            ranking = rank(Request(history, AT, Filters(), n=10), model)
            assert len(ranking) == min(10, len(inputs.catalogue))
            assert np.isfinite(ranking.scores).all() and np.isfinite(ranking.contributions).all()
            np.testing.assert_allclose(ranking.contributions.sum(axis=1), ranking.scores, atol=1e-6)
