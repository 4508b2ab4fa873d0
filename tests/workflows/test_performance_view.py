"""The Performance page's content on a log small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.evaluation.live import OUTCOME_COLUMNS
from recsys.vocabulary import CATALOGUE_COLUMNS, EVENT_COLUMNS, Warmth
from recsys.workflows.outcomes import mark_category, mark_segment, mark_warmth
from recsys.workflows.performance import list_placements, view_performance
from recsys.workflows.periods import Comparison, find_period, possible_comparisons


def _catalogue() -> Catalogue:
    rows = [
        {"item_id": "a", "title": "Mug", "category": "Home", "images": ["f" * 64], "attributes": "{}"},
        {"item_id": "b", "title": None, "category": None, "images": [], "attributes": "{}"},
    ]
    return Catalogue(pd.DataFrame(rows).reindex(columns=list(CATALOGUE_COLUMNS)))


def _day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")


def _outcomes() -> pd.DataFrame:
    rows = [
        ("r0", _day("2026-03-01"), "home", "a", 1, 0, 0, 0, 0.0),
        ("r1", _day("2026-03-08"), "home", "a", 1, 1, 1, 1, 9.0),
        ("r1", _day("2026-03-08"), "home", "b", 1, 0, 0, 0, 0.0),
        ("r2", _day("2026-03-14"), None, "gone", 1, 1, 0, 0, 0.0),
    ]
    frame = pd.DataFrame(rows, columns=list(OUTCOME_COLUMNS)).assign(user_id="u")
    seen = np.array(["2026-03-05T10:00", "NaT"], "datetime64[us]")
    return mark_category(mark_segment(mark_warmth(frame, _catalogue(), seen), _interactions()), _catalogue())


def _interactions() -> Interactions:
    """u views a twice on 5 March and b on the 8th at noon; v once, long ago."""
    rows = [("u", "a", "2026-03-05 10:00"), ("u", "a", "2026-03-05 11:00"), ("u", "b", "2026-03-08 12:00")]
    rows += [("v", "b", "2026-01-01 00:00")]
    events = pd.DataFrame(rows, columns=["user_id", "item_id", "occurred_at"]).assign(event_type="view")
    return Interactions.from_events(events.reindex(columns=list(EVENT_COLUMNS)), _catalogue())


def test_warmth_is_what_was_known_on_that_day() -> None:
    # a is first touched on 5 March: warm on the 1st, hot on the 8th; b never; "gone" is not in the catalogue.
    assert _outcomes()["warmth"].tolist() == ["warm", "hot", "warm", "cold"]


def test_figures_of_the_period_and_of_the_one_before() -> None:
    period = find_period(_day("2026-03-14 12:00"), 7)
    assert (period.start, period.end) == (_day("2026-03-08"), _day("2026-03-15"))
    view = view_performance(_outcomes(), _catalogue(), period)
    assert view.figures.impressions == 3 and view.figures.clicks == 2
    assert view.changes.click_through_rate.value == pytest.approx(2 / 3)
    assert view.days["impressions"].tolist() == [2, 0, 0, 0, 0, 0, 1]
    names = [(s.kind, s.name, s.figures.impressions) for s in view.segments]
    assert names == [
        ("all", "All", 3),
        ("placement", "home", 2),
        ("placement", "(none)", 1),
        ("segment", "returning", 2),
        ("segment", "loyal", 1),
        ("warmth", "warm", 1),
        ("warmth", "hot", 1),
        ("warmth", "cold", 1),
        ("category", "Home", 1),
        ("category", "(none)", 2),
    ]


def test_a_shopper_belongs_to_the_segment_of_what_she_did_before_that_day() -> None:
    # histories hold 3 and 1 touches, so loyal begins at ceil(quantile 0.8 of [1, 3] = 2.6) = 3 touches
    marked = _outcomes().set_index("request_id")
    assert marked.loc["r0", "segment"] == "new"
    assert set(marked.loc["r1", "segment"]) == {"returning"}  # the visit at noon of the same day does not count yet
    assert marked.loc["r2", "segment"] == "loyal"
    stranger = mark_segment(_outcomes().assign(user_id="x"), _interactions())
    assert set(stranger["segment"]) == {"new"}
    assert len(mark_segment(_outcomes().iloc[:0], _interactions())) == 0


def test_nothing_is_compared_when_nothing_is_asked_for() -> None:
    period = find_period(_day("2026-03-14"), 7, Comparison.NONE)
    view = view_performance(_outcomes(), _catalogue(), period)
    assert view.figures.impressions == 3 and not period.compares
    assert not view.changes.click_through_rate.known
    assert period.spans == ((period.start, period.end),)


def test_a_year_back_needs_data_that_old() -> None:
    young, old = _day("2026-01-01"), _day("2025-01-01")
    assert Comparison.YEAR not in possible_comparisons(young, _day("2026-03-14"), 28)
    assert possible_comparisons(old, _day("2026-03-14"), 28) == tuple(Comparison)
    assert len(find_period(_day("2026-03-14"), 28, Comparison.YEAR).spans) == 2


def test_items_carry_what_one_recognises_them_by() -> None:
    view = view_performance(_outcomes(), _catalogue(), find_period(_day("2026-03-14"), 7))
    items = view.items.set_index("item_id")
    assert items.loc["a", "title"] == "Mug" and items.loc["a", "image"] == "f" * 64
    assert items.loc["b", "title"] == "b" and items.loc["b", "image"] == ""
    assert items.loc["gone", "title"] == "gone"
    assert items.loc["gone", "line"] == [0, 0, 0, 0, 0, 0, 1]


def test_choosing_a_placement_and_a_warmth() -> None:
    period = find_period(_day("2026-03-14"), 7)
    home = view_performance(_outcomes(), _catalogue(), period, placement="home")
    assert home.figures.impressions == 2 and list(home.items["item_id"]) == ["a", "b"]
    hot = view_performance(_outcomes(), _catalogue(), period, warmth=Warmth.HOT)
    assert hot.figures.impressions == 1
    assert list_placements(_outcomes()) == ["home", "(none)"]


def test_nothing_shown_leaves_an_empty_view() -> None:
    view = view_performance(_outcomes().iloc[:0], _catalogue(), find_period(_day("2026-03-14"), 7))
    assert view.figures.impressions == 0 and len(view.items) == 0 and view.segments == ()
    assert len(view.days) == 7
