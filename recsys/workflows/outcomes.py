"""Rows of what shown lists brought, marked with what was known of product and shopper when it was shown."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import Interactions
from recsys.evaluation.live import DAY_COLUMN
from recsys.fusion.scopes import PresetBook
from recsys.vocabulary import Columns, Warmth

OUTCOMES_BY: tuple[str, ...] = (Columns.REQUEST, Columns.USER, DAY_COLUMN, Columns.PLACEMENT, Columns.ITEM)
"""Grouping that `Store.performance` needs to give rows for `evaluation.live`."""
WARMTH_COLUMN = "warmth"
SEGMENT_COLUMN = "segment"
CATEGORY_COLUMN = "category"
NONE = "(none)"
"""Name of a missing placement or category."""


def mark_outcomes(outcomes: pd.DataFrame, catalogue: Catalogue, interactions: Interactions) -> pd.DataFrame:
    """Add warmth, segment and category to outcomes, see the three functions below.

    Parameters
    ----------
    outcomes
        Rows of `Store.performance` by `OUTCOMES_BY`.
    catalogue, interactions
        Of one snapshot.
    """
    marked = mark_warmth(outcomes, catalogue, interactions.first_seen)
    return mark_category(mark_segment(marked, interactions), catalogue)


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
    day = _days(outcomes)
    known = numbers >= 0
    touched = np.zeros(len(outcomes), np.bool_)
    touched[known] = first_seen[numbers[known]] < day[known]
    warmth = np.where(~known, Warmth.COLD.value, np.where(touched, Warmth.HOT.value, Warmth.WARM.value))
    marked = outcomes.copy()
    marked[WARMTH_COLUMN] = warmth
    marked[Columns.PLACEMENT] = outcomes[Columns.PLACEMENT].fillna(NONE)
    return marked


def mark_segment(outcomes: pd.DataFrame, interactions: Interactions) -> pd.DataFrame:
    """Add the segment each shopper was in on the day of the list: by what she had done before that day.

    Parameters
    ----------
    outcomes
        Rows with `user_id` and `day`.
    interactions
        Of everybody; how long the history of a loyal shopper is comes from all of it.

    Returns
    -------
    DataFrame
        A copy with the column `segment`, a name of `fusion.scopes.SEGMENTS`; somebody unknown is new.
    """
    codes, users = pd.factorize(outcomes[Columns.USER])
    numbers = interactions.user_numbers([str(u) for u in users])
    number = np.where(codes >= 0, numbers[codes], -1) if len(users) else np.full(len(outcomes), -1)
    touches = _touches_before(interactions, number, _days(outcomes))
    book = PresetBook.build((), interactions.histories.lengths, ())
    segment = np.where(touches == 0, "new", np.where(touches >= book.loyal_from, "loyal", "returning"))
    return outcomes.assign(**{SEGMENT_COLUMN: segment})


def mark_category(outcomes: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Add the first level of each item's category, or the whole path in a shop with only one first level."""
    numbers = catalogue.numbers(outcomes[Columns.ITEM])
    names = category_names(catalogue)
    known = np.append(names, NONE)  # an unknown item has number -1
    return outcomes.assign(**{CATEGORY_COLUMN: known[numbers]})


def category_names(catalogue: Catalogue) -> NDArray[np.object_]:
    """Name of the part of the shop each item belongs to, shape (n_items,); "(none)" where it has no category."""
    top = catalogue.top_categories
    names = catalogue.categories if len(set(top)) < 2 else top
    return np.array([name or NONE for name in names], dtype=object)


def _days(outcomes: pd.DataFrame) -> NDArray[np.datetime64]:
    """Midnights without a zone."""
    return np.asarray(outcomes[DAY_COLUMN].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]"))


def _touches_before(
    interactions: Interactions, number: NDArray[np.int64], day: NDArray[np.datetime64]
) -> NDArray[np.int64]:
    """Interactions of some users before a day each; 0 for the unknown user −1. Rows are sorted by user and time."""
    if len(interactions) == 0 or len(number) == 0:
        return np.zeros(len(number), np.int64)
    moments, asked = interactions.occurred_at.astype("int64"), day.astype("int64")  # microseconds
    earliest = min(int(moments.min()), int(asked.min()))
    span = max(int(moments.max()), int(asked.max())) - earliest + 1
    order = interactions.user_num * span + (moments - earliest)
    first = np.searchsorted(order, number * span)
    before = np.searchsorted(order, number * span + (asked - earliest))
    return np.where(number < 0, 0, before - first)
