"""Bad input: whatever the shop looks like, training ends with a sensible list, never with a crash, NaN or warning."""

import json
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
import pytest

from recsys.data.interactions import Histories
from recsys.data.ranking import Diversity, Filters, Ranking, Request
from recsys.explanation import explain_pair
from recsys.progress import silent
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs, Outcome, train_model
from recsys.vocabulary import DiversityMethod, ItemScope
from tests.odd_shops import shops
from tests.odd_shops.shops import SHOPS
from tests.tables import AT

pytestmark = pytest.mark.filterwarnings("error")
CONFIG = TrainingConfig(window_days=20, search_users=50, components={"response": {"n_trees": 20}})
N = 10


@cache
def train(build: Callable[[], Inputs]) -> Outcome:
    """Each shop is trained once."""
    with np.errstate(all="warn"):
        return train_model(build(), CONFIG, silent)


every_shop = pytest.mark.parametrize("build", SHOPS, ids=lambda build: build.__name__)


def requests_of(model: Model) -> Iterator[Request]:
    """Somebody known, a stranger, a basket; every scope; with and without what was seen; varied or not."""
    everyone = model.interactions.histories
    known = [everyone.one(int(u)) for u in np.flatnonzero(everyone.lengths)[:2]]
    for history in (*known, Histories.empty(), Histories.of_items([0], AT)):
        for scope in ItemScope:
            yield Request(history, AT, Filters(items=scope), N)
        yield Request(history, AT, Filters(exclude_seen=True), N)
        for method in DiversityMethod:
            yield Request(history, AT, Filters(), N, diversity=Diversity(method, 0.5))


def check(ranking: Ranking, model: Model) -> None:
    """A list as a list must be."""
    assert len(set(ranking.item_num.tolist())) == len(ranking) <= N
    assert np.isfinite(ranking.scores).all() and np.isfinite(ranking.contributions).all()
    np.testing.assert_allclose(ranking.contributions.sum(axis=1), ranking.scores, atol=1e-6)
    assert model.catalogue.on_sale(AT)[ranking.item_num].all()
    assert all(step.name and step.detail for step in ranking.trace)


@every_shop
def test_every_list_is_sensible(build: Callable[[], Inputs]) -> None:
    model = train(build).model
    on_sale = int(model.catalogue.on_sale(AT).sum())
    for request in requests_of(model):
        ranking = rank(request, model)
        check(ranking, model)
        if request.filters == Filters():
            assert len(ranking) == min(N, on_sale)
        if len(ranking) == 0:
            assert ranking.trace[-1].remaining == 0  # and the trace says which step left nothing


@every_shop
def test_weights_and_figures_are_finite(build: Callable[[], Inputs]) -> None:
    outcome = train(build)
    assert sum(outcome.model.weights.values()) == pytest.approx(1) and min(outcome.model.weights.values()) >= 0
    figures = pd.json_normalize(outcome.metrics).to_numpy(float)
    assert np.isfinite(figures).all() and (figures >= 0).all()
    json.dumps(outcome.facts, allow_nan=False)
    assert outcome.metrics or "nothing held out" in outcome.facts["note"]


@every_shop
def test_the_first_item_is_explained(build: Callable[[], Inputs]) -> None:
    model = train(build).model
    request = next(iter(requests_of(model)))
    ranking = rank(request, model)
    item = int(ranking.item_num[0]) if len(ranking) else 0
    told = explain_pair(model, request, item)
    json.dumps(told.to_json(), allow_nan=False)
    assert told.sentence
    if len(ranking):
        assert told.rank == 1 and told.score == pytest.approx(ranking.scores[0], abs=1e-5)
    else:
        assert told.left_out_by


@pytest.mark.parametrize(
    ("build", "absent"),
    [
        (shops.no_images, {"image"}),
        (shops.no_text, {"text"}),
        (shops.no_content, {"text", "image"}),
        (shops.nothing_but_damage, {"text", "image"}),
    ],
)
def test_a_modality_without_a_usable_vector_is_silent_and_weighs_nothing(
    build: Callable[[], Inputs], absent: set[str]
) -> None:
    model = train(build).model
    ranking = rank(Request(model.interactions.histories.one(0), AT, n=N), model)
    assert absent <= set(ranking.silent)
    assert all(model.weights[modality] == 0 for modality in absent)


def test_damaged_vectors_speak_of_nothing() -> None:
    text = train(shops.damaged_vectors).model.components["text"]
    scores = text.score(Histories.of_items([10, 11], AT), AT)[0]
    assert np.isnan(scores[:3]).all() and np.isfinite(scores[4:]).all()


def test_who_has_everything_gets_an_empty_list_with_the_reason() -> None:
    model = train(shops.one_has_everything).model
    ranking = rank(Request(model.interactions.history("all"), AT, Filters(exclude_seen=True), N), model)
    assert len(ranking) == 0
    assert next(s for s in ranking.trace if s.remaining == 0).name == "seen"


@pytest.mark.parametrize("build", [shops.no_events, shops.all_new])
def test_content_only_ranks_like_things_first(build: Callable[[], Inputs]) -> None:
    model = train(build).model
    weights = {n: float(n in {"text", "image"}) for n in model.names}
    ranking = rank(Request(Histories.of_items([3], AT), AT, n=6, weights=weights), model)
    assert set(model.catalogue.categories[ranking.item_num[:5]]) == {"Home > Kind 0"}
