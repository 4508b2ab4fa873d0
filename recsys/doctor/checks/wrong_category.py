"""Items whose words, and pictures where there are any, sit in another category than the one stated."""

import numpy as np

from recsys.doctor.classify import Verdicts
from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "wrong_category"


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item that words and picture together, or words alone, put elsewhere."""
    read, seen = shop.by_words, shop.by_picture
    if read is None:
        return []
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.HIGH if agreed else Severity.MEDIUM,
            confidence=strength / (strength + 1),
            subject=f"{shop.catalogue.categories[row]}→{read.name(row)}",
            fix=Fix(Action.MOVE_CATEGORY, "category", read.name(row)),
            evidence={
                "stated": str(shop.catalogue.categories[row]),
                "suggested": read.name(row),
                "words_probability": float(read.probability[row]),
                "picture_agrees": agreed,
                "strength": strength,
            },
        )
        for row in np.flatnonzero(read.strength > 0)
        for agreed, strength in _weigh(shop, int(row), read, seen)
    ]


def _weigh(shop: ShopRecord, row: int, read: Verdicts, seen: Verdicts | None) -> list[tuple[bool, float]]:
    """Whether the picture agrees and the joint strength, as a list of one; empty where it does not suffice."""
    strength, n_items = float(read.strength[row]), len(shop.catalogue)
    alone = strength >= shop.config.needed(shop.config.words_strength, n_items)
    if seen is None or seen.predicted[row] < 0:
        return [(False, strength)] if alone else []
    if seen.name(row) == read.name(row) and seen.strength[row] > 0:
        joint = strength * float(seen.strength[row])
        return [(True, joint)] if joint >= shop.config.needed(shop.config.pair_strength, n_items) else []
    if seen.predicted[row] == seen.stated[row]:  # the picture sides with the category
        return []
    return [(False, strength)] if alone else []
