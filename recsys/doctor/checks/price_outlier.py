"""Prices far from those of the same category: a slipped decimal point, a wrong currency, a zero."""

import numpy as np

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord
from recsys.doctor.robust import peer_groups, robust_z

NAME = "price_outlier"
_FLOOR = 0.15
"""Smallest standard deviation of a log price: a category of equal prices still allows a fifth."""
_SLIPS = (10.0, 100.0, 1000.0)
_SLIP_TOLERANCE = 1.0
"""How near, in natural log, a price with the point moved must come to the median to count as a slip."""


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per price that is not above 0, or far from its category's median in both measures."""
    prices = shop.catalogue.prices
    wrong = np.flatnonzero(prices <= 0)
    findings = [_finding(shop, int(row), 0.0, float("nan"), 1.0, 0) for row in wrong]
    if not (prices > 0).any():
        return findings
    logs = np.log(np.where(prices > 0, prices, np.nan))
    groups = peer_groups(shop.catalogue.categories, np.isfinite(logs), shop.config.min_peers)
    z, middle = robust_z(logs, groups, floor=_FLOOR)
    sizes = np.bincount(groups, weights=np.isfinite(logs))[groups]
    far = (np.abs(z) >= shop.config.price_z) & (np.abs(logs - middle) >= np.log(shop.config.price_ratio))
    for row in np.flatnonzero(far & (sizes >= shop.config.min_peers)):
        sure = 1 - shop.config.price_z / (2 * abs(z[row]))
        ratio, median = float(np.exp(logs[row] - middle[row])), float(np.exp(middle[row]))
        findings.append(_finding(shop, int(row), ratio, median, float(sure), int(sizes[row])))
    return findings


def _finding(shop: ShopRecord, row: int, ratio: float, median: float, sure: float, n_peers: int) -> Finding:
    """One finding; a price whose point seems to have slipped gets the corrected one as suggestion."""
    price = float(shop.catalogue.prices[row])
    slips = [slip if ratio < 1 else 1 / slip for slip in _SLIPS]
    near = [s for s in slips if ratio > 0 and abs(np.log(ratio * s)) <= _SLIP_TOLERANCE]
    best = min(near, key=lambda s: abs(np.log(ratio * s)), default=None)
    evidence = {"price": price, "ratio": ratio, "n_peers": n_peers}
    return Finding(
        check=NAME,
        item_num=row,
        severity=Severity.HIGH if ratio <= 0 or best is not None else Severity.MEDIUM,
        confidence=sure,
        subject=f"{price:g}",
        fix=Fix(Action.CHECK_PRICE, "price", "" if best is None else f"{price * best:.2f}"),
        evidence=evidence if np.isnan(median) else evidence | {"median": median},
    )
