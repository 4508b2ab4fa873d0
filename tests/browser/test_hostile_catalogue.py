"""A catalogue and a log that attack the reader: nothing leaves the host, nothing runs, no link is made."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from recsys.settings import ShopPaths
from recsys.training.run_files import finish_run, show_run
from recsys.training.runs import live_run_id
from tests.browser.conftest import PAGES, Server

EVIL = "evil.example"
TEXTS = [
    f"[click me](https://{EVIL}/a)",
    f"<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'><iframe src='https://{EVIL}'></iframe>",
    f"![pixel](https://{EVIL}/pixel.png)",
    "A" * 10_000,
    "\u202eright to left\u202c مرحبا بالعالم שלום",
    "🧥👗👩‍👩‍👧‍👦 café ﷽ Z̴̡̛a̶l̷g̸o̵",
    f"https://{EVIL}/auto www.{EVIL} me@{EVIL}",
    ":material/home: :red[colour] :small[x] $\\alpha$ `code` **bold** # heading\n\n- list",
    f'=HYPERLINK("https://{EVIL}")',
    f'[a]: https://{EVIL} "x" <https://{EVIL}> [a] ![a]',
    "javascript:window.hacked=1",
    '"><svg onload=window.hacked=1> {{7*7}} ${7*7} </textarea>',
]
SHOPPER = f"[me](https://{EVIL}/shopper) <b onmouseover=window.hacked=1>"


def attack(paths: ShopPaths, folder: Path) -> None:
    """Give every product hostile words, add a hostile shopper, and let the live run read them."""
    from recsys.data.snapshot import latest_snapshot
    from recsys.store import Store
    from recsys.workflows.imports import import_catalogue, import_events

    items = pd.read_parquet(latest_snapshot(paths) / "catalogue.parquet")
    hostile = pd.Series([TEXTS[n % len(TEXTS)] for n in range(len(items))])
    items = items.drop(columns=["images"]).assign(
        title=hostile,
        description=hostile,
        brand=hostile.str[:200],
        category=hostile.str[:100] + " > " + hostile.str[:50],
    )
    items.to_parquet(folder / "hostile.parquet")
    events = pd.DataFrame(
        {
            "event_id": [f"evil{n}" for n in range(12)],
            "event_type": ["impression", "click", "view", "purchase"] * 3,
            "user_id": SHOPPER,
            "item_id": items["item_id"].head(12).tolist(),
            "occurred_at": pd.Timestamp("2026-11-19 12:00", tz="UTC"),
            "request_id": "evil",
            "placement": TEXTS[0],
            "text": TEXTS[1],
            "value": 9.5,
        }
    )
    events.to_parquet(folder / "hostile-events.parquet")
    with Store.open(paths) as store:
        assert import_catalogue(store, paths, folder / "hostile.parquet").ok
        assert import_events(store, paths, folder / "hostile-events.parquet").ok
        store.set_facts(name=TEXTS[0])
        version = store.export_snapshot().name
    live = live_run_id(paths)
    finish_run(paths.runs / live, replace(show_run(paths, live), data_version=version))


@pytest.fixture(scope="module")
def hostile(
    copy_demo_shop: Callable[[str], ShopPaths],
    start_server: Callable[[ShopPaths], Server],
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    paths = copy_demo_shop("hostile")
    attack(paths, tmp_path_factory.mktemp("attack"))
    return start_server(paths)


# An address of our own may carry a hostile id in its query; what counts is the host it leads to.
LEADING_AWAY = """() => [...document.querySelectorAll('[href], [src], [action]')]
  .flatMap(e => ['href', 'src', 'action'].filter(n => e.hasAttribute(n)).map(n => e.getAttribute(n)))
  .filter(address => { const url = new URL(address, location.href);
    return url.protocol === 'javascript:' || (url.protocol.startsWith('http') && url.host !== location.host) })"""


def assert_harmless(page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.evaluate(LEADING_AWAY) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_harmless(visit, hostile: Server, name: str):
    page = visit(at=hostile).open("" if name == PAGES[0] else name)
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert_harmless(page)


def test_the_drawer_is_harmless(visit, hostile: Server):
    view = visit(at=hostile)
    page = view.open("recommendations?use=Looks+first")
    cards = page.locator(".st-key-board ol.grid > li")
    expect(cards).to_have_count(24)
    for n in range(0, 12, 4):
        cards.nth(n).click()
        expect(page.get_by_role("dialog").get_by_role("tab", name="The sum")).to_be_visible()
        view.settle()
        assert_harmless(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_hostile_shopper_is_harmless(visit, hostile: Server):
    from urllib.parse import quote

    for name in ("recommendations", "fusion", "explain"):
        page = visit(at=hostile).open(f"{name}?shopper={quote(SHOPPER)}")
        assert page.locator('[data-testid="stException"]').count() == 0
        assert_harmless(page)


def test_words_are_shown_as_written(visit, hostile: Server):
    page = visit(at=hostile).open("recommendations")
    titles = page.locator(".st-key-board .title").all_inner_texts()
    assert all(len(t) <= 120 for t in titles)
    assert any(t.startswith(("[click me](", "<script>", "![pixel]")) for t in titles)
