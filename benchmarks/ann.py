"""Recall of the candidate scan against the sum over everything, at any slider position, with and without filters.

    python benchmarks/ann.py [--items 100000 1000000] [--requests 60] [--out FILE] [--markdown FILE]

A simulated, structured shop (`structured_shop.py`) is asked by shoppers with random slider positions, every slider
alone, one per cent of another beside own purchases, strangers, single products, and with filters. Recall@100: share of
the 100 places filled with a sum at least as large as the hundredth of the exact list. Times are medians in wall
milliseconds; `scan/copy` divides the scan by a copy of its codes in the same run, which bounds it.
"""

import argparse
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from structured_shop import make_model, memory_mb, timed_ms
from tables import write_table

from recsys.data.interactions import Histories
from recsys.data.ranking import Filters, Request
from recsys.ranking import candidates
from recsys.ranking.filters import eligible_items
from recsys.ranking.model import Model
from recsys.vocabulary import ItemScope

DEPTH, SHORTLIST = 100, 200
KINDS = {
    "random sliders": Filters(),
    "one slider": Filters(),
    "a little of another": Filters(),
    "hide seen": Filters(exclude_seen=True),
    "only new items": Filters(items=ItemScope.NEW),
    "below a price": Filters(price_to=15.0),
    "three categories": Filters(categories=("Family 1", "Family 2", "Family 3")),
    "strangers": Filters(),
    "like this product": Filters(),
}


def sliders(model: Model, kind: str, number: int, rng: np.random.Generator) -> np.ndarray:
    """Weights of one request."""
    names = [n for n in model.names if n != "response"]
    if kind == "one slider":
        return np.eye(len(names))[number % len(names)]
    if kind == "a little of another":
        weights = np.eye(len(names))[number % len(names)]
        return weights + 0.05 * np.eye(len(names))[rng.integers(len(names))]
    return rng.uniform(0, 1, len(names))


def history(model: Model, kind: str, number: int, rng: np.random.Generator) -> Histories:
    """Who asks."""
    if kind == "strangers":
        return Histories.empty()
    if kind == "like this product":
        return Histories.of_items([int(rng.integers(len(model.catalogue)))], model.data_to)
    return model.interactions.histories.one(number)


def recall(model: Model, request: Request, weights: np.ndarray) -> float:
    """Recall@100 of one request."""
    terms = model.terms(request.history, request.at)
    mask, _ = eligible_items(model, request.filters, request.at)
    size = min(int(mask.sum()), SHORTLIST)
    found = candidates.choose(model, request.history, request, terms, weights, mask, size)
    total = terms.total(weights)[0]
    total[~mask] = -np.inf
    if request.filters.exclude_seen:
        total[request.history.item_num] = -np.inf
    depth = min(DEPTH, int(np.isfinite(total).sum()))
    own = np.sort(total[found.items[0]][found.possible[0]])[::-1][:depth]
    limit = np.partition(total, -depth)[-depth]
    return float((own >= limit - 1e-4).sum() / depth)


def measure(n_items: int, n_requests: int) -> dict[str, Any]:
    """Recall by kind of request, times and sizes of one catalogue."""
    rng, model = np.random.default_rng(1), make_model(n_items)
    at = model.data_to
    build_ms = timed_ms(model.index)
    index = model.index()
    if index is None:
        raise SystemExit("The model has no component that can be scanned.")
    reached = {
        kind: [
            recall(model, Request(history(model, kind, k, rng), at, filters), sliders(model, kind, k, rng))
            for k in range(n_requests)
        ]
        for kind, filters in KINDS.items()
    }
    terms, weights = model.terms(model.interactions.histories.one(0), at), np.ones(len(model.names) - 1)
    mask = model.on_sale(at)
    codes = np.zeros(index.n_bytes, np.uint8)
    scan_ms = timed_ms(lambda: index.find(terms, weights, mask, candidates.PER_PLACE * SHORTLIST), 15)
    copy_ms = timed_ms(codes.copy, 15)
    everything = [value for values in reached.values() for value in values]
    return {
        "n_items": n_items,
        "coordinates": index.n_bytes // n_items,
        "code_mb": round(index.n_bytes / 1e6, 1),
        "build_s": round(build_ms / 1e3, 2),
        "scan_ms": round(scan_ms, 2),
        "copy_ms": round(copy_ms, 2),
        "scan_per_copy": round(scan_ms / copy_ms, 2),
        "whole_sum_ms": round(timed_ms(lambda: terms.total(weights), 9), 2),
        "recall": {kind: round(float(np.mean(values)), 4) for kind, values in reached.items()},
        "worst_recall": {kind: round(float(np.min(values)), 4) for kind, values in reached.items()},
        "recall_at_100": round(float(np.mean(everything)), 4),
        "load": round(os.getloadavg()[0], 2),
        **memory_mb(),
    }


def markdown(report: dict[str, Any]) -> str:
    """The ANN table and the recall table of docs/speed.md."""
    rows = list(report["sizes"].values())
    head = "| items | bytes per item | index | built in | scan | sum over all | scan / copy of its codes | recall@100 |"
    lines = [head, "|---:|---:|---:|---:|---:|---:|---:|---:|"]
    lines += [
        f"| {r['n_items']:,} | {r['coordinates']} | {r['code_mb']:.0f} MB | {r['build_s']:.1f} s "
        f"| {r['scan_ms']:.1f} ms | {r['whole_sum_ms']:.1f} ms | {r['scan_per_copy']:.1f} | {r['recall_at_100']:.4f} |"
        for r in rows
    ]
    lines += ["", "| request | " + " | ".join(f"recall@100, {r['n_items']:,} items (worst)" for r in rows) + " |"]
    lines += ["|---|" + "---:|" * len(rows)]
    for kind in KINDS:
        cells = " | ".join(f"{r['recall'][kind]:.4f} ({r['worst_recall'][kind]:.2f})" for r in rows)
        lines.append(f"| {kind} | {cells} |")
    loads = ", ".join(str(r["load"]) for r in rows)
    return "\n".join([*lines, "", f"Simulated shop; machine load while measured: {loads}."])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path, help="fill the tables of this file, such as docs/speed.md")
    options = parser.parse_args()
    report = {"sizes": {str(n): measure(n, options.requests) for n in options.items}}
    print(json.dumps(report, indent=1))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.markdown is not None:
        write_table(options.markdown, "ann", markdown(report))


if __name__ == "__main__":
    main()
