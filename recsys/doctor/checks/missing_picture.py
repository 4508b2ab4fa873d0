"""Items without a picture, or with one that cannot be read, where their category has pictures."""

import numpy as np

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "missing_picture"


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item without a usable picture whose peers have one."""
    named = np.array([bool(images) for images in shop.catalogue.images], np.bool_)
    usable = shop.lead >= 0 if shop.pictures is not None else named
    if len(usable) == 0:
        return []
    share = (np.bincount(shop.peers, weights=usable) / np.bincount(shop.peers))[shop.peers]
    rows = np.flatnonzero(~usable & (share >= shop.config.expected_share))
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.HIGH,
            confidence=float(share[row]),
            subject=shop.catalogue.images[row][0] if named[row] else "none",
            fix=Fix(Action.REPLACE_PICTURE if named[row] else Action.ADD_PICTURE, "images"),
            evidence={"unreadable": bool(named[row]), "peers_with_it": float(share[row])},
        )
        for row in rows
    ]
