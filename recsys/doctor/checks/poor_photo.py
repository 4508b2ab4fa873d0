"""Pictures that are tiny, blurred, too dark, washed out, blank or mostly frame."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord
from recsys.doctor.robust import peer_groups, robust_z

NAME = "poor_photo"
BLANK_DETAIL = 0.8
"""log10 of the variance of the luminance below which nothing can be seen: a spread of about two and a half levels."""
FLAT = 0.1
"""Contrast below which a bright picture is washed out."""
_FLOORS = {"brightness": 0.04, "sharpness": 0.1, "detail": 0.12, "content": 0.12}
"""Smallest standard deviation of each measure; of `content` on a log scale."""
_WORST = ("blank", "tiny", "dark", "washed_out", "blurred", "framed")


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item whose first picture is poor beside those of its category."""
    table = shop.lead_measures
    if not (shop.lead >= 0).any():
        return []
    z = _distances(shop, table)
    faults = _faults(shop, table, z)
    poor = np.flatnonzero(np.any(list(faults.values()), axis=0))
    return [_finding(shop, int(row), table, z, [name for name in _WORST if faults[name][row]]) for row in poor]


def _distances(shop: ShopRecord, table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Robust standard deviations of each measure from its category's median."""
    groups = peer_groups(shop.catalogue.categories, shop.lead >= 0, shop.config.min_peers)
    values = {name: table[name].to_numpy(np.float64) for name in _FLOORS}
    values["content"] = np.log(np.maximum(values["content"], 1e-3))
    return {name: robust_z(values[name], groups, floor=floor)[0] for name, floor in _FLOORS.items()}


def _faults(shop: ShopRecord, table: pd.DataFrame, z: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.bool_]]:
    """Which items have which fault; a blank picture is only blank."""
    config, side = shop.config, table["longest_side"].to_numpy(np.float64)
    seen = shop.lead >= 0
    blank = seen & (table["detail"].to_numpy() < BLANK_DETAIL)
    washed = (z["detail"] < -config.wash_z) & (z["brightness"] > 1.0) & (table["contrast"].to_numpy() < FLAT)
    dark = (z["brightness"] < -config.dark_z) & (table["brightness"].to_numpy() < 0.4)
    coloured = (table["content"].to_numpy() < 0.3) & (table["white"].to_numpy() < 0.3)
    lost = (table["content"].to_numpy() < 0.05) & (z["detail"] > -3.0)  # small, and not merely pale on white
    faults = {
        "tiny": side < config.tiny_share * np.nanmedian(side),
        "dark": dark & ~blank,
        "washed_out": washed & ~blank,
        "blurred": (z["sharpness"] < -config.blur_z) & ~blank,
        "framed": (z["content"] < -config.frame_z) & (coloured | lost) & ~blank,
    }
    return {"blank": blank} | {name: fault & seen for name, fault in faults.items()}


def _finding(
    shop: ShopRecord, row: int, table: pd.DataFrame, z: dict[str, NDArray[np.float64]], faults: list[str]
) -> Finding:
    """One finding with the measures behind it."""
    furthest = max(abs(float(values[row])) for values in z.values())
    return Finding(
        check=NAME,
        item_num=row,
        severity=Severity.HIGH if faults[0] == "blank" else Severity.MEDIUM,
        confidence=1.0 if faults[0] in {"blank", "tiny"} else 1 - 2 / max(furthest, 4.0),
        subject=str(shop.catalogue.images[row][0]),
        fix=Fix(Action.REPLACE_PICTURE, "images"),
        evidence={
            "faults": faults,
            "longest_side": int(table["longest_side"].iloc[row]),
            "measures": {name: round(float(table[name].iloc[row]), 3) for name in _FLOORS},
            "distances": {name: round(float(values[row]), 1) for name, values in z.items()},
        },
    )
