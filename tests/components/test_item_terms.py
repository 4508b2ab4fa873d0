"""Repeat, trend and fresh: one half-life each, by hand."""

import numpy as np
import pandas as pd
import pytest

from recsys.components.appeal import AppealComponent, AppealConfig
from recsys.components.fresh import FreshComponent, FreshConfig
from recsys.components.momentum import MomentumComponent, MomentumConfig
from recsys.components.repeat import RepeatComponent, RepeatConfig
from recsys.components.trend import TrendComponent, TrendConfig
from recsys.data.interactions import Histories
from recsys.errors import InputError
from tests.tables import AT, catalogue, days, history, stamp, training_data


def test_repeat_adds_decayed_purchases() -> None:
    component = RepeatComponent(RepeatConfig(half_life_days=120)).fit(training_data(catalogue(3)))
    # Item 0 bought today and 120 days ago: (4 · 1 + 4 · ½) / 4 = 1.5; item 2 viewed 240 days ago: 1 · ¼ / 4.
    mine = history((0, 120, "purchase"), (0, 0, "purchase"), (2, 240, "view"))
    np.testing.assert_allclose(component.score(mine, AT)[0], np.log1p([1.5, 0, 1 / 16]), rtol=1e-5)
    assert np.isnan(component.score(Histories.empty(), AT)).all()


def test_trend_adds_decayed_weights_of_everybody() -> None:
    rows = [("ann", 0, 0, "purchase"), ("bea", 0, 21, "view"), ("cy", 1, 42, "cart")]
    component = TrendComponent(TrendConfig(half_life_days=21)).fit(training_data(catalogue(3), rows))
    # Item 0: 4 + 1 · ½; item 1: 2 · ¼; item 2 nobody touched, and without content it borrows from no one.
    np.testing.assert_allclose(component.item_scores(AT), np.log1p([4.5, 0.5, 0]), rtol=1e-5)
    both = Histories.concatenate([history((0, 1)), Histories.empty()])
    assert np.array_equal(component.score(both, AT)[0], component.score(both, AT)[1])


def test_trend_lends_an_untouched_item_the_fame_of_its_twins() -> None:
    # Item 3 reads exactly as item 0 does, and stands square to item 1.
    vectors = np.array([[1, 0], [0, 1], [-2, -1], [1, 0]], np.float32)
    data = training_data(catalogue(4), [("ann", 0, 0), ("ann", 1, 0, "purchase")], {"text": vectors})
    scores = TrendComponent().fit(data).item_scores(AT)
    assert scores[0] == pytest.approx(np.log(2)) and scores[3] == pytest.approx(scores[0])
    assert scores[1] == pytest.approx(np.log(5))


def test_fresh_halves_from_launch_or_first_sight() -> None:
    launched = pd.Series([stamp(AT - days(14)), None, stamp(AT - days(28)), None, stamp(AT + days(9)), stamp(AT)])
    rows = [("ann", 1, 28), ("ann", 1, 3), ("ann", 2, 42)]
    component = FreshComponent(FreshConfig(half_life_days=14)).fit(
        training_data(catalogue(6, launched_at=launched), rows)
    )
    # launched 14 days ago ½; first touched 28 ago ¼; touched before its launch: 42 days ago ⅛; never anything where
    # others state their launch: unknown; launching later: 1; today: 1.
    unknown = np.nan
    np.testing.assert_allclose(component.item_scores(AT), [0.5, 0.25, 0.125, unknown, 1, 1], rtol=1e-6)
    later = [0.25, 0.125, 0.0625, unknown, 0.5, 0.5]
    np.testing.assert_allclose(component.item_scores(AT + days(14)), later, rtol=1e-6)
    early = component.item_scores(AT - days(99))
    np.testing.assert_allclose(early[~np.isnan(early)], 1)  # an age is never negative


def test_an_untouched_item_is_fresh_where_no_launch_is_stated() -> None:
    component = FreshComponent(FreshConfig(half_life_days=14)).fit(training_data(catalogue(2), [("ann", 0, 14)]))
    np.testing.assert_allclose(component.item_scores(AT), [0.5, 1], rtol=1e-6)


@pytest.mark.parametrize("kind", [RepeatConfig, TrendConfig, FreshConfig])
def test_a_half_life_is_positive(kind: type) -> None:
    with pytest.raises(InputError, match="half_life_days"):
        kind(half_life_days=0)


def test_momentum_compares_the_pace_of_now_with_the_usual_one() -> None:
    rows = [("ann", 0, 0), ("bea", 0, 60), ("cy", 1, 60)]
    component = MomentumComponent(MomentumConfig(half_life_days=10, usual_half_life_days=60, quiet=0.01)).fit(
        training_data(catalogue(3), rows)
    )
    # Item 0: now 1 + 2⁻⁶ over 10 days, usually 1 + ½ over 60; item 1: 2⁻⁶ / 10 and ½ / 60; item 2 nobody touched.
    expected = [
        np.log(((1 + 1 / 64) / 10 + 0.01) / (1.5 / 60 + 0.01)),
        np.log((1 / 640 + 0.01) / (0.5 / 60 + 0.01)),
        0.0,
    ]
    np.testing.assert_allclose(component.item_scores(AT), expected, rtol=1e-5)
    with pytest.raises(InputError, match="usual half-life"):
        MomentumConfig(half_life_days=60, usual_half_life_days=60)


def test_appeal_finds_what_sells_in_content_and_gives_it_to_new_items() -> None:
    # Items point up or down; those that point up are chosen. Items 10 and 11 are new.
    rng = np.random.default_rng(0)
    up = np.arange(12) % 2 == 0
    vectors = np.column_stack([np.where(up, 1.0, -1.0), rng.normal(0, 0.1, 12)]).astype(np.float32)
    rows = [(f"u{shopper}", int(item), 1) for shopper in range(6) for item in np.flatnonzero(up)[:5]]
    rows += [("once", int(item), 1) for item in np.flatnonzero(~up)[:5]]
    component = AppealComponent(AppealConfig(regularization=0.1)).fit(
        training_data(catalogue(12), rows, {"image": vectors})
    )
    scores = component.item_scores(AT)
    assert scores[10] > 0.3 and scores[11] < -0.3
    silent = AppealComponent().fit(training_data(catalogue(2)))
    assert silent.item_scores(AT).tolist() == [0, 0]
    with pytest.raises(InputError):
        AppealConfig(regularization=0)
