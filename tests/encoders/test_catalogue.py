import numpy as np
import pytest

from recsys.data.media import media_file
from recsys.encoders.cache import EmbeddingCache
from recsys.encoders.catalogue import encode_images, encode_texts, mean_by_item
from tests.encoders.conftest import picture_of


@pytest.fixture
def media(tmp_path):
    """Two good pictures and a broken one, as an import leaves them."""
    for name, colour in (("aa11", (200, 0, 0)), ("bb22", (0, 0, 200))):
        path = media_file(tmp_path, name)
        path.parent.mkdir(parents=True)
        picture_of(colour, 0).save(path)
    broken = media_file(tmp_path, "cc33")
    broken.parent.mkdir()
    broken.write_bytes(b"RIFF nothing")
    return tmp_path


def test_a_blank_text_is_a_nan_row_and_the_rest_keep_their_place(tmp_path, counting):
    vectors = encode_texts(["a", "", "  ", "ab "], counting, EmbeddingCache(tmp_path))
    assert np.isnan(vectors).all(axis=1).tolist() == [False, True, True, False]
    np.testing.assert_allclose(vectors[3], [0.5**0.5, 0.5**0.5, 0, 0, 0], atol=1e-6)


def test_texts_alike_but_for_outer_blanks_are_encoded_once(tmp_path, counting):
    encode_texts(["a", " a", "a "], counting, EmbeddingCache(tmp_path))
    assert counting.seen == ["a"]


def test_an_item_gets_the_mean_of_its_readable_pictures_and_nan_without_any(media, tiny_encoder, tmp_path):
    items = [("aa11",), ("aa11", "bb22"), (), ("cc33",), ("bb22", "cc33"), ("dd44",)]
    vectors = encode_images(items, media, tiny_encoder, EmbeddingCache(tmp_path / "cache"))
    red, blue = tiny_encoder.encode([media_file(media, "aa11"), media_file(media, "bb22")])
    assert np.isnan(vectors).all(axis=1).tolist() == [False, False, True, True, False, True]
    np.testing.assert_allclose(vectors[0], red, atol=1e-5)
    np.testing.assert_allclose(vectors[1], (red + blue) / np.linalg.norm(red + blue), atol=1e-5)
    np.testing.assert_allclose(vectors[4], blue, atol=1e-5)


def test_opposite_pictures_cancel_to_nan_not_to_zero():
    assert np.isnan(mean_by_item([[0, 1]], np.array([[1, 0], [-1, 0]], dtype=np.float32))).all()


def test_a_shop_without_pictures_or_items(media, tiny_encoder, counting, tmp_path):
    cache = EmbeddingCache(tmp_path / "cache")
    assert np.isnan(encode_images([(), ()], media, tiny_encoder, cache)).all()
    assert encode_images([], media, tiny_encoder, cache).shape == (0, 16)
    assert encode_texts([], counting, cache).shape == (0, 5)
