"""What a history says of its shopper and of each candidate: habits, cadence, price range, leanings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Labels
from recsys.data.interactions import DAY, Histories
from recsys.ranking.item_profile import ItemProfile
from recsys.vocabulary import EVENT_TYPES, EventType

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

NEVER_DAYS = 3650.0
LATELY_DAYS = 30.0
"""Half-life of what counts as lately."""
LONGEST_CADENCE = 20.0
"""Gaps overdue are not told apart beyond this many."""
PRICE_STEP = 0.25
"""Least spread of log prices by which a distance is measured: a quarter more or less."""
_PURCHASE = EVENT_TYPES.index(EventType.PURCHASE)


@dataclass(frozen=True, eq=False)
class Grouped:
    """Touches grouped by (request, label), and where each candidate's group lies.

    Parameters
    ----------
    place
        Group of each touch, shape (n_touches,).
    size
        Number of groups.
    found, hit
        Group of each candidate and whether it has one, shape (n_requests, n_candidates) each.
    """

    place: NDArray[np.intp]
    size: int
    found: NDArray[np.intp]
    hit: NDArray[np.bool_]

    def give(self, values: NDArray[Any], missing: float) -> Floats:
        """Hand each candidate its group's value, shape (n_requests, n_candidates)."""
        padded: Floats = np.append(values, missing)
        return padded[np.where(self.hit, self.found, self.size)]


def group_touches(histories: Histories, labels: NDArray[Any], wanted: NDArray[Any], n_labels: int) -> Grouped:
    """Group touches by request and label.

    Parameters
    ----------
    histories
        One row per request.
    labels
        Label of each touch, shape (n_touches,).
    wanted
        Label of each candidate, shape (n_requests, n_candidates).
    n_labels
        Number of labels.
    """
    unique, place = np.unique(histories.row * n_labels + labels, return_inverse=True)
    keys = np.arange(len(histories))[:, None] * n_labels + wanted
    if not len(unique):
        return Grouped(place, 0, np.zeros(keys.shape, np.intp), np.zeros(keys.shape, bool))
    found = np.minimum(np.searchsorted(unique, keys), len(unique) - 1)
    return Grouped(place, len(unique), found, unique[found] == keys)


def _least(groups: NDArray[np.intp], values: Floats, size: int, start: float) -> Floats:
    """Smallest value of each group."""
    out = np.full(size, start)
    np.minimum.at(out, groups, values)
    return out


def own_columns(histories: Histories, age: Floats, candidates: NDArray[np.intp], n_items: int) -> Columns:
    """How often and how lately the request's own history touched each candidate."""
    own = group_touches(histories, histories.item_num, candidates, n_items)
    counts = np.bincount(own.place, minlength=own.size).astype(np.float64)
    lately = np.bincount(own.place, weights=0.5 ** (age / LATELY_DAYS), minlength=own.size)
    return {
        "own_touches": own.give(counts, 0.0),
        "own_days_since": own.give(_least(own.place, age, own.size, NEVER_DAYS), NEVER_DAYS),
        "own_lately": own.give(lately, 0.0),
    }


@dataclass(frozen=True, eq=False)
class Visits:
    """Distinct days on which each request's shopper did something.

    Parameters
    ----------
    number
        Visits per request, float64, shape (n_requests,).
    gap_days
        Mean days between two of them, NaN below two, shape (n_requests,).
    keys
        Sorted request · 10⁶ + age in whole days, one per visit.
    """

    number: Floats
    gap_days: Floats
    keys: NDArray[np.int64]


_ROW = 1_000_000


def count_visits(histories: Histories, age: Floats) -> Visits:
    """Find the visits of each history."""
    keys = np.unique(histories.row * _ROW + age.astype(np.int64))
    row, days = keys // _ROW, keys % _ROW
    number = np.bincount(row, minlength=len(histories)).astype(np.float64)
    oldest = np.full(len(histories), -np.inf)
    np.maximum.at(oldest, row, days)
    span = np.maximum(oldest - _least(row, days.astype(np.float64), len(histories), np.inf), 1.0)
    gap = np.where(number > 1, span / np.maximum(number - 1, 1), np.nan)
    return Visits(number, gap, keys)


def cadence_columns(
    histories: Histories, age: Floats, visits: Visits, candidates: NDArray[np.intp], profile: ItemProfile
) -> Columns:
    """Whether the time has come to buy a candidate again; NaN for what she never bought.

    The days since she last bought it are divided by her own mean gap for it, by the item's usual gap, and by her gap
    between visits: near 1 it is due, near 0 she has just got it. `own_rate` is the share of her visits since the
    first purchase of it at which she took it.
    """
    keep = histories.event_type == _PURCHASE if profile.purchases_only else np.ones(len(age), bool)
    bought, ages = histories.where(keep), age[keep]
    own = group_touches(bought, bought.item_num, candidates, len(profile.gap_days))
    last = _least(own.place, ages, own.size, np.inf)
    first = -_least(own.place, -ages, own.size, np.inf)
    days = np.unique(own.place * _ROW + ages.astype(np.int64)) // _ROW
    times = np.bincount(days, minlength=own.size).astype(np.float64)
    gap = np.where(times > 1, (first - last) / np.maximum(times - 1, 1), np.nan)
    row = np.zeros(own.size, np.int64)
    row[own.place] = bought.row
    since = np.searchsorted(visits.keys, row * _ROW + first.astype(np.int64), side="right")
    chances = since - np.searchsorted(visits.keys, row * _ROW)
    days_since = own.give(last, np.nan)
    return {
        "cadence_own": _ratio(days_since, own.give(gap, np.nan)),
        "cadence_item": _ratio(days_since, profile.gap_days[candidates]),
        "cadence_visits": _ratio(days_since, visits.gap_days[:, None]),
        "own_rate": own.give(times / np.maximum(chances, 1), np.nan),
    }


def _ratio(days: Floats, gap: Floats) -> Floats:
    """Days over a gap of at least a day, at most `LONGEST_CADENCE`; NaN where either is unknown."""
    return np.minimum(days / np.maximum(gap, 1.0), LONGEST_CADENCE)


def price_columns(profile: ItemProfile, histories: Histories, candidates: NDArray[np.intp]) -> Columns:
    """Price, its distance from the mean log price of the history, and where it lies in the range she pays."""
    price, ladder = profile.price_log, profile.price_place
    told = ~np.isnan(price[histories.item_num])
    row, paid = histories.row[told], price[histories.item_num[told]]
    count = np.bincount(row, minlength=len(histories))
    some = np.where(count > 0, count, np.nan)
    usual = np.bincount(row, weights=paid, minlength=len(histories)) / some
    spread = np.bincount(row, weights=(paid - usual[row]) ** 2, minlength=len(histories)) / some
    fit = price[candidates] - usual[:, None]
    rungs = np.sort(row * len(price) + ladder[histories.item_num[told]])
    base = np.arange(len(histories))[:, None] * len(price)
    wanted = base + ladder[candidates]
    below = np.searchsorted(rungs, wanted) + np.searchsorted(rungs, wanted, side="right")
    cheaper = below / 2 - np.searchsorted(rungs, base)
    return {
        "price_log": price[candidates],
        "price_fit": fit,
        "price_gap": np.abs(fit),
        "price_place": np.where(np.isnan(fit), np.nan, cheaper / some[:, None]),
        "price_strange": np.abs(fit) / np.sqrt(spread + PRICE_STEP**2)[:, None],
    }


def label_columns(
    labels: Labels, histories: Histories, age: Floats, candidates: NDArray[np.intp], name: str
) -> Columns:
    """Share of each history that carries the candidate's label, ever and lately; NaN without a label or a history."""
    codes, n, n_labels = labels.codes[candidates], len(histories), len(labels.names)
    cells = histories.row * n_labels + labels.codes[histories.item_num]
    unknown = labels.names[codes] == "" if codes.size < n_labels else (labels.names == "")[codes]
    columns = {}
    for suffix, weight in (("share", None), ("lately", 0.5 ** (age / LATELY_DAYS))):
        parts = np.bincount(cells, weights=weight, minlength=n * n_labels).reshape(n, n_labels).astype(np.float64)
        total = parts.sum(axis=1, keepdims=True)
        part = np.take_along_axis(parts, codes, axis=1)
        columns[f"{name}_{suffix}"] = np.where(unknown, np.nan, part / np.where(total > 0, total, np.nan))
    return columns


def habit_columns(histories: Histories, clock: np.datetime64, visits: Visits, n_items: int) -> Columns:
    """What kind of shopper each request has, shape (n_requests, 1) each."""
    n, lengths = len(histories), histories.lengths
    last = np.full(n, NEVER_DAYS)
    np.minimum.at(last, histories.row, (clock - histories.occurred_at) / DAY)
    kinds = np.bincount(np.unique(histories.row * n_items + histories.item_num) // n_items, minlength=n)
    some = np.where(lengths > 0, lengths, np.nan)
    columns = {
        "history_length_log": np.log1p(lengths),
        "history_days_since": last,
        "visits_log": np.log1p(visits.number),
        "visit_due": _ratio(np.where(lengths > 0, last, np.nan), visits.gap_days),
        "repeat_share": 1.0 - kinds / some,
        "basket_breadth": some / np.where(visits.number > 0, visits.number, np.nan),
    }
    return {name: values[:, None] for name, values in columns.items()}
