"""New items on a drawn shop whose tastes are known: three kinds of product, shoppers who like one kind."""

import numpy as np
import pandas as pd
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Histories
from recsys.data.ranking import Request
from recsys.discovery.audience import describe_audience, describing_labels, find_favourites
from recsys.discovery.fit import measure_fit
from recsys.discovery.new_items import (
    find_appearance,
    sample_shoppers,
    tabulate_new_items,
    tell_audience,
    view_new_items,
)
from recsys.ranking import rank
from recsys.ranking.model import Model


def test_the_right_shoppers_would_want_a_new_item(small_model: Model) -> None:
    # Items 78..89 are untouched; item k is of kind k % 3, and shoppers like one kind each.
    view = view_new_items(small_model, small_model.data_to, 14)
    assert view.n_sampled == 67
    for item in view.items:
        if item.touched:
            continue
        kind = ["Mugs", "Lamps", "Chairs"][item.item_num % 3]
        categories = [t for t in item.traits if t.kind == "category"]
        assert categories and categories[0].value == f"Home > {kind}"
        assert categories[0].share > categories[0].base_share
        assert item.reason in {"text", "image", "behaviour"}
        assert kind in tell_audience(item) and "it " in tell_audience(item)


def test_newest_first_and_only_the_window(small_model: Model) -> None:
    # Item k was launched 90 − k days before 1 March, the clock stands a day earlier; item 1 launches in the future.
    view = view_new_items(small_model, small_model.data_to, 10)
    numbers = [i.item_num for i in view.items]
    assert numbers == sorted(numbers, reverse=True)
    assert all(i.days_listed <= 10 for i in view.items)
    assert 1 not in numbers
    assert view.n_found == len(view.items)
    assert [i.item_num for i in view.within(3)] == [89, 88, 87, 86]


def test_reach_counts_real_lists(small_model: Model) -> None:
    users = sample_shoppers(small_model, limit=20, seed=3)
    histories = small_model.interactions.histories.take(users)
    items = np.arange(78, 90, dtype=np.int32)
    table = measure_fit(small_model, histories, items, small_model.data_to, n=10)
    expected = np.zeros(len(items), int)
    for row in range(len(users)):
        ranking = rank(Request(histories.take(np.array([row])), small_model.data_to, n=10), small_model)
        expected += np.isin(items, ranking.item_num)
    assert table.reach().tolist() == expected.tolist()


def test_standing_is_standardised_over_what_is_on_sale(small_model: Model) -> None:
    users = sample_shoppers(small_model, limit=5)
    histories = small_model.interactions.histories.take(users)
    on_sale = np.flatnonzero(small_model.on_sale(small_model.data_to)).astype(np.int32)
    table = measure_fit(small_model, histories, on_sale, small_model.data_to)
    np.testing.assert_allclose(table.standing.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(table.standing.std(axis=1), 1, atol=1e-4)


def test_fit_is_the_mean_over_the_best_tenth(small_model: Model) -> None:
    users = sample_shoppers(small_model, limit=50)
    table = measure_fit(
        small_model, small_model.interactions.histories.take(users), np.array([80], np.int32), small_model.data_to
    )
    best = np.sort(table.standing[:, 0])[-5:]
    assert table.fit()[0] == pytest.approx(best.mean(), abs=1e-6)


def test_a_term_that_says_the_same_to_everybody_is_no_reason(small_model: Model) -> None:
    users = sample_shoppers(small_model)
    table = measure_fit(
        small_model, small_model.interactions.histories.take(users), np.array([88], np.int32), small_model.data_to
    )
    apart = dict(zip(table.components, table.reasons(0, table.audience(0, 10)), strict=True))
    assert apart["fresh"] == pytest.approx(0, abs=1e-6) and apart["trend"] == pytest.approx(0, abs=1e-6)
    assert max(apart.values()) > 0.1


def test_without_shoppers_there_is_no_claim(small_model: Model) -> None:
    nobody = Model(
        small_model.catalogue,
        small_model.interactions.before(np.datetime64("2000-01-01", "us")),
        small_model.components,
        small_model.weights,
        None,
        small_model.data_to,
    )
    nobody = nobody.with_weights({k: v for k, v in small_model.weights.items() if k != "response"})
    view = view_new_items(nobody, small_model.data_to, 5)
    assert view.n_sampled == 0 and len(view.items) > 0
    item = view.items[0]
    assert np.isnan(item.fit) and not item.reach.known and item.reason == "" and item.shoppers == ()
    assert tell_audience(item) == "Shoppers of every kind."


def test_an_item_without_a_launch_appears_with_its_first_interaction(small_model: Model) -> None:
    appeared = find_appearance(small_model)
    assert appeared[20] == small_model.catalogue.launched_at[20]


def test_the_table_carries_exposure_and_zero_where_never_shown(small_model: Model) -> None:
    items = view_new_items(small_model, small_model.data_to, 3).items
    shown = pd.DataFrame({"item_id": [items[0].item_id], "impressions": [50], "clicks": [5], "purchases": [1]})
    table = tabulate_new_items(items, shown)
    assert table["impressions"].tolist()[:2] == [50, 0]
    assert table["click_through_rate"].iloc[0] == pytest.approx(0.1)
    assert np.isnan(table["click_through_rate"].iloc[1])
    assert tabulate_new_items((), shown).empty


def test_favourites_need_a_label() -> None:
    history = Histories.of_items([0, 1], np.datetime64("2026-01-01", "us"))
    both = Histories.concatenate([history, Histories.empty()])
    favourites = find_favourites(both, np.array(["", "Bags"], dtype=object))
    assert favourites.tolist() == ["Bags", ""]


def test_a_trait_must_be_more_common_in_the_audience() -> None:
    favourites = {"category": np.array(["Shoes"] * 5 + ["Bags"] * 15, dtype=object)}
    traits = describe_audience(favourites, np.array([0, 1, 2, 3, 5]))
    assert [(t.value, t.share, t.base_share) for t in traits] == [("Shoes", 0.8, 0.25)]
    assert describe_audience(favourites, np.array([], np.int64)) == ()


def test_chance_is_no_trait() -> None:
    # One of three against 25 of 100: 1.3 times as common, but 0.33 standard errors.
    favourites = {"brand": np.array(["Ana"] * 25 + ["Bo"] * 75, dtype=object)}
    assert describe_audience(favourites, np.array([0, 50, 60])) == ()


def test_attributes_that_describe_are_well_filled(small_model: Model) -> None:
    frame = small_model.catalogue.frame.copy()
    frame["attributes"] = ['{"material": "wool"}' if k % 2 else '{"material": "oak"}' for k in range(len(frame))]
    frame.loc[0, "attributes"] = '{"material": "oak", "rare": "yes"}'
    assert set(describing_labels(Catalogue(frame))) == {"category", "brand", "material"}
