"""Events per second validated into the store, and seconds to import `online_retail`.

python benchmarks/ingest_speed.py --out ingest.json [--rows 500000] [--retail ../shared/datasets/online_retail]
"""

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.imports import import_catalogue, import_events, import_source


def write_events(folder: Path, n_events: int, n_items: int) -> dict[str, Path]:
    """Write the same random events as CSV and Parquet."""
    draw = np.random.default_rng(5)
    start = pd.Timestamp("2024-01-01").value // 1000
    times = pd.to_datetime(start + draw.integers(0, 180 * 86_400_000_000, n_events), unit="us")
    frame = pd.DataFrame(
        {
            "event_type": draw.choice(["impression", "view", "click", "cart", "purchase"], n_events),
            "user_id": np.char.add("u", draw.integers(0, 20_000, n_events).astype(str)),
            "item_id": np.char.add("i", draw.integers(0, n_items, n_events).astype(str)),
            "occurred_at": times,
            "value": np.round(draw.exponential(30, n_events), 2),
            "position": draw.integers(1, 25, n_events),
        }
    )
    frame.to_csv(folder / "events.csv", index=False)
    frame.to_parquet(folder / "events.parquet", index=False)
    return {"csv": folder / "events.csv", "parquet": folder / "events.parquet"}


def cpu_seconds() -> float:
    """Processor time of this process and its finished children: fair on a machine that others use too."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def measure_events(folder: Path, n_events: int, n_items: int = 5_000) -> dict[str, object]:
    files = write_events(folder, n_events, n_items)
    pd.DataFrame({"item_id": [f"i{n}" for n in range(n_items)], "title": "x"}).to_csv(folder / "items.csv", index=False)
    told: dict[str, object] = {"rows": n_events}
    for name, file in files.items():
        shop = ShopPaths(folder / f"shop-{name}")
        with Store.open(shop) as store:
            import_catalogue(store, shop, folder / "items.csv")
            for turn in ("first", "again"):
                start, cpu = time.perf_counter(), cpu_seconds()
                report = import_events(store, shop, file)
                seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
                assert report.ok and (report.counts.added == n_events) == (turn == "first"), report.message
                told[f"{name}_{turn}_s"] = round(seconds, 3)
                told[f"{name}_{turn}_events_per_s"] = round(n_events / seconds)
                told[f"{name}_{turn}_events_per_cpu_s"] = round(n_events / cpu)
    return told


def measure_retail(folder: Path, source: Path) -> dict[str, object]:
    shop = ShopPaths(folder / "retail")
    start = time.perf_counter()
    with Store.open(shop) as store:
        report = import_source(store, shop, "online_retail", source)
        imported = time.perf_counter() - start
        start = time.perf_counter()
        store.export_snapshot()
        exported = time.perf_counter() - start
    assert report.ok, report.message
    return {
        "rows": report.counts.read,
        "import_s": round(imported, 3),
        "snapshot_s": round(exported, 3),
        "import_target_s": 5.0,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--retail", type=Path, help="folder of the online_retail data set; left out when absent")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        told: dict[str, object] = {
            "load_average": os.getloadavg()[0],
            "cores": os.cpu_count(),
            "events_target_per_s": 100_000,
            "events": measure_events(Path(name), arguments.rows),
        }
        if arguments.retail is not None:
            told["online_retail"] = measure_retail(Path(name), arguments.retail)
    arguments.out.write_text(json.dumps(told, indent=2))
    print(arguments.out.read_text())


if __name__ == "__main__":
    main()
