"""Who a list is for: every audience is a history, the same each time, and takes the one path through `rank`."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.interactions import Interactions
from recsys.data.ranking import Filters
from recsys.fusion.presets import Preset
from recsys.fusion.scopes import PresetBook, Scope
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.workflows.audiences import (
    RECENT,
    SAMPLE,
    Audience,
    AudienceKind,
    audience_request,
    history_of,
    segment_history,
    segment_members,
)
from recsys.workflows.lists import request_for

AT = np.datetime64("2026-03-01", "us")


@pytest.fixture(scope="module")
def uneven_model(small_model: Model) -> Model:
    """The same shop, but most shoppers did three things only."""
    histories = small_model.interactions.histories
    from_start = np.arange(len(histories.item_num)) - histories.indptr[:-1][histories.row]
    kept = histories.where((histories.row % 4 == 0) | (from_start < 3))
    cut = Interactions(small_model.interactions.user_ids, kept, small_model.interactions.n_items)
    return replace(small_model, interactions=cut, _cache={})


def items(model: Model, *numbers: int) -> tuple[str, ...]:
    return tuple(str(model.catalogue.item_ids[n]) for n in numbers)


def test_a_shopper_is_asked_for_as_ever(small_model: Model):
    audience = Audience(shopper="u03")
    ours = rank(audience_request(small_model, audience, 24, Filters(), None, AT), small_model)
    before = rank(request_for(small_model, "u03", 24, at=AT), small_model)
    assert ours.item_ids.tolist() == before.item_ids.tolist()
    assert ours.user_id == "u03"


def test_a_basket_never_shows_its_own_products(small_model: Model):
    basket = Audience(AudienceKind.BASKET, item_ids=(*items(small_model, 3, 7, 3), "unknown"))
    request = audience_request(small_model, basket, 200, Filters(), None, AT)
    assert request.history.item_num.tolist() == [3, 7]
    assert not {3, 7} & set(rank(request, small_model).item_num.tolist())


def test_like_this_is_the_first_product_alone(small_model: Model):
    liked = Audience(AudienceKind.LIKE, item_ids=items(small_model, 9, 4))
    request = audience_request(small_model, liked, 200, Filters(), None, AT)
    assert request.history.item_num.tolist() == [9]
    assert 9 not in rank(request, small_model).item_num


def test_an_empty_basket_gets_the_list_of_somebody_unknown(small_model: Model):
    basket = audience_request(small_model, Audience(AudienceKind.BASKET), 24, Filters(), None, AT)
    unknown = request_for(small_model, "nobody", 24, at=AT)
    assert rank(basket, small_model).item_ids.tolist() == rank(unknown, small_model).item_ids.tolist()


def test_segments_share_out_everybody_with_a_history(uneven_model: Model):
    parts = [set(segment_members(uneven_model, name).tolist()) for name in ("new", "returning", "loyal")]
    assert parts[0] == set() and not parts[1] & parts[2]
    assert parts[1] | parts[2] == set(segment_members(uneven_model, "").tolist())
    lengths = uneven_model.interactions.histories.lengths
    assert min(lengths[list(parts[2])]) > max(lengths[list(parts[1])])


@pytest.mark.parametrize("segment", ["", "returning", "loyal"])
def test_a_segments_history_is_what_its_shoppers_did_last(uneven_model: Model, segment: str):
    once, again = segment_history(uneven_model, segment), segment_history(uneven_model, segment)
    assert once.item_num.tolist() == again.item_num.tolist()
    assert len(once) == 1 and 0 < len(once.item_num) <= SAMPLE * RECENT
    assert (np.diff(once.occurred_at) >= np.timedelta64(0)).all()
    members = segment_members(uneven_model, segment)
    spaced = members[np.unique(np.linspace(0, len(members) - 1, min(SAMPLE, len(members))).round().astype(int))]
    expected = [
        touch
        for user in spaced
        for touch in uneven_model.interactions.histories.one(int(user)).item_num[-RECENT:].tolist()
    ]
    assert sorted(once.item_num.tolist()) == sorted(expected)


def test_new_shoppers_and_unknown_segments_have_no_history(small_model: Model):
    for segment in ("new", "no such segment"):
        assert len(history_of(small_model, Audience(AudienceKind.SEGMENT, segment=segment), AT).item_num) == 0


def test_a_segments_list_takes_its_segments_preset_and_rules(small_model: Model):
    preset = Preset("Ours", {"image": 1.0}, Scope(segment="returning"))
    book = PresetBook.build((preset,), small_model.interactions.histories.lengths, small_model.names)
    asked = {
        name: audience_request(
            small_model, Audience(AudienceKind.SEGMENT, segment=name), 5, Filters(), None, AT, book=book
        )
        for name in ("new", "returning", "loyal")
    }
    assert [r.weights_from != "" for r in asked.values()] == [False, True, False]
    assert [r.segment for r in asked.values()] == ["new", "returning", "loyal"]
