"""Each check finds the fault planted for it in a clean drawn shop, and nothing in the clean one."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from recsys.data.catalogue import Catalogue
from recsys.doctor.checks import CHECKS
from recsys.doctor.examine import examine
from recsys.doctor.exposure import Exposure
from recsys.doctor.finding import Action
from recsys.doctor.record import ShopRecord
from recsys.vocabulary import CATALOGUE_COLUMNS


def found(record: ShopRecord, check: str) -> list[int]:
    """Items a check names."""
    return [finding.item_num for finding in CHECKS[check].find(record)]


def test_a_clean_shop_has_no_finding(drawn_shop):
    assert examine(drawn_shop().record()).findings == ()


@pytest.mark.parametrize(
    ("column", "value", "check"),
    [
        ("title", "P004", "missing_field"),
        ("category", None, "missing_field"),
        ("description", None, "missing_field"),
        ("price", np.nan, "missing_field"),
        ("brand", None, "missing_field"),
        ("attributes", "{}", "missing_field"),
        ("images", (), "missing_picture"),
        ("title", "Lorem ipsum dolor", "boilerplate"),
        ("description", "n/a", "boilerplate"),
        ("price", 2400.0, "price_outlier"),
        ("price", 0.24, "price_outlier"),
        ("price", 0.0, "price_outlier"),
    ],
)
def test_a_gap_or_odd_value_is_found_and_alone(drawn_shop, column, value, check):
    shop = drawn_shop()
    shop.set(4, column, value)
    record = shop.record()
    assert found(record, check) == [4]
    others = [f for f in examine(record).findings if f.item_num != 4]
    assert others == []


def test_a_slipped_point_is_put_back(drawn_shop):
    shop = drawn_shop()
    shop.set(4, "price", 2400.0)
    finding = next(f for f in CHECKS["price_outlier"].find(shop.record()))
    assert finding.fix.action is Action.CHECK_PRICE and finding.fix.value == "24.00"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda image: image.filter(ImageFilter.GaussianBlur(5)), "blurred"),
        (lambda image: image.point(lambda v: int(v * 0.15)), "dark"),
        (lambda image: image.resize((24, 24)), "tiny"),
        (lambda image: Image.new("RGB", image.size, (240, 240, 240)), "blank"),
    ],
)
def test_a_poor_photo_is_named_by_its_fault(drawn_shop, spoil, fault):
    shop = drawn_shop()
    shop.set_picture(4, spoil(shop.pictures[shop.frame.at[4, "images"][0]]))
    finding = next(f for f in CHECKS["poor_photo"].find(shop.record()))
    assert finding.item_num == 4 and fault in finding.evidence["faults"]


def test_a_picture_of_another_kind_contradicts_its_words(drawn_shop):
    shop = drawn_shop()
    shop.set_picture(4, shop.pictures[shop.frame.at[5, "images"][0]].rotate(1, fillcolor="white"))
    finding = next(f for f in CHECKS["picture_mismatch"].find(shop.record()))
    assert finding.item_num == 4
    assert finding.evidence["shows"] == "Home > Lamps" and finding.evidence["stated"] == "Tops > Shirts"


def test_words_and_picture_in_another_category_ask_for_a_move(drawn_shop):
    shop = drawn_shop()
    shop.set(4, "category", "Home > Lamps")
    record = shop.record()
    finding = next(f for f in CHECKS["wrong_category"].find(record))
    assert (finding.item_num, finding.fix.value) == (4, "Tops > Shirts")
    assert finding.evidence["picture_agrees"]
    assert 4 not in found(record, "picture_mismatch")


def test_a_colour_that_the_picture_contradicts(drawn_shop):
    shop = drawn_shop(180)
    shop.set(4, "attributes", json.dumps({"colour": "green"}))  # the picture is blue
    finding = next(f for f in CHECKS["attribute_mismatch"].find(shop.record()))
    assert (finding.item_num, finding.fix.value) == (4, "blue")


def test_a_copy_under_another_id_is_a_duplicate_and_a_borrowed_picture_is_shared(drawn_shop):
    shop = drawn_shop()
    shop.set(7, "title", str(shop.frame.at[4, "title"]).upper())
    shop.set_picture(7, shop.pictures[shop.frame.at[4, "images"][0]].resize((90, 90)))
    shop.set(11, "images", shop.frame.at[3, "images"])
    record = shop.record()
    finding = next(f for f in CHECKS["duplicate"].find(record))
    assert (finding.item_num, finding.fix.value) == (7, "P004")
    assert found(record, "shared_picture") == [11]


def test_without_a_run_the_checks_that_need_one_say_so(drawn_shop):
    result = examine(drawn_shop().record(vectors=False))
    assert set(result.silent) == {"picture_mismatch", "odd_picture"}
    assert set(result.silent.values()) == {"run"}


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_tiny_shop_without_pictures_or_prices_is_fine(n):
    rows = [{"item_id": f"P{k}", "title": f"Thing {k}", "attributes": "{}", "images": ()} for k in range(n)]
    frame = pd.DataFrame(rows, columns=list(CATALOGUE_COLUMNS)).astype({"price": "float64"})
    result = examine(ShopRecord(Catalogue(frame)), Exposure(np.full(n, np.nan), "none", 0))
    assert result.findings == ()
    assert set(result.silent.values()) == {"run", "pictures"}


def test_equal_prices_hostile_texts_and_one_category_are_no_fault(drawn_shop):
    shop = drawn_shop()
    shop.frame["price"] = 10.0
    shop.frame["category"] = "All"
    shop.set(3, "title", "شال أزرق 👗 <b>=HYPERLINK()</b> " + "x" * 10_000)
    assert examine(shop.record()).findings == ()


def test_findings_are_ranked_by_the_places_they_cost(drawn_shop):
    shop = drawn_shop()
    shop.set(4, "price", 0.0)  # shirts
    shop.set(5, "price", 0.0)  # lamps
    places = np.zeros(90)
    places[2::3] = 9.0  # every lamp has 9 places per 1,000 lists
    places[1::3] = 1.0
    places[[4, 5]] = 0.0
    result = examine(shop.record(), Exposure(places, "lists", 100))
    assert [f.item_num for f in result.findings] == [5, 4]
    assert result.lost.tolist() == [9.0, 1.0]


def test_a_finding_keeps_its_key_until_its_subject_changes(drawn_shop):
    shop = drawn_shop()
    shop.set(4, "price", 0.0)
    first = CHECKS["price_outlier"].find(shop.record())[0].key("P004")
    again = CHECKS["price_outlier"].find(shop.record())[0].key("P004")
    shop.set(4, "price", 9000.0)
    other = CHECKS["price_outlier"].find(shop.record())[0].key("P004")
    assert first == again != other
