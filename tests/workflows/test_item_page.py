"""The view of one product: whatever a catalogue may hold, and what it lacks."""

import math

import pandas as pd
import pytest

from recsys.ranking.model import Model
from recsys.vocabulary import CATALOGUE_COLUMNS
from recsys.workflows.item_page import neighbours_of, view_item

SHOWN = pd.DataFrame(
    {"item_id": ["A"], "impressions": [9], "clicks": [3], "carts": [2], "purchases": [1], "revenue": [4.5]}
)
TAGS = pd.DataFrame(
    {"item_id": ["A", "A", "B"], "attribute": ["colour", "pattern", "colour"], "tag": ["red", "", "blue"],
     "probability": [0.9, 0.2, 0.8]}
)  # fmt: skip


def row(**values: object) -> pd.Series:
    return pd.Series({**dict.fromkeys(CATALOGUE_COLUMNS), "item_id": "A", **values})


def test_a_full_row() -> None:
    view = view_item(
        row(title="Cup", price=2.5, currency="EUR", stock=3, margin=0.4, images=["x" * 64],
            attributes='{"size": "L", "colours": ["red", "blue"]}', launched_at=pd.Timestamp("2026-01-02", tz="UTC")),
        SHOWN, TAGS,
    )  # fmt: skip
    assert (view.title, view.price, view.stock, view.margin) == ("Cup", 2.5, 3, 0.4)
    assert view.attributes == (("colours", "red, blue"), ("size", "L"))
    assert view.tags is not None and [(g.attribute, g.word) for g in view.tags] == [("colour", "red")]
    assert view.exposure is not None and (view.exposure.impressions, view.exposure.revenue) == (9, 4.5)


@pytest.mark.parametrize("attributes", [None, "no json", "[1]", 7])
def test_an_empty_row(attributes: object) -> None:
    view = view_item(row(attributes=attributes), SHOWN.iloc[:0], None)
    assert view.title == "A" and math.isnan(view.price) and view.stock is None and view.launched_at is None
    assert view.attributes == () and view.pictures == () and view.tags is None and view.exposure is None


def test_a_product_without_tags_in_a_run_that_has_some() -> None:
    assert view_item(row(item_id="C"), SHOWN, TAGS).tags == ()


def test_a_long_title_stays_whole_for_whoever_shows_it() -> None:
    assert len(view_item(row(title="م" * 10_000), SHOWN, None).title) == 10_000


def test_neighbours_of_a_product_the_run_does_not_know(small_model: Model) -> None:
    assert neighbours_of(small_model, "not there") is None
    known = neighbours_of(small_model, str(small_model.catalogue.item_ids[10]), k=3)
    assert known is not None and [side.kind for side in known] == ["text", "image", "behaviour"]
