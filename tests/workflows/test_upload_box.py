"""Uploads land on disk piece by piece, within limits, only for whom the page has let in, and are cleared away."""

import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.settings import ShopPaths
from recsys.workflows import upload_box
from recsys.workflows.upload_box import (
    MAX_FILE_BYTES,
    MAX_PIECE_BYTES,
    RefusedUpload,
    UploadBox,
    drop_table,
    safe_name,
)
from recsys.workflows.upload_tokens import clear_uploads, issue_token, open_box

ID, OTHER = "a" * 28, "b" * 28
HOSTILE = ["../../etc/passwd.csv", "..\\..\\boot.csv", "/abs/olute.csv", "a\x00b.csv", "CON.csv", "x" * 400 + ".csv"]


@pytest.fixture
def box(tmp_path: Path) -> UploadBox:
    return UploadBox(tmp_path / "spool" / "uploads" / ("0" * 32))


def send(box: UploadBox, file_id: str, name: str, content: bytes, size: int | None = None, offset: int = 0) -> None:
    size = len(content) if size is None else size
    with box.begin(file_id, name, size, offset, len(content)).open("ab") as file:
        file.write(content)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_inside(box: UploadBox, name: str) -> None:
    send(box, ID, name, b"a,b\n1,2\n")
    found = box.files()[0]
    path = box.named(found)
    assert path.resolve().is_relative_to(box.folder.resolve()) and path.read_bytes() == b"a,b\n1,2\n"
    assert found.is_table and found.whole


@given(st.text(min_size=0, max_size=80))
def test_a_safe_name_is_one_part_of_a_path(name: str) -> None:
    made = safe_name(name)
    assert made and "/" not in made and "\\" not in made and made not in {".", ".."} and len(made) <= 70


def test_a_file_goes_on_where_it_stopped(box: UploadBox) -> None:
    send(box, ID, "a.csv", b"abc", size=6)
    assert [(f.received, f.whole) for f in box.files()] == [(3, False)]
    with pytest.raises(RefusedUpload) as refused:
        box.begin(ID, "a.csv", 6, 0, 3)
    assert refused.value.status == 409 and refused.value.received == 3
    again = UploadBox(box.folder)  # the server was restarted
    send(again, ID, "a.csv", b"def", size=6, offset=3)
    assert box.named(box.files()[0]).read_bytes() == b"abcdef"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ((ID, "a.csv", MAX_FILE_BYTES + 1, 0), 413),
        ((ID, "a.csv", 100, MAX_PIECE_BYTES + 1), 413),
        ((ID, "a.exe", 100, 10), 415),
        (("../up", "a.csv", 100, 10), 400),
        ((ID, " ", 100, 10), 400),
    ],
)
def test_what_is_not_taken_leaves_nothing(box: UploadBox, claim: tuple[str, str, int, int], status: int) -> None:
    file_id, name, size, length = claim
    with pytest.raises(RefusedUpload) as refused:
        box.begin(file_id, name, size, 0, length)
    assert refused.value.status == status and not box.folder.exists()


def test_a_full_box_and_a_full_disk_are_told(box: UploadBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_box, "MAX_BOX_FILES", 1)
    send(box, ID, "a.csv", b"1")
    with pytest.raises(RefusedUpload, match="one upload takes"):
        box.begin(OTHER, "b.csv", 1, 0, 1)
    monkeypatch.setattr(upload_box, "MAX_BOX_FILES", 9)
    monkeypatch.setattr(upload_box, "FREE_BYTES", 1 << 62)
    with pytest.raises(RefusedUpload) as refused:
        box.begin(OTHER, "b.csv", 1, 0, 1)
    assert refused.value.status == 507


def test_files_are_taken_out_again(box: UploadBox) -> None:
    send(box, ID, "a.csv", b"1")
    send(box, OTHER, "b.zip", b"2")
    assert box.pictures() is not None
    box.remove(OTHER)
    assert [f.name for f in box.files()] == ["a.csv"] and box.pictures() is None
    drop_table(box.named(box.files()[0]))
    assert not box.folder.exists()
    send(box, ID, "a.csv", b"12")  # the same box object begins anew
    assert [f.size for f in box.files()] == [2]


def test_one_of_several_tables_leaves_the_others(box: UploadBox) -> None:
    send(box, ID, "a.csv", b"1")
    send(box, OTHER, "b.csv", b"2")
    drop_table(box.named(box.files()[0]))
    assert [f.name for f in box.files()] == ["b.csv"]


def test_a_small_file_comes_whole_or_not_at_all(box: UploadBox) -> None:
    box.add("a.csv", io.BytesIO(b"12"), 10)
    with pytest.raises(RefusedUpload, match="larger than"):
        box.add("b.csv", io.BytesIO(b"x" * 3_000_000), 2_000_000)
    assert [f.name for f in box.files()] == ["a.csv"]


def test_a_draft_outlives_the_session(box: UploadBox) -> None:
    box.keep_draft(ID, mapping="{}")
    assert box.read_draft(ID) == {}  # no box yet
    send(box, ID, "a.csv", b"1")
    box.keep_draft(ID, mapping="{}")
    box.keep_draft(ID, fixes={"left_out": [2]})
    assert UploadBox(box.folder).read_draft(ID) == {"mapping": "{}", "fixes": {"left_out": [2]}}


def test_only_tokens_of_this_shop_open_a_box(empty_shop: ShopPaths, tmp_path: Path) -> None:
    token = issue_token(empty_shop)
    assert open_box(empty_shop, token).folder.parent == empty_shop.spool / "uploads"
    nonce, until, signature = token.split(".")
    later = f"{nonce}.{int(until) + 9}.{signature}"
    foreign = issue_token(ShopPaths(tmp_path / "other"))
    for wrong in ("", "../up", later, foreign, f"{'f' * 32}.{until}.{signature}"):
        with pytest.raises(RefusedUpload) as refused:
            open_box(empty_shop, wrong)
        assert refused.value.status == 401
    assert (empty_shop.spool / "uploads.key").stat().st_mode & 0o077 == 0


def test_a_token_expires(empty_shop: ShopPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    token = issue_token(empty_shop)
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    with pytest.raises(RefusedUpload, match="over a day ago"):
        open_box(empty_shop, token)


def test_forgotten_uploads_are_cleared_after_a_day(empty_shop: ShopPaths) -> None:
    old, new = (open_box(empty_shop, issue_token(empty_shop)) for _ in range(2))
    send(old, ID, "a.csv", b"x")
    send(new, ID, "a.csv", b"x")
    yesterday = time.time() - 25 * 3600
    for path in (*old.folder.iterdir(), old.folder):
        os.utime(path, (yesterday, yesterday))
    clear_uploads(empty_shop)
    assert not old.folder.exists() and new.folder.exists()
