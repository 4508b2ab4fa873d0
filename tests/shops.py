"""A small trained demo shop, made once per test session and shared; whoever changes a shop takes a copy."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from recsys.settings import Settings, ShopPaths

READY = "ready"
"""Written last; a shop folder without it is half made."""


def build_demo_shop(root: Path) -> ShopPaths:
    """Generate 200 products, 150 shoppers and about 9,000 events, import them and train without fine-tuning."""
    from recsys.simulation.definition import ShopDefinition
    from recsys.simulation.shop import write_demo
    from recsys.store import Store
    from recsys.training.config import TrainingConfig
    from recsys.workflows.imports import import_catalogue, import_events
    from recsys.workflows.training import train

    definition = ShopDefinition(
        n_items=200, n_users=150, n_days=60, sessions_per_user=5.5, end=date(2026, 11, 20), picture_size=64
    )
    files = write_demo(root / "source", definition, workers=1)
    paths = ShopPaths(root / "shop")
    with Store.open(paths) as store:
        import_catalogue(store, paths, files.catalogue, images=files.images)
        import_events(store, paths, files.events)
        store.set_facts(name=definition.name, simulated=True)
    train(Settings(shop=paths, threads=1, device="cpu"), TrainingConfig(fine_tune_s=0, window_days=14, search_users=60))
    (root / READY).touch()
    return paths


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock that the workers of one test run share."""
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory, worker_root: Path) -> ShopPaths:
    """The trained demo shop; read it only, and do not open its store."""
    root = worker_root / "demo"
    with _alone(worker_root / "demo.lock"):
        if not (root / READY).exists():
            shutil.rmtree(root, ignore_errors=True)
            build_demo_shop(root)
    return ShopPaths(root / "shop")


@pytest.fixture(scope="session")
def worker_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    return shared


@pytest.fixture(scope="session")
def copy_demo_shop(demo_shop: ShopPaths, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ShopPaths]:
    """Make a copy of the demo shop to change: `copy_demo_shop("hostile")`."""

    def copy(name: str) -> ShopPaths:
        root = tmp_path_factory.mktemp(name) / "shop"
        shutil.copytree(demo_shop.root, root)
        return ShopPaths(root)

    return copy
