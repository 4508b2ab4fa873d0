"""Search for better component settings on the validation window; resumable, with a budget. The test is never read."""

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from recsys.errors import InputError, RunError
from recsys.progress import Progress, silent
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import Inputs
from recsys.training.search_bench import Bench, compare_settings, weigh
from recsys.training.search_space import Settings, flatten_settings, suggest_settings, unflatten_settings
from recsys.training.weights import choose_weights

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial, Trial


@dataclass(frozen=True)
class Budget:
    """When to stop.

    Parameters
    ----------
    minutes
        Time for trying settings, > 0; a trial that has begun is finished.
    trials
        Settings to try in all, those of earlier sittings included; None leaves it to the time.
    """

    minutes: float = 10.0
    trials: int | None = None

    def __post_init__(self) -> None:
        if not self.minutes > 0 or (self.trials is not None and self.trials < 1):
            raise InputError(f"A search needs minutes above 0 and at least one trial, got {self}.")


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Parameters
    ----------
    config
        What to train with: the best settings if they also hold on the other half of the shoppers, else as it was.
    adopted
        Whether `config` carries new settings.
    settings
        The best settings found, adopted or not.
    n_trials, n_failed
        Settings tried in all, and those that could not be fitted.
    objective, base_objective
        Validation objective on the half that was searched: of the best settings and of those begun with.
    gain, gain_low, gain_high
        Difference of the objective on the other half, with its 95 % bootstrap interval over shoppers.
    """

    config: TrainingConfig
    adopted: bool
    settings: Settings
    n_trials: int
    n_failed: int
    objective: float
    base_objective: float
    gain: float
    gain_low: float
    gain_high: float


def search_settings(
    inputs: Inputs,
    config: TrainingConfig,
    path: Path,
    budget: Budget,
    *,
    data_version: str = "",
    progress: Progress = silent,
) -> SearchResult:
    """Try component settings until the budget is spent, and check the best on shoppers the search did not see.

    Every setting is judged as a training judges: components fitted before the validation window, weights chosen by
    `training.weights.choose_weights`, Σ column weight · log(metric) on half of the sampled shoppers. The first trial
    is the config itself. Every finished trial is on disk at once, so a search that was stopped goes on from there.

    Parameters
    ----------
    inputs
        The data; what lies in the test window is dropped first.
    config
        What to begin with: its components' settings, column weights, windows and seed.
    path
        The SQLite file of the search; one that exists is continued.
    budget
        When to stop.
    data_version
        Noted in the file; continuing with other data is refused.
    progress
        Told of every trial; it may raise `CancelledError`.

    Raises
    ------
    InputError
        If there is too little data, another process is at this search, or it was begun with other data or settings.

    References
    ----------
    Akiba et al. (2019), *Optuna: A Next-generation Hyperparameter Optimization Framework*; the sampler is TPE,
    Bergstra et al. (2011), *Algorithms for Hyper-Parameter Optimization*, section 4.
    """
    with _alone(path):
        study = _open_study(path, config, data_version)
        progress("Preparing the search", 0.0)
        bench = Bench.build(inputs, config)
        _begin(study, flatten_settings(config.components, bench.names))
        n_left = None if budget.trials is None else budget.trials - sum(t.state.is_finished() for t in _trials(study))
        if n_left is None or n_left > 0:
            study.optimize(
                _judge(bench, budget, progress),
                n_trials=n_left,
                timeout=60 * budget.minutes,
                catch=(InputError, np.linalg.LinAlgError),
            )
        progress("Checking the best on other shoppers", 0.99)
        return _conclude(study, bench)


def _judge(bench: Bench, budget: Budget, progress: Progress) -> Callable[["Trial"], float]:
    """Return what a trial does: fit, choose weights on the first half, judge there."""
    began, best = time.monotonic(), -np.inf

    def judge(trial: "Trial") -> float:
        nonlocal best
        share = (time.monotonic() - began) / (60 * budget.minutes)
        if budget.trials is not None:
            share = max(share, trial.number / budget.trials)
        shown = None if np.isinf(best) else best
        progress("Trying settings", min(share, 0.99), message=f"Trial {trial.number + 1}", validation=shown)
        task = bench.task_of(suggest_settings(trial, bench.names), 0)
        weights = choose_weights([task])
        trial.set_user_attr("weights", weights)
        value = task.objective(weigh(task, weights))
        best = max(best, value)
        return value

    return judge


def _trials(study: "Study") -> "list[FrozenTrial]":
    return study.get_trials(deepcopy=False)


def _conclude(study: "Study", bench: Bench) -> SearchResult:
    """Compare the best settings with those begun with, on the half that was not searched."""
    from optuna.trial import TrialState

    done = [t for t in _trials(study) if t.state is TrialState.COMPLETE]
    failed = sum(t.state is TrialState.FAIL for t in _trials(study))
    base = next((t for t in done if t.params == flatten_settings(bench.config.components, bench.names)), None)
    if base is None:
        raise RunError("The settings to begin with could not be fitted; look at the data, or begin with others.")
    best = max(done, key=lambda t: t.value if t.value is not None else -np.inf)
    settings = unflatten_settings(best.params)
    gains = (0.0, 0.0, 0.0)
    if best.number != base.number:
        gains = compare_settings(bench, (settings, best.user_attrs["weights"]), ({}, base.user_attrs["weights"]))
    adopted = gains[0] > 0
    components = {n: {**bench.config.components.get(n, {}), **settings.get(n, {})} for n in settings}
    merged = {**bench.config.components, **components}
    config = replace(bench.config, components=merged) if adopted else bench.config
    return SearchResult(
        config, adopted, settings, len(done) + failed, failed, float(best.value or 0), float(base.value or 0), *gains
    )


def _open_study(path: Path, config: TrainingConfig, data_version: str) -> "Study":
    """Begin a study or go on with it.

    Raises
    ------
    InputError
        If it was begun with other data or settings.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=f"sqlite:///{path.absolute()}",
        study_name="search",
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=config.seed),
        load_if_exists=True,
    )
    about = {"config": json.loads(json.dumps(config.to_json())), "data_version": data_version}
    for name, value in about.items():
        begun_with = study.user_attrs.get(name, value)
        if begun_with != value:
            raise InputError(
                f"The search {path.stem} was begun with another {name.replace('_', ' ')}; continue with that, or give "
                "the new search a name of its own."
            )
        study.set_user_attr(name, value)
    return study


def _begin(study: "Study", base: dict[str, float]) -> None:
    """Let go of trials whose process is gone, and see that the settings begun with are tried."""
    from optuna.trial import TrialState

    for stale in _trials(study):
        if stale.state is TrialState.RUNNING:
            study.tell(stale.number, state=TrialState.FAIL)
    waits = (t.system_attrs.get("fixed_params") for t in _trials(study) if t.state is TrialState.WAITING)
    if base not in [*waits, *(t.params for t in _trials(study) if t.state is TrialState.COMPLETE)]:
        study.enqueue_trial(base)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the search; refuse where another process does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"Another process is at the search {path.stem}; wait for it or choose a name.") from error
        yield
