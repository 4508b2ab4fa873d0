"""Today: figures with intervals, what needs attention, and the period in the address."""

import re
from collections.abc import Callable

import pytest

from recsys.settings import ShopPaths
from tests.pages.conftest import OpenPage
from ui import state


def test_tiles_carry_figures(open_page: OpenPage):
    at = open_page("today")
    assert [m.label for m in at.metric] == [
        "Click-through rate",
        "Conversion per click",
        "Revenue per 1,000 impressions",
        "New products unseen",
    ]
    assert at.metric[0].value.endswith("%")


def test_the_period_comes_from_the_address(open_page: OpenPage):
    assert open_page("today", period="7").session_state[state.PERIOD] == "7"


@pytest.mark.parametrize("period", ["11", "banana", ""])
def test_a_nonsense_period_falls_back(open_page: OpenPage, period: str):
    at = open_page("today", period=period)
    assert not at.exception
    assert at.session_state[state.PERIOD] == "28"


def test_what_needs_a_person_is_ranked_by_money_with_its_interval(open_page: OpenPage):
    at = open_page("today")
    said = [m.value for m in at.markdown]
    amounts = [float(re.sub(r"[^0-9.]", "", text.split("**")[1])) for text in said if text.startswith("**about ")]
    assert amounts and amounts == sorted(amounts, reverse=True)
    assert all(" to " in text for text in said if text.startswith("**about "))


def test_the_period_and_the_comparison_change_what_is_said(open_page: OpenPage):
    at = open_page("today")
    before = [m.value for m in at.metric]
    at.segmented_control(key=state.PERIOD).set_value("7").run()
    assert not at.exception and [m.value for m in at.metric] != before
    at.selectbox(key=state.COMPARE).set_value("none").run()
    assert not at.exception and not any(m.delta for m in at.metric)


def test_a_sheet_can_be_taken_away(open_page: OpenPage):
    at = open_page("today")
    assert "One-page PDF" in [b.label for b in at.get("download_button")]


def test_a_rule_that_ends_soon_is_told(open_page: OpenPage, copy_demo_shop: Callable[[str], ShopPaths]):
    from recsys.workflows.launches import pin_product

    shop = copy_demo_shop("ending")
    pin_product(shop, "P00001", place=2, days=3, owner="Ana", reason="Launch week")
    said = [m.value for m in open_page("today", shop=shop).markdown]
    assert any("1 rule ends within a week" in text for text in said)


def test_a_store_owned_elsewhere_is_said_so(open_page: OpenPage, copy_demo_shop: Callable[[str], ShopPaths]):
    from recsys.store import Store

    paths = copy_demo_shop("owned")
    with Store.open(paths):
        at = open_page("today", shop=paths)
    assert not at.exception
    assert len(at.warning) == 1
