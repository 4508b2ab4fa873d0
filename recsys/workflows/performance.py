"""The Performance page's content in one call: which rows count, their figures, and what they are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recsys.data.catalogue import Catalogue
from recsys.evaluation.daily import measure_daily
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
from recsys.workflows.outcomes import CATEGORY_COLUMN, SEGMENT_COLUMN, WARMTH_COLUMN
from recsys.workflows.periods import Period as Period
from recsys.workflows.periods import find_period as find_period

PARTS: tuple[str, ...] = (Columns.PLACEMENT, SEGMENT_COLUMN, WARMTH_COLUMN, CATEGORY_COLUMN)
"""Columns of marked outcomes that the figures are broken down by."""
DAILY: tuple[str, ...] = ("click_through_rate", "add_to_cart_rate", "purchases_per_click", "revenue_per_mille")
"""Figures drawn day by day."""
MOST_PARTS = 40
"""Parts of one breakdown that are measured, most shown first."""


@dataclass(frozen=True, eq=False)
class Segment:
    """Figures of one part of what was shown: everything, a placement, segment, warmth or category."""

    kind: str
    name: str
    figures: LiveFigures
    changes: LiveChanges


@dataclass(frozen=True, eq=False)
class PerformanceView:
    """What the Performance page shows for one period and choice of rows.

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
        Everything, then the parts of each of `PARTS`, each breakdown under the other choices.
    daily
        Figure to `evaluation.daily.measure_daily` of the period, for the figures of `DAILY`.
    currency
        The catalogue's most common currency; None where it names none.
    """

    period: Period
    figures: LiveFigures
    changes: LiveChanges
    days: pd.DataFrame
    items: pd.DataFrame
    segments: tuple[Segment, ...]
    daily: Mapping[str, pd.DataFrame]
    currency: str | None


def view_performance(
    outcomes: pd.DataFrame,
    catalogue: Catalogue,
    period: Period,
    *,
    placement: str | None = None,
    warmth: Warmth | None = None,
    segment: str | None = None,
) -> PerformanceView:
    """Measure one period and compare it with the span before.

    Parameters
    ----------
    outcomes
        Rows of both spans, see `workflows.outcomes.mark_outcomes`.
    catalogue
        Gives title, category and picture.
    period
        The spans.
    placement, warmth, segment
        Count only these rows; None counts all.
    """
    chosen = {Columns.PLACEMENT: placement, WARMTH_COLUMN: warmth and warmth.value, SEGMENT_COLUMN: segment}
    rows = _keep(outcomes, chosen)
    now, before = split_spans(rows, period)
    return PerformanceView(
        period=period,
        figures=measure_live(now),
        changes=compare_live(now, before),
        days=measure_days(now, period.days),
        items=_describe_items(now, catalogue, period),
        segments=_measure_parts(outcomes, period, chosen),
        daily={name: measure_daily(now, period.days, name) for name in DAILY},
        currency=main_currency(catalogue),
    )


def list_placements(outcomes: pd.DataFrame) -> list[str]:
    """Return the placements there are, most shown first."""
    return [str(name) for name in outcomes[Columns.PLACEMENT].value_counts().index]


def main_currency(catalogue: Catalogue) -> str | None:
    """Return the catalogue's most common currency; None where it names none."""
    counts = catalogue.frame[Columns.CURRENCY].value_counts()
    return str(counts.index[0]) if len(counts) else None


def _keep(outcomes: pd.DataFrame, chosen: Mapping[str, str | None]) -> pd.DataFrame:
    """Rows with the chosen value of each column; None keeps all."""
    rows = outcomes
    for column, value in chosen.items():
        rows = rows if value is None else rows[rows[column] == value]
    return rows


def split_spans(rows: pd.DataFrame, period: Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of the later and of the earlier span, by their `day`."""
    day = rows[DAY_COLUMN]
    return (
        rows[(day >= period.start) & (day < period.end)],
        rows[(day >= period.before) & (day < period.before_end)],
    )


def _measure_parts(outcomes: pd.DataFrame, period: Period, chosen: Mapping[str, str | None]) -> tuple[Segment, ...]:
    """Figures of everything and of each part; what is broken down is not chosen from."""
    parts = [("all", "All", _keep(outcomes, chosen))]
    for column in PARTS:
        within = _keep(outcomes, {name: value for name, value in chosen.items() if name != column})
        names = within[column].value_counts().index[:MOST_PARTS]
        parts += [(column, str(name), within[within[column] == name]) for name in names]
    spans = [(kind, name, *split_spans(rows, period)) for kind, name, rows in parts]
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
