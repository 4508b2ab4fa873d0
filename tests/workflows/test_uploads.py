"""Uploads land on disk under harmless names, within limits, and are cleared away."""

import io
import os
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.errors import InputError
from recsys.ingest.mapping import CANONICAL
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.imports import import_catalogue, import_events
from recsys.workflows.uploads import (
    drop_upload,
    keep_upload,
    make_mapping,
    make_template,
    safe_name,
    suggest_columns,
    tabulate_problems,
)

HOSTILE = [
    "../../etc/passwd.csv",
    "..\\..\\boot.ini",
    "/abs/olute.csv",
    "a\x00b.csv",
    ".htaccess",
    "CON.csv",
    "x" * 400,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_inside(empty_shop: ShopPaths, name: str) -> None:
    path = keep_upload(empty_shop, "token-1", name, io.BytesIO(b"a,b\n1,2\n"), 1000)
    assert path.resolve().is_relative_to((empty_shop.spool / "uploads" / "token-1").resolve())
    assert path.read_bytes() == b"a,b\n1,2\n"


@given(st.text(min_size=0, max_size=80))
def test_a_safe_name_is_one_part_of_a_path(name: str) -> None:
    made = safe_name(name)
    assert made and "/" not in made and "\\" not in made and made not in {".", ".."} and len(made) <= 70


def test_a_file_beyond_the_limit_leaves_nothing(empty_shop: ShopPaths) -> None:
    with pytest.raises(InputError, match="larger than"):
        keep_upload(empty_shop, "big", "big.csv", io.BytesIO(b"x" * 3_000_000), 2_000_000)
    assert not (empty_shop.spool / "uploads" / "big").exists()


def test_a_strange_token_is_refused(empty_shop: ShopPaths) -> None:
    with pytest.raises(InputError, match="token"):
        keep_upload(empty_shop, "../up", "a.csv", io.BytesIO(b"x"), 100)


def test_forgotten_uploads_are_cleared_after_a_day(empty_shop: ShopPaths) -> None:
    old = keep_upload(empty_shop, "old", "a.csv", io.BytesIO(b"x"), 100)
    yesterday = time.time() - 25 * 3600
    os.utime(old.parent, (yesterday, yesterday))
    new = keep_upload(empty_shop, "new", "b.csv", io.BytesIO(b"y"), 100)
    assert not old.exists() and new.exists()
    drop_upload(new)
    assert not new.parent.exists()


def test_templates_import_without_a_problem(empty_shop: ShopPaths, tmp_path) -> None:
    products, events = tmp_path / "catalogue.csv", tmp_path / "events.csv"
    products.write_text(make_template("catalogue"))
    events.write_text(make_template("events"))
    with Store.open(empty_shop) as store:
        first = import_catalogue(store, empty_shop, products)
        assert first.ok and first.counts.added == 2
        second = import_events(store, empty_shop, events)
        assert second.ok and second.counts.added == 2 and not second.errors


def _raw(*names: str) -> RawTable:
    table = pa.table({name: ["1", "2"] for name in names})
    return RawTable(table, np.array([2, 3], np.int64), "test")


def test_a_template_counts_only_where_the_file_has_its_columns() -> None:
    given_columns = {"item_id": ("Nummer",), "title": ("Titel",)}
    assert suggest_columns(_raw("Nummer", "Titel"), "catalogue", given_columns) == {
        "item_id": ("Nummer",),
        "title": ("Titel",),
    }
    assert suggest_columns(_raw("sku", "Titel"), "catalogue", given_columns)["item_id"] == ("sku",)


def test_what_is_left_empty_on_screen_is_said_to_be_absent() -> None:
    chosen = dict.fromkeys(CANONICAL["catalogue"], ()) | {"item_id": ("SKU",)}
    mapping = make_mapping(chosen, {"decimal": ",", "sheet": "", "currency": None, "skip_invalid": True})
    assert mapping.columns["item_id"] == ("SKU",) and mapping.columns["title"] == ()
    assert mapping.options.decimal == "," and mapping.options.sheet is None and mapping.options.skip_invalid
    with pytest.raises(InputError, match="decimal"):
        make_mapping(chosen, {"decimal": "x"})


def test_every_problem_has_its_place_and_advice(empty_shop: ShopPaths, tmp_path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("item_id,title,price\nA,Cup,abc\n,Bowl,3\nB,Jug,4\n")
    with Store.open(empty_shop) as store:
        report = import_catalogue(store, empty_shop, file, dry_run=True)
    table = tabulate_problems(report)
    assert list(table.columns) == ["severity", "row", "column", "value", "message"]
    assert {2, 3} <= set(table["row"].dropna())
    assert (table["message"].str.len() > 10).all()
