"""Which data a run reads: exported when the store is free, else the newest export, and it says so."""

import subprocess
import sys

import pytest

from recsys.errors import InputError, StoreLockedError
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.snapshots import current_snapshot
from tests.store.samples import add_items

OWNER = """
import sys
from pathlib import Path
from recsys.settings import ShopPaths
from recsys.store import Store
with Store.open(ShopPaths(Path(sys.argv[1]))):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def owned():
    """Let another process own a shop's store: `owned(paths)`."""
    owners: list[subprocess.Popen[str]] = []

    def own(paths: ShopPaths) -> None:
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(paths.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        owners.append(owner)
        assert owner.stdout is not None and owner.stdout.readline() == "open\n"

    yield own
    for owner in owners:
        owner.communicate("")


def test_a_shop_without_data_says_what_to_do(empty_shop: ShopPaths) -> None:
    with pytest.raises(InputError, match="has no data yet: import a catalogue and events first"):
        current_snapshot(empty_shop)
    assert not empty_shop.root.exists()


def test_a_free_store_is_exported_once_per_content(empty_shop: ShopPaths) -> None:
    with Store.open(empty_shop) as store:
        add_items(store, {"item_id": "a", "title": "A"})
    first = current_snapshot(empty_shop)
    assert first.note == "" and first.folder.parent == empty_shop.snapshots
    assert current_snapshot(empty_shop).folder == first.folder
    with Store.open(empty_shop) as store:
        add_items(store, {"item_id": "b", "title": "B"}, sha256="y")
    second = current_snapshot(empty_shop)
    assert second.folder != first.folder
    assert current_snapshot(empty_shop, first.folder.name).folder == first.folder


def test_exports_serve_where_there_is_no_store(empty_shop: ShopPaths) -> None:
    with Store.open(empty_shop) as store:
        add_items(store, {"item_id": "a", "title": "A"})
        folder = store.export_snapshot()
    for file in empty_shop.root.glob("store.*"):
        file.unlink()
    assert current_snapshot(empty_shop).folder == folder


def test_a_store_in_use_means_the_newest_export_and_a_note(empty_shop: ShopPaths, owned) -> None:
    with Store.open(empty_shop) as store:
        add_items(store, {"item_id": "a", "title": "A"})
    owned(empty_shop)
    with pytest.raises(StoreLockedError):
        current_snapshot(empty_shop)  # nothing was ever exported


def test_training_goes_on_while_the_dashboard_owns_the_store(own_shop: ShopPaths, owned) -> None:
    from recsys.workflows.training import train
    from tests.plain import QUICK, settings_of

    owned(own_shop)
    record = train(settings_of(own_shop), QUICK, run_id="beside")
    assert "The store is in use, so the newest export" in record.message
    assert record.data_version in record.message and record.status == "done"


def test_an_unknown_version_is_refused(plain_shop: ShopPaths) -> None:
    with pytest.raises(InputError, match="no snapshot 'nothing'"):
        current_snapshot(plain_shop, "nothing")
