"""Where and when a rule acts: page, segment, market, and its times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from recsys.errors import InputError
from recsys.fusion.scopes import SEGMENTS
from recsys.rules.selection import require_text

NAME_LENGTH = 80


@dataclass(frozen=True)
class RuleScope:
    """Which requests a rule acts on; what is empty holds everywhere.

    Parameters
    ----------
    page
        Where the list stands, as events name it: "home", "product", "cart".
    segment
        Segment of the shopper, one of `fusion.scopes.SEGMENTS`.
    market
        Market of the request, as the shop names it.
    """

    page: str = ""
    segment: str = ""
    market: str = ""

    def __post_init__(self) -> None:
        for name in ("page", "market"):
            require_text(f"The {name} of a scope", getattr(self, name), NAME_LENGTH)
        if self.segment and self.segment not in SEGMENTS:
            raise InputError(f"No segment is called {self.segment!r}; there are {', '.join(SEGMENTS)}.")

    def covers(self, page: str, segment: str, market: str) -> bool:
        """Tell whether a request on this page, by this segment, in this market is inside."""
        pairs = ((self.page, page), (self.segment, segment), (self.market, market))
        return all(not mine or mine == theirs for mine, theirs in pairs)

    def meets(self, other: "RuleScope") -> bool:
        """Tell whether some request can be inside both scopes."""
        return all(not a or not b or a == b for a, b in zip(vars(self).values(), vars(other).values(), strict=True))


def read_scope(told: object) -> RuleScope:
    """Read what a rule's JSON says of its scope.

    Raises
    ------
    InputError
        If a field is unknown or does not fit.
    """
    if not isinstance(told, Mapping) or set(told) - set(vars(RuleScope())):
        raise InputError(f"A scope has the fields page, segment and market; got {told!r}.")
    return RuleScope(**told)


def as_moment(time: datetime) -> np.datetime64:
    """Return a UTC-aware time as datetime64[us]."""
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")


def read_time(told: object) -> datetime | None:
    """Read an ISO 8601 time; without a zone it is UTC.

    Raises
    ------
    InputError
        If it is none.
    """
    if told is None or told == "":
        return None
    try:
        time = datetime.fromisoformat(str(told))
    except ValueError as error:
        raise InputError(f"{told!r} is no time; write it as 2027-01-31 or 2027-01-31T09:00:00+00:00.") from error
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
