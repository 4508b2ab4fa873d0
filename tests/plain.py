"""A plain shop without pictures or encoders: trains in about a second, for tests that train often."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recsys.settings import Settings, ShopPaths
from recsys.training.config import TrainingConfig
from tests.shops import READY, _alone

N_ITEMS, N_USERS, N_DAYS = 48, 60, 60
END = datetime(2026, 3, 1, tzinfo=UTC)

QUICK = TrainingConfig(text_encoder="", image_encoder="", fine_tune_s=0, window_days=10, search_users=50)
"""No encoder, the whole rest."""


def write_tables(folder: Path) -> tuple[Path, Path]:
    """Write catalogue.csv and events.csv: three kinds of products, each shopper keen on one; two launches a week."""
    rng = np.random.default_rng(11)
    folder.mkdir(parents=True, exist_ok=True)
    born = [END - timedelta(days=int(d)) for d in np.linspace(N_DAYS + 30, 1, N_ITEMS)]
    products = ["item_id,title,category,price,launched_at"]
    for k in range(N_ITEMS):
        products.append(f"p{k:02d},Thing {k},Home > Kind {k % 3},{5 + k % 7}.50,{born[k]:%Y-%m-%dT%H:%M:%SZ}")
    events = ["event_id,event_type,user_id,item_id,occurred_at"]
    for user in range(N_USERS):
        for moment in sorted(rng.uniform(0, N_DAYS, 24)):
            at = END - timedelta(days=N_DAYS - float(moment))
            launched = np.array([b <= at for b in born]) * np.where(np.arange(N_ITEMS) % 3 == user % 3, 6.0, 1.0)
            item = rng.choice(N_ITEMS, p=launched / launched.sum())
            kind = rng.choice(["view", "click", "purchase"])
            events.append(f"e{len(events)},{kind},u{user:02d},p{item:02d},{at:%Y-%m-%dT%H:%M:%SZ}")
    catalogue_file, events_file = folder / "catalogue.csv", folder / "events.csv"
    catalogue_file.write_text("\n".join(products) + "\n")
    events_file.write_text("\n".join(events) + "\n")
    return catalogue_file, events_file


def build_plain_shop(root: Path) -> ShopPaths:
    """Import the tables and train once; run `first` is live."""
    from recsys.store import Store
    from recsys.workflows.imports import import_catalogue, import_events
    from recsys.workflows.training import train

    catalogue_file, events_file = write_tables(root / "source")
    paths = ShopPaths(root / "shop")
    with Store.open(paths) as store:
        assert import_catalogue(store, paths, catalogue_file).ok
        assert import_events(store, paths, events_file).ok
    train(settings_of(paths), QUICK, run_id="first")
    (root / READY).touch()
    return paths


def settings_of(paths: ShopPaths) -> Settings:
    """One thread, the CPU."""
    return Settings(shop=paths, threads=1, device="cpu")


@pytest.fixture(scope="session")
def plain_shop(worker_root: Path) -> ShopPaths:
    """The trained plain shop; read it only, and do not open its store."""
    root = worker_root / "plain"
    with _alone(worker_root / "plain.lock"):
        if not (root / READY).exists():
            shutil.rmtree(root, ignore_errors=True)
            build_plain_shop(root)
    return ShopPaths(root / "shop")


@pytest.fixture
def own_shop(plain_shop: ShopPaths, tmp_path: Path) -> ShopPaths:
    """A copy of the plain shop to change."""
    shutil.copytree(plain_shop.root, tmp_path / "own")
    return ShopPaths(tmp_path / "own")


@pytest.fixture(scope="session")
def shop_of_tables(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], ShopPaths]:
    """Make a shop, not trained, from the text of a catalogue and an events file; an empty text imports nothing."""

    def build(catalogue: str, events: str) -> ShopPaths:
        from recsys.store import Store
        from recsys.workflows.imports import import_catalogue, import_events

        root = tmp_path_factory.mktemp("tables")
        paths = ShopPaths(root / "shop")
        (root / "catalogue.csv").write_text(catalogue)
        (root / "events.csv").write_text(events)
        with Store.open(paths) as store:
            if catalogue:
                report = import_catalogue(store, paths, root / "catalogue.csv")
                assert report.ok, report.message
            if events:
                report = import_events(store, paths, root / "events.csv")
                assert report.ok, report.message
        return paths

    return build
