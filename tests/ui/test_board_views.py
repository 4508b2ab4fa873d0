"""View models of the board: edits as if published, what each card says, who she is in a line, what the browser sent."""

import numpy as np
import pytest
import streamlit as st

from recsys.data.catalogue import Catalogue
from recsys.data.ranking import Diversity, Filters
from recsys.explanation.changes import World
from recsys.ranking.model import Model
from recsys.vocabulary import DiversityMethod
from recsys.workflows.audiences import Audience, AudienceKind
from recsys.workflows.drafts import Draft
from recsys.workflows.edits import Edits
from recsys.workflows.shopper_profile import PriceRange, ShopperProfile, Taste
from ui import profile, shelf
from ui.board import read_action
from ui.picker import show_product
from ui.shelf_gap import gap_frame
from ui.variety import moves_frame

AT = np.datetime64("2026-03-01", "us")
HOSTILE = '<img src=x onerror="alert(1)"> **bold** [a](http://x) \u202eevil ' + "x" * 10_000


def ask(model: Model, audience: Audience | None = None, **wanted) -> shelf.Board:
    return shelf.Board(model, audience or Audience(shopper="u03"), Filters(), None, AT, **wanted)


def test_edits_stand_where_they_were_put_with_their_moves(small_model: Model):
    live = [card.id for card in shelf.build_shelf(ask(small_model)).cards]
    draft = Draft("0123456789", 1, (Edits(((live[20], 2),), (live[0],)),))
    found = shelf.build_shelf(ask(small_model), draft)
    assert found.differs and not found.weighted
    card = found.cards[1]
    assert (card.id, card.rank, card.move, card.pinned, card.kind) == (live[20], 2, 19, True, "rule")
    assert "pinned" in card.spoken and card.to_json()["pinned"] is True
    assert live[0] not in {c.id for c in found.cards}
    assert found.hidden == ((live[0], shelf.name_product(small_model.catalogue, live[0])),)
    assert [c.id for c in found.plain_cards] == live == [c.id for c in found.live_cards]
    assert found.n_stay == 23


def test_an_empty_draft_is_no_edit(small_model: Model):
    found = shelf.build_shelf(ask(small_model), Draft("0123456789"))
    assert not found.differs and found.plain_cards == () and "move" not in found.cards[0].to_json()


def test_cards_say_what_put_them_there(small_model: Model):
    varied = shelf.build_shelf(ask(small_model, diversity=Diversity(DiversityMethod.MMR, 0.5)))
    moved = {m.item_num for step in varied.ranking.trace for m in step.moves}
    said = {card.kind for card in varied.cards}
    assert "variety" in said and moved
    numbers = small_model.catalogue.numbers([card.id for card in varied.cards])
    for card, number in zip(varied.cards, numbers, strict=True):
        expected = "variety" if number in moved else "new" if small_model.is_new[number] else "sum"
        assert card.kind == expected and card.source
    assert len(moves_frame(varied.ranking, small_model.catalogue)) == len(moved)


@pytest.mark.parametrize("kind", [AudienceKind.SEGMENT, AudienceKind.BASKET, AudienceKind.LIKE])
def test_every_audience_makes_a_shelf(small_model: Model, kind: AudienceKind):
    item = str(small_model.catalogue.item_ids[9])
    found = shelf.build_shelf(ask(small_model, Audience(kind, segment="loyal", item_ids=(item,))))
    assert len(found.cards) == shelf.LIST_LENGTH
    assert bool(found.history) == (kind == AudienceKind.SEGMENT)
    assert item not in {card.id for card in found.cards} or kind == AudienceKind.SEGMENT


def test_an_empty_basket_names_what_filled_the_list(small_model: Model):
    found = shelf.build_shelf(ask(small_model, Audience(AudienceKind.BASKET)))
    assert found.note.startswith("No history: ")


def test_hostile_product_text_stays_text(small_model: Model):
    frame = small_model.catalogue.frame.copy()
    frame["title"] = HOSTILE
    product = show_product(Catalogue(frame), 5)
    assert len(product.title) <= 80 and "\u202e" not in product.title
    taste = Taste("<script>alert(1)</script>", 0.5, 0.1)
    price = PriceRange(1.0, 2.0, 3.0)
    told = ShopperProfile(3, 2, 1, 0.0, None, (), (taste,), (taste,), (taste,), (taste,), price, price, 0.5, None)
    line = profile.taste_line(told)
    assert "<script" not in line and "&lt;script&gt;" in line
    assert set(profile.tastes_frame(told)["Name"]) == {"<script>alert(1)</script>"}


def test_the_rhythm_is_said_in_words():
    def told(days: float, gap: float | None) -> str:
        return profile.tell_rhythm(ShopperProfile(1, 1, 1, days, gap, (), (), (), (), (), None, None, None, None))

    assert told(0.5, None) == "last seen today"
    assert told(1.2, 0.6) == "last seen 1 day ago, usually every day"
    assert told(9.0, 7.4) == "last seen 9 days ago, usually every 7 days"


class _Value:
    def __init__(self, action: object) -> None:
        self.action = action


@pytest.mark.parametrize(
    ("action", "place", "order"),
    [
        ({"type": "move", "id": "a", "place": 3, "order": ["b", "a"]}, 3, ("b", "a")),
        ({"type": "move", "id": "a", "place": -1, "order": "b"}, None, ()),
        ({"type": "move", "id": "a", "place": 1e9}, None, ()),
        ({"type": "why", "id": "a"}, None, ()),
    ],
)
def test_what_the_browser_sends_is_checked(action: dict, place: int | None, order: tuple[str, ...]):
    st.session_state["checked"] = _Value(action)
    clicked = read_action("checked")
    assert (clicked.id, clicked.place, clicked.order) == ("a", place, order)


@pytest.mark.parametrize("action", [None, "move", {"type": "move"}, {"type": "move", "id": 5}])
def test_anything_else_from_the_browser_is_nothing(action: object):
    st.session_state["checked"] = _Value(action)
    assert read_action("checked") is None


def test_the_gap_is_told_term_by_term(small_model: Model):
    from recsys.explanation.absence import explain_absence

    request = ask(small_model).request()
    listed = World(small_model, request).rank(60).item_num
    found = explain_absence(small_model, request, int(listed[45]), None, 24)
    frame = gap_frame(found)
    assert frame["Gap"].sum() == pytest.approx(found.bar - found.score, abs=1e-6)
