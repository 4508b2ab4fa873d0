"""Training on small and on degenerate shops: a sensible list or a clear sentence, never a crash or NaN."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recsys.components import CATALOGUE_COMPONENTS, COMPONENTS
from recsys.components.contract import Component, Floats, TrainingData
from recsys.data.impressions import Impressions
from recsys.data.interactions import Histories, Interactions
from recsys.data.ranking import Filters, Request
from recsys.errors import InputError
from recsys.progress import silent
from recsys.ranking import rank, rank_many
from recsys.ranking.model import Model
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import MIN_INTERACTIONS, Inputs, Outcome, train_model
from recsys.training.windows import plan_windows
from recsys.vocabulary import ItemScope
from tests.tables import AT, catalogue, days, interactions, touches, unit

CONFIG = TrainingConfig(window_days=10, search_users=50, response=False)


def make_inputs(
    rows: list[tuple[Any, ...]], n_items: int = 40, vectors: tuple[str, ...] = ("text",), **columns: Any
) -> Inputs:
    """What a training reads: items of four kinds, vectors that tell the kinds apart, no impressions."""
    items = catalogue(n_items, **({"price": 9.5, "category": [f"Kind {k % 4}" for k in range(n_items)]} | columns))
    events = touches(rows)
    seen = Interactions.from_events(events, items)
    rng = np.random.default_rng(0)
    kinds = unit(np.eye(6)[np.arange(n_items) % 4] + 0.1 * rng.normal(size=(n_items, 6)))
    return Inputs(items, seen, Impressions.from_events(events, items, seen), dict.fromkeys(vectors, kinds))


def draw_rows(
    n_users: int = 50, per_user: int = 20, n_items: int = 40, span: float = 60, seed: int = 4
) -> list[tuple[Any, ...]]:
    """Touches of shoppers keen on one kind each, over the last `span` days."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(n_users):
        keen = np.where(np.arange(n_items) % 4 == user % 4, 8.0, 1.0)
        for item in rng.choice(n_items, per_user, p=keen / keen.sum()):
            rows.append((f"u{user:02d}", int(item), float(rng.uniform(0.01, span))))
    return rows


def require_sensible(outcome: Outcome) -> Model:
    """Finite lists for a known shopper and a stranger in every scope, finite weights and figures."""
    model, at = outcome.model, AT + days(1)
    assert sum(model.weights.values()) == pytest.approx(1) and min(model.weights.values()) >= 0
    json.dumps(outcome.metrics, allow_nan=False), json.dumps(outcome.facts, allow_nan=False)
    known = model.interactions.histories
    histories = [known.take(np.array([0]))] if len(known) else []
    for history in [*histories, Histories.empty(), Histories.of_items([0], at)]:
        for scope in ItemScope:
            ranking = rank(Request(history, at, Filters(items=scope), n=10), model)
            expected = {"all": None, "new": model.is_new, "warm": ~model.is_new}[scope]
            wanted = len(model.catalogue) if expected is None else int(expected.sum())
            assert len(ranking) == min(10, wanted)
            assert np.isfinite(ranking.scores).all() and np.isfinite(ranking.contributions).all()
            np.testing.assert_allclose(ranking.contributions.sum(axis=1), ranking.scores, atol=1e-6)
    if model.holdout is not None:
        quality = model.holdout.quality(model.weights)
        assert np.isfinite([quality.ndcg, quality.recall]).all()
    return model


@pytest.fixture(scope="module")
def trained() -> Outcome:
    """A whole training on 1,600 touches, enough for a response term."""
    return train_model(make_inputs(draw_rows(per_user=32)), replace(CONFIG, response=True), silent)


def test_a_whole_training_judges_validation_and_test(trained: Outcome) -> None:
    model = require_sensible(trained)
    assert set(trained.metrics) == {"validation", "test", "response"}
    assert trained.metrics["test"]["all"]["recall"]["value"] > 0.5  # 10 of 40 items are of her kind, 20 are listed
    assert model.data_to == AT and len(model.interactions) == 1600
    assert model.response is not None and model.names[-1] == "response"
    assert trained.facts["responses"] >= 200 and trained.facts["response_source"] == "next interactions"
    assert model.holdout is not None and set(model.holdout.names) == set(model.names)


def test_validation_prefers_what_knows_her_taste(trained: Outcome) -> None:
    weights = trained.model.weights
    assert weights["text"] + weights["behaviour"] + weights["repeat"] > weights["trend"] + weights["fresh"]
    model, history = trained.model, trained.model.interactions.history("u01")
    kinds = rank(Request(history, AT, n=5), model).item_num % 4
    assert (kinds == 1).sum() >= 4


def test_the_same_seed_trains_the_same_model(trained: Outcome) -> None:
    again = train_model(make_inputs(draw_rows(per_user=32)), replace(CONFIG, response=True), silent)
    assert again.model.weights == trained.model.weights and again.metrics == trained.metrics


def test_progress_only_goes_forward() -> None:
    told: list[float] = []
    train_model(make_inputs(draw_rows()), CONFIG, lambda stage, fraction, **_: told.append(fraction))
    assert told and told == sorted(told) and told[0] >= 0 and told[-1] <= 1


def test_nothing_later_than_the_test_start_is_learnt() -> None:
    cut = AT - days(10)
    rows = draw_rows()
    config = replace(CONFIG, test_from=str(cut.astype("datetime64[D]")))
    outcome = train_model(make_inputs(rows), config, silent)
    model = require_sensible(outcome)
    assert model.data_to == cut and model.interactions.occurred_at.max() < cut
    # What happens after the cut is judged but not learnt: replacing it leaves every array as it was.
    early = [r for r in rows if r[2] > 10]
    other = train_model(make_inputs([*early, *(("late", k, 1 + k) for k in range(9))]), config, silent).model
    for name, component in model.components.items():
        for key, array in component.arrays.items():
            np.testing.assert_array_equal(array, other.components[name].arrays[key], err_msg=f"{name}.{key}")
    assert other.weights == model.weights


def test_given_weights_are_taken() -> None:
    config = replace(CONFIG, weights={"text": 3.0, "trend": 1.0})
    weights = train_model(make_inputs(draw_rows()), config, silent).model.weights
    assert weights["text"] == 0.75 and weights["trend"] == 0.25 and sum(weights.values()) == 1


def test_a_test_start_outside_the_data_is_said() -> None:
    rows = draw_rows()
    with pytest.raises(InputError, match="outside the data"):
        plan_windows(interactions(catalogue(40), rows), replace(CONFIG, test_from="2031-01-01"))


def test_windows_follow_one_another_and_end_with_the_data() -> None:
    windows = plan_windows(interactions(catalogue(40), draw_rows(span=66)), CONFIG)
    assert windows.end == AT and windows.test_from == AT - days(10)
    assert windows.validation_from == AT - days(20) and windows.response_from == AT - days(30)
    short = plan_windows(interactions(catalogue(40), draw_rows(span=12)), CONFIG)
    ordered = [short.response_from, short.validation_from, short.test_from, short.end]
    assert ordered == sorted(set(ordered)) and short.end == AT
    assert days(5) <= short.end - short.response_from <= days(6)  # half of the twelve days is left to learn from


def test_weights_of_a_term_the_run_lacks_are_left_out_where_nothing_can_be_validated() -> None:
    config = replace(CONFIG, weights={"text": 1.0, "response": 1.0})
    model = train_model(make_inputs([], vectors=("text",)), config, silent).model
    assert "response" not in model.weights and model.weights["text"] == 1.0
    assert len(rank(Request(Histories.empty(), AT, n=5), model)) == 5


# ---------------------------------------------------------------- degenerate shops


def test_no_events_at_all_is_served_by_content() -> None:
    outcome = train_model(make_inputs([], vectors=("text", "image")), CONFIG, silent)
    model = require_sensible(outcome)
    assert outcome.metrics == {} and "Only 0 interactions" in outcome.facts["note"]
    assert model.is_new.all()
    like_this = rank(Request(Histories.of_items([5], AT), AT + days(1), Filters(exclude_seen=True), n=5), model)
    assert set(like_this.item_num % 4) == {1}  # the kind of item 5


def test_no_events_no_text_no_pictures_still_lists() -> None:
    ranking = rank(Request(Histories.empty(), AT, n=5), train_model(make_inputs([], vectors=()), CONFIG, silent).model)
    on = {n for n, kind in CATALOGUE_COMPONENTS.items() if kind.on_by_default}
    assert len(ranking) == 5 and (ranking.scores == 0).all() and set(ranking.silent) == on


@pytest.mark.parametrize("per_user", [3, 600])
def test_one_user(per_user: int) -> None:
    require_sensible(train_model(make_inputs(draw_rows(1, per_user)), CONFIG, silent))


@pytest.mark.parametrize("n_users", [2, 700])
def test_one_item(n_users: int) -> None:
    rows = [(f"u{k}", 0, 0.05 * (k + 1)) for k in range(n_users)]
    require_sensible(train_model(make_inputs(rows, n_items=1, category="Only"), CONFIG, silent))


def test_no_content() -> None:
    model = require_sensible(train_model(make_inputs(draw_rows(), vectors=()), CONFIG, silent))
    assert model.weights["text"] == model.weights["image"] == 0


def test_content_of_nan_only() -> None:
    inputs = make_inputs(draw_rows())
    blank = {"text": inputs.embeddings["text"], "image": np.full((40, 5), np.nan, np.float32)}
    model = require_sensible(train_model(replace(inputs, embeddings=blank), CONFIG, silent))
    assert model.weights["image"] == 0


def test_some_nan_vectors() -> None:
    inputs = make_inputs(draw_rows())
    vectors = inputs.embeddings["text"].copy()
    vectors[::3] = np.nan
    model = require_sensible(train_model(replace(inputs, embeddings={"text": vectors}), CONFIG, silent))
    assert not model.components["text"].known[0]  # type: ignore[attr-defined]


def test_all_items_new_to_the_run() -> None:
    """Many interactions, all of them with items the catalogue no longer has."""
    rows = [("u0", 3, 5.0)] * 3
    inputs = make_inputs(rows)
    gone = replace(inputs, interactions=inputs.interactions.before(AT - days(99)))
    assert require_sensible(train_model(gone, CONFIG, silent)).is_new.all()


@pytest.mark.parametrize("price", [7.0, 0.0, None])
def test_constant_prices(price: float | None) -> None:
    inputs = make_inputs(draw_rows(), price=price)
    require_sensible(train_model(inputs, replace(CONFIG, response=True), silent))


def test_everything_on_one_day() -> None:
    require_sensible(train_model(make_inputs(draw_rows(span=0.9)), CONFIG, silent))


def test_few_days() -> None:
    require_sensible(train_model(make_inputs(draw_rows(span=3)), replace(CONFIG, response=True), silent))


def test_ten_times_more_items_than_users() -> None:
    require_sensible(train_model(make_inputs(draw_rows(30, 20, 300), n_items=300), CONFIG, silent))


def test_every_shopper_with_a_single_touch() -> None:
    rows = [(f"u{k:03d}", k % 40, 0.1 * (k + 1)) for k in range(600)]
    require_sensible(train_model(make_inputs(rows), CONFIG, silent))


def test_one_interaction_less_than_needed_is_learnt_without_validation() -> None:
    few = draw_rows(1, MIN_INTERACTIONS - 1)
    outcome = train_model(make_inputs(few), CONFIG, silent)
    assert outcome.metrics == {} and f"Only {MIN_INTERACTIONS - 1} interactions" in outcome.facts["note"]
    assert train_model(make_inputs(draw_rows(1, MIN_INTERACTIONS)), CONFIG, silent).metrics


# ---------------------------------------------------------------- one file, one line


PERIOD_DAYS, N_TURNS = 10, 6


class Turn(Component):
    """A toy term that knows whose turn it is: every ten days another sixth of the items is wanted."""

    name = "turn"
    label = "Turn"
    summary = "Whether it is the item's turn."
    phrase = "is due now"
    config_class = dict

    def config_json(self) -> dict[str, Any]:
        return {}

    def fit(self, data: TrainingData) -> "Turn":
        self.arrays = {"turn": (np.arange(len(data.catalogue)) % N_TURNS).astype(np.int64)}
        return self

    def score(self, histories: Histories, at: np.datetime64) -> Floats:
        due = (self.arrays["turn"] == round((AT - at) / days(PERIOD_DAYS)) % N_TURNS).astype(np.float32)
        return np.broadcast_to(due, (len(histories), len(due)))


def test_a_new_component_is_one_class_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOGUE_COMPONENTS, "turn", Turn)
    monkeypatch.setitem(COMPONENTS, "turn", Turn)
    rng = np.random.default_rng(1)
    rows = [(f"u{k % 60:02d}", k % 60, 65.0) for k in range(120)]  # everything was touched long ago: nothing is new
    for period in range(1, 6):
        age = PERIOD_DAYS * period - rng.uniform(0.1, PERIOD_DAYS - 0.1, 240)
        items = N_TURNS * rng.integers(0, 10, 240) + period % N_TURNS
        rows += [(f"u{k % 60:02d}", int(i), float(a)) for k, (i, a) in enumerate(zip(items, age, strict=True))]
    model = train_model(make_inputs(rows, n_items=60, vectors=()), CONFIG, silent).model
    assert "turn" in model.names and model.weights["turn"] > 0.3
    ranking = rank(Request(model.interactions.history("u07"), AT, n=5), model)
    column = ranking.components.index("turn")
    assert (ranking.contributions[:, column] > 0).all() and set(ranking.item_num % N_TURNS) == {0}
    alone = rank_many([Request(Histories.empty(), AT, weights={"turn": 1.0})], model)[0]
    assert alone.weights[column] == 1.0
    with pytest.raises(InputError, match="at least 0"):
        TrainingConfig(weights={"turn": -1.0})


def test_a_component_that_is_off_by_default_is_fitted_when_asked_for() -> None:
    config = replace(CONFIG, extra_components=("item_knn",), response=False)
    model = train_model(make_inputs([(f"u{k % 40}", k % 30, 1 + k / 20) for k in range(900)]), config, silent).model
    on = {n for n, kind in CATALOGUE_COMPONENTS.items() if kind.on_by_default}
    assert set(model.components) == on | {"item_knn"} and set(model.weights) == set(model.components)
