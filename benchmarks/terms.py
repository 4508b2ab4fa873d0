"""What each term is worth: alone, added to the chosen sum, and spoken louder where it has more to say. JSON out.

    python benchmarks/terms.py [--shop DIR | --datasets DIR] [--cut 2011-09-01] [--months 3] [--out FILE]

Without a shop, online_retail is imported into a throw-away one.
Every registered component, those that are off by default included, is fitted before each of the last windows that end
at the cut; nothing from the cut on is judged. The sum is that of the default, trained on what came before the cut,
without its response term. Per component, means over the windows:

    alone     recall@20 of the four columns by this term only
    added     best gain of the objective by giving it a weight beside the sum, for a term that weighs nothing there
    louder    change of the objective when the term is multiplied, per shopper, by (spread / mean spread)^η: the
              per-shopper gate of deep fusion; η = 0 is the standardised sum
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import ItemComponent
from recsys.data.split import split_at
from recsys.ranking.model import Model
from recsys.settings import Settings, ShopPaths
from recsys.training.columns import COLUMNS
from recsys.training.pipeline import fit_components
from recsys.training.weights import ValidationTask, validation_task
from recsys.workflows.evaluation import HeldOut, hold_out

TRIED = (0.05, 0.1, 0.2, 0.35, 0.5)
"""Weights of an added term, as fractions of the largest weight of the sum."""
GATES = (-0.25, 0.25, 0.5, 1.0)


def window_tasks(held: HeldOut, months: int) -> list[tuple[Model, ValidationTask]]:
    """Fit every component before each window and compute the terms of its shoppers."""
    extra = tuple(n for n, kind in CATALOGUE_COMPONENTS.items() if not kind.on_by_default)
    config = replace(held.config, extra_components=extra)
    inputs, step = held.inputs, np.timedelta64(held.config.window_days, "D")
    found = []
    for number in range(months, 0, -1):
        at = held.split.cut - number * step
        split = split_at(inputs.catalogue, inputs.interactions, at, at + step)
        model = Model(inputs.catalogue, split.train, fit_components(inputs, split.train, at, config), {}, data_to=at)
        found.append((model, validation_task(model, split, config.column_weights, config.search_users, config.seed)))
    return found


def weigh(task: ValidationTask, weights: dict[str, float]) -> NDArray[np.float32]:
    """The sum, shape (n_users, n_candidates)."""
    return np.tensordot(np.array([weights.get(n, 0.0) for n in task.names], np.float32), task.z, axes=1)


def spreads(model: Model, task: ValidationTask, name: str) -> NDArray[np.float32]:
    """Spread of a term's own scores over the candidates, relative to the mean shopper's, shape (n_users, 1)."""
    histories = model.interactions.histories.take(task.users)
    items = task.everyone.items
    assert items is not None
    spread = np.nan_to_num(model.components[name].score(histories, model.data_to)[:, items.item_num]).std(axis=1)
    return (np.maximum(spread, 1e-9) / max(float(spread.mean()), 1e-9))[:, None].astype(np.float32)


def describe(name: str, windows: list[tuple[Model, ValidationTask]], weights: dict[str, float]) -> dict[str, Any]:
    """One component's row."""
    place = windows[0][1].names.index(name)
    alone = [task.figures(task.z[place]) for _, task in windows]
    columns = [c for c in COLUMNS if any(c in figures for figures in alone)]
    row: dict[str, Any] = {
        "on_by_default": CATALOGUE_COMPONENTS[name].on_by_default,
        "weight": round(weights.get(name, 0.0), 4),
        "alone": {c: round(float(np.mean([f[c][0] for f in alone if c in f])), 4) for c in columns},
    }
    totals = [weigh(task, weights) for _, task in windows]
    base = [task.objective(total) for (_, task), total in zip(windows, totals, strict=True)]
    if not weights.get(name):
        top = max(weights.values())
        gains = {
            share: np.mean(
                [
                    t.objective(total + np.float32(share * top) * t.z[place])
                    for (_, t), total in zip(windows, totals, strict=True)
                ]
            )
            - np.mean(base)
            for share in TRIED
        }
        best = max(gains, key=lambda share: gains[share])
        row["added"] = {"gain": round(float(gains[best]), 4), "weight": round(best * top, 4)}
    elif not issubclass(CATALOGUE_COMPONENTS[name], ItemComponent):
        row["louder"] = {}
        for eta in GATES:
            changes = []
            for (model, task), total, before in zip(windows, totals, base, strict=True):
                louder = (spreads(model, task, name) ** eta - 1) * task.z[place] * np.float32(weights[name])
                changes.append(task.objective(total + louder) - before)
            row["louder"][str(eta)] = round(float(np.mean(changes)), 4)
    return row


def measure(shop: Path, cut: str, months: int) -> dict[str, Any]:
    """Measure every component."""
    held = hold_out(Settings(ShopPaths(shop)), cut)
    weights = {n: w for n, w in held.outcome.model.weights.items() if n != "response"}
    windows = window_tasks(held, months)
    rows = {name: describe(name, windows, weights) for name in windows[0][1].names}
    base = [task.figures(weigh(task, weights)) for _, task in windows]
    whole = {c: round(float(np.mean([f[c][0] for f in base if c in f])), 4) for c in COLUMNS}
    return {"cut": cut, "months": months, "sum without response": whole, "components": rows}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path)
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"))
    parser.add_argument("--cut", default="2011-09-01")
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.shop is None and not (options.datasets / "online_retail").is_dir():
        print(json.dumps({"skipped": f"no online_retail in {options.datasets}"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        shop = options.shop
        if shop is None:
            shop = Path(folder)
            words = ["import", "source", "online_retail", str(options.datasets / "online_retail")]
            subprocess.run(
                [sys.executable, "-m", "recsys.cli", "--shop", folder, *words], check=True, stdout=sys.stderr
            )
        text = json.dumps(measure(shop, options.cut, options.months), indent=1)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
