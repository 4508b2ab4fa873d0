"""A picture of every page of the navigation in light and dark, and of the main ones on a phone."""

from pathlib import Path

import pytest

from tests.browser.conftest import PAGES

FOLDER = Path(__file__).with_name("screenshots")
MAX_HEIGHT = 4000


def take(visit, name: str) -> Path:
    page = visit.page
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    size = page.viewport_size
    page.set_viewport_size({"width": size["width"], "height": min(max(height, size["height"]), MAX_HEIGHT)})
    visit.settle()
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_looks_right(visit, name: str, dark: bool):
    view = visit(dark=dark)
    page = view.open("" if name == PAGES[0] else name)
    assert page.locator("h1").count() == 1
    assert page.title().endswith("· Vitrine")
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.locator('[data-testid="stAlertContentError"]').count() == 0
    path = take(view, f"{name}-{'dark' if dark else 'light'}")
    assert path.stat().st_size > 20_000


@pytest.mark.parametrize("name", ["today", "recommendations", "fusion"])
def test_phone_fits_without_sideways_scrolling(visit, name: str):
    view = visit(phone=True)
    page = view.open("" if name == PAGES[0] else name)
    take(view, f"{name}-phone")
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 1
