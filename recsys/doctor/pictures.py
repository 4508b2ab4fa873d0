"""What can be measured of one picture without knowing what it shows: size, light, sharpness, frame and colours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.float32]

MEASURED_SIDE = 128
"""Longest side in pixels at which light and sharpness are measured, so that large and small files compare."""
THUMB_SIDE = 8
COLOUR_SIDE = 32
COLOUR_BINS = 4
_FRAME_TOLERANCE = 12.0
"""Grey levels by which a line of the frame may differ from the corner, and vary, and still be frame."""


@dataclass(frozen=True)
class Measures:
    """Figures of one picture.

    Parameters
    ----------
    longest_side
        Of the file measured, in pixels.
    brightness
        Mean luminance, 0 (black) to 1 (white).
    contrast
        95th less 5th percentile of the luminance, 0 to 1.
    sharpness
        log10 of the variance of the Laplacian over the variance of the luminance: blur takes fine detail, not contrast.
    detail
        log10 of the variance of the luminance (grey levels²), −3 where all pixels are the same.
    content
        Share of the area inside a frame of one colour, 0 to 1; 1 where there is no frame.
    white, black
        Shares of pixels above 250 and below 8 grey levels.
    """

    longest_side: float
    brightness: float
    contrast: float
    sharpness: float
    detail: float
    content: float
    white: float
    black: float


MEASURES: tuple[str, ...] = tuple(Measures.__dataclass_fields__)


def shrink(image: Image.Image) -> Image.Image:
    """Return a picture as it is measured: red-green-blue, transparent parts white, at most `MEASURED_SIDE` long."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image)
    longest = max(image.size)
    if longest > MEASURED_SIDE:
        width, height = (max(1, side * MEASURED_SIDE // longest) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BOX)
    return image.convert("RGB")


def measure(image: Image.Image, longest_side: int) -> Measures:
    """Measure one picture.

    Parameters
    ----------
    image
        As `shrink` returns it.
    longest_side
        Of the file it came from, in pixels.

    Examples
    --------
    >>> grey = Image.new("RGB", (20, 20), (128, 128, 128))
    >>> measure(grey, 20).detail, measure(grey, 20).contrast
    (-3.0, 0.0)
    """
    levels = np.asarray(image.convert("L"))
    counts = np.bincount(levels.ravel(), minlength=256) / levels.size
    low, high = np.searchsorted(np.cumsum(counts), (0.05, 0.95))
    mean = float(counts @ np.arange(256))
    spread = float(counts @ (np.arange(256) - mean) ** 2)
    luminance = levels.astype(np.float32)
    return Measures(
        longest_side=float(longest_side),
        brightness=mean / 255,
        contrast=float(high - low) / 255,
        sharpness=float(np.log10((_laplacian_variance(luminance) + 1e-3) / (spread + 1e-3))),
        detail=float(np.log10(spread + 1e-3)),
        content=_content_share(luminance),
        white=float(counts[251:].sum()),
        black=float(counts[:8].sum()),
    )


def thumb(image: Image.Image) -> NDArray[np.uint8]:
    """Shrink a picture to 8 × 8 cells of mean colour, shape (192,): near-same pictures have near-same thumbs."""
    return np.asarray(image.resize((THUMB_SIDE, THUMB_SIDE), Image.Resampling.BOX)).ravel()


def colours(image: Image.Image) -> NDArray[np.float32]:
    """Tell which colours the product has: shares of 4 × 4 × 4 colour cells among the pixels unlike the background.

    The background is the median colour of the outermost lines; a picture without any other colour counts whole.

    Returns
    -------
    float32, shape (64,), sums to 1
    """
    pixels = np.asarray(image.resize((COLOUR_SIDE, COLOUR_SIDE), Image.Resampling.BOX)).astype(np.int16)
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    apart = np.abs(pixels - np.median(edge, axis=0)).max(axis=2) > 24
    chosen = pixels[apart] if apart.sum() >= 16 else pixels.reshape(-1, 3)
    cells = chosen.astype(np.int64) * COLOUR_BINS // 256
    code = (cells[:, 0] * COLOUR_BINS + cells[:, 1]) * COLOUR_BINS + cells[:, 2]
    counts = np.bincount(code, minlength=COLOUR_BINS**3)
    return (counts / counts.sum()).astype(np.float32)


def _laplacian_variance(luminance: Grey) -> float:
    """Variance of the four-neighbour Laplacian inside the picture; 0 for one without an inside.

    References
    ----------
    Pech-Pacheco et al. (2000), Diatom autofocusing in brightfield microscopy, ICPR, measure LAPV.
    """
    if min(luminance.shape) < 3:
        return 0.0
    inside = luminance[1:-1, 1:-1]
    around = luminance[:-2, 1:-1] + luminance[2:, 1:-1] + luminance[1:-1, :-2] + luminance[1:-1, 2:]
    return float((around - 4 * inside).var())


def _content_share(luminance: Grey) -> float:
    """Area left when the lines from each side that are as even as, and like, the corner are taken away."""
    corner = float(np.median(luminance[[0, 0, -1, -1], [0, -1, 0, -1]]))
    return _kept(luminance, 0, corner) * _kept(luminance, 1, corner)


def _kept(luminance: Grey, axis: int, corner: float) -> float:
    """Share of the lines along an axis from the first to the last that is not frame."""
    mean = luminance.mean(axis=axis)
    spread = np.sqrt(np.maximum((luminance**2).mean(axis=axis) - mean**2, 0.0))
    inside = np.flatnonzero((spread >= _FRAME_TOLERANCE) | (np.abs(mean - corner) >= _FRAME_TOLERANCE))
    return 0.0 if len(inside) == 0 else float(inside[-1] - inside[0] + 1) / len(mean)
