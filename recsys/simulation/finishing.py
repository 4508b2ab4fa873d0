"""From the layers of a sheet to a photograph: light, shadow on the ground, backdrop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from recsys.simulation.sheet import Sheet

_BACKDROPS = np.array(
    [(245, 243, 239), (241, 243, 246), (244, 242, 246), (242, 245, 242), (247, 245, 241), (240, 240, 240)],
    dtype=np.float32,
)


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is lit.

    Parameters
    ----------
    backdrop
        Shape (3,): RGB of the background.
    angle
        Direction the light comes from, radians; -2.2 is the upper left.
    relief
        Strength of the modelling.
    exposure
        Overall brightness, 1 is neutral.
    warmth
        Red against blue, 0 is neutral.
    shadow
        Darkness of the shadow, 0 to 1.
    """

    backdrop: NDArray[np.float32]
    angle: float
    relief: float
    exposure: float
    warmth: float
    shadow: float


def studio_light(rng: np.random.Generator) -> Light:
    """A calm product photograph: pale backdrop, soft light from the upper left."""
    tone = _BACKDROPS[int(rng.integers(len(_BACKDROPS)))] + rng.normal(0.0, 1.0, 3)
    angle, exposure = rng.normal(-2.2, 0.12), rng.normal(1.0, 0.012)
    return Light(tone.astype(np.float32), float(angle), 0.17, float(exposure), 0.0, 0.30)


def varied_light(rng: np.random.Generator) -> Light:
    """Anything a camera might meet: coloured or dark backdrops, side light, casts, hard or no shadow."""
    backdrop = rng.uniform(190, 250) + rng.normal(0.0, 8.0, 3)
    if rng.random() < 0.3:
        backdrop = rng.uniform(60, 255, 3)
    return Light(
        np.clip(backdrop, 0, 255).astype(np.float32),
        float(rng.uniform(-np.pi, 0.0)),
        float(rng.uniform(0.06, 0.26)),
        float(rng.uniform(0.8, 1.15)),
        float(rng.normal(0.0, 0.035)),
        float(rng.uniform(0.0, 0.5)),
    )


def develop(sheet: Sheet, size: int, light: Light) -> Image.Image:
    """Merge the layers of a sheet into a finished picture.

    Parameters
    ----------
    sheet
        What was drawn; its canvas is a whole multiple of `size`.
    size
        Side of the picture in pixels.
    light
        Backdrop and lighting.

    Returns
    -------
    Image.Image
        RGB, `size` square.
    """
    factor = sheet.pixels // size
    covered = sheet.alpha.reduce(factor)
    alpha = _shares(covered)
    lit = _lighting(sheet, covered, light)
    ground = _backdrop(covered, sheet.grounded, light) * (1 - alpha)
    if sheet.gleams.getbbox() is not None:
        gleam = _shares(_softened(sheet.gleams, size, 0.026))
        lit *= 1 - gleam
        sheen = 255 * gleam * alpha
    else:
        sheen = np.zeros_like(alpha)
    # Channel by channel: contiguous planes are several times faster than a last axis of length 3.
    casts = (1 + light.warmth, 1.0, 1 - light.warmth)
    bands = []
    for band, tone, cast in zip(sheet.ink.reduce(factor).split(), light.backdrop, casts, strict=True):
        plane = _floats(band) * lit
        plane += ground * tone
        plane += sheen
        plane *= np.float32(light.exposure * cast)
        bands.append(Image.fromarray(np.clip(plane, 0, 255).astype(np.uint8)))
    return Image.merge("RGB", bands)


def _lighting(sheet: Sheet, covered: Image.Image, light: Light) -> NDArray[np.float32]:
    """Brightness per pixel, shape (size, size): relief from the silhouette's blurred edge, folds, seams."""
    size = covered.width
    low = covered.reduce(2)
    height: NDArray[np.float32] = _shares(
        low.filter(ImageFilter.BoxBlur(size * 0.018)).filter(ImageFilter.BoxBlur(size * 0.018))
    )
    down, right = np.gradient(height, np.float32(4.0 / size))
    slope = -(right * np.float32(np.cos(light.angle)) + down * np.float32(np.sin(light.angle)))
    relief = np.float32(0.955) + light.relief * np.clip(-slope * 0.09, -1.2, 0.7) + 0.07 * height
    across = np.linspace(0.5, -0.5, len(relief), dtype=np.float32)
    relief += 0.05 * (across[:, None] - np.float32(np.cos(light.angle)) * across[None, :])
    smooth = Image.fromarray(np.clip(relief * 180, 0, 255).astype(np.uint8)).resize(
        (size, size), Image.Resampling.BILINEAR
    )
    folds, seams = _shares(_softened(sheet.folds, size, 0.012)), _shares(sheet.seams.reduce(sheet.pixels // size))
    lit: NDArray[np.float32] = _floats(smooth) * np.float32(1 / 180) * folds * seams
    return lit


def _backdrop(covered: Image.Image, grounded: bool, light: Light) -> NDArray[np.float32]:
    """Brightness of the backdrop with the product's shadow, shape (size, size)."""
    size, small = covered.width, covered.width // 4
    thumbnail = covered.reduce(4)
    spread = thumbnail.filter(ImageFilter.GaussianBlur(small * 0.035))
    shade = _moved(_shares(spread), max(1, round(small * 0.025)), round(small * 0.012))
    if grounded:
        shade = np.maximum(0.45 * shade, _contact(_floats(thumbnail), small))
    across = np.linspace(-1, 1, small, dtype=np.float32)
    glow = 1.012 - 0.028 * (across[None, :] ** 2 + (across[:, None] + 0.25) ** 2) / 2
    ground = np.clip((glow - light.shadow * shade * glow) * 200, 0, 255)
    plane = Image.fromarray(ground.astype(np.uint8)).resize((size, size), Image.Resampling.BICUBIC)
    return _floats(plane) * np.float32(1 / 200)


def _moved(layer: NDArray[np.float32], down: int, right: int) -> NDArray[np.float32]:
    """A layer shifted down and to the right, zero where nothing came from."""
    moved = np.zeros_like(layer)
    moved[down:, right:] = layer[: layer.shape[0] - down, : layer.shape[1] - right]
    return moved


def _contact(covered: NDArray[np.float32], small: int) -> NDArray[np.float32]:
    """Soft ellipse under a standing product, shape (small, small)."""
    rows, columns = np.nonzero(covered > 64)
    if not len(rows):
        return np.zeros_like(covered)
    base = rows.max()
    near = columns[rows > base - 0.06 * small]
    middle, half = (near.min() + near.max()) / 2, (near.max() - near.min()) / 2 + 0.01 * small
    x = (np.arange(small) - middle)[None, :] / half
    y = (np.arange(small) - base + 0.004 * small)[:, None] / (0.042 * small)
    ellipse: NDArray[np.float32] = (1.25 * np.exp(-0.9 * (np.abs(x) ** 3 + y**2))).clip(0, 1).astype(np.float32)
    return ellipse


def _softened(layer: Image.Image, size: int, radius: float) -> Image.Image:
    """A low-resolution layer blurred and enlarged to the picture."""
    blurred = layer.filter(ImageFilter.BoxBlur(layer.width * radius)).filter(ImageFilter.BoxBlur(layer.width * radius))
    return blurred.resize((size, size), Image.Resampling.BILINEAR)


def _floats(image: Image.Image) -> NDArray[np.float32]:
    """Pixels as float32, 0 to 255."""
    return np.asarray(image, dtype=np.float32)


def _shares(image: Image.Image) -> NDArray[np.float32]:
    """Pixels as float32, 0 to 1."""
    return _floats(image) * np.float32(1 / 255)
