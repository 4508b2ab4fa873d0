"""The four columns on a split one can judge by hand."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.components.repeat import RepeatComponent
from recsys.components.trend import TrendComponent
from recsys.data.split import split_at
from recsys.ranking.model import Model
from recsys.training.columns import COLUMNS, CUTOFF, judge, pad_lists, truth_of
from tests.tables import AT, catalogue, days, interactions, training_data

N_ITEMS = 30
ROWS = [
    # before the cut: everybody viewed items 0 … 19 in some order, so all of them are on sale
    *[(f"u{k % 3}", k, 40 - k) for k in range(20)],
    # in the window: ann-like u0 rebuys 0 and finds 1; u1 finds the new item 25; u2 does nothing;
    ("u0", 0, -1),
    ("u0", 1, -2),
    ("u1", 25, -3),
    # somebody without a history buys 2: not a known shopper
    ("u9", 2, -4),
]


@pytest.fixture
def shop() -> tuple[Model, object]:
    items = catalogue(N_ITEMS)
    everything = interactions(items, ROWS)
    split = split_at(items, everything, AT, AT + days(30))
    data = training_data(items, [r for r in ROWS if r[2] > 0])
    components = {"repeat": RepeatComponent().fit(data), "trend": TrendComponent().fit(data)}
    return Model(items, split.train, components, {"repeat": 1.0, "trend": 0.1}, data_to=AT), split


def test_what_each_column_asks_for(shop) -> None:
    truth = truth_of(shop[1])
    assert truth.users.tolist() == [0, 1]  # u2 chose nothing, u9 had no history
    found = {c: [np.flatnonzero(r).tolist() for r in truth.relevant[c]] for c in COLUMNS}
    assert found == {
        "all": [[0, 1], [25]],
        "discovery": [[1], []],  # 0 was hers already; 25 is new
        "cold_among_new": [[], [25]],
        "cold_among_all": [[], [25]],
    }


def test_a_choice_that_was_not_on_sale_is_no_truth() -> None:
    items = catalogue(3)
    rows = [("u0", 0, 200), ("u0", 1, 5), ("u0", 0, -1), ("u1", 1, 5), ("u1", 1, -1)]
    split = split_at(items, interactions(items, rows), AT, AT + days(30))
    assert not split.on_sale[0]  # untouched for 200 days, so not on sale although bought again
    truth = truth_of(split)
    assert truth.users.tolist() == [1] and not truth.relevant["all"][:, 0].any()


def test_a_sample_of_shoppers_is_drawn_by_seed() -> None:
    items = catalogue(2)
    rows = [row for u in range(40) for row in ((f"u{u:02d}", 0, 3), (f"u{u:02d}", 1, -3))]
    split = split_at(items, interactions(items, rows), AT, AT + days(30))
    one, same, other = truth_of(split, 10, 1), truth_of(split, 10, 1), truth_of(split, 10, 2)
    assert one.users.tolist() == same.users.tolist() == sorted(set(one.users.tolist())) and len(one.users) == 10
    assert one.users.tolist() != other.users.tolist()
    assert one.relevant["all"].shape == (10, 2)


def test_the_four_figures_by_hand(shop) -> None:
    figures = judge(*shop)
    # all: u0's first list places are her own items 0, 3, … then 1 among the popular: both within 20 of 21; u1's 25
    # is an untouched item, last of 21 on sale, so out of her 20.
    assert figures["all"]["recall"]["value"] == pytest.approx(0.5)
    assert figures["all"]["recall"]["n_users"] == 2
    # discovery: among the 13 warm items she has not seen, 1 is found.
    assert figures["discovery"]["recall"]["value"] == 1.0 and figures["discovery"]["recall"]["n_users"] == 1
    # among new there is one item, so it is first; among all it is missed.
    assert figures["cold_among_new"]["ndcg"]["value"] == 1.0
    assert figures["cold_among_all"]["recall"]["value"] == 0.0
    assert figures["coverage"] == pytest.approx(20 / 21)
    for column in COLUMNS:
        for metric in ("recall", "ndcg"):
            told = figures[column][metric]
            assert 0 <= told["low"] <= told["value"] <= told["high"] <= 1


def test_a_shopper_whom_the_model_cannot_serve_counts_as_zero(shop) -> None:
    model, split = shop
    hidden = replace(split, on_sale=split.on_sale & ~split.new, new=np.zeros(N_ITEMS, bool))
    figures = judge(model, hidden)
    assert figures["cold_among_new"]["recall"] == {"value": 0.0, "low": 0.0, "high": 0.0, "n_users": 0}
    nobody = replace(model, weights={})
    assert judge(nobody, split)["all"]["recall"]["n_users"] == 2


def test_short_lists_are_padded() -> None:
    assert pad_lists([]).shape == (0, CUTOFF)


def test_a_large_shop_needs_no_array_of_users_times_items() -> None:
    items = catalogue(400)
    rows = [row for u in range(300) for row in ((f"u{u:03d}", u, 3), (f"u{u:03d}", u + 1, -3))]
    truth = truth_of(split_at(items, interactions(items, rows), AT, AT + days(30)))
    stored = sum(c.data.nbytes + c.indices.nbytes + c.indptr.nbytes for c in truth.choices.values())
    assert len(truth.users) == 300 and stored < 300 * 400 / 4
    assert all(np.array_equal(truth.relevant[c], truth.choices[c].toarray()) for c in COLUMNS)
    assert all(truth.choosers(c).tolist() == np.flatnonzero(truth.relevant[c].any(axis=1)).tolist() for c in COLUMNS)


def test_in_a_large_shop_a_sample_of_the_shoppers_is_judged(shop, monkeypatch) -> None:
    monkeypatch.setattr("recsys.training.columns.LEAST_JUDGED", 1)
    monkeypatch.setattr("recsys.training.columns.JUDGED_CELLS", N_ITEMS)
    figures = judge(*shop)
    assert figures["all"]["recall"]["n_users"] == 1 and figures == judge(*shop)
