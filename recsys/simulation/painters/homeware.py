"""Things for the home. All but the cushion stand on the ground."""

import numpy as np

from recsys.simulation.painters.style import Style
from recsys.simulation.sheet import Sheet, box, curve, flipped, mirrored, oval, strip


def lamp(sheet: Sheet, style: Style) -> None:
    """Table lamp: fabric shade on a turned, ball or tripod foot."""
    sheet.grounded = True
    w, kind, top = style.width, int(style.rng.integers(3)), style.between(10, 15)
    narrow, wide, bottom = style.between(13, 20) * w, style.between(26, 31) * w, 48.0
    foot = ("wood", "brass", "ink", "white")[int(style.rng.integers(4))]
    if kind == 0:
        sheet.fill(mirrored((0, 46), (1.8, 46), (2.4, 62, 1), (7, 74, 1), (3, 84, 1), (0, 85)), foot, edge=0.4)
    elif kind == 1:
        sheet.fill(box(48.6, 46, 51.4, 66), "brass")
        sheet.fill(oval(50, 73, 12.5, 12.5), foot, edge=0.5)
        sheet.gleam(oval(46, 68, 3.6, 3.4), 0.4)
    else:
        for x in (34.0, 50.0, 66.0):
            sheet.stroke(strip([(50, 48), (x, 88)]), foot, 2.2, 0.85 if x == 50.0 else 1.0)
    if kind < 2:
        sheet.fill(box(36, 84.4, 64, 88.4, 1.9), foot, edge=0.35)
    sheet.fill(oval(50, bottom, wide, 3.6), "light", 1.05)
    body = mirrored((0, top), (narrow, top), (wide, bottom), (0, bottom + 3.2, 1))
    sheet.fill(body, edge=0.35)
    sheet.fill(oval(50, top, narrow, 1.7), "inside", 1.2)
    if style.detail >= 1:
        tone = ("dark", "partner")[style.detail - 1]
        sheet.stroke(
            curve(
                (50 - wide + 0.8, bottom - 1.6), (50, bottom + 1.6, 1), (50 + wide - 0.8, bottom - 1.6), closed=False
            ),
            tone,
            1.5,
        )
    if style.detail == 2:
        for share in np.linspace(-0.8, 0.8, 9):
            sheet.seam(strip([(50 + share * narrow, top + 1), (50 + share * wide, bottom + 0.5)]), 0.4, 0.2)
    sheet.gleam(oval(50, (top + bottom) / 2, (narrow + wide) * 0.2, (bottom - top) * 0.3), 0.24)


def mug(sheet: Sheet, style: Style) -> None:
    """Straight or rounded cup with a handle."""
    sheet.grounded = True
    w, tall = style.width, {0.87: 26.0, 1.15: 36.0}.get(style.width, 31.0)
    half, belly, base = 24.0 * w, style.between(-1.5, 4.0), 84.0
    x = 46.0
    ring = oval(x + half, (tall + base) / 2 - 1, 15, 17.5)
    sheet.fill(ring, "base", 0.9, 0.4)
    sheet.cut_out(oval(x + half, (tall + base) / 2 - 1, 9.6, 11.8))
    body = mirrored(
        (0, tall),
        (half, tall),
        (half + belly, (tall + base) / 2, 1),
        (half - 4, base - 3, 1),
        (half - 9, base + 1),
        (0, base + 2, 1),
        centre=x,
    )
    sheet.fill(body, edge=0.45)
    sheet.fill(oval(x, tall, half, 5.4), "light", 1.0, 0.3)
    sheet.fill(oval(x, tall + 0.7, half - 2.2, 4.1), "inside", 1.05 if style.chance(0.5) else 1.5)
    if style.detail == 2:
        sheet.fill(
            mirrored(
                (0, base - 12, 1),
                (half + belly * 0.6, base - 14),
                (half - 5, base - 2, 1),
                (half - 9, base + 1),
                (0, base + 2, 1),
                centre=x,
            ),
            "partner",
        )
    elif style.detail == 1:
        sheet.stroke(
            curve((x - half, tall + 7), (x, tall + 12.4, 1), (x + half, tall + 7), closed=False), "partner", 1.4
        )
    sheet.gleam(box(x - half + 5, tall + 12, x - half + 9, base - 14, 2), 0.42)


def cushion(sheet: Sheet, style: Style) -> None:
    """Scatter cushion, square or long."""
    w, h = {0.87: (31.0, 31.0), 1.15: (38.0, 25.0)}.get(style.width, (35.0, 35.0))
    outline = curve(
        (50 - w, 50 - h),
        (50, 50 - h + 4, 1),
        (50 + w, 50 - h),
        (50 + w - 4, 50, 1),
        (50 + w, 50 + h),
        (50, 50 + h - 4, 1),
        (50 - w, 50 + h),
        (50 - w + 4, 50, 1),
    )
    if style.detail == 2:
        for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            for k in (-1.6, 0.0, 1.6):
                corner = np.array([50 + dx * (w - 1), 50 + dy * (h - 1)])
                sheet.stroke(np.stack([corner, corner + np.array([dx * 5 + k * dy, dy * 5 - k * dx])]), "partner", 1.3)
    sheet.fill(outline, edge=0.6)
    if style.detail >= 1:
        sheet.stroke(np.concatenate([outline, outline[:1]]), "partner" if style.detail == 2 else "dark", 0.9)
    for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        sheet.fold(strip([(50 + dx * (w - 3), 50 + dy * (h - 3)), (50 + dx * (w - 15), 50 + dy * (h - 13))]), 0.4)
    if style.chance(0.35):
        sheet.fill(oval(50, 50, 1.8, 1.8), shade=0.8, edge=0.5)
        sheet.fold(oval(50, 50, 4, 4), 0.5, width=0.0)
    sheet.gleam(oval(42, 40, w * 0.4, h * 0.35), 0.14)


def chair(sheet: Sheet, style: Style) -> None:
    """Upholstered chair or armchair on wooden or metal legs."""
    sheet.grounded = True
    w, arms = style.width, style.chance(0.45)
    leg = ("wood", "wood", "ink", "brass")[int(style.rng.integers(4))]
    for x, lean, shade in ((34.0, -2.5, 0.7), (66.0, 2.5, 0.7), (29.5, -5.0, 1.0), (70.5, 5.0, 1.0)):
        near = shade == 1.0
        px = 50 + (x - 50) * w
        sheet.fill(
            curve(
                (px - 1.7, 62),
                (px + 1.7, 62),
                (px + lean + 0.9, 91 if near else 86),
                (px + lean - 0.9, 91 if near else 86),
            ),
            leg,
            shade,
        )
    top = style.between(12, 18)
    back = mirrored((0, top, 1), (17 * w, top + 2, 1), (22 * w, top + 14, 1), (20.5 * w, 58), (0, 60, 1))
    sheet.fill(back, shade=0.96, edge=0.45)
    if style.detail == 2:
        for y in (top + 12, top + 24):
            for x in (-9, 0, 9):
                sheet.fill(oval(50 + x * w, y, 0.9, 0.9), shade=0.7)
                sheet.fold(oval(50 + x * w, y, 2.2, 2.2), 0.45, width=0.0)
    elif style.detail == 1:
        for x in (-8, 8):
            sheet.seam(
                curve((50 + x * w, top + 3), (50 + x * 1.15 * w, 40, 1), (50 + x * 1.2 * w, 57), closed=False), 0.5, 0.3
            )
    if arms:
        arm = curve((50 + 20 * w, 42), (50 + 27 * w, 40, 1), (50 + 31 * w, 45, 1), (50 + 30 * w, 68), (50 + 21 * w, 68))
        for side in (arm, flipped(arm)):
            sheet.fill(side, shade=0.92, edge=0.45)
    sheet.fill(mirrored((0, 54, 1), (23 * w, 55, 1), (28.5 * w, 62, 1), (26 * w, 70, 1), (0, 71.5, 1)), edge=0.5)
    sheet.seam(curve((50 - 27 * w, 65), (50, 67.4, 1), (50 + 27 * w, 65), closed=False), 0.5, 0.3)
    sheet.gleam(oval(46, 58.5, 13 * w, 1.8), 0.16)


def vase(sheet: Sheet, style: Style) -> None:
    """Bottle, belly or cylinder, sometimes with stems."""
    sheet.grounded = True
    w, kind = style.width, int(style.rng.integers(3))
    right = {
        0: [(0, 22), (6, 22), (5.4 * w, 36, 1), (19 * w, 58, 1), (16 * w, 82, 1), (9 * w, 89), (0, 89.8, 1)],
        1: [(0, 30), (9.5, 30), (9, 36, 1), (27 * w, 56, 1), (20 * w, 82, 1), (11 * w, 88), (0, 88.8, 1)],
        2: [(0, 26), (15 * w, 26), (16.5 * w, 50, 1), (13 * w, 88), (0, 89, 1)],
    }[kind]
    mouth = {0: (22, 6.0), 1: (30, 9.5), 2: (26, 15 * w)}[kind]
    if style.detail == 2:
        for lean, reach in ((-13.0, 8.0), (1.0, 4.0), (14.0, 10.0)):
            sheet.stroke(
                curve((50, mouth[0] + 2), (50 + lean * 0.4, mouth[0] - 8, 1), (50 + lean, reach), closed=False),
                "gum",
                0.8,
                0.8,
            )
            for k in range(4):
                sheet.fill(
                    oval(50 + lean * (0.55 + 0.15 * k) + (-1.6) ** (k % 2), reach + 7 - 2.4 * k, 1.7, 2.1),
                    "gum",
                    1.12 - 0.05 * k,
                )
    body = mirrored(*[(k[0], k[1], 1) if len(k) == 3 else (k[0], k[1]) for k in right])
    sheet.fill(body, edge=0.5)
    sheet.fill(oval(50, mouth[0], mouth[1], 1.3 + mouth[1] * 0.12), "inside", 1.0, 0.3)
    if style.detail >= 1:
        for y in (60.0, 63.0):
            sheet.seam(curve((50 - 26 * w, y - 1), (50, y + 2, 1), (50 + 26 * w, y - 1), closed=False), 0.6, 0.25)
    sheet.gleam(oval(43, 58, 2.2, 10), 0.4)


def bowl(sheet: Sheet, style: Style) -> None:
    """Serving bowl, shallow or deep, on a small foot."""
    sheet.grounded = True
    w, rim = 36.0, 47.0
    deep = {0.87: 68.0, 1.15: 84.0}.get(style.width, 76.0)
    sheet.fill(mirrored((0, deep - 2), (13, deep - 3), (14, deep + 3), (0, deep + 4.4, 1)), "base", 0.75, 0.3)
    sheet.fill(
        mirrored(
            (0, rim), (w, rim), (w - 3.5, rim + (deep - rim) * 0.5, 1), (w * 0.55, deep - 1, 1), (0, deep + 0.8, 1)
        ),
        edge=0.5,
    )
    sheet.fill(oval(50, rim, w, 8.4), "light", 1.0, 0.35)
    inner = oval(50, rim + 0.6, w - 2, 7)
    sheet.fill(inner, "inside" if style.chance(0.4) else "base", 1.25)
    sheet.fold(oval(50, rim - 2.5, w - 6, 3.2), 0.5, width=0.0)
    if style.detail >= 1:
        tone = ("dark", "partner")[style.detail - 1]
        sheet.stroke(
            curve((50 - w + 1.2, rim + 6), (50, rim + 14.5, 1), (50 + w - 1.2, rim + 6), closed=False), tone, 1.3
        )
    if style.detail == 2:
        sheet.stroke(oval(50, rim, w - 0.6, 8.0), "partner", 0.9)
    sheet.gleam(oval(33, rim + 17, 2.6, 6), 0.36)
