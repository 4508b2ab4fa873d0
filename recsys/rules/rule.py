"""One merchandising rule: what it does, to which products, where, from when until when, whose it is and why."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

from recsys.errors import InputError
from recsys.rules.kinds import EXPIRING_DAYS, NEEDS, GroupBy, RuleKind, RuleStatus
from recsys.rules.scope import RuleScope, as_moment, read_scope, read_time
from recsys.rules.selection import Selection, require_text

MAX_PLACE = 1000
MAX_STRENGTH = 10.0
"""Far beyond what lifts any product to the top: one is a standard deviation of every term at once."""
OWNER_LENGTH, REASON_LENGTH = 80, 500
E = TypeVar("E", bound=StrEnum)
_RULE_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
MAX_VERSION = 10**9
__all__ = [
    "GroupBy",
    "Rule",
    "RuleKind",
    "RuleScope",
    "RuleSet",
    "RuleStatus",
    "Selection",
    "as_moment",
    "read_time",
]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    rule_id
        1 to 40 letters, digits, dashes or underscores.
    kind
        What it does.
    selection
        The products; a pin names exactly one.
    owner, reason
        Who answers for it and why it is there; neither may be empty.
    scope
        Which requests it acts on.
    place
        1-based place of a pin or slot, at most `MAX_PLACE`.
    strength
        Of a boost or bury, above 0, at most `MAX_STRENGTH`: 1 moves a product as far as being one standard deviation
        better or worse in every term of the sum.
    limit, window
        Of a cap: at most `limit` products among the first `window` places.
    per
        What a cap counts by; None counts all the products of the selection together.
    starts_at, ends_at
        UTC; the end is the first moment at which it does not hold any more. None is open.
    since
        Version in which it was last changed; set when it is published, 0 in a draft.

    Raises
    ------
    InputError
        If something does not fit; the message names the rule.
    """

    rule_id: str
    kind: RuleKind
    selection: Selection
    owner: str
    reason: str
    scope: RuleScope = field(default_factory=RuleScope)
    place: int | None = None
    strength: float | None = None
    limit: int | None = None
    window: int | None = None
    per: GroupBy | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    since: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.rule_id, str) or not _RULE_ID.fullmatch(self.rule_id):
            raise InputError(
                f"A rule's id has 1 to 40 letters, digits, dashes or underscores, got {str(self.rule_id)[:60]!r}."
            )
        try:
            _check_numbers(self)
            _check_selection(self)
            _check_words(self)
            _check_times(self)
        except InputError as error:
            raise InputError(f"Rule {self.rule_id}: {error}") from error

    def holds_at(self, at: np.datetime64) -> bool:
        """Tell whether a moment (UTC, datetime64) lies in the rule's time."""
        return self.status_at(at) in (RuleStatus.LIVE, RuleStatus.EXPIRING)

    def overlaps(self, other: "Rule") -> bool:
        """Tell whether both rules hold at some moment."""
        pairs = ((self.starts_at, other.ends_at), (other.starts_at, self.ends_at))
        return all(start is None or end is None or start < end for start, end in pairs)

    def status_at(self, at: np.datetime64) -> RuleStatus:
        """Where a moment (UTC, datetime64) lies in the rule's time."""
        if self.starts_at is not None and at < as_moment(self.starts_at):
            return RuleStatus.SCHEDULED
        if self.ends_at is None:
            return RuleStatus.LIVE
        left = as_moment(self.ends_at) - at
        if left <= np.timedelta64(0, "us"):
            return RuleStatus.EXPIRED
        return RuleStatus.EXPIRING if left < np.timedelta64(EXPIRING_DAYS, "D") else RuleStatus.LIVE

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values; what is empty is left out."""
        told = asdict(self)
        told["kind"], told["per"] = str(self.kind), None if self.per is None else str(self.per)
        told["selection"], told["scope"] = self.selection.to_json(), {n: v for n, v in vars(self.scope).items() if v}
        for name in ("starts_at", "ends_at"):
            told[name] = None if told[name] is None else told[name].isoformat()
        return {name: value for name, value in told.items() if value not in (None, 0) and (value or name != "scope")}

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Rule":
        """Read what `to_json` gave.

        Raises
        ------
        InputError
            If a field is missing, unknown or does not fit.
        """
        known = {f.name for f in fields(Rule)}
        if not isinstance(told, Mapping) or (unknown := sorted(set(told) - known)):
            allowed = ", ".join(sorted(known))
            got = unknown if isinstance(told, Mapping) else type(told).__name__
            raise InputError(f"A rule is an object with the fields {allowed}; got {got}.")
        missing = [name for name in ("rule_id", "kind", "selection", "owner", "reason") if name not in told]
        if missing:
            raise InputError(f"Rule {told.get('rule_id', '(no id)')} lacks {', '.join(missing)}.")
        values = dict(told)
        values["kind"] = _one_of(RuleKind, told["kind"], "kind of rule")
        values["per"] = None if told.get("per") is None else _one_of(GroupBy, told["per"], "way to count a cap by")
        values["selection"] = Selection.from_json(told["selection"])
        values["scope"] = read_scope(told.get("scope", {}))
        for name in ("starts_at", "ends_at"):
            values[name] = read_time(told.get(name))
        return Rule(**values)

    def says_the_same_as(self, other: "Rule") -> bool:
        """Whether both are equal but for the version in which they were changed."""
        return replace(self, since=0) == replace(other, since=0)


@dataclass(frozen=True)
class RuleSet:
    """The rules of one version.

    Parameters
    ----------
    version
        Number of the version; 0 before the first one was published.
    rules
        In the order they were added; each has an id of its own.

    Raises
    ------
    InputError
        If an id comes twice.
    """

    version: int = 0
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        counts = Counter(r.rule_id for r in self.rules)
        twice = [rule_id for rule_id, count in counts.items() if count > 1]
        if twice:
            raise InputError(f"Each rule has an id of its own; {', '.join(twice)} comes twice.")

    def __len__(self) -> int:
        return len(self.rules)

    def get(self, rule_id: str) -> Rule | None:
        """Return the rule with an id, None when there is none."""
        return next((r for r in self.rules if r.rule_id == rule_id), None)

    def acting(self, at: np.datetime64, page: str = "", segment: str = "", market: str = "") -> tuple[Rule, ...]:
        """Return the rules in force for a request, in the order in which they have their say.

        Block goes before filter, then pin, slot, soft pin, cap, boost, bury. Within a kind the lower place goes first,
        then what was changed last, then the id.
        """
        inside = (r for r in self.rules if r.scope.covers(page, segment, market) and r.holds_at(at))
        return tuple(sorted(inside, key=precedence))


_SAY = {kind: place for place, kind in enumerate(RuleKind)}


def precedence(rule: Rule) -> tuple[int, int, int, str]:
    """Sort key: kind, place, what was changed last (a draft is newest), id."""
    return _SAY[rule.kind], rule.place or 0, -rule.since if rule.since else -MAX_VERSION, rule.rule_id


def _one_of(kind: type[E], told: object, what: str) -> E:
    """Read a member of an enumeration."""
    try:
        return kind(str(told))
    except ValueError as error:
        raise InputError(f"There is no {what} {told!r}; there is {', '.join(kind)}.") from error


def _check_numbers(rule: Rule) -> None:
    """Each kind has exactly its numbers, in their ranges."""
    needed = NEEDS[rule.kind]
    for name in ("place", "strength", "limit", "window"):
        value = getattr(rule, name)
        if (name in needed) != (value is not None):
            asked = f"needs {' and '.join(needed)}" if name in needed else f"has no {name}"
            raise InputError(f"a {rule.kind} {asked}, got {name} = {value!r}.")
        if value is None:
            continue
        if name == "strength":
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise InputError(f"the strength is a number, got {value!r}.")
            if not 0 < value <= MAX_STRENGTH:
                raise InputError(f"the strength lies above 0 and is at most {MAX_STRENGTH:g}, got {value:g}.")
        elif isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_PLACE:
            raise InputError(f"the {name} is a whole number from 1 to {MAX_PLACE:,}, got {value!r}.")
    if rule.limit is not None and rule.window is not None and rule.limit >= rule.window:
        raise InputError(f"a cap of {rule.limit} among the first {rule.window} places changes nothing.")


def _check_selection(rule: Rule) -> None:
    """A pin names one product; a cap counts by something; every other kind chooses products."""
    if rule.kind in (RuleKind.PIN, RuleKind.SOFT_PIN):
        if len(rule.selection.item_ids) != 1 or rule.selection != Selection(rule.selection.item_ids):
            raise InputError(f"a {rule.kind} names exactly one product by its id, got {rule.selection}.")
    elif not rule.selection and (rule.kind != RuleKind.CAP or rule.per is None):
        raise InputError(f"a {rule.kind} chooses products by id, category, brand or attribute; nothing is chosen.")
    if rule.per is not None and rule.kind != RuleKind.CAP:
        raise InputError(f"only a cap counts by {rule.per}; this is a {rule.kind}.")


def _check_words(rule: Rule) -> None:
    """Somebody answers for the rule and says why."""
    for name, length in (("owner", OWNER_LENGTH), ("reason", REASON_LENGTH)):
        text = getattr(rule, name)
        require_text(f"the {name}", text, length)
        if not text.strip():
            raise InputError(
                f"the {name} is empty; say {'who answers for it' if name == 'owner' else 'why it is there'}."
            )


def _check_times(rule: Rule) -> None:
    """Times carry a zone and the end comes after the start."""
    for name in ("starts_at", "ends_at"):
        time = getattr(rule, name)
        if time is not None and (not isinstance(time, datetime) or time.tzinfo is None):
            raise InputError(f"{name} is a time with its zone, got {time!r}.")
    if rule.starts_at is not None and rule.ends_at is not None and rule.ends_at <= rule.starts_at:
        raise InputError(f"it ends ({rule.ends_at.isoformat()}) before it starts ({rule.starts_at.isoformat()}).")
    if isinstance(rule.since, bool) or not isinstance(rule.since, int) or rule.since < 0:
        raise InputError(f"`since` is the number of a version, got {rule.since!r}.")
