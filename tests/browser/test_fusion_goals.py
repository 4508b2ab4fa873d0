"""The exact curve and the front of trade-offs in the browser: a button and a click move the sliders."""

import pytest
from playwright.sync_api import Page, expect

from recsys.settings import Settings
from recsys.training.trade_offs import TradeOffs
from recsys.workflows.tuning import find_run_trade_offs
from tests.browser.test_flows import weights_in_address

STEP = 6
SHARE = 0.011
"""Sliders stop at hundredths."""


@pytest.fixture(scope="module")
def found(copy_demo_shop, start_server) -> tuple[object, TradeOffs]:
    """A dashboard on a shop whose live run has a front."""
    shop = copy_demo_shop("front")
    front = find_run_trade_offs(Settings(shop=shop, threads=1, device="cpu"), trials=100)
    return start_server(shop), front


def find_point(page: Page) -> tuple[float, float]:
    """The first place of the chart, from its upper right, where the pointer becomes a hand."""
    canvas = page.locator(".st-key-front_chart canvas").first
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box = canvas.bounding_box()
    assert box is not None
    for y in range(12, int(box["height"]) - 50, STEP):
        for x in range(int(box["width"]) - 20, 70, -STEP):
            page.mouse.move(box["x"] + x, box["y"] + y)
            if canvas.evaluate("e => e.parentElement.style.cursor") == "pointer":
                return box["x"] + x, box["y"] + y
    raise AssertionError("no point of the front can be pointed at")


@pytest.mark.parametrize("dark", [False, True])
def test_click_on_the_front_moves_every_slider(visit, found, dark: bool):
    server, kept = found
    view = visit(at=server, dark=dark)
    page = view.open("fusion")
    page.mouse.click(*find_point(page))
    expect(page.get_by_text("on the front")).to_be_visible()
    view.settle()
    chosen = weights_in_address(page)
    points = [{n: w for n, w in point.weights.items() if w} for point in kept.front.points]
    assert any(point == pytest.approx(chosen, abs=SHARE) for point in points)
    for label, name in (("Text", "text"), ("Image", "image")):
        shown = float(page.get_by_label(f"Weight of {label}").input_value())
        assert shown == pytest.approx(chosen.get(name, 0.0), abs=SHARE)


def test_the_button_under_the_curve_moves_its_weight_to_the_best(visit, found):
    view = visit(at=found[0])
    page = view.open("fusion")
    page.get_by_label("Weight of Image").focus()
    page.keyboard.press("End")
    view.settle()
    button = page.get_by_role("button", name="Move Image to")
    expect(button).to_be_visible()
    aim = float(button.inner_text().rpartition(" ")[2])
    if aim == 1:
        expect(button).to_be_disabled()
        return
    button.click()
    expect(button).to_be_disabled()
    view.settle()
    assert weights_in_address(page).get("image", 0.0) == pytest.approx(aim, abs=SHARE)
    expect(page.get_by_text("on the plateau")).to_be_visible()
