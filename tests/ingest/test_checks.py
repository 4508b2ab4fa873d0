"""Mappings, and what the checkers make of columns."""

import json

import numpy as np
import pyarrow as pa
import pytest

from recsys.errors import InputError
from recsys.ingest.catalogue import ITEM_SCHEMA, check_catalogue
from recsys.ingest.events import EVENT_SCHEMA, check_events
from recsys.ingest.mapping import (
    CANONICAL,
    SYNONYMS,
    ColumnMapping,
    ImportOptions,
    guess_columns,
    load_mapping,
    normalise,
)
from recsys.ingest.tables import RawTable


def raw(**columns: list) -> RawTable:
    table = pa.table(columns)
    return RawTable(table, np.arange(2, table.num_rows + 2), "test")


def catalogue(mapping: dict | None = None, known: tuple[str, ...] = (), **columns: list):
    return check_catalogue(raw(**columns), load_mapping(mapping, "catalogue"), known, "c.csv")


def events(mapping: dict | None = None, known: tuple[str, ...] = ("a",), **columns: list):
    return check_events(raw(**columns), load_mapping(mapping, "events"), known, "e.csv")


@pytest.mark.parametrize("kind", ["catalogue", "events"])
def test_every_canonical_column_is_its_own_first_synonym(kind):
    assert {name: names[0] for name, names in SYNONYMS[kind].items()} == {name: name for name in CANONICAL[kind]}
    assert all(word == normalise(word) for names in SYNONYMS[kind].values() for word in names)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Handle", "Title", "Body (HTML)", "Vendor", "Type", "Variant SKU", "Variant Price", "Image Src"],
         {"item_id": "Variant SKU", "title": "Title", "description": "Body (HTML)", "brand": "Vendor",
          "category": "Type", "price": "Variant Price", "images": "Image Src"}),
        (["StockCode", "Description", "UnitPrice"],
         {"item_id": "StockCode", "description": "Description", "price": "UnitPrice"}),
        (["id", "product_id", "name"], {"item_id": "product_id", "title": "name"}),
    ],
)  # fmt: skip
def test_columns_are_guessed(names, expected):
    assert guess_columns(names, "catalogue", {}) == {key: (name,) for key, name in expected.items()}


def test_events_are_guessed_and_given_columns_are_kept():
    names = ["InvoiceDate", "CustomerID", "StockCode", "Quantity", "Action"]
    guessed = guess_columns(names, "events", {"quantity": ()})
    assert guessed == {"event_type": ("Action",), "user_id": ("CustomerID",), "item_id": ("StockCode",),
                       "occurred_at": ("InvoiceDate",)}  # fmt: skip


def test_mappings_are_loaded_from_anywhere(tmp_path):
    expected = ColumnMapping({"item_id": ("SKU",)}, ImportOptions(decimal=","))
    plain = {"item_id": "SKU", "options": {"decimal": ","}}
    nested = {"columns": {"item_id": "SKU"}, "options": {"decimal": ","}}
    (tmp_path / "m.json").write_text(json.dumps(nested))
    for source in (plain, nested, json.dumps(plain), tmp_path / "m.json", str(tmp_path / "m.json"), expected):
        assert load_mapping(source, "catalogue") == expected
    assert load_mapping(expected.to_json(), "catalogue") == expected
    assert load_mapping(None, "events") == ColumnMapping()


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"colour": "x"}, r"names \['colour'\], which catalogue do not have: use item_id"),
        ({"options": {"dezimal": ","}}, r"options \['dezimal'\], which are not known: use .*decimal"),
        ({"options": {"decimal": ";"}}, "`decimal` is '.' or ','"),
        ({"options": {"event_type": "dance"}}, "`event_type` is one of impression"),
        ("{broken", "cannot be read"),
        ("missing.json", "cannot be read"),
        ({"options": [1]}, "A mapping looks like"),
    ],
)
def test_wrong_mappings_say_what_is_right(mapping, message):
    with pytest.raises(InputError, match=message):
        load_mapping(mapping, "catalogue")


def test_a_mapped_column_that_is_missing_is_an_error_with_its_name():
    found = catalogue({"title": "Nme"}, item_id=["a"], name=["A"])
    problem = found.log.problems()[0]
    assert (problem.kind, problem.column, problem.row) == ("mapped_column_missing", "Nme", 1)
    assert "it has item_id, name" in problem.message


def test_attributes_are_collected():
    found = catalogue(
        item_id=["a", "b"], title=["A", "B"], attr_colour=["red", None], Attr_Size=["M", "L"], other=["x", "y"]
    )
    cells = [json.loads(cell) for cell in found.table.column("attributes").to_pylist()]
    assert cells == [{"colour": "red", "size": "M"}, {"size": "L"}]
    chosen = catalogue({"options": {"attributes": ["other", "gone"]}}, item_id=["a"], title=["A"], other=["x"],
                       attributes=['{"z": 1}'])  # fmt: skip
    assert json.loads(chosen.table.column("attributes")[0].as_py()) == {"other": "x", "z": 1}
    assert [p.kind for p in chosen.log.problems()] == ["attribute_column_missing"]
    nested = catalogue(item_id=["a"], title=["A"], attributes=[{"x": 1, "y": None}])
    assert nested.table.column("attributes").to_pylist() == ['{"x": 1}']


@pytest.mark.parametrize(
    ("cell", "path"),
    [("Women>Shirts", "Women > Shirts"), ("Women » Shirts » Blouses", "Women > Shirts > Blouses"), ("Hats", "Hats"),
     ("A/B", "A/B"), (" > ", None)],
)  # fmt: skip
def test_category_paths(cell, path):
    assert catalogue(item_id=["a"], title=["A"], category=[cell]).table.column("category").to_pylist() == [path]


def test_category_levels_and_separators():
    found = catalogue(
        {"category": ["one", "two"]}, item_id=["a", "b"], title=["A", "B"], one=["X", "Y"], two=["Z", None]
    )
    assert found.table.column("category").to_pylist() == ["X > Z", "Y"]
    found = catalogue({"options": {"category_separator": "/"}}, item_id=["a"], title=["A"], category=["X/Y"])
    assert found.table.column("category").to_pylist() == ["X > Y"]


def test_several_currencies_are_a_warning_and_signs_count():
    found = catalogue(item_id=["a", "b", "c"], title=list("ABC"), price=["€ 5,00", "$6,00", "7,00"])
    assert found.table.column("currency").to_pylist() == ["EUR", "USD", None]
    problem = found.log.problems()[0]
    assert (problem.kind, problem.value) == ("several_currencies", "EUR, USD")
    assert "EUR on 1 rows, USD on 1 rows" in problem.message
    assert (
        catalogue({"options": {"currency": "gbp"}}, item_id=["a"], title=["A"], price=[1]).table["currency"][0].as_py()
        == "GBP"
    )


def test_stock_in_words_and_margin_in_percent():
    found = catalogue(
        item_id=["a", "b", "c"], title=list("ABC"), stock=["in stock", "Sold out", "3.7"], margin=["35%", "0.2", "2"]
    )
    assert found.table.column("stock").to_pylist() == [1, 0, 3]
    assert found.table.column("margin").to_pylist() == [0.35, 0.2, None]


def test_picture_references_are_split():
    found = catalogue(item_id=["a", "b"], title=["A", "B"], images=["x.jpg| y.jpg;z.jpg", None])
    assert found.table.column("images").to_pylist() == [["x.jpg", "y.jpg", "z.jpg"], []]


def test_ids_of_any_type_become_text():
    assert catalogue(item_id=[1.0, 2.0], title=["A", "B"]).table.column("item_id").to_pylist() == ["1", "2"]


def test_an_empty_table_and_a_table_of_nothing_we_know():
    assert catalogue(item_id=pa.array([], pa.string()), title=pa.array([], pa.string())).log.counts == {"no_rows": 1}
    assert set(catalogue(foo=[1]).log.counts) == {"no_item_id_column", "no_title_column"}
    assert catalogue(foo=[1]).table.schema == ITEM_SCHEMA
    assert set(events(foo=[1]).log.counts) == {
        f"no_{n}_column" for n in ("event_type", "user_id", "item_id", "occurred_at")
    }


def test_event_words_and_a_type_for_all():
    words = ["add_to_cart", "Buy", "page view", "VIEW-ITEM", "dance", None]
    found = events(event_type=words, user_id=["u"] * 6, item_id=["a"] * 6, occurred_at=["2024-01-01"] * 6)
    assert found.table.column("event_type").to_pylist() == ["cart", "purchase", "view", "view"]
    assert (found.log.counts, found.n_skipped, found.rows.tolist()) == ({"unknown_event_type": 2}, 2, [2, 3, 4, 5])
    found = events({"options": {"event_type": "purchase"}}, user_id=["u"], item_id=["a"], occurred_at=["2024-01-01"])
    assert found.table.column("event_type").to_pylist() == ["purchase"]
    assert found.table.schema == EVENT_SCHEMA


def test_searches_need_no_item_and_senseless_details_are_blanked():
    found = events(
        event_type=["search", "view", "purchase"], user_id=["u"] * 3, item_id=[None, "a", "a"],
        occurred_at=["2024-01-01"] * 3, query=["hat", None, None], position=["0", "2", "1.5"], quantity=["1", "", "-2"],
    )  # fmt: skip
    assert found.table.column("text").to_pylist() == ["hat", None, None]
    assert found.table.column("position").to_pylist() == [None, 2, None]
    assert found.table.column("quantity").to_pylist() == [1, None, None]
    assert found.log.counts == {"negative_quantity": 1, "bad_position": 2}


def test_empty_dates_of_other_systems_are_left_out():
    found = events(event_type=["view"] * 3, user_id=["u"] * 3, item_id=["a"] * 3,
                   occurred_at=["1970-01-01", "2024-01-01", "2024-01-02"])  # fmt: skip
    assert (found.table.num_rows, found.log.counts) == (2, {"early_time": 1})
