"""Dresses and skirts."""

from recsys.simulation.painters.style import Style
from recsys.simulation.painters.tailoring import buttons, pleats, sleeves
from recsys.simulation.sheet import Knot, Sheet, curve, mirrored, strip


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
            sleeve = curve(
                (50 + 13 * w, 12),
                (50 + 16.6 * w, 13.5),
                (50 + 24 * w, end * 0.7, 1),
                (50 + 26 * w, end - 2),
                (50 + 18.5 * w, end),
                (50 + 15 * w, 27),
            )
            sleeves(sheet, sleeve)
    waist_y = style.between(41, 46)
    middle = (12 + 0.56 * (sweep - 12)) * w
    body = mirrored(*top, (12 * w, waist_y, 1), (middle, (waist_y + hem) / 2, 1), (sweep * w, hem), (0, hem + 1.8, 1))
    sheet.fill(body, edge=0.3)
    pleats(sheet, waist_y + 2, hem, 10 * w, sweep * w)
    if style.detail == 2:
        sheet.fill(
            mirrored((0, waist_y - 0.6, 1), (12.4 * w, waist_y - 1.8), (12.5 * w, waist_y + 1.6), (0, waist_y + 3, 1)),
            "partner",
        )
    else:
        sheet.seam(
            curve((50 - 12 * w, waist_y), (50, waist_y + 1.4, 1), (50 + 12 * w, waist_y), closed=False), 0.6, 0.35
        )
    if style.detail == 1 and style.chance(0.5):
        sheet.seam(
            curve((50 - sweep * w, hem - 9), (50, hem - 7.4, 1), (50 + sweep * w, hem - 9), closed=False), 0.6, 0.3
        )


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
    pleats(sheet, 20, hem, 13 * w, sweep * w)
    if style.detail >= 1:
        for share in (-0.6, -0.2, 0.2, 0.6):
            sheet.seam(strip([(50 + share * 14 * w, 19), (50 + share * sweep * w, hem + 1)]), 0.5, 0.3)
    if style.detail == 2:
        buttons(sheet, 18, hem, 7)
