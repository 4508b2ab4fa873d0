"""Recommendations: the address decides the view, filters change the list, somebody unknown gets a defined list."""

import pytest

from recsys.ranking import rank
from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.workflows.lists import request_for
from tests.pages.conftest import OpenPage
from ui import state
from ui.variety import VARIETIES


@pytest.fixture(scope="module")
def shopper(demo_shop: ShopPaths) -> str:
    interactions = load_model(demo_shop).interactions
    return str(interactions.user_ids[interactions.histories.lengths.argmax()])


def eligible(at) -> int:
    line = next(m.value for m in at.markdown if "eligible product" in m.value)
    return int(line.split(" of ")[1].split()[0].replace(",", ""))


def test_the_address_reopens_the_view(open_page: OpenPage, shopper: str):
    at = open_page(
        "recommendations", shopper=shopper, view="Compare", use="Looks first", products="warm", in_stock="false"
    )
    assert at.selectbox(key=state.SHOPPER).value == shopper
    assert at.selectbox(key=state.WEIGHT_SET).value == "Looks first"
    assert at.session_state[state.VIEW] == "Compare"
    assert at.session_state[state.ITEMS] == "warm"
    assert at.toggle(key=state.IN_STOCK).value is False
    assert any("of the live top 24 stay" in m.value for m in at.markdown)


def test_nonsense_in_the_address_falls_back(open_page: OpenPage):
    at = open_page(
        "recommendations", category="nowhere", products="banana", view="3", use="no such preset", hide_seen="maybe"
    )
    assert not at.exception and not at.error
    assert at.selectbox(key=state.CATEGORY).value is None
    assert at.selectbox(key=state.WEIGHT_SET).value == "Live"
    assert at.session_state[state.VIEW] == "Grid"
    assert at.session_state[state.ITEMS] == "all"


def test_somebody_unknown_gets_a_list_that_names_its_sources(open_page: OpenPage):
    at = open_page("recommendations", shopper="nobody knows me")
    assert not at.exception
    assert at.info[0].value.startswith("No history:")
    assert "Trend" in at.info[0].value and "Text" not in at.info[0].value


def test_filters_change_how_many_products_are_eligible(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper)
    everything = eligible(at)
    at.toggle(key=state.HIDE_SEEN).set_value(True).run()
    unseen = eligible(at)
    assert unseen < everything
    at.toggle(key=state.HIDE_SEEN).set_value(False)
    at.toggle(key=state.IN_STOCK).set_value(False).run()
    assert eligible(at) > everything


def test_a_category_narrows_the_list(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper)
    everything = eligible(at)
    category = at.selectbox(key=state.CATEGORY)
    category.set_value(category.options[0]).run()
    assert not at.exception
    assert 0 < eligible(at) < everything


def test_the_drawer_says_why_term_by_term(open_page: OpenPage, shopper: str, demo_shop: ShopPaths):
    at = open_page("recommendations", shopper=shopper)
    at.session_state[state.WHY] = str(load_model(demo_shop).catalogue.item_ids[5])
    at.run()
    assert not at.exception
    assert any(m.value.startswith("**The sum**") for m in at.markdown)
    assert state.WHY not in at.session_state


def test_a_product_that_is_gone_is_a_sentence(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper)
    at.session_state[state.WHY] = "no such product"
    at.run()
    assert not at.exception
    assert any("This product is gone" in m.value for m in at.markdown)


def test_parameters_without_a_value_fall_back(open_page: OpenPage):
    at = open_page("recommendations", category="", products="", view="", use="", hide_seen="", shopper="")
    assert not at.exception and not at.error
    assert at.session_state[state.VIEW] == "Grid"
    assert at.session_state[state.ITEMS] == "all"
    assert at.selectbox(key=state.WEIGHT_SET).value == "Live"


def test_variety_changes_the_list_and_shows_what_it_moved(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper, variety="Strong")
    assert not at.exception
    assert at.session_state[state.VARIETY] == "Strong"
    assert any("**diversity** MMR, strength 0.3: " in m.value for m in at.markdown)
    moves = next(d.value for d in at.dataframe if "From" in d.value)
    assert len(moves) > 0 and (moves["From"] != moves["To"]).all() and moves["Why"].str.len().min() > 10
    assert set(moves["Step"]) == {"diversity"}
    assert any("of the live top 24 stay" in m.value for m in at.markdown)


def test_without_variety_there_is_no_such_step(open_page: OpenPage, shopper: str):
    at = open_page("recommendations", shopper=shopper, variety="Wild")  # no such choice
    assert not at.exception and at.session_state[state.VARIETY] == "Off"
    assert not any("**diversity**" in m.value for m in at.markdown)
    assert any("**sum** " in m.value for m in at.markdown)


def test_the_drawer_says_that_variety_moved_a_product(open_page: OpenPage, shopper: str, demo_shop: ShopPaths):
    model = load_model(demo_shop)
    request = request_for(model, shopper, 24, diversity=VARIETIES["Strong"])
    moved = next(m for s in rank(request, model).trace for m in s.moves if m.place_to <= 24)
    at = open_page("recommendations", shopper=shopper, variety="Strong")
    at.session_state[state.WHY] = str(model.catalogue.item_ids[moved.item_num])
    at.run()
    assert not at.exception
    assert any("Variety moved it" in m.value and f"to place {moved.place_to}:" in m.value for m in at.markdown)


def test_explain_follows_the_variety_of_the_list(open_page: OpenPage, shopper: str, demo_shop: ShopPaths):
    model = load_model(demo_shop)
    moved = next(
        m for s in rank(request_for(model, shopper, 24, diversity=VARIETIES["Strong"]), model).trace for m in s.moves
    )
    item = str(model.catalogue.item_ids[moved.item_num])
    at = open_page("explain", shopper=shopper, variety="Strong", item=item)
    assert not at.exception
    assert any("Variety moved it" in m.value for m in at.markdown)
