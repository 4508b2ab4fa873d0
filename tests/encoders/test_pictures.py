import io

import numpy as np
import pytest
from PIL import Image

from recsys.data.media import media_file
from recsys.encoders.pictures import read_batches, read_picture
from tests.encoders.conftest import picture_of


def as_bytes(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "RGBA", "LA", "I;16"])
def test_every_colour_mode_becomes_a_square_of_three_channels(mode):
    pixels = read_picture(Image.new(mode, (50, 20)), 32)
    assert pixels is not None
    assert (pixels.shape, pixels.dtype) == ((32, 32, 3), np.uint8)


def test_transparent_parts_become_white():
    pixels = read_picture(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), 8)
    assert pixels is not None
    assert (pixels == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_path_bytes_and_image_agree(tmp_path, kind):
    content = as_bytes(picture_of((10, 120, 200), 1, (300, 200)), kind)
    path = tmp_path / "picture"
    path.write_bytes(content)
    from_path, from_bytes = read_picture(path, 48), read_picture(content, 48)
    assert from_path is not None
    np.testing.assert_array_equal(from_path, from_bytes)
    whole = read_picture(Image.open(io.BytesIO(content)), 48)
    assert whole is not None
    assert np.abs(from_path.astype(int) - whole.astype(int)).mean() < 4  # JPEG decodes at a reduced scale


@pytest.mark.parametrize("content", [b"", b"a text file", as_bytes(picture_of((1, 2, 3), 0), "PNG")[:60]])
def test_an_unreadable_picture_is_none_and_logged(content, caplog):
    assert read_picture(content, 32) is None
    assert "cannot be read" in caplog.text


def test_a_decompression_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert read_picture(as_bytes(Image.new("L", (40, 40)), "PNG"), 32) is None


def test_batches_keep_rows_and_leave_out_the_unreadable(tmp_path):
    pictures = [picture_of((20 * number, 0, 0), number) for number in range(7)]
    mixed = [*pictures[:3], b"broken", *pictures[3:], tmp_path / "missing.webp"]
    batches = list(read_batches(mixed, 16, 4))
    rows = np.concatenate([rows for rows, _ in batches])
    assert rows.tolist() == [0, 1, 2, 4, 5, 6, 7]
    redness = np.concatenate([pixels for _, pixels in batches])[..., 0].mean(axis=(1, 2))
    assert (np.diff(redness) > 10).all()


def test_a_batch_of_broken_pictures_is_left_out():
    assert list(read_batches([b"x", b"y"], 16, 2)) == []
    assert list(read_batches([], 16, 2)) == []


def test_media_paths_are_sharded_by_the_first_byte(tmp_path):
    assert media_file(tmp_path, "abcd") == tmp_path / "ab" / "abcd-320.webp"
