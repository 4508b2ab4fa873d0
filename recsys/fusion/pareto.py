"""Trade-offs between what lists may be good at: a Pareto front of weights, found by NSGA-II on held-out shoppers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recsys.errors import InputError, RunError
from recsys.fusion.goals import OBJECTIVES, ListFacts, judge_lists, usable_objectives
from recsys.fusion.holdout import HoldoutTerms, half_width_of, mean_over_users

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial, Trial

Floats = NDArray[np.float64]
POSITIONS = 20
"""A weight is one of POSITIONS + 1 slider positions from 0 to 1, so that "not used" is found, not only approached."""


@dataclass(frozen=True)
class FrontPoint:
    """Some weights and what their lists are good at.

    Parameters
    ----------
    weights
        Slider positions by component, 0 to 1.
    values
        Mean of each objective over the held-out shoppers.
    change, half_width
        Difference to the live weights and half of its 95 % interval, paired by shopper.
    """

    weights: Mapping[str, float]
    values: Mapping[str, float]
    change: Mapping[str, float]
    half_width: Mapping[str, float]


@dataclass(frozen=True)
class Front:
    """Weights of which none is better than another in everything.

    Parameters
    ----------
    objectives
        Names of `goals.OBJECTIVES` that were traded.
    points
        The front, thinned to what a person may look at, highest recall first.
    live
        The live weights, for comparison; not necessarily on the front.
    n_users, n_tried, seed
        Shoppers judged, weights tried, and the seed of the search.
    """

    objectives: tuple[str, ...]
    points: tuple[FrontPoint, ...]
    live: FrontPoint
    n_users: int
    n_tried: int
    seed: int

    def along(self, name: str, least: float = 0.0) -> list[int]:
        """Points that are best in recall and one other objective alone, highest recall first.

        Parameters
        ----------
        name
            The other objective.
        least
            Leave out points below this share of the highest recall; what is left of a list then helps nobody.
        """
        recall = np.array([p.values[self.objectives[0]] for p in self.points])
        other = np.array([p.values[name] for p in self.points])
        front = _flat_front(np.column_stack([recall, other]) * _signs((self.objectives[0], name)))
        return [n for n in front if recall[n] >= least * recall.max()]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Front":
        """Read what `to_json` gave.

        Raises
        ------
        RunError
            If it does not fit.
        """
        try:
            points = tuple(FrontPoint(**p) for p in values["points"])
            rest = {k: int(values[k]) for k in ("n_users", "n_tried", "seed")}
            return Front(tuple(values["objectives"]), points, FrontPoint(**values["live"]), **rest)
        except (KeyError, TypeError, ValueError) as error:
            raise RunError(f"The trade-offs of this run are damaged ({error}); find them again.") from error


def find_front(
    terms: HoldoutTerms,
    facts: ListFacts,
    live: Mapping[str, float],
    *,
    objectives: Sequence[str] | None = None,
    starts: Sequence[Mapping[str, float]] = (),
    trials: int = 1200,
    population: int = 48,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Front:
    """Search for weights of which none is better than another in everything.

    Parameters
    ----------
    terms
        The held-out shoppers.
    facts
        What the candidates are.
    live
        Slider positions of the live weights: compared with, and one of the starting points.
    objectives
        Names of `goals.OBJECTIVES`; recall is always part of it. None takes those the candidates can differ in.
    starts
        Further weights to begin with.
    trials, population
        Weights tried in all, and per generation.
    seed
        Of the search; the same terms, facts and seed give the same front.
    progress
        Called with the share done.

    Raises
    ------
    InputError
        If an objective is unknown or nobody was held out.

    References
    ----------
    Deb, Pratap, Agarwal & Meyarivan (2002), *A fast and elitist multiobjective genetic algorithm: NSGA-II*,
    section III; the implementation is Optuna's.
    """
    import optuna

    traded = _check_objectives(objectives, facts)
    if terms.n_users == 0:
        raise InputError("Nobody was held out in this run, so weights cannot be judged.")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=seed)
    up, down = optuna.study.StudyDirection.MAXIMIZE, optuna.study.StudyDirection.MINIMIZE
    directions = [up if OBJECTIVES[name].more_is_better else down for name in traded]
    study = optuna.create_study(directions=directions, sampler=sampler)
    for start in (live, *starts, *({n: 1.0} for n in terms.names)):
        study.enqueue_trial({n: round(min(start.get(n, 0.0), 1.0) * POSITIONS) for n in terms.names})

    def judged(trial: "Trial") -> list[float]:
        weights = {n: trial.suggest_int(n, 0, POSITIONS) / POSITIONS for n in terms.names}
        if progress is not None:
            progress(trial.number / trials)
        values = judge_lists(terms, facts, weights)
        return [mean_over_users(values[name]) for name in traded]

    study.optimize(judged, n_trials=trials)
    kept = _thin(study.get_trials(deepcopy=False), traded)
    base = judge_lists(terms, facts, live)
    weights = [{n: kept_one.params[n] / POSITIONS for n in terms.names} for kept_one in kept]
    points = [compare_lists(terms, facts, w, base, traded) for w in weights if any(w.values())]
    return Front(traded, tuple(points), compare_lists(terms, facts, live, base, traded), terms.n_users, trials, seed)


def _check_objectives(asked: Sequence[str] | None, facts: ListFacts) -> tuple[str, ...]:
    """Recall and the others asked for, in the order of the registry."""
    unknown = sorted(set(asked or ()) - set(OBJECTIVES))
    if unknown:
        raise InputError(f"No objective is called {', '.join(unknown)}; there are {', '.join(OBJECTIVES)}.")
    usable = usable_objectives(facts)
    missing = sorted(set(asked or ()) - set(usable))
    if missing:
        raise InputError(f"The candidates cannot differ in {', '.join(missing)}; there is {', '.join(usable)}.")
    wanted = {"recall", *(usable if asked is None else asked)}
    return tuple(name for name in OBJECTIVES if name in wanted)


def compare_lists(
    terms: HoldoutTerms,
    facts: ListFacts,
    weights: Mapping[str, float],
    base: Mapping[str, Floats],
    objectives: Sequence[str],
) -> FrontPoint:
    """Judge weights and pair them, shopper by shopper, with what `judge_lists` said of others.

    Parameters
    ----------
    terms, facts
        The held-out shoppers and what the candidates are.
    weights
        What to judge.
    base
        Answer of `judge_lists` to the weights compared with.
    objectives
        Names of `goals.OBJECTIVES`.
    """
    values = judge_lists(terms, facts, weights)
    changes = {name: values[name] - base[name] for name in objectives}
    return FrontPoint(
        {n: float(w) for n, w in weights.items()},
        {name: mean_over_users(values[name]) for name in objectives},
        {name: mean_over_users(change) for name, change in changes.items()},
        {name: half_width_of(change) for name, change in changes.items()},
    )


def _thin(trials: Sequence["FrozenTrial"], traded: Sequence[str]) -> list["FrozenTrial"]:
    """Trials on the front of recall with any one other objective, highest recall first; of equals the earliest.

    With more than three objectives most trials are on the joint front, too many to choose from; these are the ones
    that a chart of two objectives can show.
    """
    values = np.array([t.values for t in trials]) * _signs(traded)
    kept: set[int] = set()
    for other in range(1, len(traded)):
        kept |= set(_flat_front(values[:, [0, other]]))
    kept |= {int(np.argmax(values[:, 0]))}
    return [trials[n] for n in sorted(kept, key=lambda n: (-values[n, 0], n))]


def _flat_front(values: Floats) -> list[int]:
    """Rows of two values, more being better, that no other row matches or beats in both; best first value first."""
    front: list[int] = []
    highest = -np.inf
    for row in np.lexsort((np.arange(len(values)), -values[:, 1], -values[:, 0])):
        if values[row, 1] > highest:
            front.append(int(row))
            highest = values[row, 1]
    return front


def _signs(names: Sequence[str]) -> Floats:
    """1 where more is better, −1 where less is."""
    return np.array([1.0 if OBJECTIVES[name].more_is_better else -1.0 for name in names])
