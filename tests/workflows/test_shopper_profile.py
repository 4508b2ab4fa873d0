"""What a history says of its shopper, on a shop small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories, Interactions
from recsys.ranking.model import Model
from recsys.settings import ShopPaths
from recsys.training.picture_tags import write_tags
from recsys.training.run_files import run_folder
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS, EventType
from recsys.workflows.shopper_profile import build_facets, history_frame, profile_history

AT = np.datetime64("2026-03-11", "us")


def shop() -> Model:
    """Six products; Ann viewed a and b on 1 March, bought a on 5 March, viewed c on 9 March; Bo viewed d, e, f."""
    frame = pd.DataFrame({"item_id": list("abcdef")}).reindex(columns=list(CATALOGUE_COLUMNS))
    frame["title"] = ["A", "B", "C", "D", "E", "F"]
    frame["category"] = ["Women > Dresses", "Women > Dresses", "Women > Hats", "Men > Hats", "Men > Hats", ""]
    frame["brand"] = ["Petit", "Petit", "Grand", "Grand", "Grand", None]
    frame["price"] = [10.0, 20.0, 30.0, 100.0, 200.0, np.nan]
    frame["currency"] = "EUR"
    frame["attributes"] = [
        '{"colour": "red", "material": "silk"}', '{"colour": "red", "material": "silk"}', '{"material": "wool"}',
        '{"material": "wool"}', '{"colour": "blue"}', None,
    ]  # fmt: skip
    log = [
        ("ann", "a", "view", "2026-03-01 10:00"), ("ann", "b", "view", "2026-03-01 10:05"),
        ("ann", "a", "purchase", "2026-03-05 09:00"), ("ann", "c", "view", "2026-03-09 09:00"),
        ("bo", "d", "view", "2026-03-02 09:00"), ("bo", "e", "view", "2026-03-02 09:01"),
        ("bo", "f", "view", "2026-03-02 09:02"),
    ]  # fmt: skip
    events = pd.DataFrame(log, columns=["user_id", "item_id", "event_type", "occurred_at"]).reindex(
        columns=list(EVENT_COLUMNS)
    )
    events["occurred_at"] = pd.to_datetime(events["occurred_at"], utc=True)
    events["rating"] = np.nan
    catalogue = Catalogue(frame)
    return Model(catalogue, Interactions.from_events(events, catalogue), {}, {}, data_to=AT, run_id="r1")


@pytest.fixture(scope="module")
def model() -> Model:
    return shop()


def test_counts_recency_and_rhythm(model: Model, empty_shop: ShopPaths):
    found = profile_history(model, model.interactions.history("ann"), AT, build_facets(model, empty_shop))
    assert (found.n_touches, found.n_products, found.n_visits) == (4, 3, 3)
    assert found.days_since == pytest.approx(1.625)  # 9 March 09:00 to 11 March 00:00
    assert found.gap_days == pytest.approx(3.979, abs=0.001)  # between 3.958 and 4 days
    assert found.deeds == ((EventType.VIEW, 3), (EventType.PURCHASE, 1))


def test_tastes_weigh_a_purchase_more_than_a_view(model: Model, empty_shop: ShopPaths):
    found = profile_history(model, model.interactions.history("ann"), AT, build_facets(model, empty_shop))
    # weights: a 1 + 4, b 1, c 1; so dresses 6 of 7, hats 1 of 7; of all touches dresses have 3 of 7
    assert [(c.name, round(c.share, 3)) for c in found.categories] == [("Dresses", 0.857), ("Hats", 0.143)]
    assert found.categories[0].shop_share == pytest.approx(3 / 7)
    assert [b.name for b in found.brands] == ["Petit", "Grand"]
    assert [c.name for c in found.colours] == ["red"]  # blue is on one product only
    assert [w.name for w in found.words] == ["material: silk"]  # wool she takes less than others do


def test_prices_stand_against_the_shop(model: Model, empty_shop: ShopPaths):
    found = profile_history(model, model.interactions.history("ann"), AT, build_facets(model, empty_shop))
    assert found.price.middle == 15.0  # 10, 20, 10, 30
    assert found.shop_price.middle == 30.0  # 10, 20, 30, 100, 200
    assert found.cheaper == pytest.approx(0.2) and found.currency == "EUR"


def test_colours_come_from_the_pictures_where_a_run_has_tags(model: Model, empty_shop: ShopPaths):
    tags = pd.DataFrame(
        {
            "item_id": ["a", "b", "c", "gone"],
            "attribute": ["colour"] * 4,
            "tag": ["olive", "olive", "", "olive"],
            "probability": [0.9, 0.8, 0.2, 0.9],
        }
    )
    write_tags(run_folder(empty_shop, "r1"), tags)
    found = profile_history(model, model.interactions.history("ann"), AT, build_facets(model, empty_shop))
    assert [c.name for c in found.colours] == ["olive"]


def test_somebody_without_a_history_has_no_profile(model: Model, empty_shop: ShopPaths):
    assert profile_history(model, Histories.empty(), AT, build_facets(model, empty_shop)) is None


def test_one_touch_of_a_product_nothing_is_known_of(model: Model, empty_shop: ShopPaths):
    history = Histories.of_items([5], AT)
    found = profile_history(model, history, AT, build_facets(model, empty_shop))
    assert found.price is None and found.cheaper is None and found.gap_days is None
    assert found.categories == found.brands == found.words == found.colours == ()


def test_the_history_as_a_table_is_newest_first(model: Model):
    frame = history_frame(model.interactions.history("ann"), model.catalogue)
    assert frame["item_id"].tolist() == ["c", "a", "b", "a"]
    assert frame["event_type"].tolist() == ["view", "purchase", "view", "view"]
