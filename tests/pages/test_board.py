"""The board's state: who the list is for, drafts on disk, undo, redo, discard, drafts left behind, two tabs."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.workflows.drafts import delete_draft, edit_draft, list_drafts, read_draft
from recsys.workflows.edits import Edit, EditKind
from recsys.workflows.lists import best_for
from tests.pages.conftest import OpenPage
from ui import state
from ui.shelf_draft import HINT

ID = "00aa11bb22"


@pytest.fixture(scope="module")
def order(demo_shop: ShopPaths) -> list[str]:
    model = load_model(demo_shop)
    return [str(i) for i in best_for(model, str(model.interactions.user_ids[0])).item_ids]


@pytest.fixture(scope="module")
def shopper(demo_shop: ShopPaths) -> str:
    return str(load_model(demo_shop).interactions.user_ids[0])


@pytest.fixture
def edit(page_shop: ShopPaths, order: list[str]) -> Iterator[Callable[[Edit], None]]:
    """Edit the draft as another tab would; every draft is gone afterwards."""
    yield lambda deed: edit_draft(page_shop, ID, deed, order) and None
    for draft in [*list_drafts(page_shop, 100), read_draft(page_shop, ID)]:
        delete_draft(page_shop, draft.draft_id)


def says(at: AppTest, words: str) -> bool:
    return any(words in m.value for m in at.markdown)


@pytest.mark.parametrize("kind", ["segment", "basket", "like"])
def test_every_audience_opens_by_its_address(open_page: OpenPage, order: list[str], kind: str):
    at = open_page("recommendations", **{"for": kind, "segment": "loyal", "with": order[3]})
    assert not at.exception
    assert at.session_state[state.WHO] == kind
    assert says(at, "24 of ") and not at.info
    assert says(at, "What a sample of them did lately") == (kind == "segment")


def test_choosing_an_audience_changes_the_list(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper)
    assert says(at, "Her history")
    at.session_state[state.WHO] = "basket"
    at.run()
    assert not at.exception and at.info[0].value.startswith("Search a product above")
    assert at.query_params[state.WHO] in ("basket", ["basket"])


def test_nonsense_in_the_address_is_left_aside(open_page: OpenPage):
    at = open_page("recommendations", **{"for": "banana", "with": "no such product", "draft": "../../etc/passwd"})
    assert not at.exception and at.session_state[state.WHO] == "shopper"
    assert state.DRAFT_ID not in at.query_params and says(at, HINT)
    at = open_page("recommendations", **{"for": "like", "with": "no such product"})
    assert not at.exception and at.info[0].value.startswith("Search a product above")


def test_a_draft_opens_from_the_address_and_walks_back_and_forth(open_page, page_shop, shopper, order, edit):
    edit(Edit(EditKind.MOVE, order[9], 1))
    edit(Edit(EditKind.HIDE, order[2]))
    at = open_page("recommendations", shopper=shopper, draft=ID)
    assert not at.exception and says(at, "2 edits, not published") and says(at, "of the live top 24 stay")
    at.button(key="draft_undo").click().run()
    assert says(at, "1 edit, not published") and read_draft(page_shop, ID).edits.hidden == ()
    at.button(key="draft_redo").click().run()
    assert read_draft(page_shop, ID).edits.hidden == (order[2],)
    at.button(key=f"show_{order[2]}").click().run()
    assert read_draft(page_shop, ID).edits.hidden == ()
    at.button(key="draft_discard").click().run()
    assert len(read_draft(page_shop, ID).edits) == 0 and says(at, HINT)
    at.button(key="draft_undo").click().run()
    assert says(at, "1 edit, not published")


def test_a_draft_outlives_the_page(open_page, shopper, order, edit):
    edit(Edit(EditKind.PIN, order[0]))
    at = open_page("recommendations", shopper=shopper, draft=ID)
    at.switch_page("../../pages/explain.py").run()
    at.query_params.pop(state.DRAFT_ID, None)
    at.switch_page("../../pages/recommendations.py").run()
    assert not at.exception and says(at, "1 edit, not published")


def test_drafts_left_behind_are_offered(open_page, page_shop, shopper, order, edit):
    edit(Edit(EditKind.PIN, order[0]))
    at = open_page("recommendations", shopper=shopper)
    at.button(key=f"open_{ID}").click().run()
    assert says(at, "1 edit, not published")
    at = open_page("recommendations", shopper=shopper)
    at.button(key=f"drop_{ID}").click().run()
    assert not at.exception and list_drafts(page_shop) == []


def test_an_undo_over_another_tabs_edit_is_refused_and_said(open_page, page_shop, shopper, order, edit):
    edit(Edit(EditKind.PIN, order[0]))
    at = open_page("recommendations", shopper=shopper, draft=ID)
    edit(Edit(EditKind.HIDE, order[5]))  # the other tab
    at.button(key="draft_undo").click().run()
    assert any("Another tab changed this draft first" in toast.value for toast in at.toast)
    assert read_draft(page_shop, ID).edits.hidden == (order[5],) and says(at, "2 edits, not published")


def test_another_tabs_edit_shows_and_is_said(open_page, shopper, order, edit):
    edit(Edit(EditKind.PIN, order[0]))
    at = open_page("recommendations", shopper=shopper, draft=ID)
    edit(Edit(EditKind.HIDE, order[5]))
    at.run()
    assert any("changed in another tab" in toast.value for toast in at.toast) and says(at, "2 edits, not published")


def test_a_damaged_draft_is_a_sentence_and_the_page_works(open_page, page_shop, shopper, edit):
    page_shop.drafts.mkdir(exist_ok=True)
    (page_shop.drafts / f"{ID}.json").write_text("{")
    at = open_page("recommendations", shopper=shopper, draft=ID)
    (page_shop.drafts / f"{ID}.json").unlink()
    assert not at.exception and "damaged" in at.warning[0].value and says(at, "24 of ")


def test_compare_shows_edits_and_weights_beside_live(open_page, shopper, order, edit):
    edit(Edit(EditKind.MOVE, order[9], 1))
    at = open_page("recommendations", shopper=shopper, draft=ID, view="Compare", use="Looks first")
    assert not at.exception
    assert [says(at, f"**{name}**") for name in ("Live", "Looks first", "With your edits")] == [True] * 3


def test_what_if_and_absence_answer_in_the_drawers(open_page, shopper, order):
    at = open_page("recommendations", shopper=shopper)
    at.session_state[state.WHY] = order[3]
    at.session_state["what_if_price"] = "−10 %"
    at.run()
    assert not at.exception and says(at, "Place **")
    at = open_page("recommendations", shopper=shopper)
    at.session_state[state.MISSING] = order[3]
    at.button(key="ask_missing").click().run()
    assert not at.exception and at.success[0].value.startswith("It is here, at place 4")


def test_the_profile_opens_with_her_history(open_page, shopper, demo_shop):
    at = open_page("recommendations", shopper=shopper)
    at.button(key="open_profile").click().run()
    assert not at.exception
    history = next(d.value for d in at.dataframe if "occurred_at" in d.value)
    assert len(history) == len(load_model(demo_shop).interactions.history(shopper).item_num)
