"""The demo shop as one object: products, shoppers, affinity, the appeal of each product on each day, and visits."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.simulation.assortment import Assortment, make_assortment
from recsys.simulation.definition import ShopDefinition
from recsys.simulation.kinds import KINDS
from recsys.simulation.shoppers import (
    PART_WEIGHTS,
    Shoppers,
    affinity,
    affinity_parts,
    make_shoppers,
    price_within_kind,
)

QUALITY_WEIGHT = 0.5
SEASON_WEIGHT = 0.9
FRESH_WEIGHT = 1.2
FRESH_DAYS = 18.0
_WEEKDAYS = np.array([0.92, 0.9, 0.95, 1.0, 1.05, 1.3, 1.4])
_HOURS = np.array(
    [1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.2, 2, 2.6, 3, 3.2, 3.6, 4.4, 4, 3.4, 3.2, 3.4, 4, 5, 6.2, 7, 6.6, 4.8, 2.4]
)


@dataclass(frozen=True, eq=False, slots=True)
class World:
    """Everything that decides behaviour.

    Parameters
    ----------
    definition, assortment, shoppers
        What the shop is.
    affinity
        Shape (n_users, n_items): how much each shopper likes each product, standard deviation about 2 per shopper.
    habit
        Shape (n_users, n_items): what the shop's old recommender knew of it (kind, brand, circles).
    appeal
        Shape (n_days, n_items): quality, season and newness; minus infinity while a product cannot be seen.
    price_z
        Shape (n_items,): price within its kind.
    """

    definition: ShopDefinition
    assortment: Assortment
    shoppers: Shoppers
    affinity: NDArray[np.float32]
    habit: NDArray[np.float32]
    appeal: NDArray[np.float32]
    price_z: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Visits:
    """Visits in order of time.

    Parameters
    ----------
    user
        Shape (n_visits,), row of the shopper.
    day
        Shape (n_visits,), day of the history.
    second
        Shape (n_visits,), start in seconds from the start of the history.
    """

    user: NDArray[np.int64]
    day: NDArray[np.int64]
    second: NDArray[np.float64]

    def __len__(self) -> int:
        """Number of visits."""
        return len(self.user)


def make_world(definition: ShopDefinition) -> World:
    """Invent a shop."""
    assortment, shoppers = make_assortment(definition), make_shoppers(definition)
    parts = affinity_parts(shoppers, assortment)
    known = {name: parts[name] for name in ("category", "circle", "brand")}
    habit = sum((np.float32(PART_WEIGHTS[name]) * part for name, part in known.items()), np.float32(0.0))
    return World(
        definition=definition,
        assortment=assortment,
        shoppers=shoppers,
        affinity=affinity(parts),
        habit=np.asarray(habit, dtype=np.float32),
        appeal=daily_appeal(definition, assortment),
        price_z=price_within_kind(assortment),
    )


def daily_appeal(definition: ShopDefinition, assortment: Assortment) -> NDArray[np.float32]:
    """Appeal of each product on each day, shape (n_days, n_items), -inf while it cannot be seen.

    appeal = 0.5 quality + 0.9 season(kind, day) + 1.2 exp(-age / 18 days); a product is seen from the day after launch.
    """
    days = np.arange(definition.n_days)[:, None]
    wave = -np.cos(np.pi * days / definition.n_days)
    season = np.array([kind.season for kind in KINDS])[assortment.kind][None, :]
    age = days - np.floor(assortment.launch_day)[None, :]
    appeal = QUALITY_WEIGHT * assortment.quality[None, :] + SEASON_WEIGHT * season * wave
    appeal = appeal + FRESH_WEIGHT * np.exp(-np.maximum(age, 0.0) / FRESH_DAYS)
    hidden = (age < 1) | assortment.unseen[None, :]
    return np.where(hidden, -np.inf, appeal).astype(np.float32)


def make_visits(world: World) -> Visits:
    """Who comes when: active shoppers more often, weekends and evenings more, a slow growth over the history."""
    definition, rng = world.definition, np.random.default_rng([world.definition.seed, 31])
    start = pd.Timestamp(definition.ends_at) - pd.Timedelta(days=definition.n_days)
    weekday = (np.arange(definition.n_days) + start.day_of_week) % 7
    weight = _WEEKDAYS[weekday] * np.linspace(0.85, 1.15, definition.n_days) * rng.uniform(0.9, 1.1, definition.n_days)
    upto = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
    joined = np.interp(world.shoppers.joined_day, np.arange(definition.n_days + 1), upto)
    share = world.shoppers.activity * (1 - joined)
    n = round(definition.sessions_per_user * definition.n_users)
    user = np.concatenate([np.arange(definition.n_users), rng.choice(definition.n_users, n, p=share / share.sum())])[:n]
    moment = joined[user] + rng.random(n) * (1 - joined[user])
    day = np.clip(np.searchsorted(upto, moment, side="right") - 1, 0, definition.n_days - 1)
    hour = rng.choice(24, n, p=_HOURS / _HOURS.sum())
    second = day * 86_400 + hour * 3600 + rng.uniform(0, 3600, n)
    second = np.minimum(second, definition.n_days * 86_400 - 1800)
    order = np.argsort(second, kind="stable")
    return Visits(user[order], day[order], second[order])
