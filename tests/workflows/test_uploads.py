"""Mappings are suggested and put together; problems become rows to type into, and what is typed becomes fixes."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.errors import InputError
from recsys.ingest.fixes import CellFix, Fixes, Replacement
from recsys.ingest.mapping import CANONICAL, ColumnMapping, load_mapping
from recsys.ingest.readers import read_table
from recsys.ingest.tables import RawTable
from recsys.settings import ShopPaths
from recsys.store import Store
from recsys.workflows.import_check import check_table, preview_rows
from recsys.workflows.imports import import_catalogue, import_events
from recsys.workflows.uploads import (
    LEAVE_OUT,
    ROW,
    WRONG,
    editable_rows,
    make_mapping,
    make_template,
    suggest_columns,
    suggest_mapping,
    tabulate_problems,
    take_edits,
    to_template,
)


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


def test_the_saved_mapping_that_reads_most_of_the_file_is_suggested() -> None:
    saved = {
        "small": ColumnMapping({"item_id": ("sku",)}).to_json(),
        "large": ColumnMapping({"item_id": ("sku",), "title": ("Titel",)}).to_json(),
        "other": ColumnMapping({"item_id": ("Nummer",)}).to_json(),
        "broken": "{}",
        "unreadable": '{"columns": {"nonsense": "sku"}}',
    }
    assert suggest_mapping(["sku", "Titel", "x"], saved, "catalogue") == "large"
    assert suggest_mapping(["sku"], saved, "catalogue") == "small"
    assert suggest_mapping(["a"], saved, "catalogue") is None


def test_a_saved_mapping_keeps_replacements_but_no_single_cell() -> None:
    fixes = Fixes((Replacement("a", "x", "y"),), (CellFix(2, "a", "z"),), (3,))
    kept = load_mapping(to_template(ColumnMapping(fixes=fixes)).to_json(), "catalogue").fixes
    assert kept == Fixes((Replacement("a", "x", "y"),))


BAD = "sku,title,price\nA,Cup,abc\n,Bowl,3\nB,Jug,4\n"


def test_rows_with_problems_are_corrected_and_checked_again(empty_shop: ShopPaths, tmp_path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD)
    raw, mapping = read_table(file), ColumnMapping()
    with Store.open(empty_shop) as store:
        report = check_table(store, empty_shop, "catalogue", raw, mapping, file.name)
        assert not report.ok
        shown = editable_rows(raw, report, Fixes(), file.name)
        assert shown[ROW].tolist() == [2, 3] and {LEAVE_OUT, WRONG, "sku", "price"} <= set(shown.columns)
        assert "title" not in shown.columns  # nothing is wrong there
        fixes = take_edits(Fixes(), shown, {0: {"price": "9.50"}, 1: {"sku": "C"}, 7: {"sku": "no such row"}})
        mapping = ColumnMapping(fixes=fixes)
        again = check_table(store, empty_shop, "catalogue", raw, mapping, file.name)
        assert again.ok and again.counts.added == 3
        assert preview_rows("catalogue", raw, mapping, [])["price"].tolist() == [9.5, 3.0, 4.0]
        still = editable_rows(raw, again, fixes, file.name)
        assert still[ROW].tolist() == [2, 3] and still["price"].tolist()[0] == "9.50"  # one sees what one did
        done = import_catalogue(store, empty_shop, file, mapping=mapping)
        assert done.ok and store.items().frame["item_id"].tolist() == ["A", "B", "C"]
        assert load_mapping(store.imports()["mapping"].iloc[0], "catalogue").fixes == fixes


def test_a_row_left_out_counts_as_left_out(empty_shop: ShopPaths, tmp_path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD)
    raw = read_table(file)
    fixes = take_edits(Fixes(), editable_rows(raw, _check(empty_shop, raw), Fixes(), "bad.csv"), {1: {LEAVE_OUT: True}})
    report = _check(empty_shop, raw, fixes)
    assert report.ok and report.counts.read == 3 and report.counts.skipped == 1
    assert any("left out by hand" in p.message for p in report.warnings)
    back = take_edits(fixes, editable_rows(raw, report, fixes, "bad.csv"), {1: {LEAVE_OUT: False}})
    assert not back


def _check(shop: ShopPaths, raw: RawTable, fixes: Fixes | None = None):
    with Store.open(shop) as store:
        return check_table(store, shop, "catalogue", raw, ColumnMapping(fixes=fixes or Fixes()), "bad.csv")
