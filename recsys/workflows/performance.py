"""The Performance page's content in one call: which rows count, their figures, and what they are compared with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.evaluation.live import (
    DAY_COLUMN,
    LiveChanges,
    LiveFigures,
    compare_live,
    measure_days,
    measure_items,
    measure_live,
)
from recsys.vocabulary import Columns, Warmth

OUTCOMES_BY: tuple[str, ...] = (Columns.REQUEST, DAY_COLUMN, Columns.PLACEMENT, Columns.ITEM)
"""Grouping that `Store.performance` needs to give rows for `evaluation.live`."""
WARMTH_COLUMN = "warmth"
NO_PLACEMENT = "(none)"


@dataclass(frozen=True, eq=False)
class Period:
    """Two neighbouring spans of equal length on the shop's own clock: [start, end) and the one before.

    Parameters
    ----------
    before, start, end
        UTC midnights: the earlier span is [before, start).
    """

    before: pd.Timestamp
    start: pd.Timestamp
    end: pd.Timestamp

    @property
    def days(self) -> pd.DatetimeIndex:
        """Midnights of the later span, in order."""
        return pd.date_range(self.start, self.end, freq="D", inclusive="left")


@dataclass(frozen=True, eq=False)
class Segment:
    """Figures of one part of what was shown: everything, a placement or a warmth."""

    kind: str
    name: str
    figures: LiveFigures
    changes: LiveChanges


@dataclass(frozen=True, eq=False)
class PerformanceView:
    """What the Performance page shows for one period, placement and warmth.

    Parameters
    ----------
    period
        The spans compared.
    figures, changes
        Of the chosen rows; changes against the span before.
    days
        `evaluation.live.measure_days` of the period.
    items
        `evaluation.live.measure_items` with `title`, `category`, `image` (first picture's hash or "") and `line`
        (impressions per day of the period, list of int).
    segments
        Everything, then each placement, then each warmth with rows, under the other choice.
    currency
        The catalogue's most common currency; None where it names none.
    """

    period: Period
    figures: LiveFigures
    changes: LiveChanges
    days: pd.DataFrame
    items: pd.DataFrame
    segments: tuple[Segment, ...]
    currency: str | None


def find_period(data_to: pd.Timestamp, days: int) -> Period:
    """Return the newest `days` days up to the last day with data, and as many before.

    Examples
    --------
    >>> p = find_period(pd.Timestamp("2026-03-08 15:20", tz="UTC"), 7)
    >>> str(p.start.date()), str(p.end.date()), len(p.days)
    ('2026-03-02', '2026-03-09', 7)
    """
    end = data_to.normalize() + pd.Timedelta(days=1)
    return Period(end - pd.Timedelta(days=2 * days), end - pd.Timedelta(days=days), end)


def mark_warmth(outcomes: pd.DataFrame, catalogue: Catalogue, first_seen: NDArray[np.datetime64]) -> pd.DataFrame:
    """Add what was known of each item when it was shown.

    Hot: somebody had interacted with it before that day. Warm: in the catalogue, but untouched until then. Cold: not in
    the catalogue at all.

    Parameters
    ----------
    outcomes
        Rows with `item_id` and `day`.
    catalogue
        The items.
    first_seen
        First interaction per item, shape (n_items,); NaT where never touched.

    Returns
    -------
    DataFrame
        A copy with the column `warmth`; a missing placement reads "(none)".
    """
    numbers = catalogue.numbers(outcomes[Columns.ITEM])
    day = outcomes[DAY_COLUMN].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    known = numbers >= 0
    touched = np.zeros(len(outcomes), np.bool_)
    touched[known] = first_seen[numbers[known]] < day[known]
    warmth = np.where(~known, Warmth.COLD.value, np.where(touched, Warmth.HOT.value, Warmth.WARM.value))
    placement = outcomes[Columns.PLACEMENT].fillna(NO_PLACEMENT)
    out = outcomes.copy()
    out[WARMTH_COLUMN] = warmth
    out[Columns.PLACEMENT] = placement
    return out


def view_performance(
    outcomes: pd.DataFrame,
    catalogue: Catalogue,
    period: Period,
    *,
    placement: str | None = None,
    warmth: Warmth | None = None,
) -> PerformanceView:
    """Measure one period and compare it with the span before.

    Parameters
    ----------
    outcomes
        Rows of both spans with `evaluation.live.OUTCOME_COLUMNS` and `warmth`, see `mark_warmth`.
    catalogue
        Gives title, category and picture.
    period
        The spans.
    placement, warmth
        Count only these rows; None counts all.
    """
    rows = _keep(outcomes, placement, warmth)
    now, before = _spans(rows, period)
    return PerformanceView(
        period=period,
        figures=measure_live(now),
        changes=compare_live(now, before),
        days=measure_days(now, period.days),
        items=_describe_items(now, catalogue, period),
        segments=_measure_segments(outcomes, period, placement, warmth),
        currency=_main_currency(catalogue),
    )


def list_placements(outcomes: pd.DataFrame) -> list[str]:
    """Return the placements there are, most shown first."""
    return [str(name) for name in outcomes[Columns.PLACEMENT].value_counts().index]


def _main_currency(catalogue: Catalogue) -> str | None:
    """Most common currency of the catalogue."""
    counts = catalogue.frame[Columns.CURRENCY].value_counts()
    return str(counts.index[0]) if len(counts) else None


def _keep(outcomes: pd.DataFrame, placement: str | None, warmth: Warmth | None) -> pd.DataFrame:
    """Rows of the chosen placement and warmth."""
    rows = outcomes if placement is None else outcomes[outcomes[Columns.PLACEMENT] == placement]
    return rows if warmth is None else rows[rows[WARMTH_COLUMN] == warmth.value]


def _spans(rows: pd.DataFrame, period: Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the later and of the earlier span."""
    day = rows[DAY_COLUMN]
    return rows[(day >= period.start) & (day < period.end)], rows[(day >= period.before) & (day < period.start)]


def _measure_segments(
    outcomes: pd.DataFrame, period: Period, placement: str | None, warmth: Warmth | None
) -> tuple[Segment, ...]:
    """Figures of everything, of each placement and of each warmth."""
    parts = [("all", "All", _keep(outcomes, placement, warmth))]
    within = _keep(outcomes, None, warmth)
    parts += [("placement", name, _keep(within, name, None)) for name in list_placements(within)]
    within = _keep(outcomes, placement, None)
    parts += [("warmth", w.value, _keep(within, None, w)) for w in Warmth]
    spans = [(kind, name, *_spans(rows, period)) for kind, name, rows in parts]
    return tuple(
        Segment(kind, name, measure_live(now), compare_live(now, before))
        for kind, name, now, before in spans
        if len(now)
    )


def _describe_items(now: pd.DataFrame, catalogue: Catalogue, period: Period) -> pd.DataFrame:
    """Item figures with what one recognises an item by, and its impressions per day."""
    table = measure_items(now)
    ids = table[Columns.ITEM]
    known = pd.DataFrame(
        {
            "title": catalogue.titles,
            "category": catalogue.categories,
            "image": [pictures[0] if pictures else "" for pictures in catalogue.images],
        },
        index=catalogue.item_ids,
    ).reindex(ids)
    shown = now.pivot_table(index=Columns.ITEM, columns=DAY_COLUMN, values="impressions", aggfunc="sum", fill_value=0)
    line = shown.reindex(index=ids, columns=period.days, fill_value=0).to_numpy()
    return table.assign(
        title=known["title"].fillna(ids.set_axis(ids)).to_numpy(),
        category=known["category"].fillna("").to_numpy(),
        image=known["image"].fillna("").to_numpy(),
        line=pd.Series(list(line.tolist()), dtype=object),
    )
