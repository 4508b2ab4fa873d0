"""What a person does: open a product's reasons, walk the board by keyboard, compare, drag a weight, click the map."""

import re

import pytest
from playwright.sync_api import Page, expect

CARD = ".st-key-board ol.grid > li"
SHELF = ".st-key-lab .shelf > li"


def weights_in_address(page: Page) -> dict[str, float]:
    found = re.search(r"[?&]weights=([^&]*)", page.url)
    if not found:
        return {}
    pairs = (part.split(":") for part in found[1].replace("%3A", ":").replace("%2C", ",").split(","))
    return {name: float(value) for name, value in pairs}


def top(page: Page) -> list[str]:
    return page.locator(f"{SHELF}:not([hidden])").evaluate_all("cells => cells.map(c => c.title)")


def test_board_opens_the_reasons_and_leads_to_explain(visit):
    view = visit()
    page = view.open("recommendations")
    expect(page.locator(CARD)).to_have_count(24)
    page.locator(CARD).nth(2).click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("tab", name="The sum")).to_be_visible()
    expect(drawer.locator("canvas").first).to_be_visible()
    drawer.get_by_role("link", name="Open in Explain").click()
    view.settle()
    assert "/explain" in page.url and "item=" in page.url


def test_board_by_keyboard(visit):
    view = visit()
    page = view.open("recommendations")
    page.locator(CARD).first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    label = page.evaluate("document.activeElement.shadowRoot?.activeElement?.getAttribute('aria-label') ?? ''")
    label = label or page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert re.match(r"Place [4-9]:", label)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text(re.compile(r"^Place [4-9] of"))).to_be_visible()


def test_pictures_are_drawn_and_cached_for_ever(visit):
    view = visit()
    answers = []
    view.page.on("response", lambda answer: answers.append(answer) if "/pictures/" in answer.url else None)
    page = view.open("recommendations")
    widths = page.locator(f"{CARD} img").evaluate_all("images => images.map(i => i.naturalWidth)")
    assert len(widths) >= 20 and min(widths) > 0
    assert answers and all("immutable" in answer.headers["cache-control"] for answer in answers)


def test_compare_shows_moves_and_survives_a_reload(visit):
    view = visit()
    page = view.open("recommendations?view=Compare&use=Looks+first")
    expect(page.locator(".st-key-board_live ol > li")).to_have_count(24)
    moves = page.locator(".st-key-board_asked .move").all_inner_texts()
    assert any(m.startswith("↑") for m in moves)
    page.reload()
    view.settle()
    assert page.locator(".st-key-board_asked .move").all_inner_texts() == moves


def test_dragging_reranks_before_release_and_confirms_after(visit):
    view = visit()
    page = view.open("fusion")
    before, quality = top(page), page.locator('[data-testid="stMetricValue"]').first.inner_text()
    slider = page.get_by_label("Weight of Image")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + box["height"] / 2, steps=8)
    page.wait_for_timeout(120)
    assert top(page) != before
    assert weights_in_address(page) == {}
    page.mouse.up()
    view.settle()
    assert weights_in_address(page)["image"] > 0.9
    dragged = top(page)
    expect(page.get_by_text(re.compile(r"^[+−]0\.\d{3} ± 0\.\d{3}")).first).to_be_visible()
    page.reload()
    view.settle()
    assert top(page) == dragged
    page.get_by_role("button", name="Back to live").click()
    view.settle()
    assert top(page) == before
    assert page.locator('[data-testid="stMetricValue"]').first.inner_text() == quality
    assert weights_in_address(page) == {}


def test_slider_by_keyboard(visit):
    view = visit()
    page = view.open("fusion")
    page.get_by_label("Weight of Text").focus()
    page.keyboard.press("End")
    view.settle()
    assert weights_in_address(page)["text"] == 1


def test_click_on_the_map_moves_both_sliders(visit):
    view = visit()
    page = view.open("fusion")
    canvas = page.locator(".st-key-surface canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    at = (box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.15)
    page.mouse.move(*at)
    page.wait_for_timeout(200)
    page.mouse.click(*at)
    view.settle()
    chosen = weights_in_address(page)
    assert chosen["text"] >= 0.7 and chosen["image"] >= 0.7
    assert float(page.get_by_label("Weight of Text").input_value()) == pytest.approx(chosen["text"], abs=0.011)


@pytest.mark.parametrize(
    "path",
    [
        "recommendations?shopper=%3Cscript%3E&category=x&use=y&view=z&products=q&hide_seen=7",
        "fusion?weights=;DROP&shopper=../../etc/passwd",
        "?period=banana",
        "?period=",
        "no-such-page",
    ],
)
def test_nonsense_in_the_address_shows_a_page(visit, path: str):
    page = visit().open(path)
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator('[data-testid="stException"]').count() == 0


def test_headers_and_strict_picture_names(visit, server):
    page = visit().page
    answer = page.request.get(server.url)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in (
        "..%2F..%2Fstore.duckdb",
        "a.webp",
        "x" * 64 + "-96.webp",
        "0" * 64 + "-97.webp",
        "0" * 64 + "-96.webp",
    ):
        assert page.request.get(f"{server.url}/pictures/{name}").status in (400, 404)
