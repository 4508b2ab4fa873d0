"""Jackets and coats."""

from recsys.simulation.painters.style import Style
from recsys.simulation.painters.tailoring import chest_pocket, flap_pockets, hanging_sleeve, rib, rib_cuffs, sleeves
from recsys.simulation.sheet import Sheet, box, curve, flipped, mirrored, oval, strip


def _front(sheet: Sheet, w: float, hem: float, gap: float, waist: float) -> None:
    """Two fronts of an open or closed jacket over its dark lining."""
    sheet.fill(mirrored((0, 16, 1), (9, 16.5), (10, 40), (8, hem - 3), (0, hem - 3)), "inside")
    right = curve(
        (50 + 9, 16.5),
        (50 + 22.5 * w, 22.5),
        (50 + 21.5 * w, 44),
        (50 + (21 - waist) * w, 60, 1),
        (50 + 22.5 * w, hem),
        (50 + gap, hem + 1),
        (50 + gap, 44),
        (50 + 3, 34),
    )
    for side in (right, flipped(right)):
        sheet.fill(side, edge=0.35)


def jacket(sheet: Sheet, style: Style) -> None:
    """Hip-length: a blazer with lapels, or a zipped jacket with ribbed hem."""
    w, hem = style.width * 1.02, style.between(76, 81)
    blazer = style.detail >= 1 and style.chance(0.5)
    sleeves(sheet, hanging_sleeve(w, 75, 1.0), 0.92)
    _front(sheet, w, hem, 0.6 if not blazer else -0.6, 1.5)
    if blazer:
        _lapels(sheet, 9.5, 44)
        for y in (50.0, 59.0):
            sheet.fill(oval(48.4, y, 1.2, 1.2), "dark")
        flap_pockets(sheet, w, 60)
        return
    sheet.stroke(strip([(50, 30), (50, hem + 1)]), "metal", 1.1)
    sheet.fill(mirrored((0, 20, 1), (8.5, 13.5), (11.5, 17), (3, 33), (0, 31)), "fabric", 0.86, 0.35)
    rib(sheet, w, hem - 2, hem + 3.5, 22.3)
    rib_cuffs(sheet, w, 75)
    if style.detail >= 1:
        for side in (strip([(50 + 9 * w, 56), (50 + 15 * w, 66)]), strip([(50 - 9 * w, 56), (50 - 15 * w, 66)])):
            sheet.seam(side, 1.0, 0.5)
    if style.detail == 2:
        chest_pocket(sheet, 57, 36, 8)
        chest_pocket(sheet, 35, 36, 8)


def _lapels(sheet: Sheet, neck: float, bottom: float) -> None:
    """Notched lapels meeting at the first button."""
    lapel = curve(
        (50, bottom),
        (50 + neck - 3, 17),
        (50 + neck + 2, 17.5),
        (50 + neck + 5.5, 27),
        (50 + neck + 2.5, 28.2),
        (50 + neck + 4, 31),
    )
    collar = curve((50 + neck - 3.5, 15), (50 + neck + 1, 15.5), (50 + neck + 5.8, 25.5), (50 + neck + 0.4, 27))
    for outline, shade in ((lapel, 1.07), (collar, 1.0)):
        for side in (outline, flipped(outline)):
            sheet.fill(side, shade=shade, edge=0.4)


def coat(sheet: Sheet, style: Style) -> None:
    """Long, with lapels or a high collar, sometimes double-breasted, sometimes belted."""
    w, hem = style.width * 0.94, style.between(91, 94)
    long = curve(
        (50 + 16 * w, 15),
        (50 + 21.5 * w, 17),
        (50 + 30 * w, 32, 1),
        (50 + 34.5 * w, 50, 1),
        (50 + 37 * w, 67),
        (50 + 28.5 * w, 69),
        (50 + 25 * w, 52, 1),
        (50 + 18 * w, 36),
    )
    sleeves(sheet, long, 0.92)
    sheet.fill(mirrored((0, 11, 1), (8, 11.5), (9, 30), (0, 40)), "inside")
    right = curve(
        (50 + 8, 11.5),
        (50 + 21.5 * w, 17),
        (50 + 20 * w, 38),
        (50 + 18.5 * w, 52, 1),
        (50 + 26 * w, hem),
        (50 - 1.5, hem + 1),
        (50 - 1.5, 42),
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
    flap_pockets(sheet, w * 0.95, 64)
    sheet.fold(strip([(50 + 14 * w, 70), (50 + 17 * w, 90)]), 0.35)
    sheet.fold(strip([(50 - 14 * w, 70), (50 - 17 * w, 90)]), 0.35)
