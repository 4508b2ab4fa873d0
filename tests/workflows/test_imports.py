"""Files in, end to end: what is right arrives; what is wrong is said, with its place, and changes nothing."""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from recsys.data.snapshot import load_snapshot
from recsys.errors import InputError, StoreError
from recsys.store import Store
from recsys.store.watermark import read_watermark
from recsys.workflows.imports import import_catalogue, import_events, import_source, rollback_import
from tests.store.samples import dump

CATALOGUE = "item_id,title,price,images\na,Shirt,10,a.jpg\nb,Hat,5,\nc,Shoe,20,\n"
EVENTS = "event_type,user_id,item_id,occurred_at,quantity,value\n"
EVENTS += "purchase,u1,a,2024-03-01 10:00,1,10\nview,u2,b,2024-03-02,,\n"


@pytest.fixture
def store(empty_shop):
    with Store.open(empty_shop) as opened:
        yield opened


@pytest.fixture
def filled(store, empty_shop, tmp_path):
    """A shop with three items and two events."""
    assert import_catalogue(store, empty_shop, write(tmp_path / "catalogue.csv", CATALOGUE)).ok
    assert import_events(store, empty_shop, write(tmp_path / "events.csv", EVENTS)).ok
    return store


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def picture(colour: str = "red", size: tuple[int, int] = (500, 400), form: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, form)
    return buffer.getvalue()


def pack(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "."), content)
    return path


class unchanged:
    """The store holds the same before and after, down to the count of its writes."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> None:
        self.before = dump(self.store), read_watermark(self.store.paths.root)

    def __exit__(self, *error: object) -> None:
        assert (dump(self.store), read_watermark(self.store.paths.root)) == self.before


def places(report, kind: str) -> list[tuple[str, int | None, str | None]]:
    return [(p.file, p.row, p.column) for p in report.problems if p.kind == kind and p.count == 1]


def test_the_happy_way_from_files_to_a_snapshot(store, empty_shop, tmp_path):
    stages: list[tuple[str, float]] = []
    images = pack(tmp_path / "p.zip", a__jpg=picture("red"), b_2__png=picture("blue"), b_1__png=picture("green"))
    report = import_catalogue(
        store,
        empty_shop,
        write(tmp_path / "c.csv", CATALOGUE),
        images=images,
        progress=lambda s, f: stages.append((s, f)),
    )
    assert (report.ok, report.import_id, report.counts.added, report.counts.pictures) == (True, "catalogue-1", 3, 3)
    assert list(dict.fromkeys(stage for stage, _ in stages)) == ["read", "check", "pictures", "write"]
    assert report.columns["price"] == ("price",)
    assert list(report.preview["title"]) == ["Shirt", "Hat", "Shoe"]
    report = import_events(store, empty_shop, write(tmp_path / "e.csv", EVENTS))
    assert report.message == "e.csv imported as events-2: 2 events added, 0 changed, 0 as before, 0 rows left out."
    snapshot = load_snapshot(store.export_snapshot())
    frame = pd.read_parquet(snapshot.catalogue)
    assert [len(pictures) for pictures in frame["images"]] == [1, 2, 0]
    first = frame["images"][0][0]
    for size in (96, 320):
        with Image.open(empty_shop.media / first[:2] / f"{first}-{size}.webp") as image:
            assert (image.format, max(image.size)) == ("WEBP", size)
    assert json.loads(report.to_json())["counts"]["added"] == 2


def test_a_dry_run_says_the_same_and_writes_nothing(store, empty_shop, tmp_path):
    file = write(tmp_path / "c.csv", CATALOGUE)
    images = pack(tmp_path / "p.zip", a__jpg=picture(), b__jpg=picture()[:200], c__txt=b"x")
    with unchanged(store):
        report = import_catalogue(store, empty_shop, file, images=images, dry_run=True)
    assert (report.ok, report.dry_run, report.import_id, report.counts.added) == (True, True, None, 3)
    assert report.problem_counts == {"not_a_picture": 1, "corrupt_picture": 1}
    assert not empty_shop.media.exists()


def test_wrong_delimiter(filled, empty_shop, tmp_path):
    file = write(tmp_path / "x.csv", "item_id::title\na::Shirt\n")
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, file)
    assert not report.ok
    assert places(report, "one_column") == [("x.csv", 1, "item_id::title")]
    assert "delimiter comma" in report.errors[0].message
    assert "option `delimiter`" in report.errors[0].message
    with unchanged(filled):
        report = import_catalogue(
            filled, empty_shop, write(tmp_path / "y.csv", CATALOGUE), mapping={"options": {"delimiter": ";"}}
        )
    assert not report.ok


def test_missing_id_column(filled, empty_shop, tmp_path):
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, write(tmp_path / "x.csv", "label_text,price\nShirt,1\n"))
    assert places(report, "no_item_id_column") == [("x.csv", 1, None)]
    assert "Rename the right one" in report.errors[0].message
    with unchanged(filled):
        report = import_events(filled, empty_shop, write(tmp_path / "y.csv", "user,sku,note\nu,a,x\n"))
    assert {p.kind for p in report.errors} == {"no_event_type_column", "no_occurred_at_column"}


def test_duplicate_ids(filled, empty_shop, tmp_path):
    file = write(tmp_path / "x.csv", "item_id,title\na,Shirt\nb,Hat\na,Other shirt\nb,Hat\n")
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, file)
    assert not report.ok
    assert places(report, "duplicate_item_id") == [("x.csv", 4, "item_id")]
    assert places(report, "repeated_row") == [("x.csv", 5, "item_id")]
    assert "keep one of them" in report.errors[0].message
    skipped = import_catalogue(filled, empty_shop, file, mapping={"options": {"skip_invalid": True}})
    assert (skipped.ok, skipped.counts.skipped, skipped.counts.read) == (True, 2, 4)


def test_ten_percent_nulls(filled, empty_shop, tmp_path):
    rows = [
        ["" if n % 10 == 3 else f"n{n}", "" if n % 10 == 5 else f"T{n}", "" if n % 10 == 7 else n] for n in range(400)
    ]
    file = tmp_path / "x.csv"
    pd.DataFrame(rows, columns=["item_id", "title", "price"]).to_csv(file, index=False)
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, file)
    assert not report.ok
    assert report.problem_counts == {"no_item_id": 40, "no_title": 40, "no_price": 40}
    listed = places(report, "no_item_id")
    assert (len(listed), listed[0]) == (20, ("x.csv", 5, "item_id"))  # n = 3 is the fourth row below the header
    assert any("and 20 more rows" in p.message and p.count == 20 for p in report.errors)
    assert "give it one" in report.errors[0].message
    done = import_catalogue(filled, empty_shop, file, mapping={"options": {"skip_invalid": True}})
    assert (done.ok, done.counts.added, done.counts.skipped) == (True, 360, 40)
    assert filled.item("n5")["title"].tolist() == ["n5"]


def test_unknown_items_in_events(filled, empty_shop, tmp_path):
    few = write(tmp_path / "few.csv", EVENTS + "view,u3,zz,2024-03-03,,\n")
    report = import_events(filled, empty_shop, few)
    assert (report.ok, report.counts.skipped, places(report, "unknown_item")) == (True, 1, [("few.csv", 4, "item_id")])
    assert "import its catalogue row first" in report.warnings[0].message
    many = write(tmp_path / "many.csv", EVENTS + "".join(f"view,u,z{n},2024-03-03,,\n" for n in range(9)))
    with unchanged(filled):
        report = import_events(filled, empty_shop, many)
    assert not report.ok
    assert "9 of 11 rows cannot be used" in report.errors[0].message


def test_future_times_are_set_to_now_and_stay_idempotent(filled, empty_shop, tmp_path):
    soon = (datetime.now(UTC) + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    file = write(tmp_path / "x.csv", EVENTS + f"view,u3,a,2099-01-01 10:00,,\nview,u4,a,{soon},,\n")
    report = import_events(filled, empty_shop, file)
    assert (report.ok, report.counts.added) == (True, 2)
    assert places(report, "future_time") == [("x.csv", 4, "occurred_at")]
    assert "Check the clock" in report.warnings[0].message
    assert filled.user_events("u3")["occurred_at"][0] <= pd.Timestamp.now("UTC")
    with unchanged(filled):
        again = import_events(filled, empty_shop, file)
    assert again.message == f"x.csv was already imported as {report.import_id}; nothing changed."


def test_a_zip_with_a_text_file_and_a_corrupt_picture(store, empty_shop, tmp_path):
    broken = picture()[:200]
    images = pack(tmp_path / "p.zip", a__jpg=broken, b__jpg=picture("blue"), readme__txt=b"hello", spare__png=picture())
    report = import_catalogue(store, empty_shop, write(tmp_path / "c.csv", CATALOGUE), images=images)
    assert (report.ok, report.counts.added, report.counts.pictures) == (True, 3, 1)
    told = {p.kind: p for p in report.warnings}
    assert (told["not_a_picture"].file, told["not_a_picture"].value) == ("p.zip", "readme.txt")
    assert "jpg, png, webp" in told["not_a_picture"].message
    assert (told["corrupt_picture"].file, told["corrupt_picture"].value) == ("p.zip", "a.jpg")
    assert "imported without it" in told["corrupt_picture"].message
    assert told["unused_picture"].value == "spare.png"
    assert [len(pictures) for pictures in store.items().frame["images"]] == [0, 1, 0]


def test_empty_files(filled, empty_shop, tmp_path):
    with unchanged(filled), pytest.raises(InputError, match=r"x\.csv is empty \(0 bytes\): export it again"):
        import_catalogue(filled, empty_shop, write(tmp_path / "x.csv", ""))
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, write(tmp_path / "y.csv", "item_id,title\n"))
    assert (report.ok, report.errors[0].row) == (False, 1)
    assert "header but no rows" in report.errors[0].message


def test_the_same_file_twice(filled, empty_shop, tmp_path):
    with unchanged(filled):
        catalogue = import_catalogue(filled, empty_shop, tmp_path / "catalogue.csv")
        events = import_events(filled, empty_shop, tmp_path / "events.csv")
    assert catalogue.message == "catalogue.csv was already imported as catalogue-1; nothing changed."
    assert events.message == "events.csv was already imported as events-2; nothing changed."
    assert (catalogue.ok, catalogue.import_id, catalogue.counts.unchanged) == (True, None, 3)


def test_excel_with_two_sheets(filled, empty_shop, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Items"
    book.active.append(["item_id", "title"])
    book.active.append(["d", "Scarf"])
    other = book.create_sheet("Notes")
    other.append(["free text"])
    book.save(tmp_path / "x.xlsx")
    with unchanged(filled), pytest.raises(InputError, match=r"x\.xlsx has 2 sheets.*'Items'.*'Notes'.*option `sheet`"):
        import_catalogue(filled, empty_shop, tmp_path / "x.xlsx")
    report = import_catalogue(filled, empty_shop, tmp_path / "x.xlsx", mapping={"options": {"sheet": "Items"}})
    assert (report.ok, report.counts.added) == (True, 1)


def test_all_problems_come_at_once(filled, empty_shop, tmp_path):
    file = write(
        tmp_path / "x.csv",
        "item_id,title,price,currency,stock,margin,launched_at,attributes\n"
        ",No id,1,EUR,1,0.5,2024-01-01,\nd,D,-1,EUR,1,35,2024-01-01,\n"
        "e,E,cheap,euro,-2,0.1,someday,{bad\nf,F,1,USD,x,,,\n",
    )
    with unchanged(filled):
        report = import_catalogue(filled, empty_shop, file)
    assert {(p.kind, p.row) for p in report.problems} == {
        ("no_item_id", 2), ("negative_price", 3), ("odd_margin", 3), ("bad_price", 4), ("bad_currency", 4),
        ("negative_stock", 4), ("bad_launch", 4), ("bad_attributes", 4), ("bad_stock", 5), ("several_currencies", None),
    }  # fmt: skip


@pytest.mark.parametrize("stage", ["read", "check", "pictures", "write"])
def test_raising_from_progress_cancels_and_leaves_the_store(filled, empty_shop, tmp_path, stage):
    class Stop(Exception):
        pass

    def progress(name: str, fraction: float) -> None:
        if name == stage and fraction > 0:
            raise Stop

    file = write(tmp_path / "x.csv", CATALOGUE + "d,New,1,\n")
    images = pack(tmp_path / "p.zip", d__jpg=picture())
    with unchanged(filled), pytest.raises(Stop):
        import_catalogue(filled, empty_shop, file, images=images, progress=progress)


def test_rolling_back(filled, empty_shop, tmp_path):
    before = dump(filled, "imports", "shop")
    file = write(tmp_path / "x.csv", "item_id,title,price\na,Shirt,12\nd,New,1\n")
    report = import_catalogue(filled, empty_shop, file)
    assert (report.counts.added, report.counts.changed) == (1, 1)
    told = rollback_import(filled, report.import_id)
    assert told.message == "Import catalogue-3 (x.csv) was rolled back: its 1 additions and 1 changes no longer count."
    assert dump(filled, "imports", "shop") == before
    rollback_import(filled, "events-2")
    assert filled.counts().n_events == 0


def test_a_stock_list_changes_stock_only_and_adds_no_items(filled, empty_shop, tmp_path):
    file = write(tmp_path / "x.csv", "sku;qty\na;out of stock\nb;7\nzz;3\n")
    report = import_catalogue(filled, empty_shop, file)
    assert (report.ok, report.counts.changed, report.counts.added, report.counts.skipped) == (True, 2, 0, 1)
    frame = filled.items().frame.set_index("item_id")
    assert frame["stock"].dropna().to_dict() == {"a": 0, "b": 7}
    assert frame.loc["a", "title"] == "Shirt"


def test_pictures_in_a_column_and_in_a_folder(store, empty_shop, tmp_path):
    frame = pd.DataFrame(
        {"item_id": ["a", "b", "c"], "title": list("ABC"), "images": [picture("red"), None, b"nonsense"]}
    )
    frame.to_parquet(tmp_path / "c.parquet")
    report = import_catalogue(store, empty_shop, tmp_path / "c.parquet")
    assert (report.ok, places(report, "corrupt_picture")) == (True, [("c.parquet", 4, "images")])
    (tmp_path / "pictures" / "deep").mkdir(parents=True)
    (tmp_path / "pictures" / "deep" / "B.JPG").write_bytes(picture("blue"))
    (tmp_path / "pictures" / "link.jpg").symlink_to("/etc/passwd")
    report = import_catalogue(
        store, empty_shop, tmp_path / "c.parquet", mapping={"images": ""}, images=tmp_path / "pictures"
    )
    assert report.counts.changed == 1
    assert [len(pictures) for pictures in store.items().frame["images"]] == [1, 1, 0]


def test_a_read_only_store_refuses_before_any_work(filled, empty_shop, tmp_path):
    filled.close()
    images = pack(tmp_path / "p.zip", a__jpg=picture())
    with Store.open(empty_shop, read_only=True) as store, pytest.raises(StoreError, match="Nothing was written"):
        import_catalogue(store, empty_shop, tmp_path / "catalogue.csv", images=images)
    assert not empty_shop.media.exists()
    Store.open(empty_shop).close()


def retail(folder: Path) -> Path:
    """A tiny `online_retail`: two usable customers, one return, one unknown customer, one non-product code."""
    folder.mkdir()
    lines = [
        ("85123A", "HEART", 6, "2010-12-01 08:26", 2.0, 1),
        ("85123A", "HEART", 2, "2010-12-01 12:00", 3.0, 1),
        ("85123A", "HEARTS", 1, "2011-03-02 12:00", 4.0, 2),
        ("22222", "LAMP", 1, "2011-03-02 12:00", 9.0, 2),
        ("22222", "LAMP", -1, "2011-03-03 12:00", 9.0, 2),
        ("22222", "LAMP", 1, "2011-03-03 12:00", 9.0, None),
        ("POST", "POSTAGE", 1, "2011-03-03 12:00", 9.0, 2),
    ]
    columns = ["stock_code", "description", "quantity", "invoice_ts", "unit_price_gbp", "customer_id"]
    frame = pd.DataFrame(lines, columns=columns).astype({"customer_id": "Int32"})
    frame["invoice_ts"] = pd.to_datetime(frame["invoice_ts"])
    frame.to_parquet(folder / "transactions.parquet")
    return folder


def test_a_source_is_one_transaction_of_two_imports(store, empty_shop, tmp_path):
    folder = retail(tmp_path / "r")
    report = import_source(store, empty_shop, "online_retail", folder)
    assert (report.ok, [part.import_id for part in report.parts]) == (True, ["catalogue-1", "events-2"])
    items = store.items().frame.set_index("item_id")
    assert items["title"].to_dict() == {"85123A": "HEART", "22222": "LAMP"}
    assert items["price"].to_dict() == {"85123A": 3.0, "22222": 9.0}
    assert items["launched_at"].isna().to_dict() == {"85123A": True, "22222": False}
    events = store.user_events("1")
    assert events[["quantity", "value"]].to_numpy().tolist() == [[8.0, 18.0]]  # one day: 6 x 2 + 2 x 3 pounds
    assert store.counts().n_events == 3
    with unchanged(store):
        assert "nothing changed" in import_source(store, empty_shop, "online_retail", folder).message


def test_the_fashion_source_brings_pictures(store, empty_shop, tmp_path):
    folder = tmp_path / "f"
    folder.mkdir()
    base = {"gender": "Men", "master_category": "Apparel", "sub_category": "Topwear", "article_type": "Shirts",
            "base_colour": "Blue", "season": None, "usage": "Casual"}  # fmt: skip
    rows = [
        base | {"product_id": 7, "title": "Shirt", "year": 2012},
        base | {"product_id": 8, "title": None, "year": None},
    ]
    pd.DataFrame(rows).astype({"year": "Int16"}).to_parquet(folder / "products.parquet")
    pd.DataFrame({"product_id": [8], "image_bytes": [picture(size=(60, 80))]}).to_parquet(folder / "thumbnails.parquet")
    report = import_source(store, empty_shop, "fashion_catalogue", folder)
    assert (report.ok, report.counts.added, report.counts.pictures) == (True, 2, 1)
    frame = store.items().frame.set_index("item_id")
    assert frame.loc["7", "category"] == "Apparel > Topwear > Shirts"
    assert json.loads(frame.loc["7", "attributes"]) == {
        "colour": "Blue",
        "gender": "Men",
        "usage": "Casual",
        "year": "2012",
    }
    assert frame.loc["7", "launched_at"] == pd.Timestamp("2012-01-01", tz="UTC")
    assert (frame.loc["8", "title"], len(frame.loc["8", "images"])) == ("Shirts", 1)


def test_an_unknown_source_or_folder_says_what_there_is(store, empty_shop, tmp_path):
    with pytest.raises(InputError, match="choose from online_retail, fashion_catalogue"):
        import_source(store, empty_shop, "amazon", tmp_path)
    with pytest.raises(InputError, match=r"transactions\.parquet missing"):
        import_source(store, empty_shop, "online_retail", tmp_path)


def test_given_event_ids_repeated_in_a_file(filled, empty_shop, tmp_path):
    head = "event_id,event_type,user_id,item_id,occurred_at\n"
    same = write(tmp_path / "x.csv", head + "1,view,u,a,2024-01-01\n1,view,u,a,2024-01-01\n2,view,u,a,2024-01-01\n")
    report = import_events(filled, empty_shop, same)
    assert (report.counts.added, places(report, "repeated_event_id")) == (2, [("x.csv", 3, "event_id")])
    other = write(tmp_path / "y.csv", head + "5,view,u,a,2024-01-01\n5,view,u,b,2024-01-01\n")
    with unchanged(filled):
        report = import_events(filled, empty_shop, other)
    assert places(report, "conflicting_event_id") == [("y.csv", 3, "event_id")]


def test_a_large_number_of_problems_is_listed_short_and_counted_whole(filled, empty_shop, tmp_path):
    file = tmp_path / "x.csv"
    times = np.where(np.arange(3000) % 3 == 0, "yesterday", "2024-01-01")
    pd.DataFrame({"event_type": "view", "user_id": "u", "item_id": "a", "occurred_at": times}).to_csv(file, index=False)
    report = import_events(filled, empty_shop, file)
    assert report.problem_counts == {"bad_time": 1000}
    assert len(report.problems) == 21
    assert sum(problem.count for problem in report.problems) == 1000
