"""A canvas in product coordinates: smooth outlines, fabric and solid fills, seams, folds and highlights.

Silhouettes are drawn here part by part on an oversized canvas; `finishing` turns the layers into a photograph.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from recsys.simulation.looks import Rgb

Points = NDArray[np.float64]
"""Shape (n_points, 2): x to the right and y downwards, both 0 to 100 over the picture."""

Knot = tuple[float, float] | tuple[float, float, int]
"""(x, y) is a corner; (x, y, 1) is passed through smoothly."""

_STEPS = np.linspace(0.0, 1.0, 9)[:-1]
_HERMITE = np.stack(
    [
        2 * _STEPS**3 - 3 * _STEPS**2 + 1,
        _STEPS**3 - 2 * _STEPS**2 + _STEPS,
        -2 * _STEPS**3 + 3 * _STEPS**2,
        _STEPS**3 - _STEPS**2,
    ],
    axis=1,
)


def curve(*knots: Knot, closed: bool = True) -> Points:
    """Points of an outline through knots: straight between two corners, smooth (cubic Hermite) at smooth knots."""
    at = np.array([k[:2] for k in knots], dtype=np.float64)
    smooth = np.array([len(k) == 3 for k in knots])
    before, after = np.roll(at, 1, axis=0), np.roll(at, -1, axis=0)
    tangent = np.where(smooth[:, None], 0.5 * (after - before), 0.0)
    smooth_after = np.roll(smooth, -1)
    start = np.where(smooth[:, None], tangent, np.where(smooth_after[:, None], 0.5, 1.0) * (after - at))
    straight = np.where(smooth[:, None], 0.5, 1.0) * (after - at)
    end = np.where(smooth_after[:, None], np.roll(tangent, -1, axis=0), straight)
    segments: Points = np.einsum("sk,knd->nsd", _HERMITE, np.stack([at, start, after, end]))
    if closed:
        return segments.reshape(-1, 2)
    return np.concatenate([segments[:-1].reshape(-1, 2), at[-1:]])


def mirrored(*knots: Knot, centre: float = 50.0) -> Points:
    """A symmetric outline from its right half, top to bottom; knot x is the distance from the centre line."""
    right: list[Knot] = [_moved(k, centre, 1.0) for k in knots]
    left: list[Knot] = [_moved(k, centre, -1.0) for k in reversed(knots) if k[0] != 0.0]
    return curve(*right, *left)


def flipped(points: Points, centre: float = 50.0) -> Points:
    """The same outline on the other side of the centre line."""
    return np.stack([2 * centre - points[:, 0], points[:, 1]], axis=1)


def oval(x: float, y: float, rx: float, ry: float, start: float = 0.0, stop: float = 360.0) -> Points:
    """Points of an ellipse, or of its arc between two angles in degrees (0 = right, 90 = down)."""
    angle = np.radians(np.linspace(start, stop, 49))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def box(left: float, top: float, right: float, bottom: float, radius: float = 0.0) -> Points:
    """Points of a rectangle with rounded corners."""
    if radius <= 0.0:
        return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=np.float64)
    corners = (
        oval(right - radius, top + radius, radius, radius, -90, 0),
        oval(right - radius, bottom - radius, radius, radius, 0, 90),
        oval(left + radius, bottom - radius, radius, radius, 90, 180),
        oval(left + radius, top + radius, radius, radius, 180, 270),
    )
    return np.concatenate([corner[::6] for corner in corners])


def _moved(knot: Knot, centre: float, side: float) -> Knot:
    """A knot given by its distance from the centre line, placed on one side."""
    return (centre + side * knot[0], knot[1], 1) if len(knot) == 3 else (centre + side * knot[0], knot[1])


@dataclass(slots=True)
class Sheet:
    """Layers of one picture while it is drawn.

    Parameters
    ----------
    pixels
        Side of the oversized canvas.
    pose
        Shape (2, 3): product coordinates to canvas pixels.
    fabric
        The patterned cloth, RGB, `pixels` square.
    tones
        Named solid colours.
    """

    pixels: int
    pose: NDArray[np.float64]
    fabric: Image.Image
    tones: dict[str, Rgb]
    ink: Image.Image = field(init=False)
    alpha: Image.Image = field(init=False)
    seams: Image.Image = field(init=False)
    folds: Image.Image = field(init=False)
    gleams: Image.Image = field(init=False)
    grounded: bool = False

    def __post_init__(self) -> None:
        """Create empty layers: black ink, nothing covered, no seams, folds or highlights."""
        square, soft = (self.pixels, self.pixels), (self.pixels // 4, self.pixels // 4)
        self.ink = Image.new("RGB", square)
        self.alpha = Image.new("L", square)
        self.seams = Image.new("L", square, 255)
        self.folds = Image.new("L", soft, 255)
        self.gleams = Image.new("L", soft, 0)

    @property
    def unit(self) -> float:
        """Canvas pixels per product unit."""
        return float(np.hypot(self.pose[0, 0], self.pose[1, 0]))

    def fill(self, points: Points, tone: str = "fabric", shade: float = 1.0, edge: float = 0.0) -> None:
        """Cover an outline with the fabric or a solid tone; `edge` darkens softly along its border (0 to 1)."""
        flat = self._place(points)
        if tone == "fabric":
            self._fill_fabric(flat, shade)
        else:
            ImageDraw.Draw(self.ink).polygon(flat, fill=_shaded(self.tones[tone], shade))
        ImageDraw.Draw(self.alpha).polygon(flat, fill=255)
        ImageDraw.Draw(self.seams).polygon(flat, fill=255)
        ImageDraw.Draw(self.folds).polygon(self._place(points, 0.25), fill=255)
        if edge > 0.0:
            self.seam(np.concatenate([points, points[:1]]), 0.7, 0.6 * edge)
            self.fold(points, edge, outline=True)

    def stroke(self, points: Points, tone: str, width: float, shade: float = 1.0) -> None:
        """A solid line with round joints; `width` in product units."""
        flat, thick = self._place(points), max(1, round(width * self.unit))
        ImageDraw.Draw(self.ink).line(flat, fill=_shaded(self.tones[tone], shade), width=thick, joint="curve")
        ImageDraw.Draw(self.alpha).line(flat, fill=255, width=thick, joint="curve")

    def seam(self, points: Points, width: float = 0.5, depth: float = 0.25) -> None:
        """A thin dark line over whatever lies below: a seam, a stitch, a pocket edge."""
        thick = max(1, round(width * self.unit))
        ImageDraw.Draw(self.seams).line(self._place(points), fill=round(255 * (1 - depth)), width=thick, joint="curve")

    def stitches(self, points: Points, tone: str, width: float = 0.35) -> None:
        """A dashed line along densely sampled points."""
        for start in range(0, len(points) - 1, 2):
            self.stroke(points[start : start + 2], tone, width)

    def fold(self, points: Points, depth: float, outline: bool = False, width: float = 2.2) -> None:
        """A soft shadow: along a line or an outline, or over a whole area when `width` is 0."""
        flat, draw, grey = self._place(points, 0.25), ImageDraw.Draw(self.folds), round(255 * (1 - 0.6 * depth))
        if width == 0.0:
            draw.polygon(flat, fill=grey)
            return
        thick = max(1, round(width * self.unit / 4))
        draw.line(flat + flat[:2] if outline else flat, fill=grey, width=thick, joint="curve")

    def gleam(self, points: Points, strength: float) -> None:
        """A soft highlight over an area (0 to 1)."""
        ImageDraw.Draw(self.gleams).polygon(self._place(points, 0.25), fill=round(255 * strength))

    def cut_out(self, points: Points) -> None:
        """Make an area transparent again, such as the hole of a handle."""
        flat = self._place(points)
        ImageDraw.Draw(self.alpha).polygon(flat, fill=0)
        ImageDraw.Draw(self.ink).polygon(flat, fill=(0, 0, 0))
        ImageDraw.Draw(self.seams).polygon(flat, fill=255)

    def _fill_fabric(self, flat: list[float], shade: float) -> None:
        """Paste the fabric through the outline, inside its bounding box only."""
        xs, ys = flat[0::2], flat[1::2]
        area = (
            max(0, int(min(xs)) - 1),
            max(0, int(min(ys)) - 1),
            min(self.pixels, int(max(xs)) + 2),
            min(self.pixels, int(max(ys)) + 2),
        )
        if area[2] <= area[0] or area[3] <= area[1]:
            return
        mask = Image.new("L", (area[2] - area[0], area[3] - area[1]))
        inside = [v - area[i % 2] for i, v in enumerate(flat)]
        ImageDraw.Draw(mask).polygon(inside, fill=255)
        cloth = self.fabric.crop(area)
        if shade != 1.0:
            cloth = cloth.point([min(255, round(v * shade)) for v in range(256)] * 3)
        self.ink.paste(cloth, area[:2], mask)

    def _place(self, points: Points, scale: float = 1.0) -> list[float]:
        """Product coordinates to a flat list of canvas coordinates."""
        placed = (points @ self.pose[:, :2].T + self.pose[:, 2]) * scale
        flat: list[float] = placed.ravel().tolist()
        return flat


def _shaded(colour: Rgb, shade: float) -> Rgb:
    """A colour multiplied and clipped."""
    red, green, blue = (min(255, max(0, round(v * shade))) for v in colour)
    return red, green, blue


def strip(points: Sequence[tuple[float, float]]) -> Points:
    """An open polyline from plain pairs."""
    return np.array(points, dtype=np.float64)
