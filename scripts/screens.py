"""Take the pictures of `docs/images`: every page of the dashboard, light and dark, from a shop that is prepared.

    python -m scripts.screens --shop data/var/demo [--pages today fusion]

Needs Chromium and Playwright. `docs/screens.md` shows the pictures; a test fails where a page has none.
"""

import argparse
import io
import re
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.browser_latency import BUSY_OR_CHANGING, FLAGS, READY, WATCH, served

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "docs" / "images"
PAGES = re.findall(r'^ +_page\("(\w+)"', (REPOSITORY / "app.py").read_text(encoding="utf-8"), flags=re.MULTILINE)
"""The pages of the navigation literal, the first one being the default."""
WIDTH, TALLEST, QUALITY = 1440, 2000, 80


def take(browser: Browser, url: str, name: str, scheme: str) -> None:
    """Save one page as WebP; README's own picture also as PNG, which every viewer shows."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.set_default_timeout(120_000)
    page.add_init_script(WATCH)
    page.goto(f"{url}/{'' if name == PAGES[0] else name}")
    page.wait_for_selector(READY)
    page.wait_for_function(BUSY_OR_CHANGING)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": max(900, min(height, TALLEST))})
    page.wait_for_function(BUSY_OR_CHANGING)
    shot = page.screenshot()
    Image.open(io.BytesIO(shot)).convert("RGB").save(FOLDER / f"{name}-{scheme}.webp", quality=QUALITY, method=6)
    if (name, scheme) == ("recommendations", "light"):
        Image.open(io.BytesIO(shot)).quantize(256).save(FOLDER / f"{name}-{scheme}.png", optimize=True)
    page.close()


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, default=REPOSITORY / "data" / "var" / "demo")
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=PAGES)
    given = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served(given.shop) as (url, _), sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in given.pages:
            for scheme in ("light", "dark"):
                take(browser, url, name, scheme)
        browser.close()


if __name__ == "__main__":
    main()
