"""Whole days: a merchandiser launches and pins, an analyst tunes, retrains, promotes and rolls back, a manager exports.

On a wide light screen and on a dark phone; then all of them in a shop of fashion without shoppers.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from recsys.fusion.presets import list_own_presets
from recsys.rules.book import read_rules
from recsys.settings import Settings, ShopPaths
from recsys.training.live import live_run_id
from tests.browser.conftest import Server, Visit
from tests.browser.test_data_flows import choose_row, confirm

CARD = ".st-key-board ol.grid > li"
PICTURE_ROW = 52
LOOKS = pytest.mark.parametrize("look", [{}, {"dark": True, "phone": True}], ids=["wide light", "phone dark"])
FASHION = Path(__file__).resolve().parents[3] / "shared" / "datasets" / "fashion_catalogue"


@pytest.fixture(scope="module")
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("days")


@pytest.fixture(scope="module")
def own_server(start_server: Callable[[ShopPaths], Server], shop: ShopPaths) -> Server:
    """A dashboard of these tests' own, since they change the shop."""
    return start_server(shop)


def press(view: Visit, name: str) -> None:
    view.page.get_by_role("button", name=name, exact=True).first.click()
    view.settle()


def save(page: Page, name: str) -> bytes:
    """Press a download button and return what it gives."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).first.click()
    return Path(waiting.value.path()).read_bytes()


def fits(page: Page) -> bool:
    """Whether nothing but the tables' own insides has to be scrolled sideways."""
    return page.locator('[data-testid="stMain"]').evaluate("e => e.scrollWidth - e.clientWidth") <= 1


@LOOKS
def test_a_merchandiser_launches_and_pins(visit, own_server, shop: ShopPaths, look: dict[str, bool]):
    before = len(read_rules(shop).rules)
    view = visit(at=own_server, **look)
    page = view.open("new_items?launched=90")
    choose_row(page.locator('.st-key-new_items [data-testid="stDataFrame"]'), height=PICTURE_ROW)
    view.settle()
    assert fits(page)
    press(view, "Pin into lists")
    page.get_by_role("spinbutton", name="Place").fill("3")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Reason").fill("Launch week")
    press(view, "Pin it")
    expect(page.get_by_text("Pinned at place 3")).to_be_visible()
    pinned = read_rules(shop).rules[-1]
    page = view.open("recommendations")
    third = page.locator(CARD).nth(2)
    expect(third).to_have_attribute("data-id", pinned.selection.item_ids[0])
    expect(third.locator(".source")).to_have_text("rule")
    assert fits(page)
    page = view.open("rules")
    expect(page.get_by_text("Rules").first).to_be_visible()
    assert len(read_rules(shop).rules) == before + 1
    choose_row(page.locator('.st-key-rules_list [data-testid="stDataFrame"]'))
    view.settle()
    press(view, "Remove")
    press(view, "Publish")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill("Ann")
    dialog.get_by_label("Reason").fill("Launch is over")
    dialog.get_by_role("button", name="Publish").click()
    view.settle()
    assert len(read_rules(shop).rules) == before


@LOOKS
def test_an_analyst_tunes_retrains_promotes_and_rolls_back(visit, own_server, shop: ShopPaths, look: dict[str, bool]):
    live = live_run_id(shop)
    view = visit(at=own_server, **look)
    page = view.open("fusion")
    slider = page.get_by_label("Weight of Image")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    view.settle()
    expect(page.get_by_text(re.compile(r"[+−].* ± ")).first).to_be_visible()
    assert fits(page)
    name = f"Autumn {'phone' if look else 'wide'}"
    press(view, "Save or publish")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    view.settle()
    assert name in {preset.name for preset in list_own_presets(shop)}
    page = view.open("training")
    page.get_by_label("Seconds to fit the picture encoder").first.focus()
    page.keyboard.press("Home")
    press(view, "Start training")
    expect(page.locator(".st-key-job_panel").get_by_text("Training finished")).to_be_visible(timeout=240_000)
    view.settle()
    assert live_run_id(shop) == live
    page = view.open("models")
    choose_row(page.locator('[data-testid="stDataFrame"]').first)
    view.settle()
    press(view, "Promote")
    confirm(page, "Promote")
    view.settle()
    new = live_run_id(shop)
    assert new != live
    expect(page.locator(".st-key-run_card").get_by_text(new)).to_be_visible()
    page = view.open("models?look=compare")
    expect(page.get_by_text(re.compile("paired: ")).first).to_be_visible()
    page = view.open("models")
    press(view, "Roll back")
    confirm(page, "Roll back")
    view.settle()
    assert live_run_id(shop) == live


@LOOKS
def test_a_manager_reads_and_exports(visit, own_server, look: dict[str, bool]):
    view = visit(at=own_server, **look)
    page = view.open("?period=28&view_as=manager")
    expect(page.locator('[data-testid="stMetric"], .tile').first).to_be_visible()
    assert fits(page)
    assert save(page, "One-page PDF").startswith(b"%PDF")
    page = view.open("performance?period=7")
    expect(page.get_by_text("Broken down")).to_be_visible()
    rows = save(page, "Export").decode("utf-8-sig").splitlines()
    assert len(rows) > 1 and all("nan" not in row for row in rows)
    assert fits(page)
    page = view.open("performance?lang=zh")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Performance")


# ------------------------------------------------------------- a shop of fashion, without shoppers


@pytest.fixture(scope="module")
def fashion(new_shop: Callable[[str], ShopPaths], tmp_path_factory: pytest.TempPathFactory) -> ShopPaths:
    """Four hundred products with pictures, imported and trained."""
    if not FASHION.is_dir():
        pytest.skip("fashion_catalogue is not on this machine")
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from recsys.store import Store
    from recsys.training.config import TrainingConfig
    from recsys.workflows.imports import import_source
    from recsys.workflows.training import train

    folder, paths = tmp_path_factory.mktemp("fashion_files"), new_shop("fashion")
    products = pq.read_table(FASHION / "products.parquet").slice(0, 400)
    thumbnails = pq.read_table(FASHION / "thumbnails.parquet")
    kept = pc.is_in(thumbnails["product_id"], value_set=products["product_id"].combine_chunks())
    pq.write_table(products, folder / "products.parquet")
    pq.write_table(thumbnails.filter(kept), folder / "thumbnails.parquet")
    with Store.open(paths) as store:
        import_source(store, paths, "fashion_catalogue", folder)
    train(Settings(shop=paths, threads=1, device="cpu"), TrainingConfig(fine_tune_s=0))
    return paths


def test_three_people_in_a_shop_without_shoppers(visit, start_server, fashion: ShopPaths):
    view = visit(at=start_server(fashion))
    page = view.open("catalogue")
    expect(page.get_by_text("400").first).to_be_visible()
    page = view.open("recommendations")
    expect(page.locator(CARD)).to_have_count(24)
    item = page.locator(CARD).nth(4).get_attribute("data-id")
    page = view.open(f"recommendations?for=like&with={item}")
    expect(page.locator(CARD)).to_have_count(24)
    page.locator(CARD).nth(7).focus()
    page.keyboard.press("p")
    expect(page.get_by_text("1 edit, not published")).to_be_visible()
    for path in ("fusion", "explain", "models", "performance", "", "rules", "doctor"):
        page = view.open(path)
        assert page.locator("h1").count() == 1
        assert page.locator('[data-testid="stAlertContentError"], [data-testid="stException"]').count() == 0
