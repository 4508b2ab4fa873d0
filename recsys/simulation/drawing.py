"""Drawn product pictures: the one entry point for the demo shop and for training an image encoder."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recsys.simulation.fabrics import base_colour, mix, partner_colour, weave
from recsys.simulation.finishing import develop, studio_light, varied_light
from recsys.simulation.looks import (
    COLOURS,
    CUTS,
    DETAILS,
    LOOK_WORDS,
    PATTERNS,
    SILHOUETTES,
    ProductLook,
    Rgb,
    random_look,
)
from recsys.simulation.painters import PAINTERS
from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Sheet

__all__ = [
    "COLOURS",
    "CUTS",
    "DETAILS",
    "LOOK_WORDS",
    "PATTERNS",
    "SILHOUETTES",
    "ProductLook",
    "draw_product",
    "random_look",
]

_WIDTHS = {"slim": 0.87, "regular": 1.0, "relaxed": 1.15}


def draw_product(
    look: ProductLook, size: int = 320, seed: int = 0, *, jitter: bool = False, view: int = 0
) -> Image.Image:
    """Draw one product picture.

    The seed decides what the look leaves open (neckline, pockets, motif size, exact shade, pose), so two seeds give two
    products of the same look and one seed gives the same picture every time.

    Parameters
    ----------
    look
        What to draw.
    size
        Side of the square picture in pixels, a multiple of 4 of at least 32.
    seed
        Identity of the product.
    jitter
        Vary pose, backdrop and light far more than a shop would; for training an image encoder.
    view
        Number of the picture of the same product: the product stays, pose, backdrop and light change.

    Returns
    -------
    Image.Image
        RGB, `size` square.
    """
    product, camera = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, view])
    pixels = 2 * size
    base = base_colour(look.colour, product)
    partner = partner_colour(base, product)
    pose = _pose(pixels, camera, jitter, view)
    cloth = weave(look.pattern, base, partner, pixels, float(np.hypot(*pose[:, 0])), product)
    sheet = Sheet(pixels, pose, cloth, _tones(base, partner))
    PAINTERS[look.silhouette](sheet, Style(_WIDTHS[look.cut], DETAILS.index(look.detail), product))
    return develop(sheet, size, varied_light(camera) if jitter else studio_light(camera))


def _pose(pixels: int, rng: np.random.Generator, jitter: bool, view: int) -> NDArray[np.float64]:
    """Product coordinates to canvas pixels, shape (2, 3): scale, slight turn, shift, sometimes mirrored."""
    turn = rng.normal(0.0, 0.16 if jitter else 0.012)
    scale = (
        pixels / 100 * (rng.uniform(0.66, 1.12) if jitter else rng.uniform(0.93, 0.97) * (1.0 if view == 0 else 1.25))
    )
    stretch = rng.uniform(0.9, 1.1) if jitter else 1.0
    mirror = -1.0 if rng.random() < (0.5 if jitter else float(view > 0)) else 1.0
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
    turned[:, 0] *= mirror * stretch
    shift = rng.normal(0.0, 0.045 if jitter else 0.006, 2) * pixels
    return np.column_stack([turned, pixels / 2 + shift - turned @ np.array([50.0, 51.0])])


def _tones(base: Rgb, partner: Rgb) -> dict[str, Rgb]:
    """Solid colours a painter may name."""
    return {
        "base": base,
        "partner": partner,
        "dark": mix(base, (24, 22, 24), 0.5),
        "light": mix(base, (255, 252, 246), 0.55),
        "inside": mix(base, (30, 28, 32), 0.42),
        "white": (247, 245, 241),
        "ink": (44, 44, 48),
        "metal": (176, 180, 186),
        "brass": (206, 170, 96),
        "wood": (176, 132, 92),
        "leather": (150, 104, 70),
        "thread": (222, 168, 88),
        "gum": (198, 158, 110),
        "glass": (58, 60, 66),
    }
