"""What a check says about one item: data only, no sentence and no markup."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a fault hurts: it misleads or hides the product, it costs, or it is a blemish."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Action(StrEnum):
    """What would mend a fault."""

    REPLACE_PICTURE = "replace_picture"
    ADD_PICTURE = "add_picture"
    MOVE_CATEGORY = "move_category"
    CORRECT_ATTRIBUTE = "correct_attribute"
    FILL_FIELD = "fill_field"
    REWRITE_TEXT = "rewrite_text"
    CHECK_PRICE = "check_price"
    MERGE = "merge"


@dataclass(frozen=True)
class Fix:
    """A suggested repair.

    Parameters
    ----------
    action
        What to do.
    column
        The catalogue column or attribute it is done to.
    value
        What to put there; an item's id for `MERGE`; empty where only a person can know.
    """

    action: Action
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Finding:
    """One fault of one item.

    Parameters
    ----------
    check
        Name in `checks.CHECKS`.
    item_num
        The item.
    severity
        How much it hurts.
    confidence
        How sure the check is, 0 to 1; what it means for each check stands in docs/doctor.md.
    subject
        What exactly is faulty (a field, a picture's hash, another item's id): a new picture is a new subject.
    fix
        The suggested repair.
    evidence
        Figures and names a person can check, plain JSON values.
    """

    check: str
    item_num: int
    severity: Severity
    confidence: float
    subject: str
    fix: Fix
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def key(self, item_id: str) -> str:
        """Return the name under which a person's decision on this fault is kept, 16 hex digits."""
        parts = "\x1f".join((self.check, item_id, self.subject))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:16]
