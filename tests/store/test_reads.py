"""What the pages ask: numbers derived by hand from a few rows."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from recsys.errors import InputError
from recsys.evaluation.live import OUTCOME_COLUMNS
from recsys.store import Store
from tests.store.samples import NOON, add_events, add_items

LATER = NOON + timedelta(days=1)


@pytest.fixture
def store(empty_shop):
    with Store.open(empty_shop) as opened:
        add_items(
            opened,
            {"item_id": "a", "title": "Red shirt", "category": "Women > Shirts", "stock": 0, "launched_at": NOON},
            {"item_id": "b", "title": "Blue shirt", "category": "Women", "stock": 2, "images": ["p1", "p2"]},
            {"item_id": "c", "title": "Hat", "category": "Womenswear", "images": ["p1"]},
        )
        shown = {"event_type": "impression", "request_id": "r1", "placement": "home"}
        answer = {"request_id": "r1", "item_id": "a", "occurred_at": LATER}
        add_events(
            opened,
            shown | {"item_id": "a", "position": 1},
            shown | {"item_id": "b", "position": 2},
            shown | {"item_id": "a", "request_id": "r2", "occurred_at": LATER, "user_id": "u2"},
            answer | {"event_type": "click"},
            answer | {"event_type": "click", "occurred_at": LATER + timedelta(minutes=1)},
            answer | {"event_type": "purchase", "value": 20.0, "quantity": 1.0},
            answer | {"event_type": "purchase", "value": 5.0, "quantity": 1.0},
            {"event_type": "purchase", "item_id": "b", "value": 7.0},
            {"event_type": "search", "item_id": None, "text": "shirt"},
        )
        yield opened


def test_counts(store):
    counts = store.counts()
    assert (counts.n_items, counts.n_users, counts.n_events, counts.n_pictures) == (3, 2, 9, 2)
    assert (counts.data_from, counts.data_to) == (NOON, LATER + timedelta(minutes=1))
    assert (counts.name, counts.simulated, counts.n_unknown_item_events) == ("shop", False, 0)
    assert counts.last_import_at > datetime(2024, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, "abc"),
        ({"query": "SHIRT"}, "ab"),
        ({"query": "b"}, "b"),
        ({"category": "Women"}, "ab"),
        ({"category": "Women > Shirts"}, "a"),
        ({"in_stock": True}, "bc"),
        ({"in_stock": False}, "a"),
        ({"launched_from": NOON}, "a"),
        ({"has_pictures": True}, "bc"),
        ({"query": "shirt", "in_stock": True}, "b"),
    ],
)
def test_items(store, question, answer):
    page = store.items(**question)
    assert "".join(page.frame["item_id"]) == answer
    assert page.total == len(page.frame)


def test_a_page_of_items_knows_the_total(store):
    page = store.items(limit=1, offset=1)
    assert (list(page.frame["item_id"]), page.total) == (["b"], 3)
    assert str(page.frame["launched_at"].dtype) == "datetime64[us, UTC]"


def test_categories_users_and_events(store):
    assert dict(store.categories().itertuples(index=False)) == {"Women": 1, "Women > Shirts": 1, "Womenswear": 1}
    assert list(store.users()["user_id"]) == ["u1", "u2"]
    assert list(store.users("u2")["n_events"]) == [1]
    assert store.users("x").empty
    assert list(store.user_events("u2")["title"]) == ["Red shirt"]
    assert len(store.user_events("u1", limit=3)) == 3
    assert list(store.events(["search"])["text"]) == ["shirt"]
    assert len(store.events(limit=4)) == 4


def test_events_by_day_and_funnel(store):
    days = store.events_by_day(period_to=NOON + timedelta(hours=1)).set_index("event_type")["n_events"]
    assert dict(days) == {"impression": 2, "purchase": 1, "search": 1}
    funnel = store.funnel().set_index("event_type")
    assert list(funnel.index[:5]) == ["impression", "view", "click", "cart", "purchase"]
    assert funnel.loc["purchase", ["n_events", "n_users", "value"]].tolist() == [3, 1, 32.0]
    assert funnel.loc["view", ["n_events", "n_users", "value"]].tolist() == [0, 0, 0.0]


def test_performance_counts_each_shown_item_once(store):
    total = store.performance().iloc[0]
    # shown: (r1, a), (r1, b), (r2, a); clicked once though logged twice; bought through r1 for 20 + 5
    assert total[["impressions", "clicks", "carts", "purchases", "revenue"]].tolist() == [3, 1, 0, 1, 25.0]
    by_item = store.performance(by=["item_id"]).set_index("item_id")
    assert by_item["impressions"].to_dict() == {"a": 2, "b": 1}
    by_day = store.performance(by=["day", "placement"])
    assert list(by_day["day"]) == [pd.Timestamp("2024-03-01", tz="UTC"), pd.Timestamp("2024-03-02", tz="UTC")]
    assert list(by_day["revenue"]) == [25.0, 0.0]
    assert store.performance(period_from=LATER)["impressions"].tolist() == [1]


def test_performance_by_everything_has_the_columns_of_live_evaluation(store):
    frame = store.performance(by=["item_id", "day", "placement", "request_id"])
    assert tuple(frame.columns) == OUTCOME_COLUMNS
    assert len(frame) == 3


def test_performance_by_something_else_is_refused(store):
    with pytest.raises(InputError, match="choose from request_id, user_id, day, placement, item_id"):
        store.performance(by=["user_id; DROP TABLE events"])


def test_sales_tell_what_a_list_led_to_from_everything_else(store):
    sold = store.sales().set_index("item_id")
    assert sold.index.tolist() == ["a", "b"]
    a, b = sold.loc["a"], sold.loc["b"]
    assert (a["touches"], a["purchases"], a["recommended_purchases"]) == (2, 2, 2)
    assert (a["revenue"], a["recommended_revenue"], a["squared_revenue"]) == (25.0, 25.0, 425.0)
    assert (b["revenue"], b["recommended_revenue"], b["squared_revenue"]) == (7.0, 0.0, 49.0)
    assert store.sales(period_to=LATER)["item_id"].tolist() == ["b"]


def test_performance_knows_who_was_shown_a_list(store):
    by_user = store.performance(by=["user_id"]).set_index("user_id")
    assert by_user["impressions"].to_dict() == {"u1": 2, "u2": 1}


def test_what_is_remembered_is_forgotten_after_a_write(store):
    before, version = store.counts(), store.data_version()
    assert store.counts() is before
    add_events(store, {"event_type": "view", "item_id": "c", "user_id": "u9"}, sha256="more")
    assert store.counts().n_events == before.n_events + 1
    assert store.data_version() != version
    store.set_facts(name="Renamed")
    assert store.counts().name == "Renamed"
