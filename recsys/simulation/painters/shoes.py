"""Shoes, in side view, standing on the ground."""

from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Sheet, box, curve, flipped, mirrored, oval, strip


def sneaker(sheet: Sheet, style: Style) -> None:
    """Side view, low or high, with a pale sole and laces."""
    sheet.grounded = True
    top = 30.0 if style.chance(0.3) else 41.0
    lift = {0.87: 1.6, 1.15: -1.8}.get(style.width, 0.0)
    upper = curve(
        (14, 69),
        (13.5, 55, 1),
        (15, top),
        (24, top - 2, 1),
        (35, top),
        (44, 48, 1),
        (58, 56 + lift * 0.5, 1),
        (76, 59 + lift, 1),
        (86, 65 + lift * 0.5, 1),
        (88, 71),
    )
    sheet.fill(mirrored((0, top - 1.5, 1), (10, top), (9, top + 6, 1), (0, top + 4), centre=25), "inside")
    sheet.fill(upper, edge=0.35)
    toe = curve((69, 71), (71, 62 + lift, 1), (77, 59.5 + lift, 1), (86, 65 + lift * 0.5, 1), (88, 71))
    heel = curve((14, 70), (13.5, 55, 1), (14.6, top + 4), (23, top + 6, 1), (26, 60, 1), (30, 70))
    sheet.fill(heel, "partner" if style.detail == 2 else "fabric", 1.0 if style.detail == 2 else 0.86, 0.3)
    if style.detail >= 1:
        sheet.fill(toe, "white" if style.chance(0.4) else "fabric", 0.9, 0.3)
    sheet.fill(
        curve((36, top + 1), (45, 47.5, 1), (60, 56 + lift * 0.5), (54, 61), (42, 55, 1), (33, top + 8)),
        shade=0.92,
        edge=0.35,
    )
    for k in range(5):
        x, y = 37.5 + 4.6 * k, top + 4 + (53.5 - top - 3 + lift * 0.5) * k / 4.6
        sheet.stroke(strip([(x, y - 1.6), (x - 3.4, y + 4.0)]), "white", 1.7)
    if style.detail == 2 or style.chance(0.5):
        swoop = curve((30, 66), (45, 65, 1), (66, 59 + lift), (50, 68.5, 1), (31, 69.6))
        sheet.fill(swoop, "white" if style.detail != 2 else "partner", edge=0.15)
    sheet.fill(
        curve((11, 69), (50, 70.5, 1), (90, 69.5), (91.5, 74, 1), (88, 78), (50, 78.4, 1), (13, 78), (10, 74, 1)),
        "white",
        edge=0.25,
    )
    sheet.seam(strip([(11.5, 73.6), (50, 74.6), (90, 73.6)]), 0.5, 0.2)
    sheet.fill(
        curve((12, 76.4), (50, 77.2, 1), (89.5, 76.4), (87.5, 79), (50, 79.4, 1), (14, 79)),
        "gum" if style.detail else "white",
        0.92,
    )
    sheet.gleam(oval(58, 62 + lift, 9, 2.2), 0.12)


def boot(sheet: Sheet, style: Style) -> None:
    """Ankle to calf height, block heel, zip or laces."""
    sheet.grounded = True
    top, w = style.between(17, 36), style.width
    shaft = curve(
        (24, 75),
        (23, 60, 1),
        (25 - 3 * w, top),
        (36, top - 1.2, 1),
        (44 + 5 * w, top),
        (50, 50, 1),
        (57, 58, 1),
        (74, 63, 1),
        (83, 70, 1),
        (84, 77),
        (24, 77),
    )
    sheet.fill(oval(35 + w, top, 12.6 + 3 * w, 2.4), "inside")
    sheet.fill(shaft, edge=0.4)
    sheet.fill(curve((66, 77), (66, 66, 1), (74, 63, 1), (83, 70, 1), (84, 77)), shade=0.93, edge=0.25)
    sheet.seam(curve((24, 66), (38, 62, 1), (46, 77), closed=False), 0.6, 0.35)
    sheet.fold(curve((40, 50), (48, 55, 1), (55, 57), closed=False), 0.5)
    sheet.fold(strip([(26, 56), (36, 60)]), 0.35)
    if style.detail == 2:
        for k in range(5):
            y = top + 7 + k * (52 - top - 6) / 5
            sheet.stroke(strip([(47, y), (52.5, y + 3.4)]), "white", 1.3)
            sheet.fill(oval(46.4, y, 0.9, 0.9), "metal")
    elif style.detail == 1:
        sheet.stroke(strip([(33, top + 3), (34, 66)]), "metal", 0.8)
        sheet.fill(box(32.4, top + 3, 34.6, top + 7, 0.8), "metal")
    else:
        sheet.fill(curve((41, top), (48, top), (47, 46, 1), (42, 46, 1)), "dark", edge=0.2)
    sheet.fill(
        curve((22.5, 75.5), (84.8, 75.5), (86, 79, 1), (82, 81), (46, 80), (43, 78.5), (22.5, 78.5)), "ink", edge=0.2
    )
    heel = 1.0 + style.between(0, 3)
    sheet.fill(curve((22.5, 78), (43, 78), (42, 83 + heel), (24, 83 + heel)), "ink")
    sheet.gleam(oval(32, top + 18, 2.4, 11), 0.13)


def sandal(sheet: Sheet, style: Style) -> None:
    """Flat or platform, two or three straps."""
    sheet.grounded = True
    thick = style.between(4.5, 9)
    sole = curve(
        (11, 71),
        (30, 70, 1),
        (50, 72, 1),
        (86, 71),
        (90, 73.5, 1),
        (88, 71 + thick),
        (50, 72.6 + thick, 1),
        (14, 71 + thick),
        (10, 74, 1),
    )
    sheet.fill(curve((11, 71.5), (14, 60, 1), (17, 42), (23, 41, 1), (23, 52, 1), (27, 71)), shade=0.9, edge=0.35)
    bands = [
        curve((70, 73), (66, 60, 1), (59, 54.5), (67, 52.5, 1), (74, 58, 1), (80, 73)),
        curve((56, 73), (60, 60, 1), (67, 53), (74, 55.5), (68, 62, 1), (66, 73)),
    ]
    if style.detail == 0:
        bands = [curve((59, 73), (62, 60, 1), (67, 54, 1), (75, 58, 1), (80, 73))]
    elif style.width > 1.1:
        bands.append(curve((36, 73), (38, 60, 1), (43, 52), (50, 53.5), (46, 62, 1), (46.5, 73)))
    for band in bands:
        sheet.fill(band, edge=0.4)
    ankle = curve((17.5, 44), (30, 45.5, 1), (42, 53, 1), (40.5, 57, 1), (29, 50, 1), (17.8, 49))
    sheet.fill(ankle, edge=0.35)
    sheet.fill(oval(31, 48, 2.8, 2.6), "brass")
    sheet.fill(oval(31, 48, 1.5, 1.4), "fabric", 0.85)
    if style.detail == 2:
        for x in (62.5, 67.5, 72.5):
            sheet.fill(oval(x, 58.5 + abs(x - 67.5) * 0.5, 1.3, 1.3), "brass")
    sheet.fill(sole, "leather" if style.chance(0.5) else "gum", edge=0.3)
    sheet.seam(
        curve((11, 71 + thick * 0.55), (50, 72.6 + thick * 0.55, 1), (89, 71 + thick * 0.55), closed=False), 0.5, 0.25
    )


def heel(sheet: Sheet, style: Style) -> None:
    """Pump with a stiletto or block heel."""
    sheet.grounded = True
    rise = {0.87: 30.0, 1.15: 42.0}.get(style.width, 36.0)
    block = style.chance(0.45)
    foot = 12.0 if block else 4.4
    back = curve((13.5, rise + 14), (26, rise + 16), (16 + foot, 80), (15, 80))
    sheet.fill(back, "ink" if style.chance(0.3) else "fabric", 0.84, 0.3)
    upper = curve(
        (12, rise + 2),
        (22, rise + 5, 1),
        (34, 57, 1),
        (52, 65, 1),
        (66, 62, 1),
        (80, 69, 1),
        (89, 77, 1),
        (86, 79.5),
        (66, 79, 1),
        (46, 70, 1),
        (30, rise + 24, 1),
        (14, rise + 15),
        (11.4, rise + 8, 1),
    )
    sheet.fill(curve((13, rise + 3), (30, rise + 5, 1), (52, 60, 1), (66, 62, 1), (52, 67, 1), (34, 60, 1)), "inside")
    sheet.fill(upper, edge=0.4)
    sheet.fill(
        curve((86, 79.6), (66, 79.4, 1), (46, 70.4, 1), (28, rise + 24, 1), (44, 71.6, 1), (64, 80.6, 1)), "leather"
    )
    if style.detail >= 1 and style.chance(0.6):
        strap = curve(
            (13, rise + 4), (28, rise - 2, 1), (40, rise + 8, 1), (41, rise + 11, 1), (28, rise + 2, 1), (13, rise + 8)
        )
        sheet.fill(strap, edge=0.35)
        sheet.fill(oval(35, rise + 4.4, 1.7, 1.7), "brass")
    if style.detail == 2:
        bow = curve((67, 64), (60, 58.5, 1), (60, 66, 1))
        for side in (bow, flipped(bow, 67)):
            sheet.fill(side, "partner", edge=0.35)
        sheet.fill(oval(67, 63.4, 1.7, 1.9), "partner", 0.85)
    sheet.gleam(curve((72, 67), (80, 70, 1), (85, 75, 1), (77, 71, 1)), 0.32)
