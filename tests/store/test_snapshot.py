"""Exported data: named by its content, verified before use."""

import json
import os

import pyarrow.parquet as pq
import pytest

from recsys.data.snapshot import latest_snapshot, load_snapshot
from recsys.errors import InputError, StoreError
from recsys.store import Store
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS
from tests.store.samples import NOON, add_events, add_items


@pytest.fixture
def store(empty_shop):
    with Store.open(empty_shop) as opened:
        add_items(
            opened, {"item_id": "b", "title": "B", "images": ["p"]}, {"item_id": "a", "title": "A", "launched_at": NOON}
        )
        add_events(opened, {"user_id": "u2", "position": 1}, {"user_id": "u1"}, {"user_id": "u1", "item_id": "gone"})
        opened.set_facts(name="Demo", simulated=True)
        yield opened


def test_a_snapshot_has_the_canonical_columns_sorted(store):
    snapshot = load_snapshot(store.export_snapshot())
    catalogue, events = pq.read_table(snapshot.catalogue), pq.read_table(snapshot.events)
    assert tuple(catalogue.column_names) == CATALOGUE_COLUMNS
    assert tuple(events.column_names) == EVENT_COLUMNS
    assert catalogue.column("item_id").to_pylist() == ["a", "b"]
    assert catalogue.column("images").to_pylist() == [[], ["p"]]
    assert str(catalogue.schema.field("launched_at").type) == "timestamp[us, tz=UTC]"
    assert str(events.schema.field("position").type) == "int32"
    assert events.column("user_id").to_pylist() == ["u1", "u2"]  # the event of an unknown item is left out
    assert (snapshot.n_items, snapshot.n_users, snapshot.n_events) == (2, 2, 2)
    assert (snapshot.name, snapshot.simulated, snapshot.data_from, snapshot.data_to) == ("Demo", True, NOON, NOON)


def test_the_version_is_the_content(store, empty_shop):
    first = store.export_snapshot()
    inode = (first / "events.parquet").stat().st_ino
    assert store.export_snapshot() == first
    assert (first / "events.parquet").stat().st_ino == inode  # not written again
    added = add_items(store, {"item_id": "c", "title": "C"}, sha256="2")
    second = store.export_snapshot()
    assert second != first
    assert latest_snapshot(empty_shop) == second
    store.rollback_import(added.import_id)
    assert store.export_snapshot() == first
    assert latest_snapshot(empty_shop) == first  # confirmed last
    assert sorted(path.name for path in empty_shop.snapshots.iterdir()) == sorted([first.name, second.name])


def test_an_empty_store_exports_empty_tables(empty_shop):
    with Store.open(empty_shop) as store:
        snapshot = load_snapshot(store.export_snapshot())
    assert (snapshot.n_items, snapshot.n_events, snapshot.data_from) == (0, 0, None)


def test_nothing_is_found_where_nothing_was_exported(empty_shop):
    assert latest_snapshot(empty_shop) is None
    with pytest.raises(InputError, match="no snapshot"):
        load_snapshot(empty_shop.snapshots / "x")


@pytest.mark.parametrize("name", ["catalogue.parquet", "events.parquet"])
def test_one_flipped_bit_is_noticed(store, name):
    folder = store.export_snapshot()
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(StoreError, match=f"{name} was changed or damaged"):
        load_snapshot(folder)
    (folder / name).unlink()
    with pytest.raises(StoreError, match="is missing"):
        load_snapshot(folder)


@pytest.mark.parametrize("damage", ["", "{}", '{"n_items": "x"}'])
def test_a_damaged_description_is_noticed(store, damage):
    folder = store.export_snapshot()
    (folder / "snapshot.json").write_text(damage)
    with pytest.raises(StoreError, match="is damaged"):
        load_snapshot(folder)


def test_a_half_written_snapshot_is_never_seen(store, empty_shop, monkeypatch):
    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store.export_snapshot()
    assert list(empty_shop.snapshots.iterdir()) == []
    assert latest_snapshot(empty_shop) is None


def test_the_description_is_plain_json(store):
    told = json.loads((store.export_snapshot() / "snapshot.json").read_text())
    assert set(told) == {"data_version", "created_at", "n_items", "n_users", "n_events", "data_from", "data_to",
                         "simulated", "name", "sha256"}  # fmt: skip
