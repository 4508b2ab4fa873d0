"""The catalogue's arrays by hand."""

import numpy as np
import pandas as pd
import pytest

from recsys.data.catalogue import Catalogue
from recsys.errors import InputError
from tests.tables import AT, catalogue, days, stamp


def test_ids_become_numbers_and_unknown_ids_minus_one() -> None:
    items = catalogue(3)
    assert items.numbers(["i2", "nothing", "i0"]).tolist() == [2, -1, 0]
    assert items.number("i1") == 1
    with pytest.raises(InputError, match="No item 'nothing'"):
        items.number("nothing")


def test_missing_values_read_as_what_they_mean() -> None:
    items = catalogue(2, title=["Mug", None], category=["Home > Mugs > Large", None], brand=[None, "Ana"])
    assert items.titles.tolist() == ["Mug", "i1"]
    assert items.categories.tolist() == ["Home > Mugs > Large", ""]
    assert items.top_categories.tolist() == ["Home", ""]
    assert items.brands.tolist() == ["", "Ana"]
    assert np.isnan(items.prices).all() and np.isnan(items.stock).all() and np.isnan(items.margins).all()
    assert np.isnat(items.launched_at).all()
    assert items.images == ((), ())


def test_on_sale_means_launched_and_not_known_to_be_out_of_stock() -> None:
    launched = [stamp(AT - days(1)), stamp(AT), stamp(AT + days(1)), None, None, None]
    items = catalogue(6, launched_at=pd.Series(launched), stock=[5, None, 5, 0, None, -2])
    # launched before, launched now, launches tomorrow, stock 0, nothing known, stock below 0
    assert items.on_sale(AT).tolist() == [True, True, False, False, True, False]
    assert items.on_sale(AT + days(1)).tolist() == [True, True, True, False, True, False]


def test_the_text_says_each_part_once_and_skips_what_is_missing() -> None:
    items = catalogue(
        2,
        title=["Red mug", None],
        category=["Home > Mugs", None],
        brand=["Ana", None],
        attributes=['{"material": "clay"}', None],
        description=["Holds a lot", "Only this"],
    )
    assert items.texts() == ["Red mug. Home Mugs. Ana. material clay. Holds a lot", "Only this"]
    assert items.attributes == ({"material": "clay"}, {})


def test_a_catalogue_needs_its_columns_and_ids_of_its_own() -> None:
    frame = catalogue(2).frame
    with pytest.raises(InputError, match="lacks the columns \\['price'\\]"):
        Catalogue(frame.drop(columns="price"))
    with pytest.raises(InputError, match="item_id of its own"):
        Catalogue(frame.assign(item_id=["a", "a"]))
    with pytest.raises(InputError, match="item_id of its own"):
        Catalogue(frame.assign(item_id=["a", None]))


def test_an_empty_catalogue_is_one() -> None:
    items = catalogue(0)
    assert len(items) == 0 and items.texts() == [] and items.on_sale(AT).tolist() == []
