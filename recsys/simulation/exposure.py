"""Recommendation lists the old shop showed: a mix of popular, random and personal products, and who clicked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.simulation.browsing import gumbel, largest
from recsys.simulation.world import Visits, World

PLACEMENTS: tuple[str, ...] = ("home", "product", "cart", "search")
SLOTS: tuple[int, ...] = (12, 8, 6, 12)
SOURCES: tuple[str, ...] = ("personal", "popular", "random")
SOURCE_SHARES: tuple[float, ...] = (0.40, 0.35, 0.25)
PLACEMENT_FACTORS: tuple[float, ...] = (1.0, 0.85, 0.7, 1.15)
POSITION_POWER = 0.5
CLICK_WEIGHTS: dict[str, float] = {"affinity": 0.85, "appeal": 0.7, "price_z": -0.25}

_PLACEMENT_SHARES = (0.45, 0.30, 0.10, 0.15)
_SAME_KIND = np.array([0.0, 1.6, 0.0, 4.5], dtype=np.float32)
_AFTER_S = np.array([6.0, 200.0, 620.0, 45.0])
_DEPTH = max(SLOTS)
_ROWS = 512


@dataclass(frozen=True, eq=False, slots=True)
class Requests:
    """Lists shown, in order of visit.

    Parameters
    ----------
    visit, placement
        Shape (n_requests,): row of the visit, code of `PLACEMENTS`.
    second
        Shape (n_requests,), when the list was shown.
    """

    visit: NDArray[np.int64]
    placement: NDArray[np.int64]
    second: NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Impressions:
    """Products shown in slots; one row per impression.

    Parameters
    ----------
    request, item, position, source
        Shape (n_impressions,): row of the request, row of the product, 1-based slot, code of `SOURCES`.
    click_probability
        Shape (n_impressions,), the truth.
    clicked
        Shape (n_impressions,), what happened.
    """

    request: NDArray[np.int64]
    item: NDArray[np.int64]
    position: NDArray[np.int64]
    source: NDArray[np.int64]
    click_probability: NDArray[np.float64]
    clicked: NDArray[np.bool_]


def make_requests(world: World, visits: Visits) -> Requests:
    """Zero to three lists per visit, each at its own placement."""
    rng = np.random.default_rng([world.definition.seed, 51])
    count = np.minimum(rng.poisson(world.definition.requests_per_session, len(visits)), 3)
    visit = np.repeat(np.arange(len(visits)), count)
    placement = rng.choice(len(PLACEMENTS), len(visit), p=_PLACEMENT_SHARES)
    second = visits.second[visit] + _AFTER_S[placement] + rng.uniform(0, 30, len(visit))
    return Requests(visit, placement, second)


def show_lists(world: World, visits: Visits, requests: Requests, goal: NDArray[np.int64]) -> Impressions:
    """Fill the slots of every list and draw the clicks.

    Parameters
    ----------
    world, visits, requests
        Who asked for what, when.
    goal
        Shape (n_visits,): product the visit is about; a search shows its kind.
    """
    rng = np.random.default_rng([world.definition.seed, 52])
    blocks = [
        _fill_slots(world, visits, requests, goal, slice(low, low + _ROWS), rng)
        for low in range(0, len(requests.visit), _ROWS)
    ]
    if not blocks:
        blocks = [tuple(np.empty(0, dtype=np.int64) for _ in range(4))]
    request, item, position, source = (np.concatenate(column) for column in zip(*blocks, strict=True))
    visit = requests.visit[request]
    score = (
        CLICK_WEIGHTS["affinity"] * world.affinity[visits.user[visit], item]
        + CLICK_WEIGHTS["appeal"] * world.appeal[visits.day[visit], item]
        + CLICK_WEIGHTS["price_z"] * world.price_z[item]
    ).astype(np.float64)
    seen = examination(requests.placement[request], position)
    offset = calibrated_offset(score, world.definition.click_through_rate, seen)
    probability = seen * sigmoid(score + offset)
    clicked = rng.random(len(item)) < probability
    return Impressions(request, item, position, source, probability, clicked)


def examination(placement: NDArray[np.int64], position: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability that a slot is looked at: placement factor / position^0.5, at most 1."""
    factor = np.array(PLACEMENT_FACTORS)[placement]
    return np.minimum(1.0, factor / position.astype(np.float64) ** POSITION_POWER)


def sigmoid(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic function."""
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-score))
    return result


def calibrated_offset(score: NDArray[np.float64], target: float, factor: NDArray[np.float64] | float = 1.0) -> float:
    """The constant c with mean(factor * sigmoid(score + c)) = target, by bisection."""
    low, high = -30.0, 30.0
    for _ in range(60 if len(score) else 0):
        middle = (low + high) / 2
        if float(np.mean(factor * sigmoid(score + middle))) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fill_slots(
    world: World, visits: Visits, requests: Requests, goal: NDArray[np.int64], rows: slice, rng: np.random.Generator
) -> tuple[NDArray[np.int64], ...]:
    """Interleave the three sources in their shares, each product once; returns request, item, position, source."""
    visit, placement = requests.visit[rows], requests.placement[rows]
    lists = _source_lists(world, visits, visit, placement, goal, rng)
    shares = np.array(SOURCE_SHARES)[None, :, None]
    turn = (np.arange(_DEPTH)[None, None, :] + rng.random(lists.shape)) / shares
    flat, keys = lists.reshape(len(visit), -1), turn.reshape(len(visit), -1)
    source = np.broadcast_to(np.repeat(np.arange(len(SOURCES)), _DEPTH), flat.shape)
    order = np.argsort(keys, axis=1)
    flat, source = np.take_along_axis(flat, order, axis=1), np.take_along_axis(source, order, axis=1)
    repeated = np.tril(flat[:, :, None] == flat[:, None, :], -1).any(axis=2)
    place = np.cumsum(~repeated, axis=1)
    kept = ~repeated & (place <= np.array(SLOTS)[placement][:, None])
    row, column = np.nonzero(kept)
    return row + (rows.start or 0), flat[row, column], place[row, column], source[row, column]


def _source_lists(
    world: World,
    visits: Visits,
    visit: NDArray[np.int64],
    placement: NDArray[np.int64],
    goal: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Best products of each source for each request, shape (n_requests, n_sources, depth)."""
    appeal = world.appeal[visits.day[visit]]
    kind = world.assortment.kind
    related = _SAME_KIND[placement][:, None] * (kind[None, :] == kind[goal[visit]][:, None])
    hidden = np.isneginf(appeal)
    related[hidden] = -np.inf
    bases = (1.1 * world.habit[visits.user[visit]] + 0.5 * appeal, 2.2 * appeal, np.zeros_like(appeal))
    keys = [(base + related + gumbel(rng, appeal.shape)).astype(np.float32) for base in bases]
    return np.stack([largest(key, _DEPTH) for key in keys], axis=1)
