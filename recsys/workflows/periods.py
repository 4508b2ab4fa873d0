"""Which days are looked at, and which they are compared with, all on the shop's own clock."""

from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

YEAR = pd.Timedelta(days=364)
"""A year of whole weeks, so that the same weekdays are compared."""


class Comparison(StrEnum):
    """What a period is compared with; `ui.scope.COMPARISONS` names them."""

    PREVIOUS = "previous"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True, eq=False)
class Period:
    """A span of whole days and the one it is compared with: [start, end) and [before, before_end).

    Parameters
    ----------
    before, before_end
        UTC midnights of the earlier span; equal where nothing is compared.
    start, end
        UTC midnights of the later span.
    """

    before: pd.Timestamp
    before_end: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> pd.DatetimeIndex:
        """Midnights of the later span, in order."""
        return pd.date_range(self.start, self.end, freq="D", inclusive="left")

    @property
    def compared_days(self) -> pd.DatetimeIndex:
        """Midnights of the earlier span, in order."""
        return pd.date_range(self.before, self.before_end, freq="D", inclusive="left")

    @property
    def compares(self) -> bool:
        """Whether there is an earlier span."""
        return self.before < self.before_end

    @property
    def spans(self) -> tuple[tuple[pd.Timestamp, pd.Timestamp], ...]:
        """The spans to read, as few as will do: one where the earlier span ends where the later one begins."""
        if not self.compares:
            return ((self.start, self.end),)
        if self.before_end == self.start:
            return ((self.before, self.end),)
        return (self.before, self.before_end), (self.start, self.end)


def find_period(data_to: pd.Timestamp, days: int, compare: Comparison = Comparison.PREVIOUS) -> Period:
    """Return the newest `days` days up to the last day with data, and what they are compared with.

    Examples
    --------
    >>> p = find_period(pd.Timestamp("2026-03-08 15:20", tz="UTC"), 7)
    >>> str(p.before.date()), str(p.start.date()), str(p.end.date()), len(p.days)
    ('2026-02-23', '2026-03-02', '2026-03-09', 7)
    >>> p = find_period(pd.Timestamp("2026-03-08 15:20", tz="UTC"), 7, Comparison.YEAR)
    >>> str(p.before.date()), str(p.before_end.date()), p.before.day_name() == p.start.day_name()
    ('2025-03-03', '2025-03-10', True)
    """
    end = data_to.normalize() + pd.Timedelta(days=1)
    start = end - pd.Timedelta(days=days)
    if compare is Comparison.YEAR:
        return Period(start - YEAR, end - YEAR, start, end)
    before = start if compare is Comparison.NONE else start - pd.Timedelta(days=days)
    return Period(before, start, start, end)


def possible_comparisons(data_from: pd.Timestamp, data_to: pd.Timestamp, days: int) -> tuple[Comparison, ...]:
    """Comparisons the data reaches back for, the usual one first; an earlier span must begin within the data.

    Examples
    --------
    >>> a, b = pd.Timestamp("2026-01-01", tz="UTC"), pd.Timestamp("2026-03-08", tz="UTC")
    >>> [str(c) for c in possible_comparisons(a, b, 28)]
    ['previous', 'none']
    """
    year = find_period(data_to, days, Comparison.YEAR)
    reaches = data_from < year.before + pd.Timedelta(days=1)
    return Comparison.PREVIOUS, *((Comparison.YEAR,) if reaches else ()), Comparison.NONE
