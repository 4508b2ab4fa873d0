"""Many pictures at once: an upload interrupted by a reload goes on, is corrected, imported once, and looked at."""

import io
import random
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, Route, expect

from recsys.settings import ShopPaths

PIECE = 4 * 1024 * 1024
N_PICTURES = 240
ROW = 35


@pytest.fixture(scope="module")
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("many")


@pytest.fixture(scope="module")
def own_server(start_server, shop: ShopPaths):
    """A dashboard of these tests' own, since they change the shop."""
    return start_server(shop)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A table with one fault, and a zip of a few hundred small pictures, larger than two pieces of an upload."""
    folder, draw = tmp_path_factory.mktemp("many"), random.Random(1)
    rows = ["SKU,Name,Price,Bild"]
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        for number in range(N_PICTURES):
            picture, content = Image.effect_noise((200, 200), 70).convert("RGB"), io.BytesIO()
            ImageDraw.Draw(picture).ellipse((40, 40, 160, 160), fill=tuple(draw.randrange(256) for _ in range(3)))
            picture.save(content, "PNG")
            archive.writestr(f"N{number:03}.png", content.getvalue())
            rows.append(f"{'' if number == 7 else f'N{number:03}'},Cup {number},{3 + number / 10:.2f},N{number:03}.png")
    (folder / "products.csv").write_text("\n".join(rows) + "\n")
    return folder / "products.csv", folder / "pictures.zip"


def drop(page: Page, *paths: Path) -> None:
    page.get_by_label(re.compile("Drop product files|Add more files")).set_input_files(list(paths))


def test_an_upload_goes_on_after_a_reload_and_is_imported_once(
    visit, own_server, shop: ShopPaths, files: tuple[Path, Path]
):
    table, pictures = files
    assert pictures.stat().st_size > 3 * PIECE
    view = visit(at=own_server)
    page = view.page
    offsets: list[int] = []

    def slowly(route: Route) -> None:
        offset = re.search(r"[?&]offset=(\d+)", route.request.url)
        if route.request.method == "PUT" and offset and "pictures.zip" in route.request.url:
            offsets.append(int(offset[1]))
            time.sleep(0.8)
        route.continue_()

    page.route("**/uploads/*", slowly)
    view.open("catalogue?part=upload")
    drop(page, table, pictures)
    expect(page.get_by_text(re.compile(r"1 of 2 files, [4-9]\.\d MB"))).to_be_visible()
    page.reload()
    view.settle()
    expect(page.get_by_text(re.compile(r"pictures\.zip was interrupted at \d+%"))).to_be_visible()
    before = list(offsets)
    offsets.clear()
    drop(page, pictures)
    expect(page.get_by_text("products.csv + pictures.zip")).to_be_visible()
    assert min(offsets) >= PIECE, (before, offsets)  # nothing was sent twice from the beginning
    view.settle()

    expect(page.get_by_text("Needs a fix")).to_be_visible()
    editor = page.locator(".st-key-fixes [data-testid='stDataFrame']")
    editor.scroll_into_view_if_needed()
    box = editor.locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.dblclick(box["x"] + box["width"] - 60, box["y"] + 1.5 * ROW)
    page.wait_for_timeout(500)  # the cell's own input opens
    page.keyboard.type("N007", delay=80)
    page.keyboard.press("Enter")
    view.settle()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("1 correction made")).to_be_visible()
    page.get_by_role("button", name=f"Import {N_PICTURES} products").dblclick()
    page.get_by_role("link", name="Events").first.click()  # the import goes on without this page
    expect(page.get_by_role("heading", name="Events")).to_be_visible()
    view.open("catalogue?part=upload")
    expect(page.get_by_text(re.compile("products.csv imported as catalogue-"))).to_be_visible(timeout=180_000)
    view.settle()
    assert len(list((shop.spool / "imports").glob("*.json"))) == 1  # pressed twice, started once
    assert not list((shop.spool / "uploads").glob("*/files.jsonl"))

    view.open("catalogue?item=N007")
    expect(page.get_by_role("heading", name="Cup 7")).to_be_visible()
    expect(page.locator("img[alt='Cup 7']")).to_be_visible()
    page.get_by_role("button", name="All products").click()
    expect(page.get_by_role("searchbox", name="Search")).to_be_visible()


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(visit, own_server):
    view = visit(at=own_server)
    page = view.open("catalogue?part=upload")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "PUT" else None)
    page.get_by_label(re.compile("Drop product files")).evaluate(
        """input => {
            const large = new File(['x'], 'large.zip')
            Object.defineProperty(large, 'size', { value: 2_000_000_000 })
            Object.defineProperty(input, 'files', { value: [large], configurable: true })
            input.onchange()
        }"""
    )
    expect(page.get_by_text(re.compile("large.zip: it has 2.00 GB, more than 1.50 GB"))).to_be_visible()
    assert asked == []
