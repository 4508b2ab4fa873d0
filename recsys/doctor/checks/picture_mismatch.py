"""Pictures that show another kind of product than the words and the category say."""

import numpy as np

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "picture_mismatch"


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item whose picture speaks against its category while its words do not side with the picture.

    Where words and picture agree on another category it is the category that is odd, see `wrong_category`.
    """
    seen, read = shop.by_picture, shop.by_words
    if seen is None:
        return []
    needed = shop.config.needed(shop.config.picture_strength, len(shop.catalogue))
    doubted = seen.strength >= needed
    if read is not None:
        same = np.array([read.predicted[n] >= 0 and read.name(n) == seen.name(n) for n in np.flatnonzero(doubted)])
        doubted[np.flatnonzero(doubted)[same.astype(bool)]] = False
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.HIGH,
            confidence=float(seen.strength[row] / (seen.strength[row] + 1)),
            subject=str(shop.catalogue.images[row][0]) if shop.catalogue.images[row] else "picture",
            fix=Fix(Action.REPLACE_PICTURE, "images"),
            evidence={
                "shows": seen.name(row),
                "stated": str(shop.catalogue.categories[row]),
                "probability": float(seen.probability[row]),
                "stated_probability": float(seen.stated_probability[row]),
                "strength": float(seen.strength[row]),
            },
        )
        for row in np.flatnonzero(doubted)
    ]
