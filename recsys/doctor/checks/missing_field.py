"""Fields and attributes that an item lacks and its category has."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from recsys.doctor.finding import Action, Finding, Fix, Severity
from recsys.doctor.record import ShopRecord

NAME = "missing_field"
_SEVERITY = {"title": Severity.HIGH, "category": Severity.HIGH, "price": Severity.HIGH, "description": Severity.MEDIUM}
"""Everything else is a blemish."""
_MAX_ATTRIBUTES = 40


def find(shop: ShopRecord) -> list[Finding]:
    """Return a finding per item and field that `expected_share` of its peers fill and it does not."""
    findings: list[Finding] = []
    for column, filled in _fields(shop).items():
        peers = np.zeros(len(filled), np.intp) if column == "category" else shop.peers
        findings += _gaps(shop, column, filled, peers)
    return findings


def _fields(shop: ShopRecord) -> dict[str, NDArray[np.bool_]]:
    """Whether each item fills each field; titles that only repeat the id count as empty."""
    catalogue = shop.catalogue
    fields = {
        "title": (shop.titles != "") & (shop.titles != catalogue.item_ids.astype(str)),
        "description": shop.descriptions != "",
        "category": catalogue.categories != "",
        "brand": catalogue.brands != "",
        "price": np.isfinite(catalogue.prices),
    }
    names = Counter(name for attributes in catalogue.attributes for name, value in attributes.items() if value)
    for name, _ in names.most_common(_MAX_ATTRIBUTES):
        if name not in fields:
            fields[name] = np.array([bool(str(a.get(name, "")).strip()) for a in catalogue.attributes], np.bool_)
    return fields


def _gaps(shop: ShopRecord, column: str, filled: NDArray[np.bool_], peers: NDArray[np.intp]) -> list[Finding]:
    """Findings of one field."""
    if len(filled) == 0:
        return []
    share = (np.bincount(peers, weights=filled) / np.bincount(peers))[peers]
    rows = np.flatnonzero(~filled & (share >= shop.config.expected_share))
    return [
        Finding(
            check=NAME,
            item_num=int(row),
            severity=_SEVERITY.get(column, Severity.LOW),
            confidence=float(share[row]),
            subject=column,
            fix=Fix(Action.FILL_FIELD, column),
            evidence={"field": column, "peers_with_it": float(share[row])},
        )
        for row in rows
    ]
