"""What every room's tests share: an empty shop, and limits that keep two cores usable."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from recsys.settings import Settings, ShopPaths

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the working tree."""
    return REPOSITORY


@pytest.fixture
def empty_shop(tmp_path: Path) -> ShopPaths:
    """A shop folder in which nothing was written yet."""
    return ShopPaths(tmp_path / "shop")


@pytest.fixture
def empty_settings(empty_shop: ShopPaths) -> Settings:
    """Settings of an empty shop, on one thread and the CPU."""
    return Settings(shop=empty_shop, threads=1, device="cpu")


@pytest.fixture(scope="session")
def new_shop(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ShopPaths]:
    """Make empty shops for session fixtures: `new_shop("trained")`."""

    def make(name: str) -> ShopPaths:
        return ShopPaths(tmp_path_factory.mktemp(name) / "shop")

    return make
