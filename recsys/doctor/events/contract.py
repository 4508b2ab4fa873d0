"""What an event check reads and what it says: data only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd


class Facts(Protocol):
    """Counts over all events; `recsys.store.event_facts.EventFacts` is one."""

    @property
    def users(self) -> pd.DataFrame:
        """One row per shopper."""

    @property
    def days(self) -> pd.DataFrame:
        """One row per day with an event."""

    @property
    def totals(self) -> dict[str, float]:
        """Numbers over all."""

    @property
    def unknown_items(self) -> pd.DataFrame:
        """Commonest products that the catalogue does not have."""

    @property
    def crowds(self) -> pd.DataFrame:
        """Moments that many shoppers share."""


@dataclass(frozen=True)
class Issue:
    """Something in the events that cannot be right, or hardly.

    Parameters
    ----------
    code
        What it is, such as `future` or `fast`.
    n_events, n_users
        Events and shoppers concerned; for missing days, events short of the usual.
    revenue
        Money of the purchases among them.
    examples
        Up to a handful: shoppers, products, days or moments with their figures.
    evidence
        Figures behind the judgement.
    """

    code: str
    n_events: int
    n_users: int
    revenue: float
    examples: tuple[Mapping[str, Any], ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


EventCheck = Callable[[Facts], list[Issue]]


@dataclass(frozen=True)
class EventReport:
    """Every issue found.

    Parameters
    ----------
    issues
        Most events first.
    n_events, revenue
        Of everything stored.
    flagged_users
        Shoppers that look like machines.
    """

    issues: tuple[Issue, ...]
    n_events: int
    revenue: float
    flagged_users: tuple[str, ...]
