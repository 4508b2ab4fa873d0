"""Retrain on a million events over 50,000 items, and lists for 10,000 shoppers over 10,000 items. JSON out.

    python benchmarks/scale.py [--events 1000000] [--items 50000] [--users 25000] [--out FILE] [--markdown FILE]

The shop is simulated: nested kinds of items with vectors of text and picture, shoppers who keep to a few kinds, events
over 180 days. The retrain is `training.pipeline.train_model` as it is (four fits, weights, response term, both
judgements) and the writing of the run; vectors are drawn, since a retrain finds them in the cache. Each part runs in a
process of its own; `per_product` divides its seconds by the time of one 2,048³ float32 matrix product in the same run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from structured_shop import make_model, memory_mb, nested_vectors, timed_ms
from tables import write_table

from recsys.data.catalogue import Catalogue
from recsys.data.impressions import Impressions
from recsys.data.interactions import Histories, Interactions
from recsys.data.ranking import Request
from recsys.ranking import rank_many
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs, train_model
from recsys.training.runs import write_model
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS

RETRAIN_LIMIT_S, LISTS_LIMIT_S = 600.0, 15.0
DAYS = 180


def simulated_inputs(n_events: int, n_items: int, n_users: int, seed: int = 0) -> Inputs:
    """A shop with structure, its newest items launched in the last month."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, max(20, n_items // 100), n_items)
    start = pd.Timestamp("2026-01-01", tz="UTC")
    launch_day = np.where(np.arange(n_items) < 0.9 * n_items, -30, rng.integers(0, DAYS, n_items))
    frame = pd.DataFrame({"item_id": [f"p{k}" for k in range(n_items)]}).reindex(columns=list(CATALOGUE_COLUMNS))
    frame = frame.assign(
        title=frame["item_id"],
        category=np.array([f"Kind {k}" for k in range(kind.max() + 1)], dtype=object)[kind],
        brand="",
        attributes="{}",
        price=np.exp(rng.normal(3, 1, n_items)),
        launched_at=start + pd.to_timedelta(launch_day, "D"),
        images=[()] * n_items,
    )
    order = np.argsort(kind, kind="stable")
    first = np.searchsorted(kind[order], np.arange(kind.max() + 2))
    users = rng.integers(0, n_users, n_events)
    taste = rng.integers(0, kind.max() + 1, (n_users, 5))
    chosen = taste[users, rng.integers(0, 5, n_events)]
    size = np.maximum(first[chosen + 1] - first[chosen], 1)
    near = order[np.minimum(first[chosen] + (size * rng.random(n_events) ** 2).astype(int), n_items - 1)]
    items = np.where(rng.random(n_events) < 0.8, near, (n_items * rng.random(n_events) ** 2).astype(int))
    seconds = rng.integers(0, DAYS * 86_400, n_events)
    late = seconds > 86_400 * launch_day[items]
    events = pd.DataFrame(
        {
            "event_id": [f"e{k}" for k in range(int(late.sum()))],
            "event_type": "purchase",
            "user_id": np.array([f"u{k}" for k in range(n_users)], dtype=object)[users[late]],
            "item_id": frame["item_id"].to_numpy()[items[late]],
            "occurred_at": start + pd.to_timedelta(seconds[late], "s"),
            "rating": np.nan,
        }
    ).reindex(columns=list(EVENT_COLUMNS))
    catalogue = Catalogue(frame)
    interactions = Interactions.from_events(events, catalogue)
    impressions = Impressions.from_events(events, catalogue, interactions)
    vectors = {m: nested_vectors(384, kind, kind % 40, rng) for m in ("text", "image")}
    return Inputs(catalogue, interactions, impressions, vectors)


def retrain(n_events: int, n_items: int, n_users: int) -> dict[str, Any]:
    """Train and write once, seconds by stage."""
    inputs = simulated_inputs(n_events, n_items, n_users)
    stages: dict[str, float] = {}
    now = ["", time.perf_counter()]

    def tell(stage: str, fraction: float, **_: Any) -> None:
        moment = time.perf_counter()
        stages[str(now[0])] = stages.get(str(now[0]), 0.0) + moment - float(now[1])
        now[:] = [stage, moment]

    started = time.perf_counter()
    outcome = train_model(inputs, TrainingConfig(), tell)
    tell("Writing the run", 1.0)
    with tempfile.TemporaryDirectory() as folder:
        write_model(Path(folder), outcome.model)
    tell("", 1.0)
    stages.pop("", None)
    return {
        "events": len(inputs.interactions),
        "items": n_items,
        "users": n_users,
        "seconds": round(time.perf_counter() - started, 1),
        "limit_s": RETRAIN_LIMIT_S,
        "stages_s": {name: round(s, 1) for name, s in stages.items()},
        "recall_all": round(outcome.metrics["test"]["all"]["recall"]["value"], 4),
    }


def lists(n_users: int, n_items: int) -> dict[str, Any]:
    """Lists of 20 for many shoppers of one model, the response term included."""
    model = make_model(n_items)
    histories, at = model.interactions.histories, model.data_to
    requests = [Request(_one(histories, u), at, n=20) for u in range(n_users)]
    rank_many(requests[:50], model)
    started = time.perf_counter()
    made = rank_many(requests, model)
    seconds = time.perf_counter() - started
    return {"users": len(made), "items": n_items, "seconds": round(seconds, 1), "limit_s": LISTS_LIMIT_S}


def _one(histories: Histories, number: int) -> Histories:
    """One history; shoppers are asked for again once all had their turn."""
    return histories.one(number % len(histories))


def product_s() -> float:
    """Seconds of one float32 product of 2,048³."""
    square = np.ones((2048, 2048), np.float32)
    return timed_ms(lambda: square @ square, 7) / 1e3


def in_a_process(part: str, sizes: list[int]) -> dict[str, Any]:
    """Run one part apart."""
    command = [sys.executable, __file__, "--only", part, "--sizes", *map(str, sizes)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def markdown(report: dict[str, Any]) -> str:
    """The scale table of docs/speed.md."""
    fit, made = report["retrain"], report["lists"]
    rows = (
        (f"Retrain, {fit['events']:,} events × {fit['items']:,} items", fit),
        (f"Lists of 20 for {made['users']:,} shoppers × {made['items']:,} items", made),
    )
    lines = ["| what | time | limit | in matrix products | memory at its peak |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {name} | {r['seconds']:.0f} s | {r['limit_s']:.0f} s | {r['per_product']:,.0f} "
        f"| {r['peak_mb'] / 1e3:.1f} GB |"
        for name, r in rows
    ]
    longest = sorted(fit["stages_s"].items(), key=lambda s: -s[1])[:6]
    lines += ["", "Longest stages of the retrain: " + "; ".join(f"{n.lower()} {s:.0f} s" for n, s in longest) + "."]
    return "\n".join([*lines, f"Simulated shop; machine load while measured: {fit['load']}, {made['load']}."])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=50_000)
    parser.add_argument("--users", type=int, default=25_000)
    parser.add_argument("--list-users", type=int, default=10_000)
    parser.add_argument("--list-items", type=int, default=10_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path, help="fill the table of this file, such as docs/speed.md")
    parser.add_argument("--only", choices=("retrain", "lists"), help=argparse.SUPPRESS)
    parser.add_argument("--sizes", type=int, nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only is not None:
        part = {"retrain": retrain, "lists": lists}[options.only](*options.sizes)
        unit = product_s()
        load = round(os.getloadavg()[0], 2)
        print(json.dumps({**part, "per_product": round(part["seconds"] / unit, 1), "load": load, **memory_mb()}))
        return
    report = {
        "retrain": in_a_process("retrain", [options.events, options.items, options.users]),
        "lists": in_a_process("lists", [options.list_users, options.list_items]),
    }
    print(json.dumps(report, indent=1))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.markdown is not None:
        write_table(options.markdown, "scale", markdown(report))


if __name__ == "__main__":
    main()
