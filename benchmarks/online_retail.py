"""The whole job on a real shop, timed, and its lists against peers on the same split. JSON out.

    python benchmarks/online_retail.py --datasets DIR [--cut 2011-09-01] [--end 2011-10-01] [--out FILE]

`times`: `vitrine import source`, `train` and `recommend --user all --n 20` as subprocesses, in seconds, beside the
limits. `quality`: the four columns at cut-off 20 of our default and of popularity, item kNN, EASE and implicit ALS, all
from the same training part and all scored by our metrics, with 95 % bootstrap intervals over shoppers. Peers cannot
score items nobody has touched. Their settings are those of the published table they reproduce.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recsys.components.als import fit_item_factors, fold_in
from recsys.components.ease import solve_ease
from recsys.data.split import Split, split_at
from recsys.evaluation.metrics import bootstrap_mean, hit_matrix, ndcg, recall
from recsys.settings import Settings, ShopPaths
from recsys.training.columns import COLUMNS, CUTOFF, truth_of
from recsys.training.runs import load_data
from recsys.workflows.evaluation import evaluate
from recsys.workflows.snapshots import current_snapshot

LIMITS_S = {"import": 5.0, "train": 90.0, "recommend": 10.0}
Scores = NDArray[np.float32]


def time_commands(shop: Path, folder: Path) -> dict[str, float]:
    """Run the three commands as a person would; wall seconds each."""
    commands = {
        "import": ["import", "source", "online_retail", str(folder)],
        "train": ["train"],
        "recommend": ["recommend", "--user", "all", "--n", "20", "--out", str(shop / "lists.parquet")],
    }
    seconds = {}
    for name, words in commands.items():
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "recsys.cli", "--shop", str(shop), *words], check=True)
        seconds[name] = round(time.perf_counter() - started, 2)
    return seconds


def peer_scores(split: Split) -> dict[str, Scores]:
    """Scores of every user and item by peer; −inf where a peer has nothing to say."""
    n_items = split.train.n_items
    seen = split.train.histories.matrix(n_items, binary=True)
    month = split.train.between(split.cut - np.timedelta64(30, "D"), split.cut).item_counts
    factors = fit_item_factors(seen, 128, 0.05, 15, 0)
    touched = split.train.item_counts > 0
    factors[~touched] = 0.0
    scores = {
        "popularity, last 30 days": np.tile(month.astype(np.float32), (len(split.train.histories), 1)),
        "item kNN cosine (with self)": (seen @ cosine(seen)).toarray(),
        "EASE λ=300": (seen @ solve_ease(seen, 300.0, n_items)).toarray(),
        "implicit ALS 128": np.nan_to_num(fold_in(split.train.histories, factors, 0.05)) @ factors.T,
    }
    for values in scores.values():
        values[:, ~touched] = -np.inf
    return scores


def cosine(seen: sparse.csr_array) -> sparse.csr_array:
    """Item-item cosine of binary columns, the item itself included."""
    norms = np.sqrt(np.maximum(np.asarray(seen.sum(axis=0)).ravel(), 1.0))
    scaled = sparse.csr_array(seen @ sparse.diags_array(1.0 / norms))
    return sparse.csr_array(scaled.T @ scaled)


def judge_scores(scores: Scores, split: Split) -> dict[str, Any]:
    """Four columns of a score matrix."""
    truth = truth_of(split)
    seen = split.train.histories.matrix(split.train.n_items, binary=True).toarray() > 0
    allowed = {
        "all": split.on_sale,
        "discovery": split.on_sale & ~split.new & ~seen,
        "cold_among_new": split.new,
        "cold_among_all": split.on_sale,
    }
    figures = {}
    for column in COLUMNS:
        rows = np.flatnonzero(truth.relevant[column].any(axis=1))
        users, relevant = truth.users[rows], truth.relevant[column][rows]
        mask = allowed[column] if allowed[column].ndim == 1 else allowed[column][users]
        lists = best(np.where(mask, scores[users], -np.inf))
        hits, n_relevant = hit_matrix(lists, relevant, CUTOFF), relevant.sum(axis=1)
        figures[column] = {
            "recall": vars(bootstrap_mean(recall(hits, n_relevant))),
            "ndcg": vars(bootstrap_mean(ndcg(hits, n_relevant))),
        }
    return figures


def best(scores: Scores) -> NDArray[np.int32]:
    """Best `CUTOFF` item numbers of each row, −1 where nothing scores."""
    top = np.argpartition(-scores, CUTOFF, axis=1)[:, :CUTOFF]
    top = np.take_along_axis(top, np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable"), axis=1)
    return np.where(np.isfinite(np.take_along_axis(scores, top, axis=1)), top, -1).astype(np.int32)


def measure(datasets: Path, cut: str, end: str) -> dict[str, Any]:
    """Time and judge."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        times = time_commands(shop, datasets / "online_retail")
        settings = Settings(ShopPaths(shop))
        ours = evaluate(settings, cut=cut, end=end)
        catalogue, interactions, _ = load_data(current_snapshot(settings.shop).folder)
    split = split_at(catalogue, interactions, np.datetime64(cut, "us"), np.datetime64(end, "us"))
    quality = {name: judge_scores(scores, split) for name, scores in peer_scores(split).items()}
    quality["Vitrine, default"] = ours["test"]
    return {
        "times_s": times,
        "limits_s": LIMITS_S,
        "cut": cut,
        "end": end,
        "weights": ours["weights"],
        "quality": quality,
        "beaten": {c: beaten(quality, c) for c in COLUMNS},
    }


def beaten(quality: dict[str, Any], column: str) -> dict[str, float]:
    """Our recall, and the best peer's, in one column."""
    peers = [v[column]["recall"]["value"] for n, v in quality.items() if not n.startswith("Vitrine")]
    return {"ours": quality["Vitrine, default"][column]["recall"]["value"], "best_peer": max(peers)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"))
    parser.add_argument("--cut", default="2011-09-01")
    parser.add_argument("--end", default="2011-10-01")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not (options.datasets / "online_retail").is_dir():
        print(json.dumps({"skipped": f"no online_retail in {options.datasets}"}))
        return
    text = json.dumps(measure(options.datasets, options.cut, options.end), indent=1)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
