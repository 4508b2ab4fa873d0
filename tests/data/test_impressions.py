"""What was shown, joined with what came of it."""

import numpy as np

from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from tests.tables import AT, catalogue, days, event_frame, stamp

EVENTS = event_frame(
    [
        # request r1 shows i0 at place 1 and i1 at place 2; i1 is clicked and bought: one response
        {"event_type": "impression", "user_id": "ann", "item_id": "i0", "request_id": "r1", "position": 1},
        {"event_type": "impression", "user_id": "ann", "item_id": "i1", "request_id": "r1", "position": 2},
        {"event_type": "click", "user_id": "ann", "item_id": "i1", "request_id": "r1"},
        {"event_type": "purchase", "user_id": "ann", "item_id": "i1", "request_id": "r1"},
        # r2: shown twice in the log, seen once; a view is no response, nor is a click from another request
        {"event_type": "impression", "user_id": "bea", "item_id": "i1", "request_id": "r2"},
        {"event_type": "impression", "user_id": "bea", "item_id": "i1", "request_id": "r2"},
        {"event_type": "view", "user_id": "bea", "item_id": "i1", "request_id": "r2"},
        # left out: no request, an unknown item
        {"event_type": "impression", "user_id": "ann", "item_id": "i0"},
        {"event_type": "impression", "user_id": "ann", "item_id": "gone", "request_id": "r3"},
        # somebody who never did anything
        {"event_type": "impression", "user_id": "cy", "item_id": "i0", "request_id": "r4", "position": 7},
    ]
).assign(occurred_at=[stamp(AT - days(d)) for d in (5, 5, 5, 4, 2, 2, 2, 1, 1, 9)])


def shown() -> Impressions:
    items = catalogue(2)
    return Impressions.from_events(EVENTS, items, Interactions.from_events(EVENTS, items))


def test_impressions_by_time_with_their_responses() -> None:
    rows = shown()
    assert rows.item_num.tolist() == [0, 0, 1, 1]  # cy's nine days ago, ann's two, bea's
    assert rows.responded.tolist() == [False, False, True, False]
    assert rows.position.tolist() == [7, 1, 2, 1]  # an unknown place reads as the first
    assert rows.user_num.tolist() == [-1, 0, 0, 1]
    assert len(np.unique(rows.request_num)) == 3 and rows.request_num[1] == rows.request_num[2]


def test_a_window_takes_its_start_and_leaves_its_end() -> None:
    window = shown().between(AT - days(5), AT - days(2))
    assert window.item_num.tolist() == [0, 1]


def test_a_log_without_impressions_gives_none() -> None:
    items = catalogue(2)
    clicks = EVENTS[EVENTS["event_type"] == "click"]
    rows = Impressions.from_events(clicks, items, Interactions.from_events(clicks, items))
    assert len(rows) == 0 and rows.shown_at.dtype == "datetime64[us]"
    assert len(rows.between(AT - days(30), AT)) == 0
