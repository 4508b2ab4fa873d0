"""Rows the response term learns from: what was shown, with the history as it stood then."""

import numpy as np
import pytest

from recsys.components.repeat import RepeatComponent
from recsys.components.trend import TrendComponent
from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from recsys.data.split import split_at
from recsys.ranking.features import NEVER_DAYS
from recsys.ranking.model import Model
from recsys.training.response import candidate_rows, shown_rows
from tests.tables import AT, catalogue, days, event_frame, stamp, training_data

EVENTS = event_frame(
    [
        {"event_type": "view", "user_id": "ann", "item_id": "i0", "occurred_at": stamp(AT - days(4))},
        {"event_type": "view", "user_id": "bea", "item_id": "i1", "occurred_at": stamp(AT - days(4))},
        # in the window: ann is shown 0 and 2 at day 2 and buys 2; then shown 2 again a day later
        *[
            {
                "event_type": "impression",
                "user_id": user,
                "item_id": item,
                "request_id": request,
                "position": place,
                "occurred_at": stamp(AT + days(day)),
            }
            for user, item, request, place, day in [
                ("ann", "i0", "r1", 1, 2),
                ("ann", "i2", "r1", 2, 2),
                ("ann", "i2", "r2", 5, 3),
                ("cy", "i0", "r3", 1, 3),  # nobody knows cy
            ]
        ],
        {
            "event_type": "purchase",
            "user_id": "ann",
            "item_id": "i2",
            "request_id": "r1",
            "occurred_at": stamp(AT + days(2.1)),
        },
    ]
)


@pytest.fixture
def shop():
    items = catalogue(3)
    everything = Interactions.from_events(EVENTS, items)
    split = split_at(items, everything, AT, AT + days(10))
    data = training_data(items, [("ann", 0, 4), ("bea", 1, 4)])
    components = {"repeat": RepeatComponent().fit(data), "trend": TrendComponent().fit(data)}
    model = Model(items, split.train, components, {}, data_to=AT)
    return model, split, everything, Impressions.from_events(EVENTS, items, everything)


def test_a_row_per_impression_with_the_history_before_it(shop) -> None:
    from dataclasses import replace

    model, split, everything, impressions = shop
    rows = shown_rows(model, replace(split, train=everything), impressions, seed=0)
    assert rows.source == "impressions" and rows.labels.tolist() == [False, True, False]
    told = {name: rows.features[:, k].tolist() for k, name in enumerate(rows.names)}
    assert told["position"] == [1, 2, 5]
    # r1 is shown before she bought item 2, r2 after: only then it is hers.
    assert told["own_touches"] == [1, 0, 1]
    assert told["own_days_since"][:2] == [6, NEVER_DAYS]
    assert told["history_length_log"] == pytest.approx(np.log1p([1, 1, 2]))


def test_a_window_in_which_nothing_was_shown_gives_no_rows(shop) -> None:
    from dataclasses import replace

    model, split, _, impressions = shop
    later = replace(split, cut=AT + days(5))
    rows = shown_rows(model, later, impressions, seed=0)
    assert rows.labels.shape == (0,) and rows.features.shape[0] == 0


def test_candidates_are_labelled_by_what_was_chosen_next(shop) -> None:
    model, split, _, _ = shop
    rows = candidate_rows(model, split, np.array([0.5, 0.5]), seed=0, negatives=None)
    # Ann is the one known shopper with a choice; on sale are 0, 1 (touched lately) and 2 (first seen in the window).
    assert rows.source == "next interactions" and len(rows.labels) == 3
    assert rows.labels.sum() == 1
    chosen = rows.features[rows.labels][0]
    assert chosen[rows.names.index("own_touches")] == 0 and chosen[rows.names.index("item_is_new")] == 1
    assert np.isnan(chosen[rows.names.index("item_touches_log")]) and "weekday" not in rows.names


def test_fewer_negatives_keep_every_response(shop) -> None:
    model, split, _, _ = shop
    rows = candidate_rows(model, split, np.array([0.5, 0.5]), seed=0, negatives=0)
    assert rows.labels.tolist() == [True]
