"""Corrections to a file: cells, rows and replacements, in that order of trust, and back from JSON."""

import numpy as np
import pyarrow as pa
import pytest

from recsys.errors import InputError
from recsys.ingest.fixes import LEFT_OUT, CellFix, Fixes, Replacement
from recsys.ingest.tables import RawTable

RAW = RawTable(
    pa.table({"sku": ["A", "B", None, "B"], "price": [1.5, 2.0, None, 4.0], "tags": [["x"], [], None, ["y"]]}),
    np.array([2, 3, 4, 5], np.int64),
    "test",
)


def test_replacements_come_first_then_cells_then_rows() -> None:
    fixes = Fixes((Replacement("sku", "B", "C"), Replacement("sku", None, "D")), (CellFix(5, "sku", "E"),), (2,))
    found = fixes.apply(RAW, "f.csv")
    assert found.table.column("sku").to_pylist() == ["C", "D", "E"]
    assert found.rows.tolist() == [3, 4, 5]
    assert [(p.kind, p.count, p.file) for p in found.problems] == [(LEFT_OUT, 1, "f.csv")]
    assert RAW.table.column("sku").to_pylist() == ["A", "B", None, "B"]  # the input is left as it was


def test_a_typed_column_becomes_text_only_when_changed() -> None:
    found = Fixes(cells=(CellFix(4, "price", "3.25"), CellFix(2, "price", None))).apply(RAW, "f")
    assert found.table.column("price").to_pylist() == [None, "2", "3.25", "4"]
    assert Fixes(left_out=(3,)).apply(RAW, "f").table.column("price").type == pa.float64()


def test_no_fixes_change_nothing() -> None:
    assert not Fixes()
    assert Fixes().apply(RAW, "f").table.equals(RAW.table)
    assert Fixes(cells=(CellFix(99, "sku", "Z"),)).apply(RAW, "f").table.column("sku").to_pylist()[0] == "A"


def test_a_column_that_is_not_there_or_holds_lists_is_told() -> None:
    with pytest.raises(InputError, match="'gone'"):
        Fixes((Replacement("gone", "a", "b"),)).apply(RAW, "f")
    with pytest.raises(InputError, match="text is needed"):
        Fixes(cells=(CellFix(2, "tags", "x"),)).apply(RAW, "f")


def test_the_last_change_of_a_cell_counts_and_rows_come_back() -> None:
    fixes = Fixes().with_cell(CellFix(2, "sku", "x")).with_cell(CellFix(2, "sku", "y")).with_row(4, left_out=True)
    assert fixes.cells == (CellFix(2, "sku", "y"),) and len(fixes) == 2
    assert not fixes.with_row(4, left_out=False).left_out


def test_json_goes_both_ways() -> None:
    fixes = Fixes((Replacement("a", None, "b"),), (CellFix(7, "a", None),), (9, 11))
    assert Fixes.from_json(fixes.to_json()) == fixes
    assert Fixes().to_json() == {}


@pytest.mark.parametrize(
    "found", [[], {"cells": [[1]]}, {"cells": [["x", "a", "b"]]}, {"nonsense": []}, {"left_out": 3}]
)
def test_nonsense_is_refused(found: object) -> None:
    with pytest.raises(InputError, match="fixes"):
        Fixes.from_json(found)
