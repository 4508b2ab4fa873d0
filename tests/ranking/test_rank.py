"""`rank`: the sum, its limits, and the same answer however it is asked."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from recsys.data.interactions import Histories, Interactions
from recsys.data.ranking import Filters, Ranking, Request, rankings_to_frame
from recsys.errors import InputError
from recsys.ranking import rank, rank_many
from recsys.ranking.model import Model
from recsys.ranking.rank import SHORTLIST
from recsys.vocabulary import ItemScope

PERSONAL = ("text", "image", "behaviour", "next", "repeat")
"""Terms that say nothing of somebody without a history."""
PLAIN = {"text": 0.3, "image": 0.2, "behaviour": 0.3, "repeat": 0.05, "trend": 0.1, "fresh": 0.05}
EVERYTHING = 1000


def same(one: Ranking, other: Ranking) -> None:
    """Equal lists with equal sums, to the last bit."""
    np.testing.assert_array_equal(one.item_num, other.item_num)
    np.testing.assert_array_equal(one.scores, other.scores)
    np.testing.assert_array_equal(one.contributions, other.contributions)


def test_contributions_sum_to_the_score_for_1000_pairs(small_model: Model, ask) -> None:
    rng = np.random.default_rng(0)
    pairs = 0
    while pairs < 1000:
        weights = dict(zip(small_model.names, rng.uniform(0, 1, len(small_model.names)), strict=True))
        user = int(rng.integers(small_model.interactions.n_users))
        ranking = rank(ask(user, EVERYTHING, weights), small_model)
        assert np.abs(ranking.contributions.sum(axis=1) - ranking.scores).max() <= 1e-6
        assert ranking.components == small_model.names
        terms = small_model.terms(ask(user).history, small_model.data_to)
        own = terms.at(ranking.item_num[None].astype(np.intp))
        for column, name in enumerate(terms.names):  # each contribution is its weight times its standardised term
            np.testing.assert_array_equal(
                ranking.contributions[:, column], weights[name] * own[column][0].astype(float)
            )
            full = weights[name] * terms.z[column][0, ranking.item_num]
            np.testing.assert_allclose(ranking.contributions[:, column], full, atol=1e-5)
        pairs += len(ranking)


def test_a_list_is_ordered_without_repeats_and_no_longer_than_asked(small_model: Model, ask) -> None:
    for n in (1, 5, 24, EVERYTHING):
        ranking = rank(ask(4, n), small_model)
        assert len(ranking) <= n and len(ranking) == min(n, 88)  # 90 items, one sold out, one not yet launched
        assert (np.diff(ranking.scores) <= 0).all()
        assert len(set(ranking.item_num.tolist())) == len(ranking)
        assert ranking.item_ids.tolist() == small_model.catalogue.item_ids[ranking.item_num].tolist()


def test_a_shorter_list_is_the_head_of_a_longer_one(small_model: Model, ask) -> None:
    assert rank(ask(7, 5), small_model).item_num.tolist() == rank(ask(7, 60), small_model).item_num[:5].tolist()


def test_the_length_asked_for_does_not_change_the_head_of_a_list(small_model: Model, ask, monkeypatch) -> None:
    monkeypatch.setattr(sys.modules[rank.__module__], "SHORTLIST", 20)
    weights = {**PLAIN, "response": 1.0}
    for user in range(10):
        longest = rank(ask(user, 20, weights), small_model).item_num.tolist()
        for n in (1, 5, 11):
            assert rank(ask(user, n, weights), small_model).item_num.tolist() == longest[:n]


def test_sold_out_and_unlaunched_items_never_appear(small_model: Model, ask) -> None:
    for user in range(0, 60, 7):
        for scope in ItemScope:
            assert not {0, 1} & set(rank(ask(user, EVERYTHING, items=scope), small_model).item_num.tolist())
    asked_for = rank(ask(3, EVERYTHING, only_on_sale=False), small_model)
    assert {0, 1} <= set(asked_for.item_num.tolist()) and len(asked_for) == 90


def test_seen_items_do_not_appear_when_excluded(small_model: Model, ask) -> None:
    for user in range(0, 60, 7):
        request = ask(user, EVERYTHING, exclude_seen=True)
        ranking, seen = rank(request, small_model), set(request.history.item_num.tolist())
        assert not seen & set(ranking.item_num.tolist())
        assert len(ranking) == 88 - len(seen - {0, 1})
        assert seen & set(rank(ask(user, EVERYTHING), small_model).item_num.tolist())


def test_new_and_warm_split_the_shop(small_model: Model, ask) -> None:
    new = rank(ask(2, EVERYTHING, items=ItemScope.NEW), small_model).item_num
    warm = rank(ask(2, EVERYTHING, items=ItemScope.WARM), small_model).item_num
    counts = small_model.interactions.item_counts
    assert (counts[new] == 0).all() and (counts[warm] > 0).all()
    assert len(new) + len(warm) == 88 and {78, 89} <= set(new.tolist())


def test_categories_and_prices_narrow_the_list(small_model: Model, ask) -> None:
    lamps = rank(ask(2, EVERYTHING, categories=("Home > Lamps",)), small_model).item_num
    assert set(small_model.catalogue.categories[lamps]) == {"Home > Lamps"} and len(lamps) == 29  # 30 less item 1
    assert len(rank(ask(2, EVERYTHING, categories=("Home",)), small_model)) == 88
    assert len(rank(ask(2, EVERYTHING, categories=("Home > Lamp",)), small_model)) == 0  # half a name is none
    cheap = rank(ask(2, EVERYTHING, price_to=30.0), small_model).item_num
    assert 0 < len(cheap) < 88 and small_model.catalogue.prices[cheap].max() <= 30


def test_nothing_left_is_an_empty_list_with_a_reason(small_model: Model, ask) -> None:
    ranking = rank(ask(2, categories=("Garden",)), small_model)
    assert len(ranking) == 0 and ranking.contributions.shape == (0, len(small_model.names))
    assert ranking.trace[-1].remaining == 0 and ranking.trace[-1].detail == "nothing is left to rank"
    assert ranking.user_id == "u02"
    assert rankings_to_frame([ranking]).empty


def test_a_shopper_who_saw_everything_gets_an_empty_list(small_model: Model) -> None:
    history = Histories.of_items(list(range(90)), small_model.data_to)
    ranking = rank(Request(history, small_model.data_to, Filters(exclude_seen=True)), small_model)
    assert len(ranking) == 0 and [s.remaining for s in ranking.trace][-2:] == [0, 0]


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"txt": 1.0}, "No component txt"),
        ({"text": -0.1}, "at least 0"),
        ({"text": float("nan")}, "finite"),
        ({"text": float("inf")}, "finite"),
    ],
)
def test_weights_that_mean_nothing_are_refused(
    small_model: Model, ask, weights: dict[str, float], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        rank(ask(1, weights=weights), small_model)


def test_a_list_needs_a_place(small_model: Model, ask) -> None:
    with pytest.raises(InputError, match="n = 0"):
        rank(ask(1, n=0), small_model)


def test_a_component_not_mentioned_weighs_nothing(small_model: Model, ask) -> None:
    ranking = rank(ask(1, EVERYTHING, {"text": 2.0}), small_model)
    assert ranking.weights == (2.0, *[0.0] * (len(small_model.names) - 1))
    assert (ranking.contributions[:, 1:] == 0).all()
    terms = small_model.terms(ask(1).history, small_model.data_to)
    on_sale = small_model.on_sale(small_model.data_to)
    assert ranking.scores[0] == pytest.approx(2 * terms.z[0][0, on_sale].max())


def test_no_weight_at_all_is_a_flat_but_finite_list(small_model: Model, ask) -> None:
    ranking = rank(ask(1, 10, {}), small_model)
    assert len(ranking) == 10 and (ranking.scores == 0).all()


def test_a_stranger_gets_a_list_filled_by_what_can_speak(small_model: Model) -> None:
    ranking = rank(Request(Histories.empty(), small_model.data_to, n=10, user_id="nobody"), small_model)
    assert len(ranking) == 10 and np.isfinite(ranking.scores).all()
    assert ranking.silent == PERSONAL
    quiet = [ranking.components.index(n) for n in ranking.silent]
    assert (ranking.contributions[:, quiet] == 0).all()
    said = next(s.detail for s in ranking.trace if s.name == "sum")
    assert said == "standardised terms added; silent: " + ", ".join(PERSONAL)


def test_a_known_shopper_hears_every_component(small_model: Model, ask) -> None:
    assert rank(ask(1), small_model).silent == ()


def test_many_at_once_get_what_they_get_one_by_one(small_model: Model, ask) -> None:
    requests = [
        ask(u, (10, 25)[u % 2], (None, PLAIN)[u % 3 == 0], exclude_seen=u % 5 == 0, items=list(ItemScope)[u % 3])
        for u in range(30)
    ]
    requests.append(replace(requests[0], history=Histories.empty()))
    told: list[float] = []
    many = rank_many(requests, small_model, told.append)
    assert told == sorted(told) and told[-1] == 1.0
    for together, request in zip(many, requests, strict=True):
        alone = rank(request, small_model)
        assert together.user_id == alone.user_id and together.trace == alone.trace
        np.testing.assert_allclose(together.scores, alone.scores, atol=1e-5)
        gaps = np.abs(alone.scores[:, None] - alone.scores[None, :]) + np.eye(len(alone))
        tied = gaps.min(axis=1) < 1e-5  # rounding may swap two items of one score, nothing else
        assert (tied | (together.item_num == alone.item_num)).all()
    assert rank_many([], small_model) == []


def test_asking_twice_gives_the_same_to_the_last_bit(small_model: Model, ask) -> None:
    for user in (0, 13, 44):
        same(rank(ask(user), small_model), rank(ask(user), small_model))


def test_names_of_shoppers_do_not_matter(small_model: Model) -> None:
    """Rename everybody, so that the internal order of shoppers turns round: each list stays as it was."""
    interactions = small_model.interactions
    backwards = np.arange(interactions.n_users)[::-1]
    renamed = Interactions(
        np.array([f"n{k:03d}" for k in range(interactions.n_users)], dtype=object),
        interactions.histories.take(backwards),
        interactions.n_items,
    )
    other = replace(small_model, interactions=renamed)
    for user in (0, 5, 66):
        mine = Request(interactions.histories.take(np.array([user])), small_model.data_to)
        theirs = Request(renamed.history(f"n{interactions.n_users - 1 - user:03d}"), small_model.data_to, user_id="x")
        same(rank(mine, small_model), rank(theirs, other))


def test_the_trace_counts_what_every_step_leaves(small_model: Model, ask) -> None:
    request = ask(4, 10, exclude_seen=True, items=ItemScope.WARM, categories=("Home > Mugs",), price_to=60.0)
    ranking = rank(request, small_model)
    catalogue, warm = small_model.catalogue, ~small_model.is_new
    on_sale = catalogue.on_sale(small_model.data_to)
    mugs, cheap = catalogue.categories == "Home > Mugs", catalogue.prices <= 60
    unseen = np.ones(90, bool)
    unseen[request.history.item_num] = False
    expected = [
        ("catalogue", 90),
        ("on sale", on_sale.sum()),
        ("scope", (on_sale & warm).sum()),
        ("category", (on_sale & warm & mugs).sum()),
        ("price", (on_sale & warm & mugs & cheap).sum()),
        ("seen", (on_sale & warm & mugs & cheap & unseen).sum()),
        ("sum", (on_sale & warm & mugs & cheap & unseen).sum()),
        ("response", (on_sale & warm & mugs & cheap & unseen).sum()),
        ("list", 10),
    ]
    assert [(s.name, s.remaining) for s in ranking.trace] == expected


def test_the_response_term_is_left_out_of_the_trace_when_it_weighs_nothing(small_model: Model, ask) -> None:
    names = [s.name for s in rank(ask(4, weights=PLAIN), small_model).trace]
    assert "response" not in names and "sum" in names


def test_the_response_term_reorders_a_shortlist_only(small_model: Model, ask) -> None:
    assert SHORTLIST >= 90
    with_it = rank(ask(9, EVERYTHING, {**PLAIN, "response": 0.4}), small_model)
    without = rank(ask(9, EVERYTHING, PLAIN), small_model)
    assert set(with_it.item_num.tolist()) == set(without.item_num.tolist())
    assert with_it.item_num.tolist() != without.item_num.tolist()
    order = np.argsort(with_it.item_num)
    np.testing.assert_allclose(
        with_it.contributions[order][:, :-1], without.contributions[np.argsort(without.item_num)][:, :-1], atol=1e-12
    )


def test_lists_as_a_table(small_model: Model, ask) -> None:
    frame = rankings_to_frame(rank_many([ask(0, 3), ask(1, 2)], small_model))
    assert frame.columns.tolist() == ["user_id", "item_id", "rank", "score", *small_model.names]
    assert frame["user_id"].tolist() == ["u00"] * 3 + ["u01"] * 2
    assert frame["rank"].tolist() == [1, 2, 3, 1, 2]
    np.testing.assert_allclose(frame[list(small_model.names)].sum(axis=1), frame["score"], atol=1e-6)


def test_batches_side_by_side_answer_like_one(small_model: Model, ask, monkeypatch) -> None:
    requests = [ask(user, 5) for user in range(small_model.interactions.n_users)]
    together, told = rank_many(requests, small_model), []
    monkeypatch.setattr(sys.modules["recsys.ranking.rank"], "BATCH_CELLS", 2 * len(small_model.catalogue))
    for one, other in zip(together, rank_many(requests, small_model, told.append), strict=True):
        assert one.user_id == other.user_id
        same(one, other)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) == -(-len(requests) // 2)
