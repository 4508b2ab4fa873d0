"""A list as a whole, the whole model, a second opinion: shares add up, what is left out is really left out."""

import numpy as np
import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Filters, Request
from recsys.explanation.importance import explain_model
from recsys.explanation.lime import ask_lime, compare
from recsys.explanation.listing import explain_list
from recsys.ranking import rank
from recsys.ranking.model import Model


def _request(model: Model, user: int) -> Request:
    return Request(model.interactions.histories.take(np.array([user])), model.data_to, n=12)


def test_the_shares_of_a_list_add_up_and_every_product_has_a_first_reason(small_model: Model) -> None:
    told = explain_list(small_model, _request(small_model, 4))
    assert sum(t.share for t in told.terms) == pytest.approx(1.0)
    assert sum(t.first_for for t in told.terms) == len(told.ranking) == 12
    assert sum(t.mean for t in told.terms) == pytest.approx(told.ranking.scores.mean(), abs=1e-6)


def test_a_touch_carries_what_leaves_the_list_without_it(small_model: Model) -> None:
    request = _request(small_model, 4)
    told = explain_list(small_model, request)
    assert len(told.touches) == told.n_touched == len(np.unique(request.history.item_num))
    most = told.touches[0]
    kept = request.history.where(request.history.item_num != most.item_num)
    without = rank(Request(kept, request.at, n=12), small_model)
    assert most.leave == len(np.setdiff1d(told.ranking.item_num, without.item_num)) > 0


def test_a_list_of_somebody_unknown_and_an_empty_list(small_model: Model) -> None:
    unknown = explain_list(small_model, Request(Histories.empty(), small_model.data_to, n=12))
    assert unknown.touches == () and unknown.terms
    nothing = explain_list(small_model, Request(Histories.empty(), small_model.data_to, Filters(price_to=-1.0)))
    assert nothing.terms == () and len(nothing.ranking) == 0


def test_the_whole_model_by_category_and_segment(small_model: Model) -> None:
    told = explain_model(small_model, seed=3)
    assert told[0].kind == "everything" and told[0].n_places == 24 * told[0].n_shoppers
    assert {i.kind for i in told} == {"everything", "category", "segment"}
    for group in told:
        assert sum(s.share for s in group.terms) == pytest.approx(1.0)
        assert sum(s.share for s in group.features) == pytest.approx(1.0 if group.features else 0.0)
    assert explain_model(small_model, seed=3) == told


def test_lime_follows_the_model_and_says_how_far_it_agrees(small_model: Model) -> None:
    told = ask_lime(small_model, _request(small_model, 5), 20, seed=1)
    assert told is not None
    sizes = [abs(e.effect) for e in told.effects]
    assert sizes == sorted(sizes, reverse=True) and len(told.shap) == len(told.effects)
    assert 0 < told.fit <= 1 and told.n_compared > 0
    assert told.sign_agreement > 0.5
    assert ask_lime(small_model, _request(small_model, 5), 20, seed=1) == told


def test_the_same_opinion_agrees_and_a_flat_one_has_no_order() -> None:
    values = np.array([0.4, -0.3, 0.2])
    assert compare(values, values) == (1.0, 1.0, 3)
    rho, agreement, n = compare(values, np.zeros(3))
    assert np.isnan(rho) and np.isnan(agreement) and n == 0
