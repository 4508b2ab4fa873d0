"""The behaviour log of the demo shop: visits become impressions, clicks, views, carts, purchases, ratings, searches."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.simulation.browsing import considered_items, views_per_visit
from recsys.simulation.exposure import (
    PLACEMENTS,
    Impressions,
    Requests,
    calibrated_offset,
    make_requests,
    show_lists,
    sigmoid,
)
from recsys.simulation.kinds import HOME, KINDS
from recsys.simulation.remarks import review_text, search_text, stars_for
from recsys.simulation.world import Visits, World, make_visits
from recsys.vocabulary import EVENT_COLUMNS, EventType

CART_RATE, CART_WEIGHTS = 0.35, {"affinity": 0.5, "price_z": -0.2}
PURCHASE_RATE, PURCHASE_WEIGHTS = 0.74, {"affinity": 0.3, "price_z": -0.1}
REBUY_SHARE = 0.15


@dataclass(frozen=True, eq=False, slots=True)
class Behaviour:
    """The log and what is true about it.

    Parameters
    ----------
    events
        Canonical event columns in order of time; `occurred_at` as ISO text in UTC.
    impression_row
        Shape (n_impressions,): row of each impression in `events`.
    click_probability, source
        Shape (n_impressions,): true probability of a click, code of `exposure.SOURCES`.
    units_sold
        Shape (n_items,), in order of the assortment.
    """

    events: pd.DataFrame
    impression_row: NDArray[np.int64]
    click_probability: NDArray[np.float64]
    source: NDArray[np.int64]
    units_sold: NDArray[np.int64]


def simulate_behaviour(world: World) -> Behaviour:
    """Play the whole history of a shop."""
    visits = make_visits(world)
    considered = considered_items(world, visits)
    requests = make_requests(world, visits)
    impressions = show_lists(world, visits, requests, considered[:, 0])
    shown = _shown(visits, requests, impressions)
    clicks = shown[impressions.clicked].assign(event_type=EventType.CLICK)
    rng = np.random.default_rng([world.definition.seed, 61])
    clicks["second"] += rng.uniform(4, 25, len(clicks))
    views = pd.concat([_own_views(world, visits, considered), _opened(clicks)], ignore_index=True)
    carts, purchases = _funnel(world, views, rng)
    ratings = _ratings(world, purchases, rng)
    searches = _searches(world, visits, requests, considered[:, 0], rng)
    log = pd.concat([searches, shown, clicks, views, carts, purchases, ratings], ignore_index=True)
    return _finished(world, log)


def _shown(visits: Visits, requests: Requests, impressions: Impressions) -> pd.DataFrame:
    """Impressions as log rows, with their truth."""
    visit = requests.visit[impressions.request]
    return pd.DataFrame(
        {
            "event_type": EventType.IMPRESSION,
            "user": visits.user[visit],
            "item": impressions.item,
            "second": requests.second[impressions.request],
            "position": impressions.position,
            "request": impressions.request,
            "placement": requests.placement[impressions.request],
            "click_probability": impressions.click_probability,
            "source": impressions.source,
        }
    )


def _opened(clicks: pd.DataFrame) -> pd.DataFrame:
    """Views that follow a click, a second later."""
    return clicks.drop(columns=["click_probability", "source"]).assign(
        event_type=EventType.VIEW, second=clicks["second"] + 1.0
    )


def _own_views(world: World, visits: Visits, considered: NDArray[np.int64]) -> pd.DataFrame:
    """Views a shopper finds by herself, one after another."""
    rng = np.random.default_rng([world.definition.seed, 62])
    count = views_per_visit(world, len(visits))
    row, step = np.nonzero(np.arange(considered.shape[1])[None, :] < count[:, None])
    return pd.DataFrame(
        {
            "event_type": EventType.VIEW,
            "user": visits.user[row],
            "item": considered[row, step],
            "second": visits.second[row] + 70.0 + 110.0 * step + rng.uniform(0, 60, len(row)),
        }
    )


def _funnel(world: World, views: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Carts out of views and purchases out of carts; some are bought days later, few twice."""
    carts = views[_drawn(world, views, CART_RATE, CART_WEIGHTS, rng)].assign(event_type=EventType.CART)
    carts["second"] += rng.uniform(15, 60, len(carts))
    bought = carts[_drawn(world, carts, PURCHASE_RATE, PURCHASE_WEIGHTS, rng)].assign(event_type=EventType.PURCHASE)
    later = rng.random(len(bought)) < 0.2
    bought["second"] += np.where(later, rng.uniform(0.3, 4.0, len(bought)) * 86_400, rng.uniform(60, 700, len(bought)))
    bought = bought.sort_values("second", kind="stable")
    again = bought.duplicated(["user", "item"]).to_numpy()
    bought = bought[~again | (rng.random(len(bought)) < REBUY_SHARE)]
    several = np.array([k.wording == HOME and k.price_eur < 60 for k in KINDS])[world.assortment.kind[bought["item"]]]
    extra = np.where(several, rng.choice([0, 1, 3], len(bought), p=[0.5, 0.35, 0.15]), rng.random(len(bought)) < 0.05)
    carts = carts.assign(quantity=1)
    bought = bought.assign(quantity=1 + extra.astype(np.int64))
    bought["value"] = (bought["quantity"] * world.assortment.price_eur[bought["item"]]).round(2)
    return carts, bought


def _drawn(
    world: World, rows: pd.DataFrame, rate: float, weights: dict[str, float], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """A coin per row whose probability rises with affinity, `rate` on average."""
    user, item = rows["user"].to_numpy(), rows["item"].to_numpy()
    score = (
        weights["affinity"] * world.affinity[user, item].astype(np.float64) + weights["price_z"] * world.price_z[item]
    )
    return rng.random(len(rows)) < sigmoid(score + calibrated_offset(score, rate))


def _ratings(world: World, purchases: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Ratings of some purchases days later, a part of them with words."""
    kind = rng.choice(3, len(purchases), p=[0.76, 0.13, 0.11])
    rated = purchases[kind > 0][["user", "item", "second"]].copy()
    user, item = rated["user"].to_numpy(), rated["item"].to_numpy()
    stars = stars_for(world.affinity[user, item], world.assortment.quality[item], rng)
    written = kind[kind > 0] == 2
    rated["event_type"] = np.where(written, EventType.REVIEW, EventType.RATING)
    rated["second"] += rng.gamma(3.0, 2.5, len(rated)) * 86_400 + 86_400
    rated["rating"] = stars
    rated["text"] = [
        review_text(world.assortment, i, int(s), rng) if w else None
        for i, s, w in zip(item, stars, written, strict=True)
    ]
    return rated


def _searches(
    world: World, visits: Visits, requests: Requests, goal: NDArray[np.int64], rng: np.random.Generator
) -> pd.DataFrame:
    """The query behind every search list, and some that showed none."""
    listed = np.flatnonzero(requests.placement == PLACEMENTS.index("search"))
    silent = np.flatnonzero(rng.random(len(visits)) < 0.12)
    visit = np.concatenate([requests.visit[listed], silent])
    return pd.DataFrame(
        {
            "event_type": EventType.SEARCH,
            "user": visits.user[visit],
            "second": np.concatenate(
                [requests.second[listed] - 1.0, visits.second[silent] + rng.uniform(20, 60, len(silent))]
            ),
            "request": np.concatenate([listed.astype(np.float64), np.full(len(silent), np.nan)]),
            "placement": np.concatenate([np.full(len(listed), 3.0), np.full(len(silent), np.nan)]),
            "text": [search_text(world.assortment, int(goal[v]), rng) for v in visit],
        }
    )


def _finished(world: World, log: pd.DataFrame) -> Behaviour:
    """Drop what lies beyond the end, sort by time, give ids and canonical columns."""
    definition = world.definition
    log = log[log["second"] < definition.n_days * 86_400 - 1]
    log = log.sort_values(["second", "request", "position"], kind="stable", na_position="first", ignore_index=True)
    start = pd.Timestamp(definition.ends_at) - pd.Timedelta(days=definition.n_days)
    moment = start + pd.to_timedelta(log["second"].round().astype("int64"), unit="s")
    item, request = log["item"], log["request"]
    events = pd.DataFrame(
        {
            "event_id": [f"E{number:07d}" for number in range(len(log))],
            "event_type": log["event_type"].astype(str),
            "user_id": world.shoppers.user_ids[log["user"]],
            "item_id": _named(world.assortment.item_ids, item),
            "occurred_at": moment.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "quantity": log["quantity"].astype("Int64"),
            "value": log["value"],
            "rating": log["rating"].astype("Int64"),
            "text": log["text"],
            "position": log["position"].astype("Int64"),
            "request_id": [None if np.isnan(r) else f"R{int(r):06d}" for r in request],
            "placement": _named(np.array(PLACEMENTS), log["placement"]),
        }
    )[list(EVENT_COLUMNS)]
    rows = np.flatnonzero(log["event_type"] == EventType.IMPRESSION)
    sold = log[log["event_type"] == EventType.PURCHASE]
    units = np.bincount(sold["item"].astype("int64"), sold["quantity"], len(world.assortment)).astype(np.int64)
    truth = log.iloc[rows]
    return Behaviour(
        events, rows, truth["click_probability"].to_numpy(), truth["source"].to_numpy().astype(np.int64), units
    )


def _named(names: NDArray[np.str_], codes: pd.Series) -> list[str | None]:
    """Names of codes, None where there is no code."""
    return [None if np.isnan(code) else str(names[int(code)]) for code in codes]
