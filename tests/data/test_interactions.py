"""Interactions and histories on eight touches one can count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys.data.interactions import Histories, Interactions
from recsys.vocabulary import EVENT_TYPES, EventType
from tests.tables import AT, catalogue, days, event_frame, history, interactions, stamp, touches

ROWS = [
    # user, item, days ago, type: weight view 1, cart 2, purchase 4
    ("bea", 2, 1, "purchase"),
    ("ann", 0, 5, "view"),
    ("ann", 1, 3, "cart"),
    ("ann", 0, 2, "purchase"),
    ("bea", 0, 9, "view"),
    ("cy", 3, 4, "click"),
]


@pytest.fixture
def shop() -> Interactions:
    return interactions(catalogue(5), ROWS)


def contents(histories: Histories) -> list[list[int]]:
    """Items of each history, in order."""
    return [histories.item_num[a:b].tolist() for a, b in zip(histories.indptr, histories.indptr[1:], strict=False)]


def test_rows_are_sorted_by_user_and_time(shop: Interactions) -> None:
    assert shop.user_ids.tolist() == ["ann", "bea", "cy"]
    assert contents(shop.histories) == [[0, 1, 0], [0, 2], [3]]
    assert shop.histories.weight.tolist() == [1, 2, 4, 1, 4, 1]
    assert [EVENT_TYPES[c] for c in shop.histories.event_type[:3]] == ["view", "cart", "purchase"]
    assert shop.user_num.tolist() == [0, 0, 0, 1, 1, 2]
    assert (len(shop), shop.n_users, shop.n_items) == (6, 3, 5)


def test_what_is_no_interaction_is_left_out() -> None:
    rows = event_frame(
        [
            {"user_id": "ann", "item_id": "i0", "occurred_at": stamp(AT), "event_type": "impression"},
            {"user_id": "ann", "item_id": None, "occurred_at": stamp(AT), "event_type": "search"},
            {"user_id": "ann", "item_id": "unheard-of", "occurred_at": stamp(AT), "event_type": "purchase"},
            {"user_id": "bea", "item_id": "i1", "occurred_at": stamp(AT), "event_type": "view"},
        ]
    )
    shop = Interactions.from_events(rows, catalogue(2))
    assert shop.user_ids.tolist() == ["bea"] and contents(shop.histories) == [[1]]


def test_a_rating_weighs_its_share_of_five_stars() -> None:
    rows = touches([("ann", 0, 3, "rating"), ("ann", 1, 2, "rating"), ("ann", 2, 1, "rating"), ("ann", 3, 0, "review")])
    rows["rating"] = [5.0, 2.0, 9.0, np.nan]  # 5/5, 2/5, clipped to 5/5, a review without stars counts 1
    assert Interactions.from_events(rows, catalogue(4)).histories.weight.tolist() == pytest.approx([1, 0.4, 1, 1])


def test_weights_of_event_types_can_be_given() -> None:
    shop = Interactions.from_events(touches(ROWS), catalogue(5), {EventType.PURCHASE: 10.0})
    assert shop.histories.weight.tolist() == [0, 0, 10, 0, 10, 0]


def test_nothing_happened() -> None:
    shop = Interactions.from_events(touches([]), catalogue(3))
    assert (len(shop), shop.n_users) == (0, 0)
    assert np.isnat(shop.data_to) and np.isnat(shop.first_seen).all()
    assert shop.item_counts.tolist() == [0, 0, 0]
    assert shop.history("anybody").lengths.tolist() == [0]
    assert len(shop.before(AT)) == 0


def test_before_and_between_cut_at_the_moment_and_keep_the_users(shop: Interactions) -> None:
    earlier = shop.before(AT - days(3))  # strictly before: ann's cart 3 days ago is out
    assert contents(earlier.histories) == [[0], [0], [3]]
    middle = shop.between(AT - days(3), AT - days(1))  # from 3 days ago on, up to but not 1 day ago
    assert contents(middle.histories) == [[1, 0], [], []]
    assert middle.user_ids.tolist() == ["ann", "bea", "cy"]
    assert contents(shop.histories) == [[0, 1, 0], [0, 2], [3]]  # the source is as it was


def test_counts_first_sight_and_the_data_clock(shop: Interactions) -> None:
    assert shop.item_counts.tolist() == [3, 1, 1, 1, 0]
    assert shop.first_seen[0] == AT - days(9) and shop.first_seen[3] == AT - days(4)
    assert np.isnat(shop.first_seen[4])
    assert shop.data_to == AT  # the last touch is at midnight of the day before, so its day ends at AT


def test_one_users_history_is_a_batch_of_one(shop: Interactions) -> None:
    assert contents(shop.history("bea")) == [[0, 2]]
    assert contents(shop.history("stranger")) == [[]]
    assert shop.user_numbers(["cy", "stranger", "ann"]).tolist() == [2, -1, 0]


def test_histories_as_they_stood_at_a_time_each(shop: Interactions) -> None:
    at = np.array([AT - days(2), AT, AT - days(5), AT - days(20)])
    past = shop.histories_at(np.array([0, 0, 2, 1]), at)
    # ann before her purchase, ann whole, cy before her click, bea before everything
    assert contents(past) == [[0, 1], [0, 1, 0], [], []]


def test_take_follows_the_order_asked_and_repeats(shop: Interactions) -> None:
    taken = shop.histories.take(np.array([2, 0, 2]))
    assert contents(taken) == [[3], [0, 1, 0], [3]]
    assert taken.weight.tolist() == [1, 1, 2, 4, 1]
    assert len(shop.histories.take(np.array([], np.int64))) == 0


def test_where_keeps_the_requests(shop: Interactions) -> None:
    bought = shop.histories.where(shop.histories.weight == 4)
    assert contents(bought) == [[0], [2], []]
    assert bought.row.tolist() == [0, 1]


def test_the_matrix_adds_up_and_leaves_the_history_alone(shop: Interactions) -> None:
    before = shop.histories.weight.copy()
    # ann: item 0 viewed (1) and bought (4), item 1 in the cart (2)
    assert shop.histories.matrix(5).toarray().tolist() == [[5, 2, 0, 0, 0], [1, 0, 4, 0, 0], [0, 0, 0, 1, 0]]
    assert shop.histories.matrix(5, binary=True).toarray().tolist() == [
        [1, 1, 0, 0, 0],
        [1, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
    ]
    assert np.array_equal(shop.histories.weight, before)


def test_ages_are_days_and_never_negative() -> None:
    assert history((0, 2.5), (1, -3)).age_days(AT).tolist() == [2.5, 0.0]


def test_histories_made_of_items_stacked_and_empty() -> None:
    basket = Histories.of_items([4, 1], AT, EventType.CART)
    stack = Histories.concatenate([basket, Histories.empty(), Histories.of_items([2], AT)])
    assert contents(stack) == [[4, 1], [], [2]]
    assert stack.weight.tolist() == [2, 2, 1]
    assert Histories.empty(3).lengths.tolist() == [0, 0, 0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 30)), max_size=40), st.integers(0, 30))
def test_a_cut_loses_and_invents_nothing(rows: list[tuple[int, int, int]], cut: int) -> None:
    shop = interactions(catalogue(7), [(f"u{u}", i, age) for u, i, age in rows])
    at = AT - days(cut)
    past, rest = shop.before(at), shop.between(at, AT + days(1))
    assert len(past) + len(rest) == len(shop) == len(rows)
    assert np.array_equal(past.item_counts + rest.item_counts, shop.item_counts)
    assert np.array_equal(past.histories.lengths + rest.histories.lengths, shop.histories.lengths)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(len(ROWS))))
def test_the_order_of_the_events_does_not_matter(order: list[int]) -> None:
    shop = interactions(catalogue(5), ROWS)
    shuffled = Interactions.from_events(touches([ROWS[k] for k in order]), catalogue(5))
    assert np.array_equal(shop.item_num, shuffled.item_num)
    assert np.array_equal(shop.occurred_at, shuffled.occurred_at)
    assert shop.user_ids.tolist() == shuffled.user_ids.tolist()


def test_one_row_is_what_take_gives(shop: Interactions) -> None:
    for row in range(3):
        one, taken = shop.histories.one(row), shop.histories.take(np.array([row]))
        assert contents(one) == contents(taken)
        assert np.array_equal(one.weight, taken.weight) and np.array_equal(one.occurred_at, taken.occurred_at)
