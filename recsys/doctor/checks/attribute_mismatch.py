"""Attributes, such as the colour, that the picture contradicts."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.classify import Verdicts, judge_vectors
from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "attribute_mismatch"
MIN_FILLED = 0.3
MAX_VALUES = 60
MIN_LIFT = 2.0
"""A picture must name an attribute this many times as often as always guessing its commonest value would."""
MIN_ACCURACY = 0.6
"""And rightly this often; an attribute that pictures do not tell cannot be contradicted by one."""
_MAX_ATTRIBUTES = 8


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per attribute that pictures tell well in this shop and this item's picture tells otherwise."""
    if shop.pictures is None or not (shop.lead >= 0).any():
        return []
    content = _look(shop)
    findings: list[Finding] = []
    for name, values in _attributes(shop).items():
        verdicts = judge_vectors(content, values, shop.folds, sure=shop.config.sure, grouped=False)
        if verdicts is not None and verdicts.accuracy >= max(MIN_ACCURACY, MIN_LIFT * _commonest(values)):
            findings += _contradictions(shop, name, verdicts)
    return findings


def _look(shop: ShopRecord) -> NDArray[np.float32]:
    """Colours of each item's first picture on a square-root scale, and its vector where a run made one; NaN without."""
    assert shop.pictures is not None
    look = np.sqrt(shop.pictures.colours)[np.where(shop.lead >= 0, shop.lead, 0)]
    if shop.image_vectors is not None:
        look = np.hstack([look, np.nan_to_num(shop.image_vectors)])
    return np.where((shop.lead >= 0)[:, None], look, np.nan).astype(np.float32)


def _attributes(shop: ShopRecord) -> dict[str, NDArray[np.object_]]:
    """Well-filled attributes with few values."""
    counts = Counter(name for attributes in shop.catalogue.attributes for name, value in attributes.items() if value)
    found = {}
    for name, count in counts.most_common(_MAX_ATTRIBUTES):
        values = np.array([str(a.get(name, "")) for a in shop.catalogue.attributes], dtype=object)
        if count >= MIN_FILLED * len(values) and 2 <= len(set(values) - {""}) <= MAX_VALUES:
            found[name] = values
    return found


def _commonest(values: NDArray[np.object_]) -> float:
    """Share of the commonest value among the items that have one."""
    _, counts = np.unique(values[values != ""].astype(str), return_counts=True)
    return float(counts.max() / counts.sum())


def _contradictions(shop: ShopRecord, name: str, verdicts: Verdicts) -> list[Finding]:
    """Findings of one attribute."""
    needed = shop.config.needed(shop.config.attribute_strength, len(shop.catalogue))
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=Severity.MEDIUM,
            confidence=float(verdicts.strength[row] / (verdicts.strength[row] + 1)),
            subject=f"{name}:{verdicts.names[verdicts.stated[row]]}:{shop.catalogue.images[row][0]}",
            fix=Fix(Action.CORRECT_ATTRIBUTE, name, verdicts.name(row)),
            evidence={
                "attribute": name,
                "stated": str(verdicts.names[verdicts.stated[row]]),
                "shows": verdicts.name(row),
                "probability": float(verdicts.probability[row]),
                "strength": float(verdicts.strength[row]),
            },
        )
        for row in np.flatnonzero(verdicts.strength >= needed)
    ]
