"""One small demo shop, generated once."""

from datetime import date
from pathlib import Path

import pytest

from recsys.simulation.definition import ShopDefinition
from recsys.simulation.shop import DemoFiles, write_demo
from recsys.simulation.truth import Truth, load_truth

SMALL = ShopDefinition(
    seed=7,
    end=date(2026, 6, 1),
    n_items=400,
    n_users=500,
    n_days=182,
    sessions_per_user=9.0,
    requests_per_session=0.9,
    picture_size=32,
)


@pytest.fixture(scope="session")
def small_definition() -> ShopDefinition:
    return SMALL


@pytest.fixture(scope="session")
def small_demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    return write_demo(tmp_path_factory.mktemp("demo"), SMALL, workers=1)


@pytest.fixture(scope="session")
def small_truth(small_demo: DemoFiles) -> Truth:
    return load_truth(Path(small_demo.truth_notes).parent)
