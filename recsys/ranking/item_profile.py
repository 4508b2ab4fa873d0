"""What a shop's log says of each item at one moment: counts, trend, repurchase, age, season. Nothing of a shopper."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import DAY, Histories, Interactions
from recsys.vocabulary import EVENT_TYPES, EventType

Floats = NDArray[np.float64]

HALF_LIVES: tuple[int, ...] = (7, 30, 90)
"""Days after which a touch counts half in the decayed counts."""
SAME_VISIT_DAYS = 0.5
"""Touches nearer than this belong to one visit: no repurchase lies between them."""
PRIOR = 5.0
"""Pseudo-observations by which an item's own repurchase figures are drawn to the shop's."""
QUIET_PACE = 0.02
"""Touches a day added to a pace, so that one touch of a rare item is no trend."""
YEAR_DAYS, MONTH_DAYS = 365, 30
_PURCHASE = EVENT_TYPES.index(EventType.PURCHASE)


@dataclass(frozen=True, eq=False)
class ItemProfile:
    """Columns over the items as of one day.

    Parameters
    ----------
    at
        Midnight up to which the log was read, datetime64[us].
    columns
        Feature name to values, float64, shape (n_items,) each; NaN where an item has no such figure. An untouched
        item has none but its newness and its age since the launch.
    price_log, price_place
        Log price, NaN where unknown or 0, and its place among the shop's distinct prices, shape (n_items,) each.
    gap_days
        Usual days between two purchases of the item by one shopper, drawn to the shop's median where there are few,
        shape (n_items,); NaN for an untouched item and in a shop without a repurchase.
    month
        Calendar month from `at`, 1 to 12; NaN where the log is shorter than a year and cannot know a season.
    purchases_only
        Whether the repurchase figures count purchases only (the shop logs them) or every touch.
    """

    at: np.datetime64
    columns: dict[str, Floats]
    price_log: Floats
    price_place: NDArray[np.intp]
    gap_days: Floats
    month: float
    purchases_only: bool


def profile_items(catalogue: Catalogue, interactions: Interactions, clock: np.datetime64) -> ItemProfile:
    """Describe every item by what was logged before the day of the clock.

    Parameters
    ----------
    catalogue
        Gives the launches.
    interactions
        Of the shop.
    clock
        The moment; later interactions are not looked at.
    """
    at = clock.astype("datetime64[D]").astype("datetime64[us]")
    histories = interactions.histories.where(interactions.occurred_at < at)
    n_items = len(catalogue)
    touches = np.bincount(histories.item_num, minlength=n_items).astype(np.float64)
    known = touches > 0
    columns = {"item_touches_log": np.log1p(touches)} | _decayed_columns(histories, at, n_items)
    bought = histories.event_type == _PURCHASE
    purchases_only = bool(bought.any())
    repurchase, gap = _repurchases(histories.where(bought) if purchases_only else histories, n_items)
    columns["item_repurchase"] = repurchase
    season, month = _season(histories, at, touches)
    columns["item_season"] = season
    columns = {name: np.where(known, values, np.nan) for name, values in columns.items()}
    columns["item_age_days"] = _age_days(catalogue, histories, at)
    columns["item_is_new"] = (~known).astype(np.float64)
    price = np.log(np.where(catalogue.prices > 0, catalogue.prices, np.nan))
    place = np.unique(np.nan_to_num(price), return_inverse=True)[1]
    return ItemProfile(at, columns, price, place, np.where(known, gap, np.nan), month, purchases_only)


def _decayed_columns(histories: Histories, at: np.datetime64, n_items: int) -> dict[str, Floats]:
    """Log of the decayed counts, and how a short one stands to the next longer one at an even pace."""
    age = histories.age_days(at)
    counts = {
        days: np.bincount(histories.item_num, weights=0.5 ** (age / days), minlength=n_items) for days in HALF_LIVES
    }
    columns = {f"item_lately_{days}": np.log1p(count) for days, count in counts.items()}
    pace = {days: counts[days] / days + QUIET_PACE for days in HALF_LIVES}
    columns["item_trend_week"] = np.log(pace[7] / pace[30])
    columns["item_trend_month"] = np.log(pace[30] / pace[90])
    return columns


def _repurchases(histories: Histories, n_items: int) -> tuple[Floats, Floats]:
    """Share of an item's buyers who came back for it, and their usual days in between; NaN where nobody did at all.

    Both are drawn to the shop's own with `PRIOR` pseudo-observations.
    """
    key = histories.row * n_items + histories.item_num
    order = np.argsort(key, kind="stable")  # histories are oldest first, so each pair stays in time
    key, times = key[order], histories.occurred_at[order]
    same = key[1:] == key[:-1]
    days = (times[1:] - times[:-1]) / DAY
    later = same & (days >= SAME_VISIT_DAYS)
    item, gaps = (key[1:] % n_items)[later], days[later]
    buyers = np.bincount(key[np.concatenate([[True], ~same])] % n_items if len(key) else key, minlength=n_items)
    returned = np.bincount(np.unique(key[1:][later]) % n_items, minlength=n_items)
    if not len(gaps):
        return np.where(buyers > 0, 0.0, np.nan), np.full(n_items, np.nan)
    rate = (returned + PRIOR * returned.sum() / buyers.sum()) / (buyers + PRIOR)
    number = np.bincount(item, minlength=n_items)
    middle = group_medians(item, gaps, n_items)
    usual = float(np.median(gaps))
    gap = (number * np.where(number > 0, middle, usual) + PRIOR * usual) / (number + PRIOR)
    return np.where(buyers > 0, rate, np.nan), gap


def group_medians(group: NDArray[Any], values: Floats, n_groups: int) -> Floats:
    """Lower median of the values of each group, NaN for an empty one, shape (n_groups,).

    Examples
    --------
    >>> group_medians(np.array([1, 1, 1, 0]), np.array([5.0, 1.0, 2.0, 7.0]), 3).tolist()
    [7.0, 2.0, nan]
    """
    order = np.lexsort((values, group))
    number = np.bincount(group, minlength=n_groups)
    start = np.concatenate([[0], np.cumsum(number)[:-1]])
    filled = number > 0
    out = np.full(n_groups, np.nan)
    out[filled] = values[order[start[filled] + (number[filled] - 1) // 2]]
    return out


def _season(histories: Histories, at: np.datetime64, touches: Floats) -> tuple[Floats, float]:
    """Share of an item's touches of the past year that fell in the 30 days a year ago, against the shop's share.

    Log ratio, drawn to 0 where an item has few touches; NaN, and no month, where the log does not reach back a year.
    """
    unknown = np.full(len(touches), np.nan)
    start = at - YEAR_DAYS * DAY
    if len(histories.item_num) == 0 or histories.occurred_at.min() > start:
        return unknown, float("nan")
    year = histories.occurred_at >= start
    month = year & (histories.occurred_at < start + MONTH_DAYS * DAY)
    in_year = np.bincount(histories.item_num[year], minlength=len(touches))
    in_month = np.bincount(histories.item_num[month], minlength=len(touches))
    usual = max(float(in_month.sum()), 1.0) / max(float(in_year.sum()), 1.0)
    share = (in_month + PRIOR * usual) / (in_year + PRIOR)
    return np.log(share / usual), float(at.astype("datetime64[M]").astype(int) % 12 + 1)


def _age_days(catalogue: Catalogue, histories: Histories, at: np.datetime64) -> Floats:
    """Days since the launch or the first touch, whichever came first; NaN where neither is known or it lies ahead."""
    first = np.full(len(catalogue), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(first, histories.item_num, histories.occurred_at.astype("datetime64[us]").astype(np.int64))
    seen = first.astype("datetime64[us]")
    seen[first == np.iinfo(np.int64).max] = np.datetime64("NaT")
    age: Floats = (at - np.fmin(catalogue.launched_at, seen)) / DAY
    return np.where(age >= 0, age, np.nan)
