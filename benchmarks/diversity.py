"""What variety costs and gives: accuracy and variety of held-out shoppers' lists at several strengths.

    python benchmarks/diversity.py --shop data/var/demo [--users 500] [--out FILE]

The live run's settings are trained on everything before the last window; the lists of shoppers who chose something in
the window are ranked with every method and strength, and judged at 24 places. Intervals are 95 % paired bootstrap
intervals over shoppers of the change against the list without the step.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Request
from recsys.evaluation.beyond import intra_list_distance
from recsys.evaluation.metrics import bootstrap_mean, coverage, hit_matrix, ndcg, recall
from recsys.ranking import rank_many
from recsys.ranking.diversity import diversify
from recsys.ranking.model import Model
from recsys.ranking.similarity import similarities
from recsys.settings import Settings, ShopPaths
from recsys.training.columns import truth_of
from recsys.vocabulary import DiversityMethod
from recsys.workflows.evaluation import HeldOut, hold_out

STRENGTHS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
PLACES = 24


def make_lists(held: HeldOut, model: Model, users: NDArray[np.intp], diversity: Diversity) -> NDArray[np.int32]:
    """Rank for every user; shape (n_users, PLACES), −1 where a list is short."""
    histories, at = held.split.train.histories, held.split.cut
    requests = [Request(histories.one(int(u)), at, n=PLACES, diversity=diversity) for u in users]
    lists = np.full((len(users), PLACES), -1, np.int32)
    for row, ranking in enumerate(rank_many(requests, model)):
        lists[row, : len(ranking)] = ranking.item_num
    return lists


def calibration_error(held: HeldOut, users: NDArray[np.intp], lists: NDArray[np.int32]) -> NDArray[np.float64]:
    """Half the absolute difference between category shares of history and list, 0 to 1, shape (n_users,)."""
    labels = held.inputs.catalogue.category_path_labels
    n = len(labels.names)

    def shares(items: NDArray[np.int32]) -> NDArray[np.float64]:
        return np.bincount(labels.codes[items[items >= 0]], minlength=n) / max(int((items >= 0).sum()), 1)

    histories = held.split.train.histories
    pairs = [(shares(histories.one(int(u)).item_num), shares(row)) for u, row in zip(users, lists, strict=True)]
    return np.array([0.5 * np.abs(a - b).sum() for a, b in pairs])


def judge(
    held: HeldOut, model: Model, users: NDArray[np.intp], relevant: NDArray[np.bool_], diversity: Diversity
) -> dict[str, Any]:
    """Per-user figures of one setting, and the coverage of its lists."""
    lists = make_lists(held, model, users, diversity)
    hits, n_relevant = hit_matrix(lists, relevant, PLACES), relevant.sum(axis=1)
    distances = [1.0 - similarities(model, np.maximum(block, 0).astype(np.intp)) for block in np.array_split(lists, 20)]
    return {
        "recall": recall(hits, n_relevant),
        "ndcg": ndcg(hits, n_relevant),
        "ild": intra_list_distance(lists, np.concatenate(distances)),
        "calibration_error": calibration_error(held, users, lists),
        "coverage": coverage(lists, held.split.on_sale),
    }


def compare(figures: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    """Means, and changes against the reference with their intervals."""
    row: dict[str, Any] = {"coverage": round(figures["coverage"], 4)}
    for name in ("recall", "ndcg", "ild", "calibration_error"):
        change = bootstrap_mean(figures[name] - reference[name])
        row[name] = round(float(figures[name].mean()), 4)
        row[f"{name}_change"] = [round(v, 4) for v in (change.value, change.low, change.high)]
    return row


def time_step(model: Model, histories: Histories, at: np.datetime64) -> dict[str, float]:
    """Median milliseconds of the step alone: 24 of 120 candidates of one request, by method."""
    took: dict[str, list[float]] = {str(m): [] for m in DiversityMethod}
    for user in range(min(60, len(histories))):
        one = histories.one(user)
        found = rank_many([Request(one, at, n=5 * PLACES)], model)[0]
        for method in DiversityMethod:
            started = time.perf_counter()
            diversify(model, one, at, Diversity(method, 0.3), found.item_num[None].astype(np.intp), found.scores[None])
            took[method].append(1e3 * (time.perf_counter() - started))
    return {method: round(float(np.median(values)), 2) for method, values in took.items()}


def measure(settings: Settings, max_users: int) -> dict[str, Any]:
    """Train once, then rank with every setting."""
    held = hold_out(settings)
    truth = truth_of(held.split, max_users)
    model = replace(held.outcome.model, sale_mask=held.split.on_sale)
    relevant = truth.relevant["all"]
    off = judge(held, model, truth.users, relevant, Diversity())
    rows = {"off": compare(off, off)}
    for method in DiversityMethod:
        for strength in STRENGTHS:
            found = judge(held, model, truth.users, relevant, Diversity(method, strength))
            rows[f"{method}:{strength:g}"] = compare(found, off)
    step_ms = time_step(model, held.split.train.histories, held.split.cut)
    answer = {"shop": settings.shop.root.name, "n_users": len(truth.users), "places": PLACES, "step_ms": step_ms}
    return {**answer, "settings": rows}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--users", type=int, default=500)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    text = json.dumps(measure(Settings(shop=ShopPaths(options.shop)), options.users), indent=1)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
