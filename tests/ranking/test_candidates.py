"""A scan of quantised coordinates finds what the sum over everything finds, wherever the sliders stand."""

import sys
from collections.abc import Iterator

import numpy as np
import pytest

import recsys.ranking.candidates as candidates
from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.behaviour import BehaviourConfig
from recsys.components.contract import TrainingData
from recsys.data.interactions import Histories
from recsys.data.ranking import Filters, Ranking, Request
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.ranking.nearest import best_of, build_index
from recsys.vocabulary import ItemScope
from tests.tables import AT, catalogue, days, interactions, unit

N_ITEMS, N_NEW, KINDS, USERS = 12_000, 1_000, 25, 250


def structured_data(seed: int = 0) -> TrainingData:
    """Items in nested kinds, as products are; shoppers with a taste; every tenth item without text, 1,000 untouched."""
    rng = np.random.default_rng(seed)
    kind, sub = rng.integers(0, KINDS, N_ITEMS), rng.integers(0, KINDS * 8, N_ITEMS)
    vectors = {}
    for modality, size in (("text", 64), ("image", 48)):
        spectrum = 1.0 / np.sqrt(1 + np.arange(size))
        parts = [rng.normal(size=(n, size)) * spectrum for n in (KINDS, KINDS * 8, N_ITEMS)]
        vectors[modality] = unit(parts[0][kind] + 0.7 * parts[1][sub] + 0.6 * parts[2])
    vectors["text"][::10] = np.nan
    by_kind = [np.flatnonzero((kind == k) & (np.arange(N_ITEMS) < N_ITEMS - N_NEW))[:80] for k in range(KINDS)]
    rows = [
        (f"u{u:03d}", int(rng.choice(by_kind[u % KINDS if rng.random() < 0.7 else rng.integers(KINDS)])), age)
        for u in range(USERS)
        for age in rng.uniform(1, 100, 20)
    ]
    launched = np.datetime64("2026-01-01") + rng.integers(0, 55, N_ITEMS).astype("timedelta64[D]")
    items = catalogue(
        N_ITEMS, category=[f"Kind {k}" for k in kind], price=np.exp(rng.normal(3, 1, N_ITEMS)), launched_at=launched
    )
    return TrainingData(items, interactions(items, rows), vectors, AT, seed)


@pytest.fixture(scope="module", params=["ease", "als"])
def model(request: pytest.FixtureRequest) -> Model:
    """Every catalogue component, the behaviour term in both of its forms."""
    data = structured_data()
    settings = {"behaviour": BehaviourConfig(method=request.param, embedding_size=32, keep=200)}
    fitted = {name: kind(settings.get(name)).fit(data) for name, kind in CATALOGUE_COMPONENTS.items()}
    return Model(data.catalogue, data.interactions, fitted, dict.fromkeys(fitted, 1.0), data_to=AT)


@pytest.fixture
def scan(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Treat 12,000 items as a large catalogue, with 400 candidates for 100 places."""
    monkeypatch.setattr(candidates, "SCAN_ITEMS", 1)
    monkeypatch.setattr(candidates, "PER_PLACE", 4)
    monkeypatch.setattr(candidates, "FEW", 50)
    monkeypatch.setattr(sys.modules[rank.__module__], "SHORTLIST", 100)
    yield


def both(request: Request, model: Model, monkeypatch: pytest.MonkeyPatch) -> tuple[Ranking, Ranking]:
    """The list from the scan and the list from everything."""
    scanned = rank(request, model)
    with monkeypatch.context() as patch:
        patch.setattr(candidates, "SCAN_ITEMS", 10**9)
        return scanned, rank(request, model)


def agreement(scanned: Ranking, exact: Ranking) -> float:
    """Share of places filled as well as in the exact list; what both hold must carry the same sums to the last bit."""
    _, left, right = np.intersect1d(scanned.item_num, exact.item_num, return_indices=True)
    np.testing.assert_array_equal(scanned.scores[left], exact.scores[right])
    np.testing.assert_array_equal(scanned.contributions[left], exact.contributions[right])
    return float((scanned.scores >= exact.scores[-1]).sum()) / len(exact)  # of equals any may fill the last places


def positions(model: Model, n: int, seed: int) -> list[dict[str, float]]:
    """Random positions of the sliders, and every corner."""
    rng = np.random.default_rng(seed)
    drawn = [dict(zip(model.names, rng.uniform(0, 1, len(model.names)), strict=True)) for _ in range(n)]
    corners = [{name: 1.0} for name in model.names]
    sparse_too = [{"repeat": 1.0, name: 0.02} for name in ("text", "trend")]
    return drawn + corners + sparse_too


FILTERS = (
    Filters(),
    Filters(exclude_seen=True),
    Filters(items=ItemScope.NEW),
    Filters(price_to=15.0, items=ItemScope.WARM),
    Filters(categories=("Kind 3", "Kind 7", "Kind 11")),
)


def test_the_scan_finds_what_the_whole_sum_finds(model: Model, scan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []
    for number, weights in enumerate(positions(model, 30, 1)):
        history = model.interactions.histories.one(number * 7 % USERS)
        request = Request(history, AT, FILTERS[number % len(FILTERS)], 100, weights)
        scanned, exact = both(request, model, monkeypatch)
        assert len(scanned) == len(exact) and "candidates" in [s.name for s in scanned.trace]
        reached.append(agreement(scanned, exact))
    assert np.mean(reached) >= 0.98 and min(reached) >= 0.9


def test_own_purchases_alone_come_first(model: Model, scan: None) -> None:
    history = model.interactions.histories.one(3)
    ranking = rank(Request(history, AT, Filters(), 10, {"repeat": 1.0}), model)
    assert set(ranking.item_num[: min(10, len(set(history.item_num)))]) <= set(history.item_num)


def test_no_filter_is_broken_and_the_counts_are_those_of_the_whole_sum(
    model: Model, scan: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, filters in enumerate(FILTERS):
        request = Request(model.interactions.histories.one(number), AT, filters, 100)
        scanned, exact = both(request, model, monkeypatch)
        assert [s for s in scanned.trace if s.name != "candidates"] == list(exact.trace)
        if filters.exclude_seen:
            assert not set(scanned.item_num) & set(request.history.item_num)
        if filters.items == ItemScope.NEW:
            assert model.is_new[scanned.item_num].all()
        if filters.price_to:
            assert model.catalogue.prices[scanned.item_num].max() <= filters.price_to


def test_new_items_are_reached_among_everything(model: Model, scan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(model.interactions.histories.one(5), AT, Filters(), 100, {"text": 0.5, "image": 0.5, "fresh": 1})
    scanned, exact = both(request, model, monkeypatch)
    assert model.is_new[exact.item_num].any()
    assert agreement(scanned, exact) >= 0.98


def test_strangers_and_single_products_are_served(model: Model, scan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for history in (Histories.empty(), Histories.of_items([11_500], AT)):
        scanned, exact = both(Request(history, AT, Filters(), 100), model, monkeypatch)
        assert agreement(scanned, exact) >= 0.95 and scanned.silent == exact.silent


def test_another_moment_is_summed_in_full(model: Model, scan: None) -> None:
    ranking = rank(Request(model.interactions.histories.one(5), AT - days(20), Filters(), 100), model)
    assert len(ranking) == 100 and "candidates" not in [s.name for s in ranking.trace]


def test_a_filter_that_few_pass_needs_no_scan(model: Model, scan: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "FEW", 1_000)
    request = Request(model.interactions.histories.one(5), AT, Filters(categories=("Kind 4",)), 100)
    scanned, exact = both(request, model, monkeypatch)
    assert agreement(scanned, exact) == 1.0


def test_one_byte_per_coordinate_and_the_same_index_again(model: Model) -> None:
    first, again = (build_index(model.components, model.interactions, AT) for _ in range(2))
    assert first is not None and again is not None
    assert first.n_bytes <= N_ITEMS * (3 * 97 + 2)
    terms = model.terms(model.interactions.histories.take(np.arange(4)), AT)
    weights, mask = np.ones(len(terms.names)), np.ones(N_ITEMS, bool)
    for one, other in zip(first.find(terms, weights, mask, 300), again.find(terms, weights, mask, 300), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_best_of_fewer_is_all() -> None:
    assert sorted(best_of(np.array([1.0, 5.0, 3.0]), 2).tolist()) == [1, 2]
    assert best_of(np.array([1.0, 5.0]), 9).tolist() == [0, 1]
