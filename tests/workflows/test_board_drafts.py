"""A draft of a board: pure edits, a file that two tabs may write, and the rules it becomes."""

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recsys.data.ranking import Filters
from recsys.errors import InputError
from recsys.ranking import rank
from recsys.ranking.model import Model
from recsys.rules.book import ConflictError, publish, read_rules
from recsys.rules.kinds import RuleKind
from recsys.rules.rule import Rule, RuleSet
from recsys.rules.scope import RuleScope
from recsys.rules.selection import Selection
from recsys.settings import ShopPaths
from recsys.workflows.audiences import Audience, audience_request
from recsys.workflows.draft_rules import draft_rules, publish_draft, rules_with
from recsys.workflows.drafts import (
    Draft,
    change_draft,
    delete_draft,
    edit_draft,
    is_draft_id,
    list_drafts,
    read_draft,
    step_draft,
)
from recsys.workflows.edits import Edit, EditKind, Edits, apply_edit
from tests.workflows.test_audiences import AT

BOARD = ["a", "b", "c", "d", "e"]
ID = "0123456789"


def move(item: str, place: int) -> Edit:
    return Edit(EditKind.MOVE, item, place)


def test_pinned_products_give_way_as_cards_on_a_table():
    state = apply_edit(apply_edit(Edits(), move("a", 1), BOARD), move("b", 2), BOARD)
    state = apply_edit(state, move("e", 1), BOARD)  # e a b c d
    assert state.pins == (("e", 1), ("a", 2), ("b", 3))


def test_each_deed_and_its_opposite():
    pinned = apply_edit(Edits(), Edit(EditKind.PIN, "c"), BOARD)
    assert pinned.pins == (("c", 3),)
    assert apply_edit(pinned, Edit(EditKind.UNPIN, "c"), BOARD) == Edits()
    hidden = apply_edit(pinned, Edit(EditKind.HIDE, "c"), BOARD)
    assert hidden == Edits(hidden=("c",))
    assert apply_edit(hidden, Edit(EditKind.SHOW, "c"), BOARD) == Edits()
    assert apply_edit(hidden, move("c", 2), BOARD) == Edits(pins=(("c", 2),))
    assert apply_edit(hidden, Edit(EditKind.CLEAR), BOARD) == Edits()


def test_a_product_from_elsewhere_can_be_put_on_the_board():
    assert apply_edit(Edits(), move("z", 4), BOARD).pins == (("z", 4),)
    assert apply_edit(Edits(), move("z", 999), BOARD).pins == (("z", 6),)


deeds = st.builds(
    Edit, st.sampled_from(list(EditKind)), st.sampled_from(["a", "b", "c", "d", "e", "z"]), st.integers(-3, 40)
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is slow, not wrong
@given(st.lists(deeds, max_size=12))
def test_no_sequence_of_deeds_pins_two_products_to_one_place(sequence: list[Edit]):
    state = Edits()
    for deed in sequence:
        state = apply_edit(state, deed, BOARD)
        places = [place for _, place in state.pins]
        assert len(set(state.places) & set(state.hidden)) == 0
        assert places == sorted(places) and min(places, default=1) >= 1
        assert Edits.from_json(state.to_json()) == state


def test_undo_and_redo_walk_and_a_new_edit_forgets_what_was_undone(empty_shop: ShopPaths):
    for place in (1, 2, 3):
        draft = edit_draft(empty_shop, ID, move("e", place), BOARD)
    back, _ = step_draft(empty_shop, ID, -1, draft.version)
    assert back.edits.pins == (("e", 2),) and back.can_redo
    again, _ = step_draft(empty_shop, ID, 1, back.version)
    assert again.edits.pins == (("e", 3),) and not again.can_redo
    back, done = step_draft(empty_shop, ID, -1, again.version)
    assert done
    other = edit_draft(empty_shop, ID, move("a", 5), ["a", "e", "b", "c", "d"])
    assert not other.can_redo and other.edits.places == {"e": 1, "a": 5}
    assert read_draft(empty_shop, ID) == other


def test_two_tabs_add_up_and_an_undo_of_what_one_did_not_see_is_refused(empty_shop: ShopPaths):
    seen = edit_draft(empty_shop, ID, move("a", 2), BOARD)
    edit_draft(empty_shop, ID, Edit(EditKind.HIDE, "d"), BOARD)  # the other tab
    refused, done = step_draft(empty_shop, ID, -1, seen.version)
    assert not done and refused.edits == Edits((("a", 2),), ("d",))
    both = edit_draft(empty_shop, ID, move("e", 1), BOARD)
    assert both.edits == Edits((("e", 1), ("a", 3)), ("d",))  # a stood at 2 whatever this tab had seen
    assert both.version == seen.version + 2


def test_edits_of_many_writers_at_once_are_all_kept(empty_shop: ShopPaths):
    board = [f"p{n}" for n in range(20)]
    threads = [
        threading.Thread(target=edit_draft, args=(empty_shop, ID, Edit(EditKind.HIDE, item), board)) for item in board
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft = read_draft(empty_shop, ID)
    assert set(draft.edits.hidden) == set(board) and draft.version == len(board)


def test_an_edit_that_changes_nothing_writes_nothing(empty_shop: ShopPaths):
    first = edit_draft(empty_shop, ID, Edit(EditKind.HIDE, "a"), BOARD)
    assert edit_draft(empty_shop, ID, Edit(EditKind.UNPIN, "b"), BOARD) == first


def test_drafts_left_behind_are_listed_newest_first(empty_shop: ShopPaths):
    assert list_drafts(empty_shop) == []
    edit_draft(empty_shop, ID, Edit(EditKind.HIDE, "a"), BOARD)
    edit_draft(empty_shop, "abcdef0123", Edit(EditKind.HIDE, "b"), BOARD)
    change_draft(empty_shop, "abcdef0123", lambda draft: draft.push(Edits()))
    assert [d.draft_id for d in list_drafts(empty_shop)] == [ID]
    delete_draft(empty_shop, ID)
    delete_draft(empty_shop, ID)
    assert list_drafts(empty_shop) == [] and read_draft(empty_shop, ID) == Draft(ID)


@pytest.mark.parametrize("text", [None, "", "../../etc", "0123", "0123456789/", "ABCDEF0123", "0" * 40])
def test_only_hexadecimal_names_a_draft(text: str | None, empty_shop: ShopPaths):
    assert not is_draft_id(text)
    with pytest.raises(InputError, match="hexadecimal"):
        read_draft(empty_shop, str(text))


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 1, "changed_at": "", "cursor": 4, "states": []}'])
def test_a_damaged_draft_is_named(content: str, empty_shop: ShopPaths):
    empty_shop.drafts.mkdir(parents=True)
    (empty_shop.drafts / f"{ID}.json").write_text(content)
    with pytest.raises(InputError, match="damaged"):
        read_draft(empty_shop, ID)
    assert list_drafts(empty_shop) == []


# ------------------------------------------------------------- rules


def drafted(*deeds: Edit, order: list[str]) -> Draft:
    draft = Draft(ID, 3)
    for deed in deeds:
        draft = draft.push(apply_edit(draft.edits, deed, order))
    return draft


def listed(model: Model, rules: RuleSet | None) -> list[str]:
    request = audience_request(model, Audience(shopper="u03"), 24, Filters(), None, AT)
    return [str(i) for i in rank(request, model, rules).item_ids]


def test_the_preview_stands_as_edited_and_publishing_gives_the_same_list(empty_shop: ShopPaths, small_model: Model):
    board = listed(small_model, None)
    draft = drafted(move(board[20], 2), Edit(EditKind.HIDE, board[0]), order=board)
    seen = listed(small_model, rules_with(read_rules(empty_shop), draft))
    assert seen[1] == board[20] and board[0] not in seen
    published = publish_draft(empty_shop, draft, owner="Ann", reason="Autumn", expected_version=0)
    assert published.version == 1 and {r.kind for r in published.rules} == {RuleKind.PIN, RuleKind.BLOCK}
    assert listed(small_model, read_rules(empty_shop)) == seen


@pytest.mark.parametrize("place", [1, 7, 24])
def test_a_product_stands_where_it_was_put(small_model: Model, place: int):
    board = listed(small_model, None)
    draft = drafted(move(board[11], place), order=board)
    assert listed(small_model, rules_with(RuleSet(), draft))[place - 1] == board[11]


def test_a_live_pin_gives_way_to_the_drafts_word_in_the_same_scope_only(empty_shop: ShopPaths):
    def pin(rule_id: str, item: str, place: int, segment: str = "") -> Rule:
        return Rule(rule_id, RuleKind.PIN, Selection((item,)), "Bo", "older", RuleScope(segment=segment), place=place)

    boost = Rule("boost", RuleKind.BOOST, Selection(("x",)), "Bo", "older", strength=1.0)
    older = [pin("same-item", "x", 9), pin("same-place", "y", 2), pin("loyal", "x", 2, "loyal"), boost]
    live = publish(empty_shop, older, None, who="Bo", why="older")
    draft = drafted(move("x", 2), order=["y", "z", "x"])
    kept = {r.rule_id for r in rules_with(live, draft).rules}
    assert kept == {"loyal", "boost", f"board-{ID}-{draft.version}-1"}


def test_publishing_over_somebody_elses_rules_is_refused_and_the_draft_kept(empty_shop: ShopPaths):
    draft = edit_draft(empty_shop, ID, Edit(EditKind.HIDE, "a"), BOARD)
    publish(empty_shop, [], None, who="Bo", why="in between")
    with pytest.raises(ConflictError):
        publish_draft(empty_shop, draft, owner="Ann", reason="Autumn", expected_version=0)
    assert read_draft(empty_shop, ID) == draft


def test_nothing_is_published_without_edit_owner_or_reason(empty_shop: ShopPaths):
    with pytest.raises(InputError, match="no edit"):
        publish_draft(empty_shop, Draft(ID), owner="Ann", reason="Autumn")
    draft = drafted(Edit(EditKind.HIDE, "a"), order=BOARD)
    for owner, reason in (("", "Autumn"), ("Ann", " ")):
        with pytest.raises(InputError):
            publish_draft(empty_shop, draft, owner=owner, reason=reason)
    assert read_rules(empty_shop).version == 0


def test_rules_carry_scope_and_end():
    end = datetime(2026, 12, 1, tzinfo=UTC)
    draft = drafted(move("c", 1), order=BOARD)
    rule = draft_rules(ID, 3, draft.edits, owner="A", reason="B", scope=RuleScope(segment="loyal"), ends_at=end)[0]
    assert (rule.scope.segment, rule.ends_at, rule.place, rule.selection.item_ids) == ("loyal", end, 1, ("c",))
