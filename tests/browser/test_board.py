"""A merchandiser at the board: by keyboard and mouse, undo, a lost tab, publish; a basket; a missing product."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from recsys.rules.book import publish, read_rules
from recsys.settings import ShopPaths
from tests.browser.conftest import PATIENCE_MS, Server, Visit

CARD = ".st-key-board ol.grid > li"


def ids(page: Page) -> list[str]:
    return page.locator(CARD).evaluate_all("cards => cards.map(card => card.dataset.id)")


def opened(view: Visit, path: str = "recommendations") -> Page:
    """Open the page and wait for its board."""
    page = view.open(path)
    expect(page.locator(CARD)).to_have_count(24)
    return page


def until(page: Page, holds: Callable[[list[str]], bool]) -> None:
    """Wait until the board stands as it should; a busy machine is slow, not wrong."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not holds(ids(page)):
        assert time.monotonic() < deadline, ids(page)
        page.wait_for_timeout(100)


def focused(page: Page) -> str:
    found = "let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement"
    return page.evaluate(f"() => {{ {found}; return e?.dataset?.id ?? '' }}")


def press(view: Visit, key: str) -> None:
    view.page.keyboard.press(key)
    view.settle()


def test_edit_by_keyboard_lose_the_tab_and_publish(visit, server):
    view = visit()
    page = opened(view)
    live = ids(page)
    page.locator(CARD).nth(3).focus()
    press(view, "Alt+ArrowLeft")
    until(page, lambda now: now[:4] == [live[0], live[1], live[3], live[2]])
    expect(page.get_by_text("1 edit, not published")).to_be_visible()
    assert focused(page) == live[3]
    press(view, "p")  # not pinned any more: back to where the sum puts it
    until(page, lambda now: now == live)
    press(view, "Control+z")
    until(page, lambda now: now[2] == live[3])
    page.locator(CARD).nth(5).focus()
    press(view, "h")
    until(page, lambda now: live[5] not in now and len(now) == 24)
    expect(page.get_by_text("2 edits, not published")).to_be_visible()
    edited = ids(page)
    press(view, "Control+z")
    until(page, lambda now: live[5] in now)
    press(view, "Control+Shift+Z")
    until(page, lambda now: now == edited)
    other = visit()  # the tab is lost; its address opens the draft again
    page = opened(other, page.url.rsplit("/", 1)[1])
    assert ids(page) == edited
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Autumn wall")
    dialog.get_by_label("Your name").fill("Ann")
    dialog.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("2 edits, not published")).to_have_count(0)
    third = visit()
    page = opened(third)
    paths = ShopPaths(shop_of(server))
    try:
        assert ids(page) == edited and "draft=" not in page.url
        expect(page.locator(CARD).nth(2).locator(".source")).to_have_text("rule")
    finally:
        publish(paths, [], read_rules(paths).version, who="test", why="back to the start")


def shop_of(server: Server) -> Path:
    """The shop folder a server works on."""
    environment = Path(f"/proc/{server.process.pid}/environ").read_bytes().split(b"\0")
    return Path(next(e for e in environment if e.startswith(b"VITRINE_SHOP=")).partition(b"=")[2].decode())


def test_drag_and_type_a_place(visit):
    view = visit()
    page = opened(view)
    live = ids(page)
    page.locator(CARD).nth(8).drag_to(page.locator(CARD).nth(1))
    until(page, lambda now: now[:3] == [live[0], live[8], live[1]])
    expect(page.locator(CARD).nth(1).locator(".move")).to_have_text("↑ 7")
    page.locator(CARD).nth(6).get_by_role("button", name=re.compile("Type a place")).click()
    page.keyboard.type("3")
    press(view, "Enter")
    until(page, lambda now: now[2] == live[5])
    page.get_by_role("button", name="Discard").click()
    until(page, lambda now: now == live)


def test_a_basket_is_put_together_by_typing(visit):
    view = visit()
    page = opened(view, "recommendations?for=basket")
    before = ids(page)
    field = page.locator(".st-key-who_picker input")
    field.click()
    field.type("dress")
    expect(page.locator(".st-key-who_picker li").first).to_be_visible()
    press(view, "Enter")
    expect(page.locator(".st-key-who_picker .chip")).to_have_count(1)
    until(page, lambda now: now != before)
    assert "with=" in page.url
    page.reload()
    view.settle()
    expect(page.locator(".st-key-who_picker .chip")).to_have_count(1)


def test_a_missing_product_is_shown_by_the_change_that_is_offered(visit):
    view = visit()
    page = opened(view)
    page.get_by_role("button", name="Why is my product not here?").click()
    field = page.locator(".st-key-missing_picker input")
    field.click()
    field.type("a")
    choices = page.locator(".st-key-missing_picker li")
    expect(choices.nth(3)).to_be_visible()
    shown = set(ids(page))
    names = choices.locator(".sub").all_inner_texts()
    wanted = next(n for n, text in enumerate(names) if text.split(" · ")[0] not in shown)
    item = names[wanted].split(" · ")[0]
    choices.nth(wanted).click()
    page.get_by_role("dialog").get_by_role("button", name="Apply").first.click()
    until(page, lambda now: item in now)


def test_an_interaction_takes_few_messages(visit):
    view = visit()
    frames: list[object] = []
    view.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(frame)))
    page = opened(view)
    page.locator(CARD).nth(3).focus()
    frames.clear()
    press(view, "p")
    expect(page.locator(CARD).nth(3)).to_have_class(re.compile("pinned"))
    assert 0 < len(frames) <= 80
