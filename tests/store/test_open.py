"""Opening: one owner, created whole, migrated, watched over, locked down."""

import json
import shutil
import subprocess
import sys

import duckdb
import pytest

from recsys.errors import InputError, StoreError, StoreLockedError
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.store.migrate import applied_number, apply_migrations, load_migrations
from recsys.store.watermark import read_watermark, watermark_path, write_watermark
from tests.store.samples import add_items, dump


def test_a_new_store_is_made_whole_and_leaves_no_temporary_file(empty_shop):
    (empty_shop.root).mkdir(parents=True)
    (empty_shop.root / "store.duckdb.new-1").write_bytes(b"left by a killed process")
    with Store.open(empty_shop) as store:
        assert store.counts().n_items == 0
        assert store.read_only_reason is None
    assert sorted(path.name for path in empty_shop.root.iterdir()) == ["store.duckdb", "store.lock"]


def test_a_second_owner_is_refused_in_one_sentence_with_the_pid(empty_shop):
    code = (
        "import sys; from pathlib import Path; from recsys.settings import ShopPaths; from recsys.store import Store\n"
        f"s = Store.open(ShopPaths(Path({str(empty_shop.root)!r}))); print('open', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(StoreLockedError, match=rf"in use by process {owner.pid} .*try again\.$"):
            Store.open(empty_shop)
        with pytest.raises(StoreLockedError):
            Store.open(empty_shop, read_only=True)
    finally:
        owner.kill()
        owner.wait()
        owner.stdin.close()
        owner.stdout.close()
    Store.open(empty_shop).close()


def test_readers_share_a_shop_and_cannot_write(empty_shop):
    with Store.open(empty_shop) as store:
        add_items(store, {"item_id": "a", "title": "A"})
    with Store.open(empty_shop, read_only=True) as first, Store.open(empty_shop, read_only=True) as second:
        assert first.counts().n_items == second.counts().n_items == 1
        with pytest.raises(StoreError, match="Nothing was written"):
            first.set_facts(name="x")
        with pytest.raises(StoreLockedError):
            Store.open(empty_shop)


def test_reading_a_shop_that_is_not_there_says_what_to_do(empty_shop):
    with pytest.raises(StoreError, match="import a catalogue first"):
        Store.open(empty_shop, read_only=True)
    Store.open(empty_shop).close()


def test_the_watermark_counts_acknowledged_writes(empty_shop):
    with Store.open(empty_shop) as store:
        store.set_facts(name="Shop")
        add_items(store, {"item_id": "a", "title": "A"})
        assert read_watermark(empty_shop.root) == 2
        with store.transaction() as writer:
            writer.set_facts(name="Other")
            writer.discard()
        assert store.counts().name == "Shop"
        assert read_watermark(empty_shop.root) == 2


def test_a_store_that_lost_acknowledged_writes_opens_for_reading_only_and_says_so(empty_shop):
    with Store.open(empty_shop) as store:
        store.set_facts(name="one")
    copy = empty_shop.root / "copy"
    shutil.copy(empty_shop.store, copy)  # no process owns the file now
    with Store.open(empty_shop) as store:
        store.set_facts(name="two")
    shutil.move(copy, empty_shop.store)
    with Store.open(empty_shop) as store:
        assert "holds 1 writes but 2 were acknowledged" in store.read_only_reason
        assert store.counts().name == "one"
        with pytest.raises(StoreError, match="Restore a backup"):
            store.set_facts(name="three")
    watermark_path(empty_shop.root).unlink()
    with Store.open(empty_shop) as store:
        store.set_facts(name="three")


def test_a_crash_between_commit_and_watermark_is_caught_up(empty_shop):
    with Store.open(empty_shop) as store:
        store.set_facts(name="one")
        store.set_facts(name="two")
    write_watermark(empty_shop.root, 1)
    with Store.open(empty_shop) as store:
        assert store.read_only_reason is None
        assert read_watermark(empty_shop.root) == 2


def test_a_vanished_store_is_not_silently_replaced(empty_shop):
    with Store.open(empty_shop) as store:
        store.set_facts(name="one")
    empty_shop.store.unlink()
    with pytest.raises(StoreError, match=r"missing although 1 writes were acknowledged"):
        Store.open(empty_shop)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"acknowledged_writes": "x"}'])
def test_a_damaged_watermark_is_reported(empty_shop, content):
    Store.open(empty_shop).close()
    watermark_path(empty_shop.root).write_text(content)
    with pytest.raises(StoreError, match=r"watermark is damaged"):
        Store.open(empty_shop)


def test_a_file_that_is_no_database_is_reported_and_the_lock_given_back(empty_shop):
    empty_shop.root.mkdir(parents=True)
    empty_shop.store.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(empty_shop)
    empty_shop.store.unlink()
    Store.open(empty_shop).close()


def test_migrations_from_empty_and_from_every_earlier_version_give_the_same_schema(tmp_path):
    steps = load_migrations()
    schemas = []
    for reached in range(len(steps) + 1):
        with duckdb.connect(str(tmp_path / f"{reached}.duckdb")) as connection:
            assert apply_migrations(connection, steps[:reached]) == steps[:reached]
            assert apply_migrations(connection, steps) == steps[reached:]
            assert apply_migrations(connection, steps) == []
            assert applied_number(connection) == len(steps)
            schemas.append(connection.execute("SELECT sql FROM duckdb_tables() ORDER BY table_name").fetchall())
    assert all(schema == schemas[0] for schema in schemas)


def test_an_older_store_is_migrated_with_its_data_when_opened(empty_shop):
    empty_shop.root.mkdir(parents=True)
    with duckdb.connect(str(empty_shop.store)) as connection:
        apply_migrations(connection, load_migrations()[:2])
        connection.execute("INSERT INTO shop VALUES ('name', 'Old shop')")
    with Store.open(empty_shop) as store:
        assert store.counts().name == "Old shop"
        assert store.counts().n_events == 0


def test_a_store_of_a_newer_version_is_left_alone(empty_shop):
    Store.open(empty_shop).close()
    with duckdb.connect(str(empty_shop.store)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, 'future', now()::TIMESTAMP)")
    with pytest.raises(StoreError, match="written by a newer version"):
        Store.open(empty_shop)


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path):
    steps = load_migrations()
    broken = [*steps, steps[0].__class__(len(steps) + 1, "broken", "CREATE TABLE half (x INT); SELECT nonsense;")]
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        with pytest.raises(duckdb.Error):
            apply_migrations(connection, broken)
        assert applied_number(connection) == len(steps)
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert ("half",) not in tables


def test_gaps_in_the_numbers_of_migrations_are_refused(tmp_path):
    (tmp_path / "001_a.sql").write_text("SELECT 1")
    (tmp_path / "003_b.sql").write_text("SELECT 1")
    with pytest.raises(StoreError, match=r"\[1, 3\]"):
        load_migrations(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/out.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT * FROM secret_frame",
    ],
)
def test_the_connection_reads_and_writes_nothing_else(empty_shop, statement):
    import pandas as pd

    secret_frame = pd.DataFrame({"x": [1]})
    with Store.open(empty_shop) as store, store._connection.reading() as cursor:
        assert len(secret_frame) == 1
        with pytest.raises(duckdb.Error):
            cursor.execute(statement).fetchall()


def test_every_cursor_has_a_time_limit(empty_shop):
    with Store.open(empty_shop) as store, store._connection.reading() as cursor:
        assert cursor.execute("SELECT current_setting('max_execution_time')").fetchall() == [(120000,)]


def test_a_disk_that_refuses_a_write_leaves_a_store_that_still_reads(empty_shop):
    """A process that may not write files above 3 MB imports 8 MB: refused in a sentence, what was there stays."""
    code = f"""
import resource, signal, sys
from pathlib import Path
from recsys.errors import StoreError
from recsys.settings import ShopPaths
from recsys.store import Store
from tests.store.samples import add_items
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open(ShopPaths(Path({str(empty_shop.root)!r})))
add_items(store, {{"item_id": "a", "title": "A"}})
resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
import hashlib
big = [{{"item_id": str(i), "title": hashlib.sha512(str(i).encode()).hexdigest() * 2}} for i in range(40000)]
try:
    add_items(store, *big, sha256="big")
    print("stored")
except StoreError as error:
    print("refused", "disk refused the write" in str(error))
print(store.counts().n_items, store.read_only_reason is not None)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.getrlimit(resource.RLIMIT_FSIZE)[1],) * 2)
store.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["refused True", "1 True"], done.stdout + done.stderr
    with Store.open(empty_shop) as store:
        assert store.counts().n_items == 1
        assert store.read_only_reason is None


def test_facts_and_mappings_are_kept(empty_shop):
    with Store.open(empty_shop) as store:
        store.set_facts(name="Demo", simulated=True)
        store.save_mapping("catalogue", "shopify", '{"columns": {}}')
        store.save_mapping("catalogue", "shopify", '{"columns": {"item_id": "SKU"}}')
    with Store.open(empty_shop) as store:
        counts = store.counts()
        assert (counts.name, counts.simulated) == ("Demo", True)
        assert json.loads(store.mappings("catalogue")["shopify"]) == {"columns": {"item_id": "SKU"}}
        assert store.mappings("events") == {}


def test_rolling_back_an_unknown_import_changes_nothing(empty_shop):
    with Store.open(empty_shop) as store:
        before = dump(store)
        with pytest.raises(InputError, match="no import 'catalogue-7'"):
            store.rollback_import("catalogue-7")
        assert dump(store) == before


def test_the_shop_folder_is_made_only_when_something_is_opened(tmp_path):
    paths = ShopPaths(tmp_path / "deep" / "shop")
    assert not paths.root.exists()
    Store.open(paths).close()
    assert paths.store.exists()
