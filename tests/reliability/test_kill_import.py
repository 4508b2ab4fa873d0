"""kill -9 in the middle of imports: what was acknowledged is there, nothing is half there, and the next start works."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.imports import import_catalogue

KILLS = 10
BATCH = 400

WORKER = """
import sys
from pathlib import Path
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.imports import import_catalogue, import_events
shop, first = ShopPaths(Path(sys.argv[1])), int(sys.argv[2])
with Store.open(shop) as store:
    print("ready", flush=True)
    for number in range(first, first + 1000):
        file = shop.root / "batch.csv"
        rows = [f"view,u{number}-{n},a,2024-01-01 10:00:00" for n in range(BATCH)]
        file.write_text("\\n".join(["event_type,user_id,item_id,occurred_at", *rows]))
        report = import_events(store, shop, file)
        assert report.ok and report.counts.added == BATCH, report.message
        print(number, flush=True)  # acknowledged
""".replace("BATCH", str(BATCH))


@pytest.mark.slow
def test_ten_kills_lose_nothing_that_was_acknowledged(tmp_path: Path):
    shop = ShopPaths(tmp_path / "shop")
    shop.root.mkdir()
    catalogue = tmp_path / "c.csv"
    catalogue.write_text("item_id,title\na,A\n")
    with Store.open(shop) as store:
        import_catalogue(store, shop, catalogue)
    draw = random.Random(3)
    acknowledged: list[int] = []
    for kill in range(KILLS):
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(shop.root), str(kill * 1000)], stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        time.sleep(draw.uniform(0.02, 0.5))
        worker.send_signal(signal.SIGKILL)
        told, _ = worker.communicate()
        acknowledged += [int(line) for line in told.splitlines(keepends=True) if line.endswith("\n")]
        with Store.open(shop) as store:
            assert store.read_only_reason is None, f"kill {kill}: {store.read_only_reason}"
            users = store.users(limit=1_000_000)["user_id"].str.extract(r"u(\d+)-")[0].value_counts()
            stored = {int(name) for name in users.index}
            assert set(acknowledged) <= stored, f"kill {kill}: acknowledged imports are missing"
            assert len(stored - set(acknowledged)) <= kill + 1  # at most one was committed but not yet told, per kill
            assert (users == BATCH).all(), f"kill {kill}: an import is half there"
            assert len(store.imports()) == len(stored) + 1
    assert acknowledged, "the workers never got as far as one import"
