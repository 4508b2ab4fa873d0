"""Shirts and knitwear: back of the neck, sleeves, body, then seams and trims."""

from recsys.simulation.painters.style import Style
from recsys.simulation.painters.tailoring import (
    buttons,
    chest_pocket,
    cuff_seams,
    hanging_sleeve,
    neck_back,
    neck_band,
    rib,
    rib_cuffs,
    side_folds,
    sleeves,
    torso,
)
from recsys.simulation.sheet import Sheet, curve, flipped, mirrored, oval, strip


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
    neck_back(sheet, neck, dip)
    sleeve = curve(
        (50 + 18 * w, 21), (50 + 23 * w, 23), (50 + 38 * w, reach - 5), (50 + 29.5 * w, reach + 1), (50 + 20 * w, 38)
    )
    sleeves(sheet, sleeve)
    cuff_seams(sheet, (50 + 36.8 * w, reach - 6.8), (50 + 28.2 * w, reach - 1))
    sheet.fill(torso(w, neck, dip, style.between(0, 1.5), hem), edge=0.3)
    neck_band(sheet, neck, dip, *(("partner", 1.0) if style.detail == 2 else ("fabric", 0.86)))
    side_folds(sheet, w, 44, hem)
    sheet.seam(curve((50 - 21 * w, hem - 2), (50, hem - 0.4, 1), (50 + 21 * w, hem - 2), closed=False), 0.4, 0.22)
    if style.detail >= 1 and style.chance(0.8):
        chest_pocket(sheet, 55, 35)


def blouse(sheet: Sheet, style: Style) -> None:
    """Buttoned front, pointed collar, three-quarter sleeves."""
    w, neck, dip, hem = style.width, 8.5, style.between(5, 8), style.between(82, 86)
    neck_back(sheet, neck, dip)
    cuff = style.between(58, 64)
    sleeve = curve(
        (50 + 18 * w, 21),
        (50 + 23 * w, 23),
        (50 + 33 * w, 40, 1),
        (50 + 39 * w, cuff),
        (50 + 30 * w, cuff + 4),
        (50 + 20 * w, 44),
    )
    sleeves(sheet, sleeve)
    cuff_seams(sheet, (50 + 38.3 * w, cuff - 3), (50 + 29.4 * w, cuff + 0.8))
    sheet.fill(torso(w, neck, dip, style.between(1, 2.4), hem, 1.2), edge=0.3)
    side_folds(sheet, w, 46, hem, 0.4)
    buttons(sheet, 18 + dip, hem + 1, 6)
    if style.detail >= 1:
        _shirt_collar(sheet, neck, dip)
    else:
        neck_band(sheet, neck, dip)
    if style.detail == 2:
        for side in (-1, 1):
            for k in range(3):
                x = 50 + side * (5 + 3.2 * k)
                sheet.seam(strip([(x, 27 + dip), (x + side * 0.8, hem - 20)]), 0.5, 0.28)


def long_sleeve(sheet: Sheet, style: Style) -> None:
    """Plain long-sleeved top."""
    w, neck, dip, hem = style.width, style.between(8.5, 10.5), style.between(4.5, 7), style.between(80, 85)
    neck_back(sheet, neck, dip)
    sleeves(sheet, hanging_sleeve(w, 78))
    cuff_seams(sheet, (50 + 39 * w, 74.5), (50 + 31.5 * w, 76.5))
    sheet.fill(torso(w, neck, dip, style.between(0.5, 2), hem), edge=0.3)
    neck_band(sheet, neck, dip, *(("partner", 1.0) if style.detail == 2 else ("fabric", 0.86)))
    side_folds(sheet, w, 44, hem)
    if style.detail >= 1:
        for y in range(3):
            sheet.fill(oval(50, 22.5 + dip + 4 * y, 0.7, 0.7), "white")
        sheet.seam(strip([(51.8, 20 + dip), (51.8, 34 + dip), (48.2, 34 + dip), (48.2, 20 + dip)]), 0.4, 0.25)


def jumper(sheet: Sheet, style: Style) -> None:
    """Knitted pullover with ribbed cuffs and hem; crew, V or roll neck."""
    w, neck, hem = style.width * 1.04, 10.0, style.between(76, 81)
    dip = style.between(9, 12) if style.chance(0.3) else 5.0
    neck_back(sheet, neck, dip)
    sleeves(sheet, hanging_sleeve(w, 76, 1.5))
    rib_cuffs(sheet, w, 76)
    sheet.fill(torso(w, neck, dip, -1, hem), edge=0.35)
    rib(sheet, w, hem - 1.5, hem + 4, 21)
    neck_band(sheet, neck, dip, shade=0.82)
    neck_band(sheet, neck, dip + 0.6, shade=0.9)
    side_folds(sheet, w, 46, hem, 0.45)
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
    sleeves(sheet, hanging_sleeve(w, 76, 1.5))
    rib_cuffs(sheet, w, 76)
    sheet.fill(torso(w, 11, 12, -1, hem), edge=0.35)
    rib(sheet, w, hem - 1.5, hem + 4, 21)
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
    side_folds(sheet, w, 46, hem, 0.4)
