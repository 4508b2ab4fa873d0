"""Drawn products: every word can be drawn, the seed decides everything, and a picture shows what its look says."""

import time

import numpy as np
import pytest
from PIL import Image

from recsys.errors import InputError
from recsys.simulation.drawing import (
    COLOURS,
    CUTS,
    DETAILS,
    PATTERNS,
    SILHOUETTES,
    ProductLook,
    draw_product,
    random_look,
)
from recsys.simulation.fabrics import WEAVES
from recsys.simulation.looks import COLOUR_RGB
from recsys.simulation.painters import PAINTERS


def pixels(look: ProductLook, seed: int = 0, **kwargs: object) -> np.ndarray:
    return np.asarray(draw_product(look, 64, seed, **kwargs), dtype=np.float64)


def covered(picture: np.ndarray) -> np.ndarray:
    """Mask of what differs clearly from the pale backdrop in the corners."""
    backdrop = np.median(picture[[0, 0, -1, -1], [0, -1, 0, -1]], axis=0)
    return np.abs(picture - backdrop).max(axis=2) > 40


def test_registries_and_vocabularies_agree() -> None:
    assert tuple(PAINTERS) == SILHOUETTES
    assert tuple(WEAVES) == PATTERNS
    assert tuple(COLOUR_RGB) == COLOURS
    assert len(SILHOUETTES) >= 24 and len(COLOURS) == 16 and len(PATTERNS) >= 8


@pytest.mark.parametrize("silhouette", SILHOUETTES)
def test_every_silhouette_is_drawn_in_every_cut_and_detail(silhouette: str) -> None:
    for cut in CUTS:
        for detail in DETAILS:
            picture = draw_product(ProductLook(silhouette, "navy", "plain", cut, detail), 64, 5)
            assert picture.mode == "RGB" and picture.size == (64, 64)
            share = covered(np.asarray(picture, dtype=np.float64)).mean()
            assert 0.04 < share < 0.75, (cut, detail, share)


@pytest.mark.parametrize("pattern", [p for p in PATTERNS if p != "plain"])
def test_a_pattern_changes_the_cloth(pattern: str) -> None:
    plain = pixels(ProductLook("cushion", "teal", "plain"), 3)
    assert np.abs(pixels(ProductLook("cushion", "teal", pattern), 3) - plain).mean() > 4


@pytest.mark.parametrize("colour", COLOURS)
def test_the_named_colour_dominates(colour: str) -> None:
    picture = pixels(ProductLook("cushion", colour), 1)
    middle = np.median(picture[20:44, 20:44].reshape(-1, 3), axis=0)
    distance = {name: np.abs(middle - np.array(rgb)).sum() for name, rgb in COLOUR_RGB.items()}
    assert min(distance, key=distance.__getitem__) == colour


def test_the_seed_decides_everything() -> None:
    look = ProductLook("blouse", "pink", "floral")
    assert np.array_equal(pixels(look, 4), pixels(look, 4))
    assert not np.array_equal(pixels(look, 4), pixels(look, 5))
    assert np.array_equal(pixels(look, 4, jitter=True), pixels(look, 4, jitter=True))


def test_a_second_view_shows_the_same_product_differently() -> None:
    look = ProductLook("bag", "red", "checks")
    first, second = pixels(look, 4), pixels(look, 4, view=1)
    assert not np.array_equal(first, second)
    assert np.allclose(np.median(first[covered(first)], axis=0), np.median(second[covered(second)], axis=0), atol=30)


def test_jitter_varies_more_than_a_shop_would() -> None:
    look = ProductLook("mug", "blue")
    studio = np.stack([pixels(look, seed) for seed in range(8)])
    varied = np.stack([pixels(look, seed, jitter=True) for seed in range(8)])
    assert varied.std(axis=0).mean() > 2 * studio.std(axis=0).mean()


def test_edges_are_anti_aliased() -> None:
    picture = np.asarray(draw_product(ProductLook("cushion", "black"), 160, 2).convert("L"), dtype=np.float64)
    between = (picture > 100) & (picture < 200)
    assert between.mean() > 0.005


def test_wrong_words_name_the_allowed_ones() -> None:
    with pytest.raises(InputError, match=r"colour 'mauve'.*black"):
        ProductLook("mug", "mauve")


def test_random_looks_cover_the_vocabularies() -> None:
    rng = np.random.default_rng(0)
    looks = [random_look(rng) for _ in range(600)]
    assert {look.silhouette for look in looks} == set(SILHOUETTES)
    assert {look.colour for look in looks} == set(COLOURS)
    assert {look.pattern for look in looks} == set(PATTERNS)
    assert 0.25 < np.mean([look.pattern == "plain" for look in looks]) < 0.42


def test_drawing_is_fast_enough_to_train_on() -> None:
    rng = np.random.default_rng(1)
    looks = [random_look(rng) for _ in range(40)]
    start = time.process_time()
    for seed, look in enumerate(looks):
        draw_product(look, 160, seed, jitter=True)
    assert (time.process_time() - start) / len(looks) < 1 / 40


def test_saves_as_an_ordinary_picture(tmp_path) -> None:
    draw_product(ProductLook("lamp", "yellow"), 96, 0).save(tmp_path / "lamp.webp")
    with Image.open(tmp_path / "lamp.webp") as stored:
        assert stored.size == (96, 96)
