"""Two runs beside each other: figures with intervals, weights, the lists of one shopper, and how much stays overall."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.evaluation.metrics import Estimate, bootstrap_mean
from recsys.evaluation.paired import decided
from recsys.ranking import rank, rank_many
from recsys.ranking.model import Model
from recsys.settings import ShopPaths
from recsys.training.gates import compare_means, estimate_of, tested_days
from recsys.training.judged import read_judged
from recsys.training.runs import RunRecord, run_folder
from recsys.workflows.lists import request_for
from recsys.workflows.run_history import COLUMN_LABELS, MEASURES

PLACES = 24
SAMPLE = 100


@dataclass(frozen=True)
class FigurePair:
    """One figure of two runs.

    Parameters
    ----------
    column, measure
        Keys of `COLUMN_LABELS` and `MEASURES`.
    ours, theirs
        With their 95 % intervals.
    change
        `ours − theirs` with its 95 % interval.
    paired
        Whether the interval is over the same shoppers.
    """

    column: str
    measure: str
    ours: Estimate
    theirs: Estimate
    change: Estimate
    paired: bool

    @property
    def decided(self) -> bool:
        """Whether the interval of the change leaves zero out."""
        return decided(self.change)


@dataclass(frozen=True)
class WeightPair:
    """The weight of one component in two runs; 0 where a run has none."""

    component: str
    ours: float
    theirs: float


@dataclass(frozen=True)
class Placed:
    """One product in the lists of two runs.

    Parameters
    ----------
    item_id, title, picture
        Which product; the picture's content hash, None without one.
    ours, theirs
        1-based places; None where it is not in the list.
    """

    item_id: str
    title: str
    picture: str | None
    ours: int | None
    theirs: int | None

    @property
    def move(self) -> int | None:
        """Places up (positive) from their list to ours; None unless it stands in both."""
        return None if self.ours is None or self.theirs is None else self.theirs - self.ours


@dataclass(frozen=True, eq=False)
class Overlap:
    """How many of the first places stay, over a sample of shoppers.

    Parameters
    ----------
    stay
        Products in both lists, mean over shoppers with a 95 % interval.
    same_place
        Products at the same place in both, likewise.
    counts
        Products that stay, one per shopper, shape (n_users,).
    n_places
        Length of the lists.
    """

    stay: Estimate
    same_place: Estimate
    counts: NDArray[np.int64]
    n_places: int


def compare_figures(paths: ShopPaths, ours: RunRecord, theirs: RunRecord) -> list[FigurePair]:
    """Return every test figure that both runs have; paired shopper by shopper where both judged the same days."""
    same_days = tested_days(ours) == tested_days(theirs)
    left = read_judged(run_folder(paths, ours.run_id)) if same_days else {}
    right = read_judged(run_folder(paths, theirs.run_id)) if same_days else {}
    found = []
    for column in COLUMN_LABELS:
        for measure in MEASURES:
            one, other = (estimate_of(_figure(r, column, measure)) for r in (ours, theirs))
            if one is None or other is None:
                continue
            both = (left[column], right[column]) if column in left and column in right else None
            change, paired = compare_means(one, other, both, measure)
            found.append(FigurePair(column, measure, one, other, change, paired))
    return found


def compare_weights(ours: RunRecord, theirs: RunRecord) -> list[WeightPair]:
    """Return the weights of both runs, in the order of ours; components that weigh nothing in both are left out."""
    names = [*ours.weights, *(n for n in theirs.weights if n not in ours.weights)]
    pairs = [WeightPair(n, float(ours.weights.get(n, 0.0)), float(theirs.weights.get(n, 0.0))) for n in names]
    return [p for p in pairs if p.ours > 0 or p.theirs > 0]


def compare_lists(ours: Model, theirs: Model, user_id: str, at: np.datetime64, n: int = PLACES) -> list[Placed]:
    """Return the products of both lists of one shopper: ours in order, then those that are only in theirs.

    Parameters
    ----------
    ours, theirs
        The models; each ranks with its own weights and its own data.
    user_id
        The shopper, known or not.
    at
        Time of both requests, UTC.
    n
        Length of the lists.
    """
    lists = [rank(request_for(m, user_id, n, at=at), m).item_ids.tolist() for m in (ours, theirs)]
    places = [{item: place for place, item in enumerate(listed, 1)} for listed in lists]
    items = [*lists[0], *(i for i in lists[1] if i not in places[0])]
    return [_placed(ours if i in places[0] else theirs, i, places[0].get(i), places[1].get(i)) for i in items]


def measure_overlap(
    ours: Model, theirs: Model, at: np.datetime64, n_users: int = SAMPLE, n: int = PLACES, seed: int = 0
) -> Overlap | None:
    """Measure how many of the first `n` products stay, over a random sample of shoppers both runs know.

    Returns
    -------
    Overlap or None
        None where they share no shopper.
    """
    shared = np.intersect1d(ours.interactions.user_ids.astype(str), theirs.interactions.user_ids.astype(str))
    if not len(shared):
        return None
    drawn = np.random.default_rng(seed).choice(shared, min(n_users, len(shared)), replace=False)
    lists = [_lists(model, drawn.tolist(), at, n) for model in (ours, theirs)]
    counts = np.array([len(set(a) & set(b)) for a, b in zip(*lists, strict=True)], np.int64)
    same = np.array([sum(x == y for x, y in zip(a, b, strict=False)) for a, b in zip(*lists, strict=True)], np.float64)
    return Overlap(bootstrap_mean(counts.astype(np.float64)), bootstrap_mean(same), counts, n)


def _lists(model: Model, users: Sequence[str], at: np.datetime64, n: int) -> list[list[str]]:
    """Item ids of the list of each shopper."""
    ranked = rank_many([request_for(model, user, n, at=at) for user in users], model)
    return [r.item_ids.tolist() for r in ranked]


def _placed(model: Model, item_id: str, ours: int | None, theirs: int | None) -> Placed:
    """A product with its title and first picture, as a run's catalogue has them."""
    number = model.catalogue.number(item_id)
    pictures = model.catalogue.images[number]
    return Placed(str(item_id), str(model.catalogue.titles[number]), pictures[0] if pictures else None, ours, theirs)


def _figure(record: RunRecord, column: str, measure: str) -> object:
    return record.metrics.get("test", {}).get(column, {}).get(measure)
