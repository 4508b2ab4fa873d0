"""View models: weights in the address, cards and moves, the lab's products, new products."""

import numpy as np
import pandas as pd
import pytest

from recsys.data.ranking import Filters
from recsys.explanation.changes import World
from recsys.ranking.model import Model
from recsys.ranking.rank import rank
from recsys.workflows.audiences import Audience
from recsys.workflows.today import count_new
from ui import shelf, state, tuning
from ui.reasons import say_reasons

AT = np.datetime64("2026-03-01", "us")


def board(
    model: Model, shopper: str, filters: Filters | None = None, weights: dict[str, float] | None = None
) -> shelf.Board:
    return shelf.Board(model, Audience(shopper=shopper), filters or Filters(), weights, AT)


def test_weights_survive_the_address():
    weights = {"text": 0.4, "image": 0.0, "trend": 1.0}
    assert state.parse_weights(state.format_weights(weights), weights) == weights


@pytest.mark.parametrize("text", [None, "", "text", "text:2", "text:-1", "text:nan", "nobody:1", "text:0,image:0"])
def test_other_texts_are_no_weights(text: str | None):
    assert state.parse_weights(text, ["text", "image"]) is None


def test_cards_carry_the_sum_and_the_move(small_model: Model):
    found = shelf.build_shelf(board(small_model, "u03", weights={"image": 1.0}))
    assert found.differs and len(found.cards) == shelf.LIST_LENGTH
    live = rank(shelf.build_request(small_model, "u03", Filters(), None, AT, shelf.PLACES_KNOWN), small_model)
    places = {item: n for n, item in enumerate(live.item_ids, start=1)}
    for card, score in zip(found.cards, found.ranking.scores, strict=True):
        assert sum(card.parts) == pytest.approx(score, abs=1e-3)
        assert card.move == (places[card.id] - card.rank if card.id in places else None)


def test_the_live_weights_scaled_are_no_other_weights(small_model: Model):
    doubled = {name: 2 * weight for name, weight in small_model.weights.items()}
    found = shelf.build_shelf(board(small_model, "u03", weights=doubled))
    assert not found.differs
    assert all("move" not in card.to_json() for card in found.cards)


def test_somebody_without_history_is_told_the_sources(small_model: Model):
    found = shelf.build_shelf(board(small_model, "nobody"))
    assert found.n_touches == 0 and not found.history
    assert found.note.startswith("No history: ") and found.note.endswith("filled this list.")


def test_filters_reach_the_list(small_model: Model):
    found = shelf.build_shelf(board(small_model, "u03", Filters(categories=("Home > Mugs",), exclude_seen=True)))
    touched = set(small_model.interactions.history("u03").item_num)
    assert {small_model.catalogue.categories[i] for i in found.ranking.item_num} == {"Home > Mugs"}
    assert not touched & set(found.ranking.item_num)


def test_reasons_add_up(small_model: Model):
    item = str(small_model.catalogue.item_ids[7])
    world = World(small_model, board(small_model, "u03").request())
    found = shelf.explain_card(world, item)
    said = say_reasons(found)
    assert sum(share for _, _, share, _ in said) == pytest.approx(1)
    assert sum(contribution for *_, contribution in said) == pytest.approx(found.score, abs=1e-6)
    assert shelf.explain_card(world, "gone") is None


def test_the_browser_ranks_as_the_server_does(small_model: Model):
    positions = tuning.slider_positions(small_model.weights, small_model.names)
    assert max(positions.values()) == tuning.HIGHEST
    rng = np.random.default_rng(3)
    for _ in range(20):
        moved = {**positions, "text": round(float(rng.random()), 2), "image": round(float(rng.random()), 2)}
        bench = tuning.build_bench(small_model, "u05", positions, small_model.weights, AT)
        weights = np.array([moved[name] for name in small_model.names])
        items = sorted(bench.data.items, key=lambda i: (-float(np.dot(i.z, weights)), i.number))
        served = rank(shelf.build_request(small_model, "u05", Filters(), moved, AT, shelf.LIST_LENGTH), small_model)
        assert [i.id for i in items[: shelf.LIST_LENGTH]] == served.item_ids.tolist()


def test_new_products_are_counted_by_the_shops_clock(small_model: Model):
    clock = pd.Timestamp("2026-03-01", tz="UTC")
    ids = small_model.catalogue.item_ids
    new = count_new(small_model.catalogue, clock, ids[:-4].tolist(), frozenset(ids[70:80]))
    assert new.launched == 27  # launched 1 to 27 days ago; the one of 28 days ago is not
    assert new.unseen == 17
    assert new.waiting == 4
    assert sum(new.per_week) == 55 and len(new.per_week) == 8
    assert count_new(small_model.catalogue, None, [], frozenset()).waiting == 0
