"""Run one peer on an exchange folder: try its settings on validation, refit on everything known, write its lists.

    python -I runner.py PEER.py FOLDER OUT

This file and the peers' files run in a peer's own environment. They import nothing of ours: numpy, scipy and pyarrow,
and the peer's library. What FOLDER and OUT hold is described in `exchange.py`, which writes the one and reads the
other.

A peer's file has a literal `MODELS`: name → what the model is.

`fit`
    `fit(data, seed, **settings)` learns from a `Data` and returns `score(users)`: user numbers of shape (n,) to scores
    of shape (n, n_items), higher is better, NaN or −inf where it has nothing to say.
`first`
    The settings tried first: the library's own defaults where they are usable.
`grid`
    Setting → values; the other trials are drawn from all combinations, the same for every run.
`stochastic`
    Whether the seed matters; such a model is fitted once per seed.
`new_items`
    Whether it can score items nobody has touched; others get no place for them in their lists.
`needs`
    "text" or "image" where it cannot work without such vectors.
"""

import contextlib
import importlib.util
import itertools
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy import sparse

CELLS_PER_BLOCK = 8_000_000
"""Scores held at a time: users × items."""

COLUMNS = ("all", "discovery", "cold_among_new")
LIST_TYPES = {"model": "string", "seed": "int64", "column": "string", "user_num": "int64", "rank": "int16"}
LIST_SCHEMA = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in {**LIST_TYPES, "item_num": "int32"}.items()])
Score = Callable[[NDArray[np.int64]], NDArray[Any]]
Model = Mapping[str, Any]


@dataclass(frozen=True)
class Data:
    """What a model may learn from, oldest touch first within a user.

    Parameters
    ----------
    n_users, n_items
        Sizes; numbers count from 0.
    users, items
        User and item number of each touch, shape (n_touches,).
    at
        UTC times, datetime64[us], shape (n_touches,).
    weight
        Strength of each touch, > 0, shape (n_touches,).
    cut
        The moment the lists are for.
    text, image
        Content vectors, float32 (n_items, d), NaN rows where an item has none; None where the shop has none at all.
    """

    n_users: int
    n_items: int
    users: NDArray[np.int64]
    items: NDArray[np.int64]
    at: NDArray[np.datetime64]
    weight: NDArray[np.float32]
    cut: np.datetime64
    text: NDArray[np.float32] | None
    image: NDArray[np.float32] | None

    def matrix(self, values: NDArray[Any] | None = None) -> sparse.csr_array:
        """Sums of `values` (default 1 per touch), float32 (n_users, n_items)."""
        data = np.ones(len(self.users), np.float32) if values is None else values.astype(np.float32)
        return sparse.csr_array((data, (self.users, self.items)), shape=(self.n_users, self.n_items))

    def seen(self) -> sparse.csr_array:
        """1 where a user touched an item, float32 (n_users, n_items)."""
        matrix = self.matrix()
        matrix.data = np.ones_like(matrix.data)
        return matrix

    def touched(self) -> NDArray[np.bool_]:
        """Items anybody touched, shape (n_items,)."""
        return np.bincount(self.items, minlength=self.n_items) > 0


class Exchange:
    """The folder, read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.case: dict[str, Any] = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        self.k = int(self.case["k"])
        self.vectors = {
            name: np.load(folder / f"{name}.npy") if (folder / f"{name}.npy").exists() else None
            for name in ("text", "image")
        }

    def data(self, part: str) -> Data:
        """Touches of "train" (before validation) or "refit" (before the test)."""
        table = pq.read_table(self.folder / f"{part}.parquet")
        cut = np.datetime64(self.case["validation_cut" if part == "train" else "cut"], "us")
        return Data(
            int(self.case["n_users"]),
            int(self.case["n_items"]),
            table.column("user_num").to_numpy().astype(np.int64),
            table.column("item_num").to_numpy().astype(np.int64),
            table.column("occurred_at").to_numpy().astype("datetime64[us]"),
            table.column("weight").to_numpy().astype(np.float32),
            cut,
            **self.vectors,
        )

    def array(self, name: str) -> NDArray[Any]:
        """One of the .npy files."""
        return np.load(self.folder / f"{name}.npy")

    def choices(self) -> sparse.csr_array:
        """What each validation user went on to choose, bool (n_validation_users, n_items)."""
        table = pq.read_table(self.folder / "validation_choices.parquet")
        rows, items = table.column("row").to_numpy(), table.column("item_num").to_numpy()
        shape = (len(self.array("validation_users")), int(self.case["n_items"]))
        return sparse.csr_array((np.ones(len(rows), bool), (rows, items)), shape=shape)


def trials_of(model: Model, n_trials: int) -> list[dict[str, Any]]:
    """`first`, then a fixed random draw without repetition from the grid; at most `n_trials`."""
    first = dict(model["first"])
    grid: Mapping[str, list[Any]] = model["grid"]
    others = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())] if grid else []
    others = [first | other for other in others if first | other != first]
    order = np.random.default_rng(0).permutation(len(others))
    return [first, *(others[i] for i in order)][:n_trials]


def best_items(scores: NDArray[Any], allowed: NDArray[np.bool_], k: int) -> NDArray[np.int32]:
    """Best `k` allowed items of each row, −1 where nothing (more) scores; ties fall by a fixed shuffle of the items."""
    order = np.random.default_rng(0).permutation(scores.shape[1])
    values = np.where(allowed & np.isfinite(scores), scores, -np.inf)[:, order]
    width = min(k, values.shape[1])
    top = np.argpartition(-values, width - 1, axis=1)[:, :width]
    top = np.take_along_axis(top, np.argsort(-np.take_along_axis(values, top, axis=1), axis=1, kind="stable"), axis=1)
    found = np.isfinite(np.take_along_axis(values, top, axis=1))
    lists = np.full((len(scores), k), -1, np.int32)
    lists[:, :width] = np.where(found, order[top], -1)
    return lists


def score_blocks(score: Score, users: NDArray[np.int64], model: Model, data: Data) -> Iterator[tuple[slice, Any]]:
    """Scores of some users at a time, −inf for untouched items where the model cannot know them."""
    size = max(1, CELLS_PER_BLOCK // data.n_items)
    untouched = ~data.touched()
    for start in range(0, len(users), size):
        rows = slice(start, min(start + size, len(users)))
        scores = np.array(score(users[rows]), dtype=np.float64)
        if scores.shape != (rows.stop - rows.start, data.n_items):
            raise ValueError(f"scores have shape {scores.shape}, not ({rows.stop - rows.start}, {data.n_items})")
        if not model["new_items"]:
            scores[:, untouched] = -np.inf
        yield rows, scores


def validation_recall(exchange: Exchange, score: Score, model: Model, data: Data) -> float:
    """Mean recall of the lists of everything on sale in the validation window: what settings are chosen by."""
    users, on_sale, choices = (
        exchange.array("validation_users"),
        exchange.array("validation_on_sale"),
        exchange.choices(),
    )
    found = np.zeros(len(users))
    for rows, scores in score_blocks(score, users, model, data):
        lists = best_items(scores, on_sale[None, :], exchange.k)
        relevant = choices[rows].toarray()
        found[rows] = (np.take_along_axis(relevant, np.maximum(lists, 0), axis=1) & (lists >= 0)).sum(axis=1)
    return float((found / np.maximum(choices.sum(axis=1), 1)).mean()) if len(users) else 0.0


def test_lists(exchange: Exchange, score: Score, model: Model, data: Data) -> dict[str, NDArray[np.int32]]:
    """Lists of every user to serve, by column, int32 (n_users_served, k)."""
    users, on_sale, new = exchange.array("users"), exchange.array("on_sale"), exchange.array("new")
    lists = {column: np.full((len(users), exchange.k), -1, np.int32) for column in COLUMNS}
    seen = data.seen()
    for rows, scores in score_blocks(score, users, model, data):
        unseen = seen[users[rows]].toarray() == 0
        lists["all"][rows] = best_items(scores, on_sale[None, :], exchange.k)
        lists["discovery"][rows] = best_items(scores, (on_sale & ~new)[None, :] & unseen, exchange.k)
        lists["cold_among_new"][rows] = best_items(scores, new[None, :], exchange.k)
    return lists


def choose_settings(exchange: Exchange, name: str, model: Model, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Try settings within the budget; one record each with `settings`, `recall` and `seconds`, best first."""
    data, budget = exchange.data("train"), exchange.case["seconds"]
    settings = trials_of(model, int(exchange.case["trials"]) if budget is None else 10_000)
    began, tried = time.monotonic(), []
    for number, chosen in enumerate(settings):
        if budget is not None and number and time.monotonic() - began > budget:
            break
        tell(f"{name}: trial {number + 1}" + (f" of {len(settings)}" if budget is None else ""))
        started = time.monotonic()
        recall = validation_recall(exchange, model["fit"](data, 0, **chosen), model, data)
        tried.append({"settings": chosen, "recall": recall, "seconds": round(time.monotonic() - started, 2)})
    return sorted(tried, key=lambda trial: -trial["recall"])


def run_model(
    exchange: Exchange, name: str, model: Model, tell: Callable[[str], None]
) -> tuple[dict[str, Any], dict[int, dict[str, NDArray[np.int32]]]]:
    """Choose, refit for every seed, and return the record and the lists by seed and column."""
    needs = model.get("needs")
    if needs is not None and exchange.vectors[needs] is None:
        return {"model": name, "error": f"the shop has no {needs} vectors", "skipped": True}, {}
    started = time.monotonic()
    tried = choose_settings(exchange, name, model, tell)
    data, lists = exchange.data("refit"), {}
    seeds = exchange.case["seeds"] if model["stochastic"] else exchange.case["seeds"][:1]
    for seed in seeds:
        tell(f"{name}: learning up to the test")
        lists[seed] = test_lists(exchange, model["fit"](data, seed, **tried[0]["settings"]), model, data)
    record = {"model": name, "settings": tried[0]["settings"], "trials": tried, "error": None}
    return {**record, "seconds": round(time.monotonic() - started, 2)}, lists


def list_table(name: str, by_seed: Mapping[int, Mapping[str, NDArray[np.int32]]], users: NDArray[Any]) -> pa.Table:
    """One row per place of a list: model, seed, column, user_num, rank (1-based), item_num."""
    parts = []
    for seed, columns in by_seed.items():
        for column, lists in columns.items():
            rows, places = np.nonzero(lists >= 0)
            cells = {
                "model": [name] * len(rows),
                "seed": np.full(len(rows), seed),
                "column": [column] * len(rows),
                "user_num": users[rows],
                "rank": places + 1,
                "item_num": lists[rows, places],
            }
            parts.append(pa.table(cells, schema=LIST_SCHEMA))
    return pa.concat_tables(parts)


def load_models(file: Path) -> Mapping[str, Model]:
    """`MODELS` of a peer's file."""
    spec = importlib.util.spec_from_file_location(f"peer_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    models: Mapping[str, Model] = module.MODELS
    return models


def main(peer: Path, folder: Path, out: Path, channel: TextIO) -> None:
    """Run every model; one that fails says why and leaves the others alone."""
    exchange, models = Exchange(folder), load_models(peer)
    records, tables = [], []
    for place, (name, model) in enumerate(models.items()):

        def tell(stage: str, done: float = place / len(models)) -> None:
            channel.write(json.dumps({"stage": stage, "fraction": done}) + "\n")
            channel.flush()

        try:
            record, lists = run_model(exchange, name, model, tell)
            tables += [list_table(name, lists, exchange.array("users"))] if lists else []
        except Exception as error:  # noqa: BLE001 (a model of somebody else's may fail in any way; its row says how)
            traceback.print_exc()
            record = {"model": name, "error": f"{type(error).__name__}: {error}"}
        records.append(record)
    if tables:
        pq.write_table(pa.concat_tables(tables), out / "lists.parquet")
    (out / "result.json").write_text(json.dumps(records), encoding="utf-8")


if __name__ == "__main__":
    words = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries that print must not speak into the channel
    with contextlib.closing(words):
        main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), words)
