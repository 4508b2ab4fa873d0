"""The whole job on a real shop, timed, and its lists against the peers on the same split. JSON out.

    python benchmarks/online_retail.py --datasets DIR [--cut 2011-09-01] [--end 2011-10-01] [--out FILE]
        [--markdown FILE] [--no-peers] [--trials 8] [--seeds 3]

`times`: `vitrine import source`, `train` and `recommend --user all --n 20` as subprocesses, in seconds, beside the
limits. `quality`: what `vitrine benchmark` finds on the window, see docs/benchmark.md; without --no-peers it installs
the peers.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from recsys.benchmark.exchange import Budget
from recsys.benchmark.report import markdown
from recsys.cli.output import plain
from recsys.progress import Progress
from recsys.settings import Settings, ShopPaths
from recsys.workflows.benchmark import benchmark

LIMITS_S = {"import": 5.0, "train": 90.0, "recommend": 10.0}


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


def measure(options: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Time and compare."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        times = time_commands(shop, options.datasets / "online_retail")
        report = benchmark(
            Settings(ShopPaths(shop)),
            cut=options.cut,
            end=options.end,
            with_peers=not options.no_peers,
            budget=Budget(trials=options.trials, seeds=options.seeds),
            progress=progress,
        )
    if options.markdown is not None:
        options.markdown.write_text(markdown(report), encoding="utf-8")
    return {"times_s": times, "limits_s": LIMITS_S, "quality": report.to_json()}


def tell(
    stage: str, fraction: float, *, message: str = "", loss: float | None = None, validation: float | None = None
) -> None:
    """Progress on stderr."""
    print(f"{fraction:4.0%} {stage} {message}", file=sys.stderr)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"))
    parser.add_argument("--cut", default="2011-09-01")
    parser.add_argument("--end", default="2011-10-01")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    if not (options.datasets / "online_retail").is_dir():
        print(json.dumps({"skipped": f"no online_retail in {options.datasets}"}))
        return
    text = json.dumps(plain(measure(options, tell)), indent=1, allow_nan=False)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
