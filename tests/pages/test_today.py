"""Today: figures with intervals, what needs attention, and the period in the address."""

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
    assert open_page("today", period="7 days").session_state[state.PERIOD] == 7


@pytest.mark.parametrize("period", ["11", "banana", ""])
def test_a_nonsense_period_falls_back(open_page: OpenPage, period: str):
    at = open_page("today", period=period)
    assert not at.exception
    assert at.session_state[state.PERIOD] == 28


def test_a_store_owned_elsewhere_is_said_so(open_page: OpenPage, copy_demo_shop: Callable[[str], ShopPaths]):
    from recsys.store import Store

    paths = copy_demo_shop("owned")
    with Store.open(paths):
        at = open_page("today", shop=paths)
    assert not at.exception
    assert len(at.warning) == 1
