"""Shoes, bags and small accessories, drawn part by part. Standing products ask for a shadow on the ground."""

import numpy as np

from recsys.simulation.garments import Style
from recsys.simulation.sheet import Sheet, box, curve, flipped, mirrored, oval, strip


def sneaker(sheet: Sheet, style: Style) -> None:
    """Side view, low or high, with a pale sole and laces."""
    sheet.grounded = True
    top = 30.0 if style.chance(0.3) else 41.0
    lift = {0.87: 1.6, 1.15: -1.8}.get(style.width, 0.0)
    upper = curve(
        (14, 69), (13.5, 55, 1), (15, top), (24, top - 2, 1), (35, top), (44, 48, 1), (58, 56 + lift * 0.5, 1),
        (76, 59 + lift, 1), (86, 65 + lift * 0.5, 1), (88, 71),
    )
    sheet.fill(mirrored((0, top - 1.5, 1), (10, top), (9, top + 6, 1), (0, top + 4), centre=25), "inside")
    sheet.fill(upper, edge=0.35)
    toe = curve((69, 71), (71, 62 + lift, 1), (77, 59.5 + lift, 1), (86, 65 + lift * 0.5, 1), (88, 71))
    heel = curve((14, 70), (13.5, 55, 1), (14.6, top + 4), (23, top + 6, 1), (26, 60, 1), (30, 70))
    sheet.fill(heel, "partner" if style.detail == 2 else "fabric", 1.0 if style.detail == 2 else 0.86, 0.3)
    if style.detail >= 1:
        sheet.fill(toe, "white" if style.chance(0.4) else "fabric", 0.9, 0.3)
    sheet.fill(curve((36, top + 1), (45, 47.5, 1), (60, 56 + lift * 0.5), (54, 61), (42, 55, 1), (33, top + 8)), shade=0.92, edge=0.35)
    for k in range(5):
        x, y = 37.5 + 4.6 * k, top + 4 + (53.5 - top - 3 + lift * 0.5) * k / 4.6
        sheet.stroke(strip([(x, y - 1.6), (x - 3.4, y + 4.0)]), "white", 1.7)
    if style.detail == 2 or style.chance(0.5):
        swoop = curve((30, 66), (45, 65, 1), (66, 59 + lift), (50, 68.5, 1), (31, 69.6))
        sheet.fill(swoop, "white" if style.detail != 2 else "partner", edge=0.15)
    sheet.fill(curve((11, 69), (50, 70.5, 1), (90, 69.5), (91.5, 74, 1), (88, 78), (50, 78.4, 1), (13, 78), (10, 74, 1)), "white", edge=0.25)
    sheet.seam(strip([(11.5, 73.6), (50, 74.6), (90, 73.6)]), 0.5, 0.2)
    sheet.fill(curve((12, 76.4), (50, 77.2, 1), (89.5, 76.4), (87.5, 79), (50, 79.4, 1), (14, 79)), "gum" if style.detail else "white", 0.92)
    sheet.gleam(oval(58, 62 + lift, 9, 2.2), 0.12)


def boot(sheet: Sheet, style: Style) -> None:
    """Ankle to calf height, block heel, zip or laces."""
    sheet.grounded = True
    top, w = style.between(17, 36), style.width
    shaft = curve(
        (24, 75), (23, 60, 1), (25 - 3 * w, top), (36, top - 1.2, 1), (44 + 5 * w, top), (50, 50, 1), (57, 58, 1),
        (74, 63, 1), (83, 70, 1), (84, 77), (24, 77),
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
    sheet.fill(curve((22.5, 75.5), (84.8, 75.5), (86, 79, 1), (82, 81), (46, 80), (43, 78.5), (22.5, 78.5)), "ink", edge=0.2)
    heel = 1.0 + style.between(0, 3)
    sheet.fill(curve((22.5, 78), (43, 78), (42, 83 + heel), (24, 83 + heel)), "ink")
    sheet.gleam(oval(32, top + 18, 2.4, 11), 0.13)


def sandal(sheet: Sheet, style: Style) -> None:
    """Flat or platform, two or three straps."""
    sheet.grounded = True
    thick = style.between(4.5, 9)
    sole = curve((11, 71), (30, 70, 1), (50, 72, 1), (86, 71), (90, 73.5, 1), (88, 71 + thick), (50, 72.6 + thick, 1), (14, 71 + thick), (10, 74, 1))
    sheet.fill(curve((11, 71.5), (14, 60, 1), (17, 42), (23, 41, 1), (23, 52, 1), (27, 71)), shade=0.9, edge=0.35)
    for left, right, height in ((60, 84, 54), (36, 52, 53))[: 1 + (style.detail >= 1)]:
        outer = curve((left, 73), (left + 3, height, 1), (right - 5, height + 2, 1), (right + 2, 73))
        sheet.fill(outer, edge=0.4)
        sheet.seam(curve((left + 2, 73), (left + 5, height + 2.4, 1), (right - 6, height + 4, 1), (right, 73), closed=False), 0.4, 0.22)
    ankle = curve((17.5, 44), (30, 45.5, 1), (42, 53, 1), (40.5, 57, 1), (29, 50, 1), (17.8, 49))
    sheet.fill(ankle, edge=0.35)
    sheet.fill(oval(31, 48, 2.8, 2.6), "brass")
    sheet.fill(oval(31, 48, 1.5, 1.4), "fabric", 0.85)
    if style.detail == 2:
        for x in (64.0, 70.0, 76.0):
            sheet.fill(oval(x, 61 + abs(x - 70) * 0.25, 1.5, 1.5), "brass")
    sheet.fill(sole, "leather" if style.chance(0.5) else "gum", edge=0.3)
    sheet.seam(curve((11, 71 + thick * 0.55), (50, 72.6 + thick * 0.55, 1), (89, 71 + thick * 0.55), closed=False), 0.5, 0.25)


def heel(sheet: Sheet, style: Style) -> None:
    """Pump with a stiletto or block heel."""
    sheet.grounded = True
    rise = {0.87: 30.0, 1.15: 42.0}.get(style.width, 36.0)
    block = style.chance(0.45)
    foot = 12.0 if block else 4.4
    back = curve((13.5, rise + 14), (26, rise + 16), (16 + foot, 80), (15, 80))
    sheet.fill(back, "ink" if style.chance(0.3) else "fabric", 0.84, 0.3)
    upper = curve(
        (12, rise + 2), (22, rise + 5, 1), (34, 57, 1), (52, 65, 1), (66, 62, 1), (80, 69, 1), (89, 77, 1), (86, 79.5),
        (66, 79, 1), (46, 70, 1), (30, rise + 24, 1), (14, rise + 15), (11.4, rise + 8, 1),
    )
    sheet.fill(curve((13, rise + 3), (30, rise + 5, 1), (52, 60, 1), (66, 62, 1), (52, 67, 1), (34, 60, 1)), "inside")
    sheet.fill(upper, edge=0.4)
    sheet.fill(curve((86, 79.6), (66, 79.4, 1), (46, 70.4, 1), (28, rise + 24, 1), (44, 71.6, 1), (64, 80.6, 1)), "leather")
    if style.detail >= 1 and style.chance(0.6):
        strap = curve((13, rise + 4), (28, rise - 2, 1), (40, rise + 8, 1), (41, rise + 11, 1), (28, rise + 2, 1), (13, rise + 8))
        sheet.fill(strap, edge=0.35)
        sheet.fill(oval(35, rise + 4.4, 1.7, 1.7), "brass")
    if style.detail == 2:
        bow = curve((67, 64), (60, 58.5, 1), (60, 66, 1))
        for side in (bow, flipped(bow, 67)):
            sheet.fill(side, "partner", edge=0.35)
        sheet.fill(oval(67, 63.4, 1.7, 1.9), "partner", 0.85)
    sheet.gleam(curve((72, 67), (80, 70, 1), (85, 75, 1), (77, 71, 1)), 0.32)


def bag(sheet: Sheet, style: Style) -> None:
    """Handbag with a flap, or an open tote."""
    sheet.grounded = True
    w, tote = style.width, style.chance(0.45)
    handle = curve((50 - 17 * w, 47), (50 - 16 * w, 18, 1), (50, 11, 1), (50 + 16 * w, 18, 1), (50 + 17 * w, 47), closed=False)
    tone = "leather" if style.detail == 2 else "dark"
    sheet.stroke(handle + np.array([1.4, -1.6]), tone, 2.2, 0.75)
    if tote:
        sheet.fill(mirrored((0, 38), (30 * w, 38), (33 * w, 84, 1), (31 * w, 88), (0, 88.5, 1)), edge=0.4)
        sheet.seam(strip([(50 - 29.6 * w, 42), (50 + 29.6 * w, 42)]), 0.5, 0.3)
        sheet.stroke(handle + np.array([0, 4.0]), tone, 2.8)
        for side in (-1, 1):
            sheet.fill(box(50 + side * 17 * w - 2.4, 46, 50 + side * 17 * w + 2.4, 56, 1.0), tone, edge=0.2)
        if style.detail >= 1:
            sheet.fill(box(44, 62, 56, 68, 1.0), "leather", edge=0.3)
        sheet.fold(strip([(50 - 22 * w, 60), (50 - 26 * w, 86)]), 0.35)
        sheet.fold(strip([(50 + 20 * w, 56), (50 + 25 * w, 84)]), 0.35)
        return
    sheet.stroke(handle, tone, 2.8)
    sheet.fill(box(50 - 33 * w, 43, 50 + 33 * w, 87, 7), edge=0.4)
    flap = mirrored((0, 42), (30 * w, 42), (33.4 * w, 46, 1), (32 * w, 58, 1), (20 * w, 67, 1), (0, 69, 1))
    sheet.fill(flap, shade=0.93, edge=0.55)
    sheet.seam(flap * 0.955 + np.array([2.25, 2.4]), 0.4, 0.2)
    sheet.fill(box(46.6, 64, 53.4, 72.5, 1.6), "brass", edge=0.3)
    sheet.fill(box(48.8, 66.4, 51.2, 70, 0.8), "ink")
    for side in (-1, 1):
        sheet.fill(oval(50 + side * 17 * w, 46.5, 2.3, 2.3), "brass", edge=0.2)
    if style.detail == 2:
        for k in range(7):
            sheet.stroke(strip([(50 + 29 * w + 0.2 * k, 58), (50 + 28.2 * w + 0.9 * k, 76)]), "partner", 0.8)
    sheet.gleam(oval(38, 52, 13, 2.4), 0.13)


def backpack(sheet: Sheet, style: Style) -> None:
    """Rucksack with a front pocket."""
    sheet.grounded = True
    w = style.width
    sheet.stroke(curve((43, 16), (44, 9, 1), (56, 9, 1), (57, 16), closed=False), "dark", 2.4)
    for side in (-1, 1):
        sheet.stroke(curve((50 + side * 20 * w, 26), (50 + side * 31 * w, 46, 1), (50 + side * 27 * w, 80), closed=False), "dark", 3.4)
    sheet.fill(mirrored((0, 13, 1), (16 * w, 15, 1), (24.5 * w, 30, 1), (27 * w, 62, 1), (25.5 * w, 88), (0, 89.4, 1)), edge=0.4)
    if style.chance(0.5):
        flap = mirrored((0, 12.6, 1), (16.5 * w, 14.6, 1), (25 * w, 30, 1), (25.4 * w, 42), (0, 49, 1))
        sheet.fill(flap, shade=0.92, edge=0.5)
        for side in (-1, 1):
            x = 50 + side * 11 * w
            sheet.fill(box(x - 1.7, 36, x + 1.7, 60, 0.6), "leather", edge=0.25)
            sheet.fill(box(x - 2.5, 52, x + 2.5, 56, 0.6), "brass", edge=0.2)
    else:
        zip_line = curve((50 - 21.5 * w, 44), (50 - 17 * w, 25, 1), (50, 20, 1), (50 + 17 * w, 25, 1), (50 + 21.5 * w, 44), closed=False)
        sheet.seam(zip_line, 1.2, 0.45)
        sheet.fill(box(50 + 20.6 * w, 42, 50 + 22.2 * w, 49, 0.7), "metal")
    pocket = box(50 - 18.5 * w, 60, 50 + 18.5 * w, 86, 4.5)
    sheet.fill(pocket, "partner" if style.detail == 2 else "fabric", 0.95, 0.5)
    sheet.seam(strip([(50 - 15 * w, 65), (50 + 15 * w, 65)]), 0.9, 0.45)
    if style.detail >= 1:
        sheet.fill(box(45, 71, 55, 77.5, 0.9), "leather", edge=0.3)


def hat(sheet: Sheet, style: Style) -> None:
    """Beanie, brimmed hat or cap."""
    kind, w = int(style.rng.integers(3)), style.width
    if kind == 0:
        sheet.fill(mirrored((0, 22, 1), (17, 27, 1), (27 * w, 46, 1), (28.5 * w, 68), (0, 70, 1)), edge=0.4)
        for share in np.linspace(-0.85, 0.85, 11):
            sheet.seam(curve((50 + share * 6, 25), (50 + share * 22 * w, 44, 1), (50 + share * 27 * w, 62), closed=False), 0.5, 0.18)
        sheet.fill(mirrored((0, 61, 1), (29.5 * w, 59), (30 * w, 74), (0, 77, 1)), shade=0.9, edge=0.45)
        if style.detail >= 1:
            sheet.fill(oval(50, 21, 8, 7.6), "partner" if style.detail == 2 else "fabric", 1.05, 0.4)
        return
    if kind == 1:
        brim = 38 + 6 * (w - 1) * 4
        sheet.fill(oval(50, 66, brim, 9.5), shade=0.92, edge=0.4)
        sheet.fill(mirrored((0, 31, 1), (9, 28, 1), (20, 34, 1), (24, 62), (0, 68, 1)), edge=0.4)
        sheet.fold(curve((42, 33), (50, 40, 1), (58, 33), closed=False), 0.5)
        band = mirrored((0, 61.5, 1), (23.2, 56), (24, 62.5), (0, 68.4, 1))
        sheet.fill(band, ("dark", "dark", "partner")[style.detail], edge=0.2)
        return
    sheet.fill(curve((46, 62), (66, 59, 1), (88 + 4 * (w - 1) * 4, 66, 1), (84, 71, 1), (62, 67, 1), (46, 68)), shade=0.88, edge=0.4)
    sheet.fill(curve((19, 64), (20, 44, 1), (44, 30, 1), (66, 42, 1), (70, 62), (44, 67, 1)), edge=0.4)
    for end in (34.0, 50.0):
        sheet.seam(curve((44, 31), (end - 2, 44, 1), (end, 65), closed=False), 0.5, 0.28)
    sheet.fill(oval(44, 30.4, 2.2, 1.6), shade=0.85, edge=0.2)
    if style.detail >= 1:
        sheet.fill(oval(57, 51, 4.8, 4.8), "partner" if style.detail == 2 else "dark", edge=0.25)


def scarf(sheet: Sheet, style: Style) -> None:
    """Looped once, two ends with fringe."""
    w = style.width
    ends = ((50 - 15 * w, 80 + style.between(-3, 3)), (50 + 3 * w, 85 + style.between(-3, 3)))
    for (left, bottom), shade in zip(ends, (0.92, 1.0), strict=True):
        width = 14 * w
        for k in range(8):
            x = left + 0.8 + (width - 1.6) * k / 7
            sheet.stroke(strip([(x, bottom - 1), (x + style.between(-0.5, 0.5), bottom + 6.5)]), "partner" if style.detail == 2 else "base", 0.9, 0.9)
        tail = curve((46, 40), (56, 40), (left + width, 60, 1), (left + width, bottom), (left, bottom), (left + 0.6, 58, 1))
        sheet.fill(tail, shade=shade, edge=0.45)
        sheet.fold(strip([(left + width * 0.4, 56), (left + width * 0.45, bottom - 3)]), 0.4)
        if style.detail >= 1:
            for y in (5.0, 7.6):
                sheet.fill(box(left, bottom - y, left + width, bottom - y + 1.1), "partner")
    sheet.fill(mirrored((0, 20, 1), (19 * w, 22, 1), (25 * w, 34, 1), (16 * w, 50, 1), (0, 54, 1)), shade=0.94, edge=0.4)
    sheet.fill(mirrored((0, 19, 1), (13 * w, 22, 1), (12 * w, 30, 1), (0, 34, 1)), "inside")
    sheet.fill(curve((50 - 24 * w, 30), (50 - 6, 43, 1), (50 + 20 * w, 38, 1), (50 + 24 * w, 31), (50 + 20 * w, 49, 1), (50 - 4, 56, 1), (50 - 22 * w, 44, 1)), edge=0.5)
    for start, stop in (((-20, 36), (14, 50)), ((-15, 45), (6, 53)), ((-4, 46), (20, 41))):
        sheet.fold(strip([(50 + start[0] * w, start[1]), (50 + stop[0] * w, stop[1])]), 0.4)


def watch(sheet: Sheet, style: Style) -> None:
    """Wristwatch; the strap carries colour and pattern."""
    w = style.width
    radius, strap = 17.5 * (0.92 if w < 1 else w), 10.5 * w
    strap_shape = mirrored((0, 9, 1), (strap * 0.8, 10), (strap, 36), (strap, 64), (strap * 0.8, 91), (0, 92, 1))
    sheet.fill(strap_shape, edge=0.45)
    for side in (-1, 1):
        sheet.seam(strip([(50 + side * (strap - 2.2) * 0.85, 12), (50 + side * (strap - 2), 32)]), 0.4, 0.3)
        sheet.seam(strip([(50 + side * (strap - 2), 68), (50 + side * (strap - 2.2) * 0.85, 89)]), 0.4, 0.3)
    for y in (77.0, 81.0, 85.0):
        sheet.fill(oval(50, y, 0.9, 0.9), "dark")
    case = "brass" if style.chance(0.45) else "metal"
    sheet.fill(box(50 + radius - 1, 48, 50 + radius + 3.6, 52.5, 1), case, 0.85)
    square = style.chance(0.25)
    shape = (lambda r: box(50 - r, 50 - r, 50 + r, 50 + r, r * 0.35)) if square else (lambda r: oval(50, 50, r, r))
    sheet.fill(shape(radius + 2.2), case, edge=0.5)
    sheet.fill(shape(radius), case, 0.8)
    sheet.fill(shape(radius - 1.2), ("white", "white", "base")[style.detail], edge=0.15)
    hand = "white" if style.detail == 2 else "ink"
    for k in range(12):
        angle = np.radians(30 * k)
        ray = np.array([[np.sin(angle), -np.cos(angle)]])
        reach = radius - 3
        sheet.stroke(50 + ray * np.array([[reach - (2.6 if k % 3 == 0 else 1.4)], [reach]]), hand, 0.8 if k % 3 == 0 else 0.5)
    sheet.stroke(strip([(50, 50), (50 - radius * 0.36, 50 - radius * 0.3)]), hand, 1.3)
    sheet.stroke(strip([(50, 50), (50 + radius * 0.3, 50 - radius * 0.6)]), hand, 0.9)
    sheet.fill(oval(50, 50, 1.2, 1.2), hand)
    if style.detail >= 1 and not square:
        sheet.fill(oval(50, 50 + radius * 0.45, radius * 0.2, radius * 0.2), "light", 0.92, 0.2)
    sheet.gleam(curve((50 - radius * 0.7, 50), (50 - radius * 0.5, 50 - radius * 0.6, 1), (50, 50 - radius * 0.8), (50 - radius * 0.3, 50 - radius * 0.2, 1)), 0.3)


def sunglasses(sheet: Sheet, style: Style) -> None:
    """Round, square or cat-eye frames."""
    w, kind = style.width, int(style.rng.integers(3))
    outline = {
        0: oval(29.5, 52, 16.5, 15.5),
        1: curve((13.5, 42), (30, 39.5, 1), (45, 43), (44.5, 56, 1), (37, 65.5, 1), (22, 65, 1), (14.5, 56, 1)),
        2: curve((8.5, 38), (28, 41, 1), (45, 44), (44, 57, 1), (32, 65, 1), (18, 61, 1)),
    }[kind]
    outline = (outline - 50) * np.array([1.0, {0.87: 0.8, 1.15: 1.12}.get(w, 0.96)]) + 50
    centre = outline.mean(axis=0)
    for side in (-1, 1):
        sheet.stroke(curve((50 + side * 36, 47), (50 + side * 41.5, 40, 1), (50 + side * 38, 31, 1), (50 + side * 30, 29), closed=False), "base", 2.6, 0.85)
    sheet.stroke(curve((43, 47), (50, 43.5, 1), (57, 47), closed=False), "brass" if style.detail == 2 else "base", 3.0)
    lens = (outline - centre) * 0.8 + centre
    for mirror in (False, True):
        frame, pane = (flipped(outline), flipped(lens)) if mirror else (outline, lens)
        sheet.fill(frame, edge=0.4)
        sheet.fill(pane, "glass", 1.0 if style.detail else 1.5, 0.3)
        shine = (pane - pane.mean(axis=0)) * np.array([0.35, 0.5]) + pane.mean(axis=0) - np.array([3.5, 3.0])
        sheet.gleam(shine, 0.34)
