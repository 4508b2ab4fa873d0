"""From a snapshot to a run: windows → fit → weigh → response → judge → refit. Touches nothing but its run folder."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import Component, TrainingData
from recsys.components.response import ResponseComponent, ResponseConfig
from recsys.data.catalogue import Catalogue
from recsys.data.impressions import Impressions
from recsys.data.interactions import DAY, Interactions
from recsys.data.split import Split, split_at
from recsys.fusion.holdout import HoldoutTerms
from recsys.progress import Progress, scaled, silent
from recsys.ranking.model import Model
from recsys.training.columns import judge
from recsys.training.config import TrainingConfig
from recsys.training.judged import JudgedShoppers
from recsys.training.learn_response import ResponseTask, judge_response, learn_response
from recsys.training.response import ResponseRows
from recsys.training.weights import (
    FALLBACK_WEIGHTS,
    FIRST_ROUNDS,
    HOLDOUT_USERS,
    ROUNDS,
    ValidationTask,
    choose_weights,
    choose_with_response,
    normalise,
    response_terms,
    validation_task,
)
from recsys.training.windows import Windows, plan_windows

MIN_INTERACTIONS = 500
"""Fewer interactions than this in the training part leave nothing to choose weights on."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a training reads.

    Parameters
    ----------
    catalogue, interactions, impressions
        Of the snapshot.
    embeddings
        Modality to vectors, see `components.contract.TrainingData`.
    """

    catalogue: Catalogue
    interactions: Interactions
    impressions: Impressions
    embeddings: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a training found.

    Parameters
    ----------
    model
        Fitted on all the data it may see, with its weights, response term and held-out terms.
    metrics
        By part ("validation", "test") and column, and "response" as `judge_response` gives it; empty where there was
        too little to hold out.
    facts
        Counts and choices.
    judged
        What each shopper of the test got, by column; empty where there was too little to hold out.
    """

    model: Model
    metrics: dict[str, Any]
    facts: dict[str, Any]
    judged: Mapping[str, JudgedShoppers] = field(default_factory=dict)


def fit_components(
    inputs: Inputs, seen: Interactions, at: np.datetime64, config: TrainingConfig
) -> dict[str, Component]:
    """Fit the catalogue components that are on by default or asked for, on what was seen before a time."""
    data = TrainingData(inputs.catalogue, seen, inputs.embeddings, at, config.seed)
    fitted = {}
    for name, kind in CATALOGUE_COMPONENTS.items():
        if kind.on_by_default or name in config.extra_components:
            settings = kind.config_class(**config.components.get(name, {}))
            fitted[name] = kind(settings).fit(data)
    return fitted


def train_model(inputs: Inputs, config: TrainingConfig, progress: Progress) -> Outcome:
    """Train: choose on validation, judge on test, refit on everything the run may see.

    Without a fixed test start the weights are chosen once more on the newest window before the last fit, as the
    components are fitted once more; the test figures are those of the procedure one window earlier.

    Parameters
    ----------
    inputs
        The data.
    config
        What to do.
    progress
        Told of every stage.
    """
    started = time.perf_counter()
    seen = inputs.interactions
    if config.test_from is not None:
        seen = seen.before(np.datetime64(config.test_from, "us"))
    if len(seen) < MIN_INTERACTIONS:
        return _train_without_validation(inputs, seen, config, progress)
    windows = plan_windows(inputs.interactions, config)
    early = _fit_at(inputs, windows.response_from, config, progress, "Learning from the earliest part", 0.0)
    middle = _fit_at(inputs, windows.validation_from, config, progress, "Learning up to validation", 0.1)
    validation = split_at(inputs.catalogue, inputs.interactions, windows.validation_from, windows.test_from)
    learnt = split_at(inputs.catalogue, inputs.interactions, windows.response_from, windows.validation_from)
    before, task = _task_of(early, learnt, config), _task_of(middle, validation, config)
    first = _choose([before, task], config, scaled(progress, 0.15, 0.35))
    asked = _response_task(inputs, early, windows, first, config)
    response: ResponseComponent | None = None
    rows: ResponseRows | None = None
    if config.response:
        told = scaled(progress, 0.35, 0.5)
        response, rows = learn_response(
            asked, early, middle, lambda at: _fit_at(inputs, at, config, silent, "", 0.0), told
        )
    told = scaled(progress, 0.5, 0.55)
    weights, kappa = _add_response(replace(middle, response=response), validation, task, first, config, told)
    metrics = {"validation": judge(replace(middle, weights=weights, response=response), validation)}
    late = _fit_at(inputs, windows.test_from, config, progress, "Learning up to the test", 0.55)
    late = replace(late, weights=weights, response=response)
    test = split_at(inputs.catalogue, inputs.interactions, windows.test_from, windows.end)
    progress("Judging on the test window", 0.65)
    judged: dict[str, JudgedShoppers] = {}
    metrics["test"] = judge(late, test, keep=judged)
    if response is not None:
        metrics["response"] = judge_response(asked, late, test)
    model = late
    if config.test_from is None:
        before, task = task, _task_of(late, test, config)
        newest = _choose([before, task], config, scaled(progress, 0.7, 0.8), first)
        weights, kappa = _add_response(late, test, task, newest, config, scaled(progress, 0.8, 0.9))
        model = _fit_at(inputs, windows.end, config, progress, "Learning from everything", 0.92)
    holdout = _keep_holdout(task, kappa, response is not None, config.seed)
    model = replace(model, weights=weights, response=response, holdout=holdout)
    facts = _facts(inputs, model, windows, rows, time.perf_counter() - started)
    return Outcome(model, metrics, facts, judged)


def _train_without_validation(
    inputs: Inputs, seen: Interactions, config: TrainingConfig, progress: Progress
) -> Outcome:
    """Fit on what there is, with the fallback weights: a shop with content only works."""
    at = _clock_without_events(inputs.catalogue) if np.isnat(seen.data_to) else seen.data_to
    progress("Learning without a validation window", 0.2)
    components = fit_components(inputs, seen, at, config)
    asked = FALLBACK_WEIGHTS if config.weights is None else config.weights
    weights = normalise({n: float(asked.get(n, 0.0)) for n in components})
    model = Model(inputs.catalogue, seen, components, weights, data_to=at)
    facts = {"note": f"Only {len(seen)} interactions: default weights, nothing held out."}
    return Outcome(model, {}, {**facts, "n_items": len(inputs.catalogue), "n_interactions": len(seen)})


def _clock_without_events(catalogue: Catalogue) -> np.datetime64:
    """Midnight after the newest launch that is not in the future; after today where no launch is known."""
    today = np.datetime64("now", "us")
    past = catalogue.launched_at[catalogue.launched_at <= today]
    newest = past.max() if len(past) else today
    return newest.astype("datetime64[D]").astype("datetime64[us]") + DAY


def _fit_at(
    inputs: Inputs, at: np.datetime64, config: TrainingConfig, progress: Progress, stage: str, fraction: float
) -> Model:
    """Fit on everything before a time."""
    progress(stage, fraction)
    seen = inputs.interactions.before(at)
    return Model(inputs.catalogue, seen, fit_components(inputs, seen, at, config), {}, data_to=at)


def _task_of(model: Model, split: Split, config: TrainingConfig) -> ValidationTask:
    """What weights are judged by in one window."""
    return validation_task(model, split, config.column_weights, config.search_users, config.seed)


def _choose(
    tasks: Sequence[ValidationTask],
    config: TrainingConfig,
    progress: Progress,
    start: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Take the config's weights, or let the last two windows choose; from weights one window old, once round."""
    if config.weights is not None:
        return normalise({n: float(config.weights.get(n, 0.0)) for n in tasks[0].names})
    rounds = 1 if start is not None else FIRST_ROUNDS if config.response else ROUNDS
    return choose_weights(tasks, _tell_search(progress), start, rounds)


def _tell_search(progress: Progress) -> Callable[[float, float], None]:
    """Progress of a search over weights, with the objective reached."""
    return lambda done, best: progress("Choosing weights on validation", done, validation=best)


def _add_response(
    model: Model,
    split: Split,
    task: ValidationTask,
    weights: Mapping[str, float],
    config: TrainingConfig,
    progress: Progress,
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Give the response term its weight; return all weights and the term of the task's shoppers."""
    if model.response is None:
        return dict(weights), np.zeros(task.z.shape[1:], np.float32)
    if config.weights is not None:
        asked = normalise({**weights, "response": float(config.weights.get("response", 0.0))})
        return asked, response_terms(model, split, task, weights)
    return choose_with_response(
        task, lambda by: response_terms(model, split, task, by), weights, _tell_search(progress)
    )


def _response_task(
    inputs: Inputs, early: Model, windows: Windows, weights: Mapping[str, float], config: TrainingConfig
) -> ResponseTask:
    """What the response term is learnt from and judged by."""
    return ResponseTask(
        inputs.catalogue,
        inputs.interactions,
        inputs.impressions,
        windows.response_from,
        windows.validation_from,
        windows.test_from,
        np.array([weights[n] for n in early.names]),
        ResponseConfig(**config.components.get("response", {})),
        config.seed,
    )


def _keep_holdout(task: ValidationTask, kappa: NDArray[np.float32], with_response: bool, seed: int) -> HoldoutTerms:
    """Return a sample of the validation shoppers, for judging weights in the dashboard."""
    everyone = task.everyone
    judged = np.flatnonzero(everyone.relevant.any(axis=1))
    rng = np.random.default_rng(seed)
    kept = np.sort(rng.choice(judged, min(HOLDOUT_USERS, len(judged)), replace=False))
    z = np.concatenate([everyone.z, kappa[None]]) if with_response else everyone.z
    names = (*everyone.names, "response") if with_response else everyone.names
    return replace(everyone, names=names, z=z).take(kept)


def _facts(
    inputs: Inputs, model: Model, windows: Windows, rows: ResponseRows | None, elapsed_s: float
) -> dict[str, Any]:
    """Counts and choices worth keeping with the run."""
    return {
        "n_items": len(inputs.catalogue),
        "n_new_items": int(model.is_new.sum()),
        "n_users": int((model.interactions.histories.lengths > 0).sum()),
        "n_interactions": len(model.interactions),
        "validation_from": str(windows.validation_from),
        "test_from": str(windows.test_from),
        "test_to": str(windows.end),
        "response_source": None if rows is None else rows.source,
        "response_rows": 0 if rows is None else len(rows.labels),
        "responses": 0 if rows is None else int(rows.labels.sum()),
        "fit_s": round(elapsed_s, 1),
    }
