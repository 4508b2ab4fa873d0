"""The frame in a real browser: shops side by side, roles, languages, and addresses that open the same view again."""

import re
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from recsys.settings import ShopPaths
from tests.browser.conftest import Visit


@pytest.fixture(scope="module")
def street(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    """A shop with another one beside it."""
    first = copy_demo_shop("street")
    shutil.copytree(first.root, first.root.parent / "corner")
    return first


@pytest.fixture(scope="module")
def own_server(start_server, street: ShopPaths):
    """A dashboard on the first shop of the street."""
    return start_server(street)


def choose(view: Visit, key: str, name: str) -> None:
    """Choose from a list of the frame."""
    view.page.locator(f".st-key-{key} input").click()
    view.page.get_by_role("option", name=name, exact=True).click()
    view.settle()


def say(view: Visit, language: str) -> None:
    view.page.locator(".st-key-lang").get_by_text(language, exact=True).click()
    view.settle()


def shown(page: Page) -> str:
    return page.locator('[data-testid="stMain"]').inner_text()


def test_another_shop_opens_afresh_and_shows_its_pictures(visit, own_server):
    view = visit(at=own_server)
    page = view.open("recommendations?shopper=nobody")
    choose(view, "shop", "corner")
    expect(page).to_have_url(re.compile(r"/recommendations\?(.*&)?shop=corner"))
    assert "shopper=nobody" not in page.url
    picture = page.locator(".st-key-board img").first
    assert picture.evaluate("e => e.complete && e.naturalWidth") > 0
    page.get_by_role("link", name="Performance").click()
    expect(page).to_have_url(re.compile(r"/performance\?shop=corner"))
    view.settle()
    again = visit(at=own_server)
    assert (
        again.open(page.url.removeprefix(f"{own_server.url}/")).locator(".st-key-shop input").input_value() == "corner"
    )


@pytest.mark.parametrize("asked", ["..%2Fdemo", "%2Fetc", "shop%00", "<b>"])
def test_an_address_reaches_no_other_folder(visit, own_server, asked: str):
    view = visit(at=own_server)
    page = view.open(f"?shop={asked}")
    assert page.locator(".st-key-shop input").input_value() == "shop"
    assert page.locator('[data-testid="stException"]').count() == 0


def test_a_role_begins_on_its_page_and_hides_no_address(visit, own_server):
    view = visit(at=own_server)
    page = view.open()
    choose(view, "view_as", "Analyst")
    expect(page).to_have_url(re.compile("/fusion\\?.*view_as=analyst"))
    links = page.locator('[data-testid="stSidebarNav"] a')
    assert "Catalogue" not in " ".join(links.all_inner_texts())
    view.open("catalogue?view_as=analyst")
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")


def test_language_is_kept_across_pages_and_by_a_link(visit, own_server):
    view = visit(at=own_server)
    page = view.open("performance?period=7")
    say(view, "中文")
    expect(page).to_have_url(re.compile("lang=zh"))
    assert "period=7" in page.url
    assert re.search("[\u4e00-\u9fff]", page.get_by_role("heading", level=1).inner_text())
    page.locator('[data-testid="stSidebarNav"] a').first.click()
    expect(page).to_have_url(re.compile(r"/\?lang=zh&period=7"))
    view.settle()
    again = visit(at=own_server)
    same = again.open(page.url.removeprefix(f"{own_server.url}/"))
    assert shown(same) == shown(page)


def test_words_in_an_address_follow_the_language(visit, own_server):
    view = visit(at=own_server)
    page = view.open("recommendations")
    page.get_by_text("Compare", exact=True).first.click()
    view.settle()
    before = page.url
    say(view, "中文")
    assert "lang=zh" in page.url
    again = visit(at=own_server)
    same = again.open(page.url.removeprefix(f"{own_server.url}/"))
    assert shown(same) == shown(page)
    say(view, "English")
    assert page.url == before


def test_the_way_back_undoes_a_choice(visit, own_server):
    view = visit(at=own_server)
    page = view.open("performance")
    page.locator(".st-key-period").get_by_text("7 days").click()
    view.settle()
    assert "period=7" in page.url
    page.go_back()
    view.settle()
    assert "period" not in page.url
    expect(page.locator('.st-key-period [data-selected="true"]')).to_have_text("28 days")


def test_a_keyboard_goes_straight_to_the_page_and_help_says_how(visit, own_server):
    view = visit(at=own_server)
    page = view.open()
    page.keyboard.press("Tab")
    assert "main content" in page.evaluate("() => document.activeElement.textContent")
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_text("Ctrl+Z", exact=False).first).to_be_visible()


def test_the_frame_fits_a_phone(visit, own_server):
    view = visit(at=own_server, phone=True)
    page = view.open()
    expect(page.locator(".st-key-scope")).to_be_in_viewport()
    page.locator('[data-testid="stExpandSidebarButton"]').click()
    expect(page.locator(".st-key-lang")).to_be_visible()
    assert page.locator('[data-testid="stMain"]').evaluate("e => e.scrollWidth - e.clientWidth") <= 1
