"""Parts that several clothes share: sleeves, necks, folds, buttons, pockets, ribs."""

import numpy as np

from recsys.simulation.sheet import Points, Sheet, box, curve, flipped, mirrored, oval, strip


def sleeves(sheet: Sheet, outline: Points, shade: float = 0.95) -> None:
    """Both sleeves from the right one."""
    for side in (outline, flipped(outline)):
        sheet.fill(side, shade=shade, edge=0.35)


def cuff_seams(sheet: Sheet, upper: tuple[float, float], lower: tuple[float, float], depth: float = 0.3) -> None:
    """A seam just above the end of each sleeve."""
    line = strip([upper, lower])
    for side in (line, flipped(line)):
        sheet.seam(side, 0.5, depth)


def torso(width: float, neck: float, dip: float, waist: float, hem: float, flare: float = 0.0) -> Points:
    """Body of a top: neckline, shoulders, side seams, hem."""
    w = width
    return mirrored(
        (0, 17 + dip, 1),
        (neck, 17),
        (22.5 * w, 23),
        (21.5 * w, 44),
        ((21 - waist) * w, 62, 1),
        ((21 + flare) * w, hem),
        (0, hem + 1.6, 1),
    )


def neck_back(sheet: Sheet, neck: float, dip: float) -> None:
    """The inside of the back, seen through the neckline, and its label."""
    sheet.fill(mirrored((0, 15.4, 1), (neck, 17), (0, 17.5 + dip, 1)), "inside")
    sheet.fill(box(48, 16.6, 52, 18.4), "white", 0.95)


def neck_band(sheet: Sheet, neck: float, dip: float, tone: str = "fabric", shade: float = 0.86) -> None:
    """A ribbed band along the neckline."""
    sheet.fill(mirrored((0, 17 + dip, 1), (neck, 16.6), (neck + 2.2, 17.8), (0, 20 + dip, 1)), tone, shade)
    sheet.seam(curve((50 - neck - 2.2, 17.8), (50, 20 + dip, 1), (50 + neck + 2.2, 17.8), closed=False), 0.45, 0.3)


def side_folds(sheet: Sheet, width: float, top: float, bottom: float, depth: float = 0.32) -> None:
    """Soft drapes from the armpit and above the hem."""
    for side in (-1, 1):
        x = 50 + side * 20 * width
        sheet.fold(curve((x, top), (x - side * 7, top + 10, 1), (x - side * 9, top + 22), closed=False), depth)
        sheet.fold(strip([(50 + side * 9 * width, bottom - 20), (50 + side * 11 * width, bottom - 3)]), 0.7 * depth)


def buttons(sheet: Sheet, top: float, bottom: float, count: int, tone: str = "white", radius: float = 0.9) -> None:
    """A front placket with evenly spaced buttons."""
    sheet.seam(strip([(51.8, top), (51.8, bottom)]), 0.5, 0.3)
    for y in np.linspace(top + 4, bottom - 5, count):
        sheet.fill(oval(50, float(y), radius, radius), tone)


def chest_pocket(sheet: Sheet, x: float, y: float, side: float = 9.0) -> None:
    """A patch pocket."""
    pocket = curve((x, y), (x + side, y), (x + side, y + side), (x + side / 2, y + side + 1.8), (x, y + side))
    sheet.fill(pocket, shade=0.97, edge=0.25)
    sheet.seam(strip([(x, y + 1.8), (x + side, y + 1.8)]), 0.4, 0.25)


def flap_pockets(sheet: Sheet, w: float, y: float) -> None:
    """A flap pocket on each front."""
    for side in (-1, 1):
        x = 50 + side * 12.5 * w
        sheet.fill(box(x - 5, y, x + 5, y + 3.2, 0.8), shade=0.93, edge=0.35)


def hanging_sleeve(w: float, cuff: float, loose: float = 0.0) -> Points:
    """Right sleeve hanging at the side."""
    return curve(
        (50 + 18 * w, 21),
        (50 + 22.8 * w, 22.8),
        (50 + 32 * w, 36, 1),
        (50 + (37 + loose) * w, 58, 1),
        (50 + 40 * w, cuff - 1),
        (50 + 31.5 * w, cuff + 2),
        (50 + (27 - loose) * w, 58, 1),
        (50 + 20 * w, 42),
    )


def rib(sheet: Sheet, w: float, top: float, bottom: float, reach: float) -> None:
    """Ribbed hem."""
    sheet.fill(box(50 - reach * w, top, 50 + reach * w, bottom, 1.5), shade=0.88)
    for x in np.linspace(50 - reach * w + 1.5, 50 + reach * w - 1.5, 24):
        sheet.seam(strip([(float(x), top + 0.6), (float(x), bottom - 0.5)]), 0.35, 0.2)


def rib_cuffs(sheet: Sheet, w: float, cuff: float) -> None:
    """Ribbed ends of long sleeves."""
    band = curve((50 + 39.4 * w, cuff - 5), (50 + 40 * w, cuff), (50 + 31.8 * w, cuff + 2.6), (50 + 31 * w, cuff - 2.6))
    for side in (band, flipped(band)):
        sheet.fill(side, shade=0.86, edge=0.15)


def pleats(sheet: Sheet, top: float, hem: float, narrow: float, wide: float) -> None:
    """Soft folds that open towards the hem."""
    for share in (-0.78, -0.45, -0.12, 0.22, 0.55, 0.85):
        sheet.fold(strip([(50 + share * narrow * 0.8, top + 4), (50 + share * wide * 0.93, hem - 1)]), 0.3)
