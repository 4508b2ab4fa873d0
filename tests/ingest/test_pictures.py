"""Pictures: found by name or id, kept small by content, and hostile archives refused before they unpack."""

import io
import os
import random
import resource
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from recsys.data.media import media_file
from recsys.errors import InputError
from recsys.ingest.archives import open_archive
from recsys.ingest.media import find_media
from recsys.ingest.picture_sources import FolderPictures, PictureIndex, ZipPictures, open_pictures
from recsys.ingest.pictures import store_picture

HOSTILE_NAMES = [
    "../evil.jpg", "../../../../tmp/evil.jpg", "/etc/evil.jpg", "//host/evil.jpg", "C:\\evil.jpg", "..\\..\\evil.jpg",
    "a/../../evil.jpg", "./../evil.jpg", "~/evil.jpg", "$HOME/evil.jpg", "`id`.jpg", "$(id).jpg", "; rm -rf x;.jpg",
    "|cat.jpg", "a\nb.jpg", "a\rb.jpg", "\u202egpj.exe.jpg", "con.jpg", "nul.jpg", "a" * 250 + ".jpg", "-rf.jpg",
    ".jpg", "..jpg", " .jpg", "%2e%2e%2fevil.jpg", "..%c0%afevil.jpg", "file:///etc/passwd.jpg", "\u2215etc.jpg",
    "a/./././b.jpg", "store.duckdb.jpg",
]  # fmt: skip


def picture(colour: str = "red", size: tuple[int, int] = (40, 30), form: str = "JPEG", mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, form)
    return buffer.getvalue()


def find(tmp_path: Path, ids: list[str], references: list[list[str]], source: Path | None):
    rows = np.arange(2, 2 + len(ids))
    lists = pa.array(references, pa.list_(pa.string()))
    return find_media(pa.array(ids), lists, rows, tmp_path / "media", file="c.csv", column="images", source=source)


def pack(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


FORMATS = [("JPEG", "RGB"), ("PNG", "RGBA"), ("PNG", "P"), ("GIF", "P"), ("WEBP", "RGB"), ("BMP", "RGB")]
FORMATS += [("TIFF", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L")]


@pytest.mark.parametrize(("form", "mode"), FORMATS)
def test_every_format_becomes_two_sizes(tmp_path, form, mode):
    buffer = io.BytesIO()
    Image.new(mode, (800, 400)).save(buffer, form)
    kept = store_picture(buffer.getvalue(), tmp_path)
    assert (kept.width, kept.height, kept.bytes) == (800, 400, len(buffer.getvalue()))
    for size in (96, 320):
        with Image.open(media_file(tmp_path, kept.picture, size)) as image:
            assert (image.format, image.mode, image.size) == ("WEBP", "RGB", (size, size // 2))


def test_small_pictures_are_not_enlarged_and_transparent_ones_lie_on_white(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGBA", (60, 80), (0, 0, 0, 0)).save(buffer, "PNG")
    kept = store_picture(buffer.getvalue(), tmp_path)
    with Image.open(media_file(tmp_path, kept.picture, 320)) as image:
        assert image.size == (60, 80)
        assert min(image.getpixel((5, 5))) > 250


def test_the_same_bytes_are_kept_once(tmp_path):
    first = store_picture(picture(), tmp_path)
    file = media_file(tmp_path, first.picture, 96)
    inode = file.stat().st_ino
    assert store_picture(picture(), tmp_path) == first
    assert file.stat().st_ino == inode


def test_too_many_pixels_are_refused_before_decoding(tmp_path):
    header = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    with pytest.raises(InputError, match=r"damaged or no picture|more than 25 million"):
        store_picture(header + b"\x00" * 50, tmp_path)
    large = io.BytesIO()
    Image.new("1", (6000, 5000)).save(large, "PNG")
    with pytest.raises(InputError, match=r"6000 × 5000 pixels, more than 25 million"):
        store_picture(large.getvalue(), tmp_path)


def test_mutated_pictures_are_kept_or_refused(tmp_path):
    draw = random.Random(1)
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        seed = picture(form=form)
        for _ in range(120):
            content = bytearray(seed)
            for _ in range(draw.randint(1, 6)):
                content[draw.randrange(len(content))] = draw.randrange(256)
            try:
                store_picture(bytes(content[: draw.randint(1, len(content))]), tmp_path)
            except InputError as error:
                assert "pixels" in str(error) or "damaged" in str(error)
    assert not list(tmp_path.rglob(".*.webp.*"))


def test_matching_by_path_name_stem_address_and_id():
    index = PictureIndex(
        ["shop/A1.JPG", "shop/deep/red shoe.png", "B2_2.jpg", "B2_10.jpg", "B2-1.webp", "B2.png", "x_1.jpg"]
    )
    assert index.by_reference("shop/a1.jpg") == "shop/A1.JPG"
    assert index.by_reference("Red Shoe.PNG") == "shop/deep/red shoe.png"
    assert index.by_reference("red shoe") == "shop/deep/red shoe.png"
    assert index.by_reference("https://cdn.example/i/a1.jpg?w=300") == "shop/A1.JPG"
    assert index.by_reference("nothing.jpg") is None
    assert index.by_item("b2") == ["B2.png", "B2-1.webp", "B2_2.jpg", "B2_10.jpg"]
    assert index.by_item("x") == ["x_1.jpg"]
    assert index.by_item("y") == []


def test_references_decide_and_ids_serve_items_without_any(tmp_path):
    source = pack(tmp_path / "p.zip", {"a.jpg": picture("red"), "b_1.jpg": picture("blue"), "x.jpg": picture("green")})
    found = find(tmp_path, ["a", "b", "c"], [["x.jpg", "gone.jpg"], [], ["x.jpg"]], source)
    images = found.images.to_pylist()
    assert [len(several) for several in images] == [1, 1, 1]
    assert images[0] == images[2] != images[1]
    assert found.pictures.num_rows == 2
    assert [(p.kind, p.row, p.column, p.value) for p in found.problems] == [
        ("missing_picture", 2, "images", "gone.jpg"),
        ("unused_picture", None, None, "a.jpg"),
    ]


def test_references_without_pictures_are_reported_and_known_hashes_are_taken(tmp_path):
    kept = store_picture(picture(), tmp_path / "media")
    found = find(tmp_path, ["a", "b"], [[kept.picture], ["http://x/y.jpg"]], None)
    assert found.images.to_pylist() == [[kept.picture], []]
    assert "no zip or folder of pictures was given" in found.problems[0].message


def test_hostile_names_are_only_names(tmp_path):
    """Thirty of them, matched and kept: the media folder holds hashes and nothing appears outside."""
    inside = tmp_path / "inside"
    inside.mkdir()
    colours = [(n * 8, 10, 200) for n in range(len(HOSTILE_NAMES))]
    entries = {}
    for name, colour in zip(HOSTILE_NAMES, colours, strict=True):
        buffer = io.BytesIO()
        Image.new("RGB", (20, 20), colour).save(buffer, "PNG")
        entries[name] = buffer.getvalue()
    source = pack(tmp_path / "p.zip", entries)
    before = set(tmp_path.rglob("*"))
    found = find(inside, [str(n) for n in range(len(entries))], [[name] for name in entries], source)
    assert sum(map(len, found.images.to_pylist())) >= 25
    new = set(tmp_path.rglob("*")) - before
    assert all((inside / "media") in [path, *path.parents] for path in new)
    files = [path.name for path in (inside / "media").rglob("*") if path.is_file()]
    assert all(len(name.split("-")[0]) == 64 and name.endswith(("-96.webp", "-320.webp")) for name in files)
    assert not Path("/etc/evil.jpg").exists()


def overlapping(path: Path) -> Path:
    """Two directory entries that point at the same bytes."""
    pack(path, {"a.jpg": b"x" * 100, "b.jpg": b"x" * 100}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(content)
    return path


def linked(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("link.jpg")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return path


def encrypted(path: Path) -> Path:
    pack(path, {"a.jpg": b"x" * 50}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


BOMBS = {
    "ratio": (lambda path: pack(path, {"a.jpg": bytes(20_000_000)}), "times its size"),
    "many small": (lambda path: pack(path, {f"{n}.jpg": bytes(60_000) for n in range(300)}), "times its size"),
    "one large entry": (lambda path: pack(path, {"a.jpg": os.urandom(100) * 700_000}), "times its size|MB, more than"),
    "overlap": (overlapping, "overlaps"),
    "link": (linked, "is a link"),
    "encrypted": (encrypted, "is encrypted"),
    "no zip": (lambda path: path.write_bytes(b"PK\x03\x04 no") and path, "not a readable zip"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_fast_and_without_memory(tmp_path, name):
    make, message = BOMBS[name]
    path = make(tmp_path / "bomb.zip")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(InputError, match=message):
        open_archive(path)
    assert time.process_time() - started < 2
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200e6


def test_too_many_entries(tmp_path, monkeypatch):
    monkeypatch.setattr("recsys.ingest.archives.MAX_ENTRIES", 3)
    with pytest.raises(InputError, match="4 entries, the limit is 3: split it"):
        open_archive(pack(tmp_path / "x.zip", {f"{n}.jpg": b"x" for n in range(4)}))


def test_a_nested_archive_is_left_closed(tmp_path):
    inner = pack(tmp_path / "inner.zip", {"b.jpg": picture()}).read_bytes()
    found = find(tmp_path, ["a"], [[]], pack(tmp_path / "p.zip", {"a.jpg": picture(), "inner.zip": inner}))
    assert [(p.kind, p.value) for p in found.problems] == [("not_a_picture", "inner.zip")]


def test_an_entry_that_lies_about_its_content_is_one_warning(tmp_path):
    path = pack(tmp_path / "p.zip", {"a.jpg": picture("red"), "b.jpg": picture("blue")}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[content.index(b"a.jpg") + 60] ^= 0xFF  # its checksum is wrong now
    path.write_bytes(content)
    found = find(tmp_path, ["a", "b"], [[], []], path)
    assert [len(several) for several in found.images.to_pylist()] == [0, 1]
    assert [(p.kind, p.file) for p in found.problems] == [("corrupt_picture", "p.zip")]


def test_folders_ignore_links_and_unknown_places_are_refused(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.jpg").write_bytes(picture())
    (tmp_path / "p" / "b.jpg").symlink_to("/etc/passwd")
    assert FolderPictures(tmp_path / "p").names() == ["a.jpg"]
    with pytest.raises(InputError, match="neither a folder nor a"):
        open_pictures(tmp_path / "p" / "a.jpg")
    with pytest.raises(InputError, match="no folder or archive"):
        open_pictures(tmp_path / "q")
    assert ZipPictures(pack(tmp_path / "e.zip", {})).names() == []
