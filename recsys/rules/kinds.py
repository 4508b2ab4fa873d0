"""The kinds of rules, what numbers each takes, and where a moment lies in a rule's time."""

from collections.abc import Mapping
from enum import StrEnum


class RuleKind(StrEnum):
    """What a rule does, in the order in which the kinds have their say: who stands first wins."""

    BLOCK = "block"
    FILTER = "filter"
    PIN = "pin"
    SLOT = "slot"
    SOFT_PIN = "soft pin"
    CAP = "cap"
    BOOST = "boost"
    BURY = "bury"


class GroupBy(StrEnum):
    """What a cap counts by."""

    BRAND = "brand"
    CATEGORY = "category"


NEEDS: Mapping[RuleKind, tuple[str, ...]] = {
    RuleKind.BLOCK: (),
    RuleKind.FILTER: (),
    RuleKind.PIN: ("place",),
    RuleKind.SLOT: ("place",),
    RuleKind.SOFT_PIN: ("place",),
    RuleKind.CAP: ("limit", "window"),
    RuleKind.BOOST: ("strength",),
    RuleKind.BURY: ("strength",),
}
"""The numbers each kind needs; it may have no others. A cap may also have `per`."""


class RuleStatus(StrEnum):
    """Where a moment lies in a rule's time."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    EXPIRING = "expiring"
    EXPIRED = "expired"


EXPIRING_DAYS = 7
"""A live rule whose end is nearer than this is about to expire."""
