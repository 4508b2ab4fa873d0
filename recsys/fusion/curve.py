"""Quality along a line of weights, exactly: a list changes only where the lines of two candidates cross."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.fusion.contenders import Contenders, find_contenders, split_scores
from recsys.fusion.holdout import CUTOFF, HoldoutTerms

Floats = NDArray[np.float64]
CELLS = 4_000_000
"""Pairs of a relevant item and a contender looked at together; bounds the memory."""
NARROW = 1e-9
"""Stretches shorter than this share of the line are where a tie stands; nobody can set a slider to them."""
GAIN = np.append(1.0 / np.log2(np.arange(2, CUTOFF + 2)), 0.0)
"""Gain of each 0-based place; the last entry is "not among the first"."""


@dataclass(frozen=True, eq=False)
class Curve:
    """NDCG@20 and recall@20 as step functions of one number t, constant on [points[k], points[k + 1]).

    Where candidates tie at a single t, that t is a stretch of its own: from t up to the next larger float64.

    Parameters
    ----------
    points
        Where a value begins, ascending, shape (n_steps,); the first is the low end of the line.
    high
        The high end; the last value holds up to and including it.
    ndcg, recall
        Means over shoppers, shape (n_steps,) each.
    half_width
        Half of the 95 % interval of NDCG(t) − NDCG(best), paired by shopper, shape (n_steps,).
    best
        The step with the highest NDCG; among equals the widest.
    n_users
        Shoppers judged.
    """

    points: Floats
    high: float
    ndcg: Floats
    recall: Floats
    half_width: Floats
    best: int
    n_users: int

    @property
    def ends(self) -> Floats:
        """Where each step ends, shape (n_steps,)."""
        return np.append(self.points[1:], self.high)

    @property
    def optimum(self) -> float:
        """Middle of the best step."""
        return float((self.points[self.best] + self.ends[self.best]) / 2)

    def step_at(self, t: float) -> int:
        """The step that holds at t; outside the line the nearest end's."""
        return int(np.clip(np.searchsorted(self.points, t, side="right") - 1, 0, len(self.points) - 1))

    def value_at(self, t: float) -> float:
        """NDCG@20 at t."""
        return float(self.ndcg[self.step_at(t)])

    @property
    def top(self) -> tuple[float, float]:
        """The stretch around the optimum where NDCG equals its highest value."""
        return self._stretch(self.ndcg >= self.ndcg[self.best] - 1e-12)

    @property
    def plateau(self) -> tuple[float, float]:
        """The stretch around the optimum where the data cannot tell NDCG from its highest value.

        A step belongs to it while the paired 95 % interval of its difference to the best step reaches 0. The interval
        of a step is taken at least as wide as those between it and the optimum: a handful of shoppers who all lose a
        little right beside the optimum prove nothing that the wider steps beyond do not confirm.
        """
        left = np.maximum.accumulate(self.half_width[: self.best + 1][::-1])[::-1]
        right = np.maximum.accumulate(self.half_width[self.best :])
        widest = np.concatenate([left, right[1:]])
        return self._stretch(self.ndcg[self.best] - self.ndcg <= widest + 1e-12)

    def holds(self, t: float) -> bool:
        """Tell whether t lies on the plateau."""
        low, high = self.plateau
        return low <= t <= high

    def _stretch(self, inside: NDArray[np.bool_]) -> tuple[float, float]:
        """Ends of the unbroken run of steps around the best; single points with a tie do not break it."""
        passes = inside | (self.ends - self.points <= NARROW * (self.high - self.points[0]))
        outside = np.flatnonzero(~passes)
        before, after = outside[outside < self.best], outside[outside > self.best]
        low = self.points[before[-1] + 1] if len(before) else self.points[0]
        return float(low), float(self.points[after[0]] if len(after) else self.high)


def trace_weight(
    terms: HoldoutTerms, weights: Mapping[str, float], name: str, low: float = 0.0, high: float = 1.0
) -> Curve:
    """NDCG@20 as a function of one weight, the others as given.

    Parameters
    ----------
    terms
        The held-out shoppers.
    weights
        By component, in the units of the slider.
    name
        The weight that moves.
    low, high
        Its range, low < high.

    Examples
    --------
    One shopper, two products; the second, which she chose, wins from t = 0.5 on (at 0.5 they tie, which earns less):

    >>> z = np.array([[[1.0, 0.0]], [[0.0, 2.0]]], np.float32)
    >>> terms = HoldoutTerms(("text", "image"), z, np.array([[False, True]]), np.ones((1, 2), bool))
    >>> curve = trace_weight(terms, {"text": 1.0}, "image")
    >>> [(round(float(t), 3), round(float(v), 3)) for t, v in zip(curve.points, curve.ndcg)]
    [(0.0, 0.631), (0.5, 1.0)]
    """
    start = {n: float(w) for n, w in weights.items() if n != name}
    return trace_line(terms, start, {name: 1.0}, low, high)


def trace_line(
    terms: HoldoutTerms, start: Mapping[str, float], direction: Mapping[str, float], low: float, high: float
) -> Curve:
    """NDCG@20 and recall@20 along the weights start + t · direction, for every t in [low, high] at once.

    The place of a relevant item is the number of candidates that score at least as much. Each other candidate
    overtakes it, or falls behind it, at most once along a line, at t = −(b_j − b_r) / (a_j − a_r), where b is the
    score at t = 0 and a the slope. Sorting these crossings gives every value of the curve; no grid is laid.

    Parameters
    ----------
    terms
        The held-out shoppers.
    start, direction
        Weights at t = 0 and their change per unit of t.
    low, high
        Ends of the line, low < high.

    References
    ----------
    Line search over the envelope of a piecewise constant measure: Och (2003), *Minimum Error Rate Training in
    Statistical Machine Translation*, section 5.
    """
    base, slopes = split_scores(terms, start, [direction])
    return trace_contenders(find_contenders(base, slopes, terms.relevant, [low], [high]), low, high)


def trace_contenders(contenders: Contenders, low: float, high: float) -> Curve:
    """Trace the curve of contenders with one moving weight, see `trace_line`."""
    at, row, before, after = _steps(contenders, low, high)
    n_users = max(contenders.n_users, 1)
    ideal = np.concatenate([[1.0], np.cumsum(GAIN[:CUTOFF])])[np.minimum(contenders.n_relevant, CUTOFF)]
    change = (GAIN[after] - GAIN[before]) / ideal[row]
    found = ((after < CUTOFF).astype(np.int64) - (before < CUTOFF)) / np.maximum(contenders.n_relevant, 1)[row]
    points, where = np.unique(np.append(at, low), return_inverse=True)
    steps = np.bincount(where[:-1], weights=change, minlength=len(points))
    ndcg = np.cumsum(steps) / n_users
    recall = np.cumsum(np.bincount(where[:-1], weights=found, minlength=len(points))) / n_users
    best = _best(points, high, ndcg)
    half = _half_widths(where[:-1], row, change, best, len(points), contenders.n_users)
    return Curve(points, high, np.maximum(ndcg, 0.0), np.maximum(recall, 0.0), half, best, contenders.n_users)


def _best(points: Floats, high: float, ndcg: Floats) -> int:
    """The highest step that is wide enough to set a slider to; among equals the widest."""
    width = np.diff(np.append(points, high))
    usable = width > NARROW * (high - points[0])
    value = np.where(usable, ndcg, -1.0)
    equal = value >= value.max() - 1e-12
    return int(np.argmax(np.where(equal, width, -1.0)))


def _half_widths(
    step: NDArray[np.intp], row: NDArray[np.intp], change: Floats, best: int, n_steps: int, n_users: int
) -> Floats:
    """1.96 standard errors of the paired difference to the best step, shape (n_steps,).

    With d_u(t) the difference of one shopper, Σd and Σd² change only where hers changes, so both are running sums.
    """
    if n_users < 2:
        return np.zeros(n_steps)
    order = np.lexsort((step, row))
    step, row, change = step[order], row[order], change[order]
    value = _cumulate_within(row, change)
    offset = np.bincount(row[step <= best], weights=change[step <= best], minlength=n_users)
    after = value - offset[row]
    before = after - change
    total = np.cumsum(np.bincount(step, weights=change, minlength=n_steps)) - offset.sum()
    square = np.cumsum(np.bincount(step, weights=after**2 - before**2, minlength=n_steps)) + (offset**2).sum()
    variance = np.maximum(square - total**2 / n_users, 0.0) / (n_users - 1)
    variance[best] = 0.0
    return np.asarray(1.96 * np.sqrt(variance / n_users))


def _cumulate_within(group: NDArray[np.intp], values: Floats) -> Floats:
    """Running sums that begin anew with each group; `group` is ascending."""
    running = np.cumsum(values)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    carried = np.concatenate([[0.0], running])[first]
    return running - np.repeat(carried, np.diff(np.append(first, len(group))))


def _steps(
    contenders: Contenders, low: float, high: float
) -> tuple[Floats, NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Where the place of a relevant item changes: t, shopper, place before and after (`CUTOFF`: not among the first).

    The place an item has at `low` is reported as a change from `CUTOFF`.
    """
    size = max(1, CELLS // max(contenders.base.shape[1], 1))
    blocks = [
        _steps_of(contenders, contenders.rows[k : k + size], contenders.places[k : k + size], low, high)
        for k in range(0, max(len(contenders.rows), 1), size)
    ]
    at, row, before, after = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return at, row, before, after


def _steps_of(
    contenders: Contenders, rows: NDArray[np.intp], places: NDArray[np.intp], low: float, high: float
) -> tuple[Floats, NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """`_steps` of some relevant items."""
    base, slope = contenders.base[rows], contenders.moving[0][rows]
    cells = np.arange(len(rows)), places
    ahead, gains_on = base - base[cells][:, None], slope - slope[cells][:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = -ahead / gains_on
    rising, falling = gains_on > 0, gains_on < 0
    # A tie counts against the item: a riser is ahead from its crossing on, a faller until just after it.
    crossing[falling] = np.nextafter(crossing[falling], np.inf)
    first = np.where(rising, crossing <= low, np.where(falling, crossing > low, ahead >= 0))
    first[cells] = False
    crossing[~(rising | falling) | ~(crossing > low) | (crossing > high)] = np.inf
    stays = first & ~(falling & np.isfinite(crossing))
    near = np.flatnonzero(stays.sum(axis=1) < CUTOFF)
    crossing, first, rising, rows = crossing[near], first[near], rising[near], rows[near]
    order = np.argsort(crossing, axis=1)
    at = np.take_along_axis(crossing, order, axis=1)
    moves = np.where(np.isfinite(at), np.where(np.take_along_axis(rising, order, axis=1), 1, -1), 0)
    start = first.sum(axis=1)
    place = np.minimum(start[:, None] + np.cumsum(moves, axis=1), CUTOFF)
    previous = np.concatenate([np.minimum(start, CUTOFF)[:, None], place[:, :-1]], axis=1)
    item, step = np.nonzero(place != previous)
    ranked = np.flatnonzero(start < CUTOFF)
    return (
        np.concatenate([np.full(len(ranked), low), at[item, step]]),
        np.concatenate([rows[ranked], rows[item]]),
        np.concatenate([np.full(len(ranked), CUTOFF), previous[item, step]]),
        np.concatenate([start[ranked], place[item, step]]),
    )
