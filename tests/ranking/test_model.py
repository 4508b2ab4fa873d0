"""Standardised terms of a model: closed form as the direct one, silence, the clock, what is remembered."""

from dataclasses import replace

import numpy as np

from recsys.components.contract import DotComponent, ItemComponent
from recsys.data.interactions import Histories
from recsys.fusion.standardise import standardise
from recsys.ranking.model import Model
from tests.tables import days


def test_every_term_equals_its_scores_standardised_directly(small_model: Model) -> None:
    histories, at = small_model.interactions.histories, small_model.data_to
    on_sale = small_model.on_sale(at)
    terms = small_model.terms(histories, at)
    assert terms.names == tuple(small_model.components)
    for name, z in zip(terms.names, terms.z, strict=True):
        component = small_model.components[name]
        direct = standardise(np.array(component.score(histories, at)), on_sale)
        np.testing.assert_allclose(z, direct, rtol=1e-4, atol=2e-5, err_msg=name)
        assert z.shape == (len(histories), 90) and np.isfinite(z).all()
    assert sum(isinstance(c, DotComponent) for c in small_model.components.values()) >= 2


def test_each_request_has_mean_0_and_spread_1_over_what_is_on_sale(small_model: Model) -> None:
    terms = small_model.terms(small_model.interactions.histories, small_model.data_to)
    on_sale = small_model.on_sale(small_model.data_to)
    for name, z in zip(terms.names, terms.z, strict=True):
        known = on_sale.copy()
        if isinstance(component := small_model.components[name], DotComponent):
            known &= component.known
        np.testing.assert_allclose(z[:, known].mean(axis=1), 0, atol=1e-4)
        np.testing.assert_allclose(z[:, known].std(axis=1), 1, atol=1e-3)


def test_silence_is_noticed_per_request(small_model: Model) -> None:
    both = Histories.concatenate([small_model.interactions.history("u00"), Histories.empty()])
    silent = small_model.terms(both, small_model.data_to).silent
    assert not silent[0].any()
    assert silent[1].tolist() == [not isinstance(c, ItemComponent) for c in small_model.components.values()]


def test_ages_never_count_from_later_than_the_data(small_model: Model) -> None:
    history, clock = small_model.interactions.history("u01"), small_model.data_to
    assert small_model.clock(clock + days(50)) == clock
    assert small_model.clock(clock - days(3)) == clock - days(3)
    open_sale = replace(small_model, sale_mask=np.ones(90, bool), _cache={})
    late, now = open_sale.terms(history, clock + days(50)), open_sale.terms(history, clock)
    for a, b in zip(late.z, now.z, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_is_remembered_follows_the_sale_mask_and_the_time(small_model: Model) -> None:
    history, at = small_model.interactions.history("u02"), small_model.data_to
    fewer = replace(small_model, sale_mask=np.arange(90) < 40)
    for model, moment in [(small_model, at), (fewer, at), (small_model, at - days(20)), (small_model, at)]:
        told = model.terms(history, moment)
        fresh_eyes = replace(model, _cache={}).terms(history, moment)
        for a, b in zip(told.z, fresh_eyes.z, strict=True):
            np.testing.assert_array_equal(a, b)


def test_other_weights_leave_the_model_as_it_is(small_model: Model) -> None:
    other = small_model.with_weights({"text": 1.0})
    assert other.weights == {"text": 1.0} and small_model.weights["text"] == 0.3
    assert small_model.names[-1] == "response" and small_model.is_new.sum() == 12
