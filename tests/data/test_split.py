"""The split protocol on a shop of eight items, each with its own story."""

import numpy as np
import pandas as pd

from recsys.data.split import Split, split_at
from tests.tables import AT, catalogue, days, interactions, stamp

STORIES = [
    # item, touched how many days before the cut (negative: after it), launched days before the cut, on sale, new
    ("touched lately", [10], None, True, False),
    ("touched 90 days ago to the day", [90], None, True, False),
    ("touched 91 days ago only", [91], None, False, False),
    ("old, and bought again in the window", [120, -2], None, False, False),
    ("first bought in the window", [-3], None, True, True),
    ("launched in the window, bought by nobody", [], -4, True, True),
    ("launched before the cut, never touched", [], 20, False, False),
    ("launched after the window", [], -40, False, False),
    ("touched after the window only", [-31], None, False, False),
]
CUT, END = AT, AT + days(30)


def shop_split() -> Split:
    launched = pd.Series([None if born is None else stamp(CUT - days(born)) for _, _, born, _, _ in STORIES])
    items = catalogue(len(STORIES), launched_at=launched)
    rows = [("ann", k, age) for k, (_, ages, _, _, _) in enumerate(STORIES) for age in ages]
    return split_at(items, interactions(items, rows), CUT, END)


def test_what_was_on_sale_and_what_was_new() -> None:
    split = shop_split()
    for k, (story, _, _, on_sale, new) in enumerate(STORIES):
        assert (bool(split.on_sale[k]), bool(split.new[k])) == (on_sale, new), story


def test_training_ends_at_the_cut_and_the_window_at_its_end() -> None:
    split = shop_split()
    assert split.train.item_num.tolist() == [3, 2, 1, 0]  # 120, 91, 90 and 10 days before
    assert split.held_out.item_num.tolist() == [3, 4]
    assert (split.train.occurred_at < CUT).all()
    assert ((split.held_out.occurred_at >= CUT) & (split.held_out.occurred_at < END)).all()


def test_new_items_are_on_sale_and_absent_from_training() -> None:
    split = shop_split()
    assert not (split.new & ~split.on_sale).any()
    assert split.train.item_counts[split.new].sum() == 0


def test_the_moment_of_the_cut_belongs_to_the_window() -> None:
    items = catalogue(1)
    split = split_at(items, interactions(items, [("ann", 0, 0)]), CUT, END)
    assert len(split.train) == 0 and len(split.held_out) == 1
    assert split.new.tolist() == [True]


def test_users_keep_their_numbers_on_both_sides() -> None:
    items = catalogue(2)
    split = split_at(items, interactions(items, [("ann", 0, -1), ("bea", 1, 5)]), CUT, END)
    assert split.train.histories.lengths.tolist() == [0, 1]
    assert split.held_out.histories.lengths.tolist() == [1, 0]
    assert np.array_equal(split.train.user_ids, split.held_out.user_ids)
