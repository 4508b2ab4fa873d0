"""Catalogue and Events: the whole upload flow, bad files, saved mappings, undoing an import."""

import io
import time
import zipfile
from collections.abc import Callable

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from recsys.settings import ShopPaths
from tests.pages.conftest import OpenPage

GOOD = b"SKU,Name,Preis,Shelf\nN1,Tea cup,12.50,Mugs\nN2,*Sale* [x](http://evil.example),9.90,Mugs\n"
NO_ID = b"title,price\nCup,3\nBowl,4\n"
EVENTS = b"user_id,item_id,event_type,occurred_at\nu1,N1,view,2026-11-20T10:00:00Z\nu1,gone,view,2026-11-20T10:05:00Z\n"


@pytest.fixture
def shop(copy_demo_shop: Callable[[str], ShopPaths]) -> ShopPaths:
    return copy_demo_shop("uploads")


def _upload(at: AppTest, name: str, content: bytes, kind: str = "catalogue") -> AppTest:
    uploader = next(u for u in at.file_uploader if u.key.startswith(f"table:{kind}"))
    uploader.upload(name, content, "text/csv").run()
    assert not at.exception, at.exception
    return at


def _button(at: AppTest, key: str):
    return next(b for b in at.button if b.key == key)


def _import(at: AppTest, kind: str = "catalogue") -> AppTest:
    """Press Import and wait until the job has ended."""
    _button(at, f"apply:{kind}").click().run()
    for _ in range(60):
        if at.success or at.error:
            break
        time.sleep(0.5)
        at.run()
    assert not at.exception and not at.error
    return at


def _tile(at: AppTest, label: str) -> str:
    return next(m.value for m in at.metric if m.label == label)


def test_upload_map_check_import_and_undo(open_page: OpenPage, shop: ShopPaths):
    at = open_page("catalogue", shop=shop, part="upload")
    before = int(_tile(at, "Products").replace(",", ""))
    _upload(at, "My products.csv", GOOD)
    assert any("Ready" in m.value and "2 new" in m.value for m in at.markdown)
    assert _tile(at, "Products") == f"{before:,}"  # nothing is written before Import
    shelf = next(m for m in at.multiselect if m.key.endswith(":category"))
    shelf.set_value(["Shelf"]).run()
    _import(at)
    assert any("imported as" in s.value for s in at.success)
    assert _tile(at, "Products") == f"{before + 2:,}"
    assert not list((shop.spool / "uploads").glob("*"))  # the copy is gone
    ledger = next(d.value for d in at.dataframe if "Import" in d.value.columns)
    assert ledger["File"].iloc[0] == "My products.csv" and ledger["Added"].iloc[0] == 2


def test_pictures_come_along_in_a_zip(open_page: OpenPage, shop: ShopPaths):
    picture, packed = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (64, 64), "#7a4fb0").save(picture, "PNG")
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("N1.png", picture.getvalue())
        archive.writestr("notes.txt", "not a picture")
    at = open_page("catalogue", shop=shop, part="upload")
    before = int(_tile(at, "Pictures").replace(",", ""))
    boxes = next(u for u in at.file_uploader if u.key.startswith("pictures:catalogue"))
    boxes.upload("pictures.zip", packed.getvalue(), "application/zip").run()
    _upload(at, "good.csv", GOOD)
    assert any("good.csv" in m.value and "pictures.zip" in m.value for m in at.markdown)
    _import(at)
    assert int(_tile(at, "Pictures").replace(",", "")) == before + 1


def test_a_file_without_ids_cannot_be_imported(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "noid.csv", NO_ID)
    assert any("Needs a fix" in m.value for m in at.markdown)
    assert _button(at, "apply:catalogue").disabled
    problems = next(d.value for d in at.dataframe if "message" in d.value.columns)
    assert "item_id" in problems["message"].iloc[0]


@pytest.mark.parametrize(
    ("name", "content"), [("empty.csv", b""), ("broken.xlsx", b"not a workbook"), ("broken.parquet", b"PAR1")]
)
def test_a_file_that_cannot_be_read_is_a_message(open_page: OpenPage, shop: ShopPaths, name: str, content: bytes):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), name, content)
    assert len(at.error) == 1
    assert "broken" in at.error[0].value or "empty" in at.error[0].value
    _button(at, "remove:catalogue").click().run()
    assert not at.error
    assert any(u.key.startswith("table:catalogue") for u in at.file_uploader)


def test_choosing_no_id_column_is_noticed_at_once(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "good.csv", GOOD)
    next(s for s in at.selectbox if s.key.endswith(":item_id")).set_value("").run()
    assert any("Needs a fix" in m.value for m in at.markdown)
    assert _button(at, "apply:catalogue").disabled


def test_a_saved_mapping_is_offered_next_time(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "good.csv", GOOD)
    next(m for m in at.multiselect if m.key.endswith(":category")).set_value(["Shelf"]).run()
    at.text_input(key="save_name:catalogue").set_value("Monthly").run()
    _button(at, "save:catalogue").click().run()
    again = _upload(open_page("catalogue", shop=shop, part="upload"), "next.csv", GOOD)
    choice = next(s for s in again.selectbox if s.key.startswith("saved:"))
    assert "Monthly" in choice.options
    choice.set_value("Monthly").run()
    assert next(m for m in again.multiselect if m.key.endswith(":category")).value == ["Shelf"]


def test_a_saved_mapping_is_renamed_and_deleted(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "good.csv", GOOD)
    at.text_input(key="save_name:catalogue").set_value("Weekly").run()
    _button(at, "save:catalogue").click().run()
    at.run()
    at.selectbox(key="manage:catalogue").set_value("Weekly").run()
    at.text_input(key="rename_to:catalogue:Weekly").set_value("Daily").run()
    _button(at, "rename:catalogue").click().run()
    choice = next(s for s in at.selectbox if s.key.startswith("saved:"))
    assert "Daily" in choice.options and "Weekly" not in choice.options
    at.selectbox(key="manage:catalogue").set_value("Daily").run()
    _button(at, "delete:catalogue").click().run()
    at.run()
    assert not any("Daily" in s.options for s in at.selectbox) and not at.exception


def test_a_value_is_replaced_everywhere_and_taken_back(open_page: OpenPage, shop: ShopPaths):
    bad = b"SKU,Name,Price\nF1,Cup,n.a\nF2,Bowl,n.a\n"
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "bad.csv", bad)
    assert any("2 warnings" in m.value for m in at.markdown)
    field = {k: next(w for w in at.text_input if w.key.startswith(f"replace_{k}:")) for k in ("found", "by")}
    assert next(s for s in at.selectbox if s.key.startswith("replace_in:")).value == "Price"
    field["found"].set_value("n.a").run()
    next(w for w in at.text_input if w.key.startswith("replace_by:")).set_value("7.50").run()
    next(b for b in at.button if b.key.startswith("replace:")).click().run()
    assert not at.exception and not any("warning" in m.value for m in at.markdown)
    assert any("n.a → 7.50" in line.value for line in at.text)
    next(b for b in at.button if b.key.startswith("unfix:")).click().run()
    assert any("2 warnings" in m.value for m in at.markdown)


def test_the_result_of_an_import_stays_until_it_is_put_away(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("catalogue", shop=shop, part="upload"), "kept.csv", b"SKU,Name\nK1,Cup\n")
    _import(at)
    other = open_page("catalogue", shop=shop, part="upload")
    assert any("kept.csv imported as" in s.value for s in other.success)
    next(b for b in other.button if b.key.startswith("dismiss_import:")).click().run()
    assert not other.success and not other.exception


def test_events_go_the_same_way_and_unknown_products_are_told(open_page: OpenPage, shop: ShopPaths):
    at = _upload(open_page("events", shop=shop), "log.csv", EVENTS, "events")
    problems = next(d.value for d in at.dataframe if "message" in d.value.columns)
    assert len(problems) >= 1
    assert any("Needs a fix" in m.value or "Ready" in m.value for m in at.markdown)


def test_events_are_counted_by_day_type_and_step(open_page: OpenPage):
    at = open_page("events")
    table = next(d.value for d in at.dataframe if "n_events" in d.value.columns)
    assert list(table["event_type"])[:3] == ["Shown", "Viewed", "Clicked"]
    assert table["n_events"].sum() > 0
    at.segmented_control(key="period").set_value("7").run()
    fewer = next(d.value for d in at.dataframe if "n_events" in d.value.columns)
    assert fewer["n_events"].sum() < table["n_events"].sum()


def test_products_are_searched_and_paged(open_page: OpenPage):
    at = open_page("catalogue", q="zzz-nothing")
    assert any("No product matches" in m.value for m in at.markdown)
    at.text_input(key="q").set_value("").run()
    found = next(d.value for d in at.dataframe if "picture" in d.value.columns)
    assert len(found) == 50
    assert found["picture"].notna().any()


def test_one_product_in_full_and_back(open_page: OpenPage):
    at = open_page("catalogue")
    item = next(d.value for d in at.dataframe if "picture" in d.value.columns)["item_id"].iloc[3]
    at = open_page("catalogue", item=item)
    assert {"Price", "Stock", "Shown", "Revenue"} <= {m.label for m in at.metric}
    assert any(item in m.value for m in at.markdown)
    near = [d.value for d in at.dataframe if "strength" in d.value.columns]
    assert len(near) == 3 and all(len(table) for table in near[:2])
    assert near[0]["strength"].is_monotonic_decreasing
    _button(at, "close_item").click().run()
    assert not at.exception and any(m.label == "Products" for m in at.metric)


def test_a_product_that_is_not_there_is_said_to_be_unknown(open_page: OpenPage):
    at = open_page("catalogue", item="nope [x](http://evil.example)")
    assert any("No product nope" in m.value for m in at.markdown)
    assert not at.exception and not at.error


def test_a_sentence_finds_products_and_nothing_finds_none(open_page: OpenPage):
    at = open_page("catalogue", part="resemble")
    assert not [d for d in at.dataframe if "strength" in d.value.columns]
    _button(at, "resemble_ask").click().run()
    assert [e.value for e in at.error] == ["The sentence is empty: write a few words."]
    at.text_area(key="resemble_text").set_value("a mug").run(timeout=180)
    found = [d.value for d in at.dataframe if "strength" in d.value.columns]
    assert found and len(found[0]) == 12 and not at.error


@pytest.mark.parametrize("content", [b"no picture at all", b""])
def test_a_picture_that_is_none_is_a_message(open_page: OpenPage, content: bytes):
    at = open_page("catalogue", part="resemble")
    box = next(u for u in at.file_uploader if u.key == "resemble_picture")
    box.upload("x.png", content, "image/png").run(timeout=180)
    assert len(at.error) == 1 and "damaged or none" in at.error[0].value and not at.exception


def test_stock_is_filtered_and_a_nonsense_link_shows_everything(open_page: OpenPage):
    at = open_page("catalogue", item_stock="nonsense")
    total = next(m.value for m in at.markdown if "in this view" in m.value)
    at.segmented_control(key="item_stock").set_value("out").run()
    fewer = next(m.value for m in at.markdown if "in this view" in m.value)
    assert total != fewer and not at.exception
