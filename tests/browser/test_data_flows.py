"""What a person does with data and runs: import and undo, train and cancel, promote and roll back, explain, export."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from recsys.settings import ShopPaths
from recsys.training.runs import live_run_id

PRODUCTS = 'SKU,Name,Price,Shelf\nN1,Tea cup,12.50,Mugs\nN2,"=HYPERLINK(""http://evil.example"")",9.90,Mugs\n'
DROP = "Drop product files, pictures or a zip here"
ROW = 35
"""Height of a plain table row in pixels; the heading is as high."""


@pytest.fixture(scope="module")
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("flows")


@pytest.fixture(scope="module")
def own_server(start_server, shop: ShopPaths):
    """A dashboard of these tests' own, since they change the shop."""
    return start_server(shop)


def choose_row(table: Locator, row: int = 0, height: int = ROW) -> None:
    """Tick a row of a table, which is drawn on a canvas below a layer that scrolls it."""
    canvas = table.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    table.page.mouse.click(box["x"] + 16, box["y"] + ROW + (row + 0.5) * height)


def confirm(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name).click()


def test_import_search_and_undo(visit, own_server, tmp_path: Path):
    file = tmp_path / "My products.csv"
    file.write_text(PRODUCTS)
    view = visit(at=own_server)
    page = view.open("catalogue?part=upload")
    tile = page.locator('[data-testid="stMetricValue"]').first
    before = tile.inner_text()
    page.get_by_label(DROP).set_input_files(file)
    expect(page.get_by_text("2 products ready")).to_be_visible()
    assert tile.inner_text() == before
    page.get_by_role("button", name="Import 2 products").click()
    expect(page.get_by_text(re.compile("imported as catalogue-"))).to_be_visible()
    view.settle()
    assert tile.inner_text() != before
    page.get_by_text("Products", exact=True).last.click()
    page.get_by_role("searchbox", name="Search").fill("tea cup")
    expect(page.get_by_text("1 product in this view")).to_be_visible()
    view.open("catalogue?part=upload")
    choose_row(page.locator('.st-key-history_catalogue [data-testid="stDataFrame"]'))
    page.get_by_role("button", name=re.compile("^Roll back catalogue-")).click()
    confirm(page, "Roll back")
    expect(page.get_by_text("was rolled back", exact=False).first).to_be_visible()
    view.settle()
    assert tile.inner_text() == before


def test_a_wrong_file_is_told_and_taken_back(visit, own_server, tmp_path: Path):
    file = tmp_path / "broken.xlsx"
    file.write_bytes(b"this is no workbook")
    view = visit(at=own_server)
    page = view.open("catalogue?part=upload")
    page.get_by_label(DROP).set_input_files(file)
    expect(page.get_by_text("broken.xlsx is not a readable Excel workbook", exact=False)).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text(DROP)).to_be_visible()


def test_training_is_started_once_survives_leaving_and_is_cancelled(visit, own_server, shop: ShopPaths):
    live = live_run_id(shop)
    runs = {p.name for p in shop.runs.iterdir() if p.is_dir()}
    view, other = visit(at=own_server), visit(at=own_server)
    page, second = view.open("training"), other.open("training")
    page.get_by_role("button", name="Start training").dblclick()
    second.get_by_role("button", name="Start training").click(force=True)
    panel = page.locator(".st-key-job_panel")
    expect(panel.get_by_text(re.compile("elapsed"))).to_be_visible()
    assert len({p.name for p in shop.runs.iterdir() if p.is_dir()} - runs) == 1
    page.get_by_role("link", name="Events").first.click()
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    page.get_by_role("link", name="Training").first.click()
    expect(panel.get_by_text(re.compile("elapsed"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_text("Cancelled; the live run is unchanged.").first).to_be_visible()
    view.settle()
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    assert live_run_id(shop) == live


def test_an_explanation_can_be_sent_as_a_link(visit):
    view = visit()
    page = view.open("explain")
    page.get_by_role("combobox", name="Product").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    view.settle()
    title = page.locator(".st-key-verdict strong").first.inner_text()
    assert re.search(r"[?&]item=\w+", page.url)
    again = visit().open(page.url.split("/", 3)[3])
    assert again.locator(".st-key-verdict strong").first.inner_text() == title
    page.get_by_role("searchbox", name="Find a product").fill("zzz nothing like this")
    view.settle()
    assert page.locator(".st-key-verdict strong").first.inner_text() == title


def test_a_new_item_leads_to_the_shopper_it_suits(visit):
    view = visit()
    page = view.open("new_items")
    choose_row(page.locator('[data-testid="stDataFrame"]').first, row=2, height=52)
    view.settle()
    title = page.locator(".st-key-new_item strong").first.inner_text()
    page.locator(".st-key-new_item").get_by_role("link", name="Why it suits her").click()
    view.settle()
    assert "/explain" in page.url
    assert page.locator(".st-key-verdict strong").first.inner_text() == title


def test_a_product_of_the_performance_table_is_looked_at(visit):
    view = visit()
    page = view.open("performance?period=28")
    choose_row(page.locator(".st-key-performance_items"), row=1, height=52)
    view.settle()
    expect(page.locator(".st-key-performance_item").get_by_text("CTR")).to_be_visible()
    page.get_by_text("7 days", exact=True).first.click()
    view.settle()
    assert "period=7" in page.url


def test_an_export_holds_no_formula(visit, own_server, tmp_path: Path):
    file = tmp_path / "formula.csv"
    file.write_text(PRODUCTS)
    view = visit(at=own_server)
    page = view.open("catalogue?part=upload")
    page.get_by_label(DROP).set_input_files(file)
    page.get_by_role("button", name="Import 2 products").click()
    expect(page.get_by_text(re.compile("imported as catalogue-"))).to_be_visible()
    view.open("catalogue")
    page.get_by_role("searchbox", name="Search").fill("N2")
    expect(page.get_by_text("1 product in this view")).to_be_visible()
    with page.expect_download() as waiting:
        page.locator(".st-key-item_filters").get_by_role("button", name="Export").click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert rows[0]["title"].startswith("'=HYPERLINK")
