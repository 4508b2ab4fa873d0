"""Features of the response term: what is known of a request and a candidate when the list is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.data.interactions import Histories
from recsys.errors import RunError
from recsys.ranking.item_profile import ItemProfile, profile_items
from recsys.ranking.model import Model
from recsys.ranking.shopper_features import (
    NEVER_DAYS,
    cadence_columns,
    count_visits,
    habit_columns,
    label_columns,
    own_columns,
    price_columns,
)
from recsys.ranking.terms import Terms

__all__ = ["CALENDAR_FEATURES", "FEATURE_LABELS", "NEVER_DAYS", "Features", "candidate_features"]

FEATURE_LABELS: dict[str, str] = {
    "z_text": "text match",
    "z_image": "image match",
    "z_behaviour": "behaviour match",
    "z_repeat": "own purchases",
    "z_trend": "popularity now",
    "z_fresh": "newness",
    "price_log": "price",
    "price_fit": "price against what she usually pays",
    "price_gap": "distance from her usual price",
    "price_place": "share of her history that is cheaper",
    "price_strange": "how unusual the price is for her",
    "item_touches_log": "how often anybody chose it",
    "item_lately_7": "how often anybody chose it this week",
    "item_lately_30": "how often anybody chose it this month",
    "item_lately_90": "how often anybody chose it this quarter",
    "item_trend_week": "this week against this month",
    "item_trend_month": "this month against this quarter",
    "item_repurchase": "share of its buyers who come back for it",
    "item_season": "its sales in these weeks of last year",
    "item_age_days": "days since it was new",
    "item_is_new": "nobody has chosen it yet",
    "own_touches": "how often she chose it",
    "own_days_since": "days since she last chose it",
    "own_lately": "how often she chose it lately",
    "own_rate": "share of her visits at which she took it",
    "cadence_own": "her usual gap for it that has passed",
    "cadence_item": "the product's usual gap that has passed",
    "cadence_visits": "her gaps between visits since she took it",
    "category_share": "share of her history in its category",
    "category_lately": "share of its category lately",
    "brand_share": "share of her history of its brand",
    "brand_lately": "share of its brand lately",
    "history_length_log": "length of her history",
    "history_days_since": "days since her last visit",
    "visits_log": "number of her visits",
    "visit_due": "her usual gap between visits that has passed",
    "repeat_share": "share of her history that was bought again",
    "basket_breadth": "products per visit",
    "month": "month",
    "weekday": "day of the week",
    "position": "place in the list",
}
"""On-screen words for every feature; a component added later is shown by its own label."""

CALENDAR_FEATURES: tuple[str, ...] = ("month", "weekday")
"""Features of the moment alone."""


@dataclass(frozen=True, eq=False)
class Features:
    """Feature rows of candidates.

    Parameters
    ----------
    names
        Column names.
    values
        float64, shape (n_requests, n_candidates, n_features); NaN where unknown.
    """

    names: tuple[str, ...]
    values: NDArray[np.float64]


def candidate_features(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    terms: Terms,
    candidates: NDArray[np.intp],
    position: NDArray[np.int32] | None = None,
    names: Sequence[str] | None = None,
) -> Features:
    """Describe candidates to the response term.

    Parameters
    ----------
    model
        Supplies items and counts.
    histories
        One row per request.
    at
        Time of the requests.
    terms
        Standardised terms of the same requests.
    candidates
        Item numbers, shape (n_requests, n_candidates).
    position
        1-based places they were shown at, same shape; None asks as if each stood first.
    names
        Columns wanted, in this order; None gives those the model's response term was trained with, or all where it
        has none.

    Raises
    ------
    RunError
        If a column is wanted that this version does not know.
    """
    columns = _columns(model, histories, at, terms, candidates, position)
    if names is None:
        names = tuple(columns) if model.response is None else model.response.names
    unknown = sorted(set(names) - set(columns))
    if unknown:
        raise RunError(
            f"The response term reads {', '.join(unknown)}, which this version does not compute; train again."
        )
    values = np.empty((*candidates.shape, len(names)))
    for place, name in enumerate(names):
        values[:, :, place] = columns[name]
    return Features(tuple(names), values)


def _columns(
    model: Model,
    histories: Histories,
    at: np.datetime64,
    terms: Terms,
    candidates: NDArray[np.intp],
    position: NDArray[np.int32] | None,
) -> dict[str, NDArray[Any]]:
    """Every column, of a shape that broadcasts to (n_requests, n_candidates)."""
    catalogue, clock = model.catalogue, model.clock(at)
    profile, age, n_items = profile_of(model, clock), histories.age_days(clock), len(model.catalogue)
    visits = count_visits(histories, age)
    columns: dict[str, NDArray[Any]] = {f"z_{n}": z for n, z in zip(terms.names, terms.at(candidates), strict=True)}
    columns |= price_columns(profile, histories, candidates)
    columns |= {name: values[candidates] for name, values in profile.columns.items()}
    columns |= own_columns(histories, age, candidates, n_items)
    columns |= cadence_columns(histories, age, visits, candidates, profile)
    columns |= label_columns(catalogue.category_labels, histories, age, candidates, "category")
    columns |= label_columns(catalogue.brand_labels, histories, age, candidates, "brand")
    columns |= habit_columns(histories, clock, visits, n_items)
    columns["month"] = np.full((1, 1), profile.month)
    columns["weekday"] = np.full((1, 1), float((at.astype("datetime64[D]").astype(int) + 3) % 7))
    columns["position"] = np.ones((1, 1)) if position is None else position
    return columns


def profile_of(model: Model, clock: np.datetime64) -> ItemProfile:
    """Profile of the items as of the day of the clock; kept until another day is asked for."""
    key = (model.interactions, model.catalogue, clock.astype("datetime64[D]").astype(int))
    return model._remember("response", key, lambda: profile_items(model.catalogue, model.interactions, clock))
