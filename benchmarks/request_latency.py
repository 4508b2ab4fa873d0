"""One request, page-sized, at 5,000, 100,000 and 1,000,000 items: the whole of `rank`, against a copy of the vectors.

    python benchmarks/request_latency.py [--items 5000 100000 1000000] [--requests 60] [--out FILE] [--markdown FILE]

The shop is simulated and structured (`structured_shop.py`); the model has every component and the response term, and a
list of 24 is asked for. Times are wall milliseconds. `copies` divides the median by the time to copy the item vectors
once, measured between the requests: what an exact scan cannot beat, on any machine. Every size runs in a process of its
own, so that its memory is its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from structured_shop import make_model, memory_mb
from tables import write_table

from recsys.data.ranking import Request
from recsys.data.scores import DotScores
from recsys.ranking import rank

LIMITS_MS = {5_000: 10.0, 100_000: 15.0, 1_000_000: 40.0}
MEMORY_LIMIT_MB = 4_000
WARM = 5


def measure(n_items: int, n_requests: int) -> dict[str, Any]:
    """Time single requests of different shoppers."""
    model = make_model(n_items)
    at, histories = model.data_to, model.interactions.histories
    started = time.perf_counter()
    model.index()
    build_s = time.perf_counter() - started
    read = [c.read(histories.one(0), at) for c in model.components.values()]
    vectors = [s.item_vectors for s in read if isinstance(s, DotScores)]
    requests = [Request(histories.one(u), at, n=24) for u in range(n_requests + WARM)]
    took, busy, copied = [], [], []
    for request in requests:
        started, before = time.perf_counter(), time.process_time()
        rank(request, model)
        middle = time.perf_counter()
        busy.append(1e3 * (time.process_time() - before))
        for source in vectors:
            source.copy()
        took.append(1e3 * (middle - started))
        copied.append(1e3 * (time.perf_counter() - middle))
    median, copy = float(np.median(took[WARM:])), float(np.median(copied[WARM:]))
    return {
        "n_items": n_items,
        "p50_ms": round(median, 2),
        "p95_ms": round(float(np.quantile(took[WARM:], 0.95)), 2),
        "processor_ms": round(float(np.median(busy[WARM:])), 2),
        "limit_ms": LIMITS_MS.get(n_items),
        "copy_ms": round(copy, 2),
        "copies": round(median / copy, 2),
        "index_build_s": round(build_s, 2),
        "memory_limit_mb": MEMORY_LIMIT_MB,
        "load": round(os.getloadavg()[0], 2),
        **memory_mb(),
    }


def in_a_process(n_items: int, n_requests: int) -> dict[str, Any]:
    """Measure one size apart."""
    command = [sys.executable, __file__, "--only", str(n_items), "--requests", str(n_requests)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def markdown(report: dict[str, Any]) -> str:
    """The request table of docs/speed.md."""
    lines = [
        "| items | p50 | p95 | limit (p95) | p50 / copy of the vectors | index built in | memory at its peak |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in report.values():
        limit = "" if r["limit_ms"] is None else f"{r['limit_ms']:.0f} ms"
        lines.append(
            f"| {r['n_items']:,} | {r['p50_ms']:.1f} ms | {r['p95_ms']:.1f} ms | {limit} | {r['copies']:.2f} "
            f"| {r['index_build_s']:.1f} s | {r['peak_mb'] / 1e3:.2f} GB |"
        )
    loads = ", ".join(str(r["load"]) for r in report.values())
    return "\n".join([*lines, "", f"Simulated shop; machine load while measured: {loads}."])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, nargs="+", default=list(LIMITS_MS))
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path, help="fill the table of this file, such as docs/speed.md")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only is not None:
        print(json.dumps(measure(options.only, options.requests)))
        return
    report = {str(n): in_a_process(n, options.requests) for n in options.items}
    print(json.dumps(report, indent=1))
    if options.out is not None:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.markdown is not None:
        write_table(options.markdown, "requests", markdown(report))


if __name__ == "__main__":
    main()
