"""Clothes, drawn part by part: back of the neck, sleeves, body, then seams and trims."""

from dataclasses import dataclass

import numpy as np

from recsys.simulation.sheet import Knot, Points, Sheet, box, curve, flipped, mirrored, oval, strip


@dataclass(frozen=True, slots=True)
class Style:
    """Proportions and trimmings of one drawing.

    Parameters
    ----------
    width
        Factor on distances from the centre line; about 0.88 (slim) to 1.14 (relaxed).
    detail
        0 (clean), 1 (classic) or 2 (decorated).
    rng
        Decides everything the look leaves open, such as the neckline or the length of a sleeve.
    """

    width: float
    detail: int
    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """A number from this drawing's own generator."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in the given share of drawings."""
        return bool(self.rng.random() < share)


def _sleeves(sheet: Sheet, outline: Points, shade: float = 0.95) -> None:
    """Both sleeves from the right one."""
    for side in (outline, flipped(outline)):
        sheet.fill(side, shade=shade, edge=0.35)


def _cuffs(sheet: Sheet, upper: tuple[float, float], lower: tuple[float, float], depth: float = 0.3) -> None:
    """A seam just above the end of each sleeve."""
    line = strip([upper, lower])
    for side in (line, flipped(line)):
        sheet.seam(side, 0.5, depth)


def _torso(width: float, neck: float, dip: float, waist: float, hem: float, flare: float = 0.0) -> Points:
    """Body of a top: neckline, shoulders, side seams, hem."""
    w = width
    return mirrored(
        (0, 17 + dip, 1), (neck, 17), (22.5 * w, 23), (21.5 * w, 44), ((21 - waist) * w, 62, 1),
        ((21 + flare) * w, hem), (0, hem + 1.6, 1),
    )


def _neck_back(sheet: Sheet, neck: float, dip: float) -> None:
    """The inside of the back, seen through the neckline, and its label."""
    sheet.fill(mirrored((0, 15.4, 1), (neck, 17), (0, 17.5 + dip, 1)), "inside")
    sheet.fill(box(48, 16.6, 52, 18.4), "white", 0.95)


def _neck_band(sheet: Sheet, neck: float, dip: float, tone: str = "fabric", shade: float = 0.86) -> None:
    """A ribbed band along the neckline."""
    sheet.fill(mirrored((0, 17 + dip, 1), (neck, 16.6), (neck + 2.2, 17.8), (0, 20 + dip, 1)), tone, shade)
    sheet.seam(curve((50 - neck - 2.2, 17.8), (50, 20 + dip, 1), (50 + neck + 2.2, 17.8), closed=False), 0.45, 0.3)


def _side_folds(sheet: Sheet, width: float, top: float, bottom: float, depth: float = 0.32) -> None:
    """Soft drapes from the armpit and above the hem."""
    for side in (-1, 1):
        x = 50 + side * 20 * width
        sheet.fold(curve((x, top), (x - side * 7, top + 10, 1), (x - side * 9, top + 22), closed=False), depth)
        sheet.fold(strip([(50 + side * 9 * width, bottom - 20), (50 + side * 11 * width, bottom - 3)]), 0.7 * depth)


def _buttons(sheet: Sheet, top: float, bottom: float, count: int, tone: str = "white", radius: float = 0.9) -> None:
    """A front placket with evenly spaced buttons."""
    sheet.seam(strip([(51.8, top), (51.8, bottom)]), 0.5, 0.3)
    for y in np.linspace(top + 4, bottom - 5, count):
        sheet.fill(oval(50, float(y), radius, radius), tone)


def _chest_pocket(sheet: Sheet, x: float, y: float, side: float = 9.0) -> None:
    """A patch pocket."""
    pocket = curve((x, y), (x + side, y), (x + side, y + side), (x + side / 2, y + side + 1.8), (x, y + side))
    sheet.fill(pocket, shade=0.97, edge=0.25)
    sheet.seam(strip([(x, y + 1.8), (x + side, y + 1.8)]), 0.4, 0.25)


def _shirt_collar(sheet: Sheet, neck: float, dip: float, shade: float = 1.06) -> None:
    """Two collar points."""
    right = curve((50, 17.5 + dip), (50 + neck - 1, 14.2), (50 + neck + 3.6, 18.4), (50 + neck * 0.72, 23.5 + dip))
    for side in (right, flipped(right)):
        sheet.fill(side, shade=shade, edge=0.4)


def t_shirt(sheet: Sheet, style: Style) -> None:
    """Short sleeves; round or V neck."""
    w, neck = style.width, style.between(8.5, 11)
    dip, hem = (style.between(10, 13) if style.chance(0.35) else style.between(5, 7.5)), style.between(82, 87)
    reach = style.between(46, 51)
    _neck_back(sheet, neck, dip)
    sleeve = curve((50 + 18 * w, 21), (50 + 23 * w, 23), (50 + 38 * w, reach - 5), (50 + 29.5 * w, reach + 1), (50 + 20 * w, 38))
    _sleeves(sheet, sleeve)
    _cuffs(sheet, (50 + 36.8 * w, reach - 6.8), (50 + 28.2 * w, reach - 1))
    sheet.fill(_torso(w, neck, dip, style.between(0, 1.5), hem), edge=0.3)
    _neck_band(sheet, neck, dip, *(("partner", 1.0) if style.detail == 2 else ("fabric", 0.86)))
    _side_folds(sheet, w, 44, hem)
    sheet.seam(curve((50 - 21 * w, hem - 2), (50, hem - 0.4, 1), (50 + 21 * w, hem - 2), closed=False), 0.4, 0.22)
    if style.detail >= 1 and style.chance(0.8):
        _chest_pocket(sheet, 55, 35)


def blouse(sheet: Sheet, style: Style) -> None:
    """Buttoned front, pointed collar, three-quarter sleeves."""
    w, neck, dip, hem = style.width, 8.5, style.between(5, 8), style.between(82, 86)
    _neck_back(sheet, neck, dip)
    cuff = style.between(58, 64)
    sleeve = curve((50 + 18 * w, 21), (50 + 23 * w, 23), (50 + 33 * w, 40, 1), (50 + 39 * w, cuff), (50 + 30 * w, cuff + 4), (50 + 20 * w, 44))
    _sleeves(sheet, sleeve)
    _cuffs(sheet, (50 + 38.3 * w, cuff - 3), (50 + 29.4 * w, cuff + 0.8))
    sheet.fill(_torso(w, neck, dip, style.between(2, 4), hem, 2.0), edge=0.3)
    _side_folds(sheet, w, 46, hem, 0.4)
    _buttons(sheet, 18 + dip, hem + 1, 6)
    if style.detail >= 1:
        _shirt_collar(sheet, neck, dip)
    else:
        _neck_band(sheet, neck, dip)
    if style.detail == 2:
        for side in (-1, 1):
            for k in range(3):
                x = 50 + side * (5 + 3.2 * k)
                sheet.seam(strip([(x, 27 + dip), (x + side * 0.8, hem - 20)]), 0.5, 0.28)


def long_sleeve(sheet: Sheet, style: Style) -> None:
    """Plain long-sleeved top."""
    w, neck, dip, hem = style.width, style.between(8.5, 10.5), style.between(4.5, 7), style.between(80, 85)
    _neck_back(sheet, neck, dip)
    _sleeves(sheet, _long_sleeve_outline(w, 78))
    _cuffs(sheet, (50 + 39 * w, 74.5), (50 + 31.5 * w, 76.5))
    sheet.fill(_torso(w, neck, dip, style.between(0.5, 2), hem), edge=0.3)
    _neck_band(sheet, neck, dip, *(("partner", 1.0) if style.detail == 2 else ("fabric", 0.86)))
    _side_folds(sheet, w, 44, hem)
    if style.detail >= 1:
        for y in range(3):
            sheet.fill(oval(50, 22.5 + dip + 4 * y, 0.7, 0.7), "white")
        sheet.seam(strip([(51.8, 20 + dip), (51.8, 34 + dip), (48.2, 34 + dip), (48.2, 20 + dip)]), 0.4, 0.25)


def _long_sleeve_outline(w: float, cuff: float, loose: float = 0.0) -> Points:
    """Right sleeve hanging at the side."""
    return curve(
        (50 + 18 * w, 21), (50 + 22.8 * w, 22.8), (50 + 32 * w, 36, 1), (50 + (37 + loose) * w, 58, 1),
        (50 + 40 * w, cuff - 1), (50 + 31.5 * w, cuff + 2), (50 + (27 - loose) * w, 58, 1), (50 + 20 * w, 42),
    )


def _rib(sheet: Sheet, w: float, top: float, bottom: float, reach: float) -> None:
    """Ribbed hem."""
    sheet.fill(box(50 - reach * w, top, 50 + reach * w, bottom, 1.5), shade=0.88)
    for x in np.linspace(50 - reach * w + 1.5, 50 + reach * w - 1.5, 24):
        sheet.seam(strip([(float(x), top + 0.6), (float(x), bottom - 0.5)]), 0.35, 0.2)


def _rib_cuffs(sheet: Sheet, w: float, cuff: float) -> None:
    """Ribbed ends of long sleeves."""
    band = curve((50 + 39.4 * w, cuff - 5), (50 + 40 * w, cuff), (50 + 31.8 * w, cuff + 2.6), (50 + 31 * w, cuff - 2.6))
    for side in (band, flipped(band)):
        sheet.fill(side, shade=0.86, edge=0.15)


def jumper(sheet: Sheet, style: Style) -> None:
    """Knitted pullover with ribbed cuffs and hem; crew, V or roll neck."""
    w, neck, hem = style.width * 1.04, 10.0, style.between(76, 81)
    dip = style.between(9, 12) if style.chance(0.3) else 5.0
    _neck_back(sheet, neck, dip)
    _sleeves(sheet, _long_sleeve_outline(w, 76, 1.5))
    _rib_cuffs(sheet, w, 76)
    sheet.fill(_torso(w, neck, dip, -1, hem), edge=0.35)
    _rib(sheet, w, hem - 1.5, hem + 4, 21)
    _neck_band(sheet, neck, dip, shade=0.82)
    _neck_band(sheet, neck, dip + 0.6, shade=0.9)
    _side_folds(sheet, w, 46, hem, 0.45)
    if style.detail >= 1 and dip < 6:
        sheet.fill(mirrored((0, 12, 1), (neck - 0.5, 12.6), (neck + 0.8, 17.5), (0, 23.5, 1)), shade=0.93, edge=0.3)
    if style.detail == 2:
        for x in (38.0, 44.0, 56.0, 62.0):
            wave = [(x + 0.9 * (-1) ** k, 28.0 + 4 * k) for k in range(int((hem - 30) / 4))]
            sheet.seam(strip(wave), 0.8, 0.25)


def hoodie(sheet: Sheet, style: Style) -> None:
    """Hood, kangaroo pocket, drawstrings."""
    w, hem = style.width * 1.04, style.between(77, 81)
    sheet.fill(mirrored((0, 8.5, 1), (11, 11, 1), (14.5, 20, 1), (11, 26), (0, 29, 1)), shade=0.9, edge=0.3)
    sheet.fill(mirrored((0, 12.5, 1), (8, 15, 1), (9.5, 20, 1), (5, 27), (0, 29.5, 1)), "inside", 0.95)
    _sleeves(sheet, _long_sleeve_outline(w, 76, 1.5))
    _rib_cuffs(sheet, w, 76)
    sheet.fill(_torso(w, 11, 12, -1, hem), edge=0.35)
    _rib(sheet, w, hem - 1.5, hem + 4, 21)
    pocket = mirrored((0, 56), (9, 56), (15.5, 68), (15.5, hem - 2), (0, hem - 2))
    sheet.fill(pocket, shade=0.97, edge=0.35)
    hood = curve((50 + 3, 29), (50 + 11, 16, 1), (50 + 15, 22, 1), (50 + 6, 31.5, 1))
    for side in (hood, flipped(hood)):
        sheet.fill(side, shade=1.04, edge=0.3)
    tone = "white" if style.detail == 2 else "dark"
    for side_x in (-1, 1):
        sheet.stroke(strip([(50 + side_x * 4, 29), (50 + side_x * 4.8, 43)]), tone, 0.9)
    if style.detail >= 1:
        sheet.seam(strip([(50, 29), (50, hem - 1)]), 0.8, 0.4)
    _side_folds(sheet, w, 46, hem, 0.4)


def _front(sheet: Sheet, w: float, hem: float, gap: float, waist: float) -> None:
    """Two fronts of an open or closed jacket over its dark lining."""
    sheet.fill(mirrored((0, 16, 1), (9, 16.5), (10, 40), (8, hem - 3), (0, hem - 3)), "inside")
    right = curve(
        (50 + 9, 16.5), (50 + 22.5 * w, 22.5), (50 + 21.5 * w, 44), (50 + (21 - waist) * w, 60, 1),
        (50 + 22.5 * w, hem), (50 + gap, hem + 1), (50 + gap, 44), (50 + 3, 34),
    )
    for side in (right, flipped(right)):
        sheet.fill(side, edge=0.35)


def jacket(sheet: Sheet, style: Style) -> None:
    """Hip-length: a blazer with lapels, or a zipped jacket with ribbed hem."""
    w, hem = style.width * 1.02, style.between(76, 81)
    blazer = style.detail >= 1 and style.chance(0.5)
    _sleeves(sheet, _long_sleeve_outline(w, 75, 1.0), 0.92)
    _front(sheet, w, hem, 0.6 if not blazer else -0.6, 1.5)
    if blazer:
        _lapels(sheet, 9.5, 44)
        for y in (50.0, 59.0):
            sheet.fill(oval(48.4, y, 1.2, 1.2), "dark")
        _flap_pockets(sheet, w, 60)
        return
    sheet.stroke(strip([(50, 30), (50, hem + 1)]), "metal", 1.1)
    sheet.fill(mirrored((0, 20, 1), (8.5, 13.5), (11.5, 17), (3, 33), (0, 31)), "fabric", 0.86, 0.35)
    _rib(sheet, w, hem - 2, hem + 3.5, 22.3)
    _rib_cuffs(sheet, w, 75)
    if style.detail >= 1:
        for side in (strip([(50 + 9 * w, 56), (50 + 15 * w, 66)]), strip([(50 - 9 * w, 56), (50 - 15 * w, 66)])):
            sheet.seam(side, 1.0, 0.5)
    if style.detail == 2:
        _chest_pocket(sheet, 57, 36, 8)
        _chest_pocket(sheet, 35, 36, 8)


def _lapels(sheet: Sheet, neck: float, bottom: float) -> None:
    """Notched lapels meeting at the first button."""
    lapel = curve((50, bottom), (50 + neck - 3, 17), (50 + neck + 2, 17.5), (50 + neck + 5.5, 27), (50 + neck + 2.5, 28.2), (50 + neck + 4, 31))
    collar = curve((50 + neck - 3.5, 15), (50 + neck + 1, 15.5), (50 + neck + 5.8, 25.5), (50 + neck + 0.4, 27))
    for outline, shade in ((lapel, 1.07), (collar, 1.0)):
        for side in (outline, flipped(outline)):
            sheet.fill(side, shade=shade, edge=0.4)


def _flap_pockets(sheet: Sheet, w: float, y: float) -> None:
    """A flap pocket on each front."""
    for side in (-1, 1):
        x = 50 + side * 12.5 * w
        sheet.fill(box(x - 5, y, x + 5, y + 3.2, 0.8), shade=0.93, edge=0.35)


def coat(sheet: Sheet, style: Style) -> None:
    """Long, with lapels or a high collar, sometimes double-breasted, sometimes belted."""
    w, hem = style.width * 0.94, style.between(91, 94)
    long = curve(
        (50 + 16 * w, 15), (50 + 21.5 * w, 17), (50 + 30 * w, 32, 1), (50 + 34.5 * w, 50, 1),
        (50 + 37 * w, 67), (50 + 28.5 * w, 69), (50 + 25 * w, 52, 1), (50 + 18 * w, 36),
    )
    _sleeves(sheet, long, 0.92)
    sheet.fill(mirrored((0, 11, 1), (8, 11.5), (9, 30), (0, 40)), "inside")
    right = curve(
        (50 + 8, 11.5), (50 + 21.5 * w, 17), (50 + 20 * w, 38), (50 + 18.5 * w, 52, 1),
        (50 + 26 * w, hem), (50 - 1.5, hem + 1), (50 - 1.5, 42),
    )
    sheet.fill(flipped(right), edge=0.3)
    sheet.fill(right, edge=0.4)
    lapel = curve((50, 44), (50 + 6, 12), (50 + 11, 12.5), (50 + 15, 24), (50 + 12, 25), (50 + 13.4, 28))
    for side in (lapel, flipped(lapel)):
        sheet.fill(side, shade=1.07, edge=0.45)
    columns = (46.0, 57.0) if style.detail == 2 else (51.5,)
    for x in columns:
        for y in (50.0, 60.0, 70.0):
            sheet.fill(oval(x, y, 1.25, 1.25), "dark")
    if style.detail >= 1 and style.chance(0.5):
        sheet.fill(mirrored((0, 53, 1), (19.4 * w, 52), (19.8 * w, 56.5), (0, 57.5, 1)), shade=0.82, edge=0.3)
        sheet.fill(box(47.5, 52, 52.5, 58.5, 0.8), "dark")
        sheet.fill(box(48.8, 53.4, 51.2, 57.1), "fabric", 0.82)
    _flap_pockets(sheet, w * 0.95, 64)
    sheet.fold(strip([(50 + 14 * w, 70), (50 + 17 * w, 90)]), 0.35)
    sheet.fold(strip([(50 - 14 * w, 70), (50 - 17 * w, 90)]), 0.35)


def _bodice_top(style: Style) -> tuple[list[Knot], bool]:
    """Upper right outline of a dress, and whether it has straps instead of sleeves."""
    if style.chance(0.45):
        return [(0, 20, 1), (7.5, 18.5), (8.2, 9), (10.4, 9), (13.5 * style.width, 19), (14.5 * style.width, 28)], True
    return [(0, 17, 1), (8, 10), (16.5 * style.width, 13.5), (15.2 * style.width, 28)], False


def _dress(sheet: Sheet, style: Style, hem: float, sweep: float) -> None:
    """A dress of a given length; straps or sleeves, seam at the waist, pleats below."""
    top, straps = _bodice_top(style)
    w = style.width
    if not straps:
        sheet.fill(mirrored((0, 8.6, 1), (8, 10), (0, 17.5, 1)), "inside")
        if style.detail >= 1:
            end = style.between(30, 50)
            sleeve = curve((50 + 13 * w, 12), (50 + 16.6 * w, 13.5), (50 + 24 * w, end * 0.7, 1), (50 + 26 * w, end - 2), (50 + 18.5 * w, end), (50 + 15 * w, 27))
            _sleeves(sheet, sleeve)
    waist_y = style.between(41, 46)
    body = mirrored(*top, (12 * w, waist_y, 1), ((sweep - 3) * w, hem - 14, 1), (sweep * w, hem), (0, hem + 1.8, 1))
    sheet.fill(body, edge=0.3)
    _pleats(sheet, waist_y + 2, hem, 10 * w, sweep * w)
    if style.detail == 2:
        sheet.fill(mirrored((0, waist_y - 0.6, 1), (12.4 * w, waist_y - 1.8), (12.5 * w, waist_y + 1.6), (0, waist_y + 3, 1)), "partner")
    else:
        sheet.seam(curve((50 - 12 * w, waist_y), (50, waist_y + 1.4, 1), (50 + 12 * w, waist_y), closed=False), 0.6, 0.35)
    if style.detail == 1 and style.chance(0.5):
        sheet.seam(curve((50 - sweep * w, hem - 9), (50, hem - 7.4, 1), (50 + sweep * w, hem - 9), closed=False), 0.6, 0.3)


def _pleats(sheet: Sheet, top: float, hem: float, narrow: float, wide: float) -> None:
    """Soft folds that open towards the hem."""
    for share in (-0.78, -0.45, -0.12, 0.22, 0.55, 0.85):
        sheet.fold(strip([(50 + share * narrow * 0.8, top + 4), (50 + share * wide * 0.93, hem - 1)]), 0.3)


def dress(sheet: Sheet, style: Style) -> None:
    """Above the knee, flared."""
    _dress(sheet, style, style.between(78, 83), style.between(26, 31))


def midi_dress(sheet: Sheet, style: Style) -> None:
    """Below the knee, straighter."""
    _dress(sheet, style, style.between(92, 95), style.between(18, 23))


def skirt(sheet: Sheet, style: Style) -> None:
    """A-line or straight, with a waistband."""
    w, hem, sweep = style.width, style.between(72, 90), style.between(22, 35)
    sheet.fill(mirrored((0, 16), (14.5 * w, 15), (19 * w, 34, 1), (sweep * w, hem), (0, hem + 2.4, 1)), edge=0.3)
    sheet.fill(mirrored((0, 13.8, 1), (14.3 * w, 12.8), (14.9 * w, 18.2), (0, 19.4, 1)), shade=0.86, edge=0.3)
    _pleats(sheet, 20, hem, 13 * w, sweep * w)
    if style.detail >= 1:
        for share in (-0.6, -0.2, 0.2, 0.6):
            sheet.seam(strip([(50 + share * 14 * w, 19), (50 + share * sweep * w, hem + 1)]), 0.5, 0.3)
    if style.detail == 2:
        _buttons(sheet, 18, hem, 7)


def _legs(sheet: Sheet, w: float, hem: float, hip: float, ankle: float, crotch: float) -> None:
    """Both legs, with the rise."""
    right = curve(
        (50, 14), (50 + 15 * w, 13), (50 + hip * w, 34, 1), (50 + (ankle + 7.5) * w, hem), (50 + 3.5, hem + 1),
        (50 + 1.0, crotch), (50, crotch - 1),
    )
    for side in (flipped(right), right):
        sheet.fill(side, edge=0.3)
    sheet.fill(mirrored((0, 12.5, 1), (15 * w, 11.6), (15.6 * w, 17), (0, 18.3, 1)), shade=0.88, edge=0.3)


def trousers(sheet: Sheet, style: Style) -> None:
    """Straight or wide leg with a crease."""
    w, hem, ankle = style.width, style.between(90, 93), style.between(7, 13)
    _legs(sheet, w, hem, 18.5, ankle, 42)
    for side in (-1, 1):
        middle = 50 + side * (4 + ankle * 0.55) * w
        sheet.seam(strip([(50 + side * 8 * w, 22), (middle, hem)]), 0.5, 0.26)
        sheet.fold(strip([(50 + side * 5, 46), (middle - side * 3, hem - 8)]), 0.3)
        sheet.seam(strip([(50 + side * 11.5 * w, 18), (50 + side * 16 * w, 29)]), 0.6, 0.35)
    sheet.fill(oval(50, 15.2, 1, 1), "dark")
    sheet.seam(strip([(50.6, 18.5), (50.6, 38)]), 0.5, 0.35)
    if style.detail == 2:
        sheet.stroke(curve((48.5, 17), (46, 24, 1), (47, 31), closed=False), "partner", 0.9)
        sheet.stroke(curve((51.5, 17), (53, 25, 1), (55, 29), closed=False), "partner", 0.9)


def jeans(sheet: Sheet, style: Style) -> None:
    """Five pockets and contrast stitching."""
    w, hem = style.width * 0.98, style.between(90, 93)
    _legs(sheet, w, hem, 18, style.between(4.5, 7.5), 41)
    for side in (-1, 1):
        pocket = curve((50 + side * 8 * w, 18.4), (50 + side * 10.5 * w, 24, 1), (50 + side * 16.8 * w, 26), closed=False)
        sheet.seam(pocket, 0.6, 0.4)
        sheet.stitches(pocket + np.array([0, 0.9]), "thread")
        leg = strip([(50 + side * (15.8 - 0.02 * k) * w, 30 + k * 2.0) for k in range(4)])
        sheet.stitches(leg, "thread")
        sheet.gleam(oval(50 + side * 10 * w, 48, 3.6, 15), 0.16)
        sheet.fold(strip([(50 + side * 4, 43), (50 + side * 11 * w, 39)]), 0.4)
        sheet.seam(strip([(50 + side * 3.5, hem - 2), (50 + side * 14 * w, hem - 2.6)]), 0.6, 0.35)
    sheet.stitches(curve((51.5, 18.5), (54.6, 26, 1), (54, 33, 1), (50.5, 38), closed=False), "thread")
    sheet.fill(oval(50, 15.2, 1.3, 1.3), "brass")
    for x in (38.5, 61.5) if style.detail >= 1 else ():
        sheet.fill(box(x - 0.8, 11.5, x + 0.8, 18.4), shade=0.82)
    if style.detail == 2:
        for y in (52.0, 55.5, 59.0):
            sheet.seam(strip([(50 + 6 * w, y), (50 + 13 * w, y + 0.8)]), 0.7, 0.3)
            sheet.stroke(strip([(50 + 6.4 * w, y + 0.8), (50 + 12.4 * w, y + 1.5)]), "white", 0.5)


def shorts(sheet: Sheet, style: Style) -> None:
    """Above the knee."""
    w, hem = style.width * 1.25, style.between(60, 72)
    right = curve((50, 22), (50 + 17 * w, 21), (50 + 20.5 * w, 40, 1), (50 + 23.5 * w, hem), (50 + 2.5, hem + 2.4), (50 + 0.4, 47))
    for side in (flipped(right), right):
        sheet.fill(side, edge=0.3)
    sheet.fill(mirrored((0, 20, 1), (17 * w, 19), (17.6 * w, 25), (0, 26.4, 1)), shade=0.88, edge=0.3)
    for side_x in (-1, 1):
        sheet.seam(strip([(50 + side_x * 12 * w, 26), (50 + side_x * 18.6 * w, 37)]), 0.6, 0.4)
        sheet.seam(strip([(50 + side_x * 2.6, hem - 1), (50 + side_x * 23 * w, hem - 3.4)]), 0.5, 0.3)
        sheet.fold(strip([(50 + side_x * 8 * w, 44), (50 + side_x * 11 * w, hem - 3)]), 0.3)
    sheet.seam(strip([(50.6, 26.5), (50.6, 45)]), 0.5, 0.35)
    if style.detail >= 1:
        for side_x, lean in ((-1, 1.5), (1, 2.5)):
            sheet.stroke(curve((50 + side_x, 24), (50 + side_x * 3, 31, 1), (50 + side_x * lean, 37), closed=False), "white", 0.9)
    if style.detail == 2:
        for side_x in (-1, 1):
            band = strip([(50 + side_x * 18.6 * w, 27), (50 + side_x * 22.6 * w, hem - 1)])
            sheet.stroke(band, "partner", 1.8)
