"""Hand-made shops for tests that know the answer: a few items, a few touches, vectors one can read."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.components.contract import TrainingData
from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories, Interactions
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS

AT = np.datetime64("2026-03-01T00:00:00", "us")
"""The clock of every hand-made shop."""


def days(number: float) -> np.timedelta64:
    """A span of days, to add to or subtract from `AT`."""
    return np.timedelta64(round(number * 86_400_000_000), "us")


def stamp(at: np.datetime64) -> pd.Timestamp:
    """The same moment as events carry it."""
    return pd.Timestamp(at).tz_localize("UTC")


def catalogue(n_items: int, **columns: Any) -> Catalogue:
    """Items i0, i1, … with empty attributes and no pictures; `columns` fill the rest."""
    frame = pd.DataFrame({"item_id": [f"i{k}" for k in range(n_items)], "attributes": "{}"})
    frame = frame.reindex(columns=list(CATALOGUE_COLUMNS)).astype(object)
    frame["images"] = [[] for _ in range(n_items)]
    for name, values in columns.items():
        frame[name] = values
    return Catalogue(frame)


def event_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Canonical events from partial rows; `event_id` counts up, a view unless said otherwise."""
    frame = pd.DataFrame([{"event_id": f"e{k}", "event_type": "view"} | row for k, row in enumerate(rows)])
    return frame.reindex(columns=list(EVENT_COLUMNS))


def touches(rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    """Events from (user, item number, days before `AT`) or (…, event type)."""
    named = []
    for user, item, age, *kind in rows:
        row = {"user_id": user, "item_id": f"i{item}", "occurred_at": stamp(AT - days(age))}
        named.append(row | ({"event_type": kind[0]} if kind else {}))
    return event_frame(named)


def interactions(items: Catalogue, rows: Iterable[Sequence[Any]]) -> Interactions:
    """Interactions of (user, item number, days before `AT`[, event type])."""
    return Interactions.from_events(touches(rows), items)


def history(*rows: tuple[int, float] | tuple[int, float, str]) -> Histories:
    """One history of (item number, days before `AT`[, event type])."""
    n_items = 1 + max((r[0] for r in rows), default=0)
    if not rows:
        return Histories.empty()
    return interactions(catalogue(n_items), [("me", *row) for row in rows]).histories


def unit(rows: Any) -> NDArray[np.float32]:
    """Rows scaled to length 1, float32."""
    values = np.asarray(rows, np.float64)
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def training_data(
    items: Catalogue,
    rows: Iterable[Sequence[Any]] = (),
    embeddings: dict[str, NDArray[np.float32]] | None = None,
    seed: int = 0,
) -> TrainingData:
    """Everything a component learns from, as of `AT`."""
    return TrainingData(items, interactions(items, rows), embeddings or {}, AT, seed)


N_BLOCKS, PER_BLOCK, PER_GROUP = 4, 5, 5


def block_data(seed: int = 0) -> tuple[TrainingData, NDArray[np.int64]]:
    """Make a checkerboard: 4 kinds of 5 items, 5 shoppers per kind who touched every item of it but one.

    Item numbers of kind b are 5b … 5b + 4; shopper 5b + s left out item 5b + s. Two touches share a
    day. Text and image vectors tell the kinds
    apart by orthogonal directions, with a little of their own per item.

    Returns
    -------
    tuple
        The data, and the item each shopper left out, shape (n_users,).
    """
    n_items = N_BLOCKS * PER_BLOCK
    rows, held_out = [], []
    for block in range(N_BLOCKS):
        for shopper in range(PER_GROUP):
            missing = block * PER_BLOCK + shopper
            held_out.append(missing)
            mine = [i for i in range(block * PER_BLOCK, (block + 1) * PER_BLOCK) if i != missing]
            rows += [(f"u{len(held_out):02d}", i, 1 + place // 2) for place, i in enumerate(mine)]
    rng = np.random.default_rng(seed)
    kind = np.arange(n_items) // PER_BLOCK
    vectors = {m: unit(np.eye(6)[kind] + 0.05 * rng.normal(size=(n_items, 6))) for m in ("text", "image")}
    items = catalogue(n_items, category=[f"Kind {k}" for k in kind], price=10.0 + np.arange(n_items))
    return training_data(items, rows, vectors, seed), np.array(held_out)
