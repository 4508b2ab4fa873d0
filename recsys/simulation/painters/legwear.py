"""Trousers, jeans and shorts."""

import numpy as np

from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Sheet, box, curve, flipped, mirrored, oval, strip


def _legs(sheet: Sheet, w: float, hem: float, hip: float, ankle: float, crotch: float) -> None:
    """Both legs, with the rise."""
    right = curve(
        (50, 14),
        (50 + 15 * w, 13),
        (50 + hip * w, 34, 1),
        (50 + (ankle + 7.5) * w, hem),
        (50 + 3.5, hem + 1),
        (50 + 1.0, crotch),
        (50, crotch - 1),
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
    _legs(sheet, w, hem, 18.5, style.between(6.0, 9.5), 41)
    for side in (-1, 1):
        pocket = curve(
            (50 + side * 8 * w, 18.4), (50 + side * 10.5 * w, 24, 1), (50 + side * 16.8 * w, 26), closed=False
        )
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
    right = curve(
        (50, 22), (50 + 17 * w, 21), (50 + 20.5 * w, 40, 1), (50 + 23.5 * w, hem), (50 + 2.5, hem + 2.4), (50 + 0.4, 47)
    )
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
            sheet.stroke(
                curve((50 + side_x, 24), (50 + side_x * 3, 31, 1), (50 + side_x * lean, 37), closed=False), "white", 0.9
            )
    if style.detail == 2:
        for side_x in (-1, 1):
            band = strip([(50 + side_x * 18.6 * w, 27), (50 + side_x * 22.6 * w, hem - 1)])
            sheet.stroke(band, "partner", 1.8)
