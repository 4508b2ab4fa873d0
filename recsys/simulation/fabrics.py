"""Patterned cloth: one function per pattern, each paints a square of fabric in two or three tones."""

import colorsys
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from recsys.simulation.looks import COLOUR_RGB, Rgb

_CREAM: Rgb = (246, 241, 230)
_CHARCOAL: Rgb = (52, 54, 62)
_DARK_PARTNERS: tuple[Rgb, ...] = ((52, 60, 88), (92, 74, 66), _CHARCOAL, (122, 66, 70), (62, 88, 84))


def base_colour(colour: str, rng: np.random.Generator) -> Rgb:
    """The named colour with a slight natural variation of shade."""
    red, green, blue = (v / 255 for v in COLOUR_RGB[colour])
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = min(0.97, max(0.05, light + rng.normal(0.0, 0.014)))
    saturation = min(1.0, max(0.0, saturation * (1 + rng.normal(0.0, 0.06))))
    shifted = colorsys.hls_to_rgb((hue + rng.normal(0.0, 0.006)) % 1.0, light, saturation)
    return round(shifted[0] * 255), round(shifted[1] * 255), round(shifted[2] * 255)


def partner_colour(base: Rgb, rng: np.random.Generator) -> Rgb:
    """The second tone of a pattern: pale on strong colours, deep on pale ones, never louder than the base."""
    if _luminance(base) > 0.7:
        return mix(_DARK_PARTNERS[int(rng.integers(len(_DARK_PARTNERS)))], base, 0.22)
    return mix(_CREAM, base, float(rng.choice([0.02, 0.12, 0.3])))


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Blend two colours; `share` is the part of the second."""
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    """Perceived lightness, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def weave(pattern: str, base: Rgb, partner: Rgb, pixels: int, unit: float, rng: np.random.Generator) -> Image.Image:
    """Paint a square of cloth.

    Parameters
    ----------
    pattern
        A key of `WEAVES`.
    base, partner
        Dominant and second colour.
    pixels
        Side of the square.
    unit
        Pixels per product unit, so that motifs keep their size whatever the resolution.
    rng
        Decides motif size and placement.
    """
    cloth = Image.new("RGB", (pixels, pixels), base)
    return WEAVES[pattern](cloth, base, partner, unit, rng)


def _plain(cloth: Image.Image, _base: Rgb, _partner: Rgb, _unit: float, _rng: np.random.Generator) -> Image.Image:
    """One colour."""
    return cloth


def _stripes(cloth: Image.Image, _base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Level or upright bands, narrow or wide."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([5.0, 6.5, 9.0])) * unit
    share, upright, start = float(rng.choice([0.28, 0.4])), rng.random() < 0.3, rng.random()
    for k in range(-1, int(cloth.width / pitch) + 2):
        low, high = (k + start) * pitch, (k + start + share) * pitch
        draw.rectangle((low, 0, high, cloth.height) if upright else (0, low, cloth.width, high), fill=partner)
    return cloth


def _checks(cloth: Image.Image, base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Gingham or windowpane: level and upright bands that mix where they cross."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([8.0, 11.0])) * unit
    share, start = float(rng.choice([0.22, 0.45])), rng.random()
    half = mix(base, partner, 0.5)
    bands = [((k + start) * pitch, (k + start + share) * pitch) for k in range(-1, int(cloth.width / pitch) + 2)]
    for low, high in bands:
        draw.rectangle((low, 0, high, cloth.height), fill=half)
        draw.rectangle((0, low, cloth.width, high), fill=half)
    for left, right in bands:
        for top, bottom in bands:
            draw.rectangle((left, top, right, bottom), fill=partner)
    return cloth


def _dots(cloth: Image.Image, _base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Staggered dots."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([6.0, 8.0, 10.5])) * unit
    radius = pitch * float(rng.choice([0.19, 0.26]))
    for row, y in enumerate(np.arange(0, cloth.height + pitch, pitch * 0.87)):
        for x in np.arange(0.5 * pitch * (row % 2), cloth.width + pitch, pitch):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=partner)
    return cloth


def _floral(cloth: Image.Image, base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Scattered five-petal flowers with leaves, on a jittered grid."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([13.0, 16.0])) * unit
    heart, leaf = mix((232, 176, 66), base, 0.15), mix(base, (66, 104, 74), 0.55)
    if _luminance(base) < 0.35:
        leaf = mix(base, (150, 176, 140), 0.55)
    for row, y in enumerate(np.arange(0, cloth.height + pitch, pitch * 0.8)):
        for x in np.arange(0.5 * pitch * (row % 2), cloth.width + pitch, pitch):
            centre = np.array([x, y]) + rng.normal(0.0, 0.1, 2) * pitch
            _flower(draw, centre, pitch * rng.uniform(0.2, 0.3), rng.uniform(0, 2 * np.pi), (partner, heart, leaf))
    return cloth


def _flower(
    draw: ImageDraw.ImageDraw, centre: np.ndarray, size: float, turn: float, colours: tuple[Rgb, Rgb, Rgb]
) -> None:
    """One flower: two leaves, five petals, a heart."""
    for angle in (turn + 0.6, turn + 2.6):
        tip = centre + 1.75 * size * np.array([np.cos(angle), np.sin(angle)])
        draw.line((*centre, *tip), fill=colours[2], width=max(1, int(size * 0.4)))
    for k in range(5):
        x, y = centre + 0.62 * size * np.array([np.cos(turn + k * 1.2566), np.sin(turn + k * 1.2566)])
        radius = 0.52 * size
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[0])
    radius = 0.36 * size
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[1])


def _colour_block(cloth: Image.Image, base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Large fields: a band across the middle, an upper or lower field, or a diagonal."""
    draw, side = ImageDraw.Draw(cloth), cloth.width
    del unit
    kind, cut = int(rng.integers(3)), rng.uniform(0.42, 0.5)
    if kind == 0:
        draw.rectangle((0, side * cut, side, side * (cut + 0.16)), fill=partner)
        draw.rectangle((0, side * (cut + 0.16), side, side * (cut + 0.2)), fill=mix(base, _CHARCOAL, 0.45))
    elif kind == 1:
        draw.rectangle((0, side * (cut + 0.14), side, side), fill=partner)
    else:
        draw.polygon(((0, side * (cut + 0.36)), (side, side * (cut - 0.06)), (side, side), (0, side)), fill=partner)
    return cloth


def _geometric(cloth: Image.Image, base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """A lattice of diamonds or triangles."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([9.0, 12.0])) * unit
    half, triangles, second = pitch / 2, rng.random() < 0.5, mix(base, partner, 0.45)
    for row, y in enumerate(np.arange(0, cloth.height + pitch, pitch)):
        for column, x in enumerate(np.arange(0, cloth.width + pitch, pitch)):
            if triangles:
                draw.polygon(
                    ((x - half, y + half), (x + half, y + half), (x, y - half)),
                    fill=(partner, second)[(row + column) % 2],
                )
            else:
                draw.polygon(
                    ((x - half, y), (x, y - half), (x + half, y), (x, y + half)), fill=(partner, second)[row % 2]
                )
                inner = half * 0.5
                draw.polygon(((x - inner, y), (x, y - inner), (x + inner, y), (x, y + inner)), fill=base)
    return cloth


def _marl(cloth: Image.Image, base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Heathered yarn: short level flecks in lighter and darker tones."""
    rows, columns = max(8, int(cloth.height / (0.5 * unit))), max(8, int(cloth.width / (1.6 * unit)))
    flecks = rng.random((rows, columns))
    flecks = 0.6 * flecks + 0.4 * np.roll(flecks, 1, axis=1)
    share = np.clip((flecks - 0.5) * 2.6, -0.38, 0.6)[..., None]
    light, dark = (np.array(tone, dtype=np.float64) for tone in (partner, _CHARCOAL))
    tones = np.array(base, dtype=np.float64) * (1 - np.abs(share)) + np.where(share > 0, light, dark) * np.abs(share)
    return Image.fromarray(tones.astype(np.uint8)).resize(cloth.size, Image.Resampling.BILINEAR)


def _zigzag(cloth: Image.Image, _base: Rgb, partner: Rgb, unit: float, rng: np.random.Generator) -> Image.Image:
    """Chevron lines."""
    draw, pitch = ImageDraw.Draw(cloth), float(rng.choice([8.0, 10.0, 13.0])) * unit
    xs = np.arange(-1, int(2 * cloth.width / pitch) + 3)
    for y in np.arange(0, cloth.height + pitch, pitch):
        line = [(float(k * pitch / 2), float(y + (k % 2) * pitch * 0.5)) for k in xs]
        draw.line(line, fill=partner, width=max(1, int(pitch * 0.28)), joint="curve")
    return cloth


WEAVES: dict[str, Callable[[Image.Image, Rgb, Rgb, float, np.random.Generator], Image.Image]] = {
    "plain": _plain,
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "floral": _floral,
    "colour-block": _colour_block,
    "geometric": _geometric,
    "marl": _marl,
    "zigzag": _zigzag,
}
