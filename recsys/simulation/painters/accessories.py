"""Bags and small accessories."""

import numpy as np

from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Points, Sheet, box, curve, flipped, mirrored, oval, strip


def bag(sheet: Sheet, style: Style) -> None:
    """Handbag with a flap, or an open tote."""
    sheet.grounded = True
    w, tote = style.width, style.chance(0.45)
    handle = curve(
        (50 - 17 * w, 47), (50 - 16 * w, 18, 1), (50, 11, 1), (50 + 16 * w, 18, 1), (50 + 17 * w, 47), closed=False
    )
    tone = "leather" if style.detail == 2 else "dark"
    sheet.stroke(handle + np.array([1.4, -1.6]), tone, 2.2, 0.75)
    if tote:
        sheet.fill(mirrored((0, 38), (30 * w, 38), (32.6 * w, 82, 1), (30.5 * w, 88, 1), (0, 88.6, 1)), edge=0.4)
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
        sheet.stroke(
            curve((50 + side * 20 * w, 26), (50 + side * 31 * w, 46, 1), (50 + side * 27 * w, 80), closed=False),
            "dark",
            3.4,
        )
    sheet.fill(
        mirrored((0, 13, 1), (16 * w, 15, 1), (24.5 * w, 30, 1), (27 * w, 62, 1), (25.5 * w, 88), (0, 89.4, 1)),
        edge=0.4,
    )
    if style.chance(0.5):
        flap = mirrored((0, 12.6, 1), (16.5 * w, 14.6, 1), (25 * w, 30, 1), (25.4 * w, 42), (0, 49, 1))
        sheet.fill(flap, shade=0.92, edge=0.5)
        for side in (-1, 1):
            x = 50 + side * 11 * w
            sheet.fill(box(x - 1.7, 36, x + 1.7, 60, 0.6), "leather", edge=0.25)
            sheet.fill(box(x - 2.5, 52, x + 2.5, 56, 0.6), "brass", edge=0.2)
    else:
        zip_line = curve(
            (50 - 21.5 * w, 44),
            (50 - 17 * w, 25, 1),
            (50, 20, 1),
            (50 + 17 * w, 25, 1),
            (50 + 21.5 * w, 44),
            closed=False,
        )
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
            sheet.seam(
                curve((50 + share * 6, 25), (50 + share * 22 * w, 44, 1), (50 + share * 27 * w, 62), closed=False),
                0.5,
                0.18,
            )
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
    sheet.fill(
        curve((46, 62), (66, 59, 1), (88 + 4 * (w - 1) * 4, 66, 1), (84, 71, 1), (62, 67, 1), (46, 68)),
        shade=0.88,
        edge=0.4,
    )
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
            sheet.stroke(
                strip([(x, bottom - 1), (x + style.between(-0.5, 0.5), bottom + 6.5)]),
                "partner" if style.detail == 2 else "base",
                0.9,
                0.9,
            )
        tail = curve(
            (46, 40), (56, 40), (left + width, 60, 1), (left + width, bottom), (left, bottom), (left + 0.6, 58, 1)
        )
        sheet.fill(tail, shade=shade, edge=0.45)
        sheet.fold(strip([(left + width * 0.4, 56), (left + width * 0.45, bottom - 3)]), 0.4)
        if style.detail >= 1:
            for y in (5.0, 7.6):
                sheet.fill(box(left, bottom - y, left + width, bottom - y + 1.1), "partner")
    sheet.fill(
        mirrored((0, 20, 1), (19 * w, 22, 1), (25 * w, 34, 1), (16 * w, 50, 1), (0, 54, 1)), shade=0.94, edge=0.4
    )
    sheet.fill(mirrored((0, 19, 1), (13 * w, 22, 1), (12 * w, 30, 1), (0, 34, 1)), "inside")
    sheet.fill(
        curve(
            (50 - 24 * w, 30),
            (50 - 6, 43, 1),
            (50 + 20 * w, 38, 1),
            (50 + 24 * w, 31),
            (50 + 20 * w, 49, 1),
            (50 - 4, 56, 1),
            (50 - 22 * w, 44, 1),
        ),
        edge=0.5,
    )
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
    sheet.fill(_dial(square, radius + 2.2), case, edge=0.5)
    sheet.fill(_dial(square, radius), case, 0.8)
    sheet.fill(_dial(square, radius - 1.2), ("white", "white", "base")[style.detail], edge=0.15)
    hand = "white" if style.detail == 2 else "ink"
    for k in range(12):
        angle = np.radians(30 * k)
        ray = np.array([[np.sin(angle), -np.cos(angle)]])
        reach = radius - 3
        sheet.stroke(
            50 + ray * np.array([[reach - (2.6 if k % 3 == 0 else 1.4)], [reach]]), hand, 0.8 if k % 3 == 0 else 0.5
        )
    sheet.stroke(strip([(50, 50), (50 - radius * 0.36, 50 - radius * 0.3)]), hand, 1.3)
    sheet.stroke(strip([(50, 50), (50 + radius * 0.3, 50 - radius * 0.6)]), hand, 0.9)
    sheet.fill(oval(50, 50, 1.2, 1.2), hand)
    if style.detail >= 1 and not square:
        sheet.fill(oval(50, 50 + radius * 0.45, radius * 0.2, radius * 0.2), "light", 0.92, 0.2)
    sheet.gleam(
        curve(
            (50 - radius * 0.7, 50),
            (50 - radius * 0.5, 50 - radius * 0.6, 1),
            (50, 50 - radius * 0.8),
            (50 - radius * 0.3, 50 - radius * 0.2, 1),
        ),
        0.3,
    )


def _dial(square: bool, radius: float) -> Points:
    """Outline of a watch case."""
    if square:
        return box(50 - radius, 50 - radius, 50 + radius, 50 + radius, radius * 0.35)
    return oval(50, 50, radius, radius)


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
        sheet.stroke(
            curve(
                (50 + side * 36, 47),
                (50 + side * 41.5, 40, 1),
                (50 + side * 38, 31, 1),
                (50 + side * 30, 29),
                closed=False,
            ),
            "base",
            2.6,
            0.85,
        )
    sheet.stroke(curve((43, 47), (50, 43.5, 1), (57, 47), closed=False), "brass" if style.detail == 2 else "base", 3.0)
    lens = (outline - centre) * 0.8 + centre
    for mirror in (False, True):
        frame, pane = (flipped(outline), flipped(lens)) if mirror else (outline, lens)
        sheet.fill(frame, edge=0.4)
        sheet.fill(pane, "glass", 1.0 if style.detail else 1.5, 0.3)
        shine = (pane - pane.mean(axis=0)) * np.array([0.35, 0.5]) + pane.mean(axis=0) - np.array([3.5, 3.0])
        sheet.gleam(shine, 0.34)
