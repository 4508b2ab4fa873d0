"""Fits and judges component settings on the validation window, on two halves of its shoppers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.contract import TrainingData
from recsys.data.split import split_at
from recsys.errors import InputError
from recsys.ranking.model import Model
from recsys.training.config import TrainingConfig
from recsys.training.pipeline import MIN_INTERACTIONS, Inputs, fit_components
from recsys.training.search_space import Settings
from recsys.training.weights import ValidationTask, validation_task
from recsys.training.windows import plan_windows

KEPT_TERMS = 60
"""Standardised terms kept in memory, so that a component whose settings were seen is not fitted again."""
RESAMPLES = 400


@dataclass(eq=False)
class Bench:
    """Fits components before the validation window and judges them on two halves of its shoppers.

    The test window is cut off before anything else is looked at.
    """

    data: TrainingData
    config: TrainingConfig
    task: ValidationTask
    model: Model
    halves: tuple[NDArray[np.intp], NDArray[np.intp]]
    _terms: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)

    @staticmethod
    def build(inputs: Inputs, config: TrainingConfig) -> "Bench":
        """Fit once with the settings begun with.

        Raises
        ------
        InputError
            If there is too little to validate on.
        """
        if len(inputs.interactions) < MIN_INTERACTIONS:
            raise InputError(f"A search needs {MIN_INTERACTIONS} interactions, there are {len(inputs.interactions)}.")
        windows = plan_windows(inputs.interactions, config)
        known = inputs.interactions.before(windows.test_from)
        split = split_at(inputs.catalogue, known, windows.validation_from, windows.test_from)
        at = windows.validation_from
        seen = known.before(at)
        components = fit_components(replace(inputs, interactions=known), seen, at, config)
        model = Model(inputs.catalogue, seen, components, {}, data_to=at, sale_mask=split.on_sale)
        task = validation_task(model, split, config.column_weights, 2 * config.search_users, config.seed)
        if len(task.users) < 2 or not task.columns:
            raise InputError("Nobody chose anything in the validation window, so settings cannot be compared.")
        order = np.random.default_rng(config.seed).permutation(len(task.users))
        middle = (len(order) + 1) // 2
        halves = np.sort(order[:middle]), np.sort(order[middle:])
        data = TrainingData(inputs.catalogue, seen, inputs.embeddings, at, config.seed)
        return Bench(data, config, task, model, halves)

    def task_of(self, settings: Settings, half: int | None = None) -> ValidationTask:
        """Return the validation task with components fitted by some settings, of both halves or one."""
        z = np.stack([self._term(n, {**self.config.components.get(n, {}), **settings.get(n, {})}) for n in self.names])
        task = replace(self.task, everyone=replace(self.task.everyone, z=z))
        return task if half is None else take_users(task, self.halves[half])

    @property
    def names(self) -> tuple[str, ...]:
        """Components, in order."""
        return self.task.names

    def _term(self, name: str, values: Mapping[str, Any]) -> NDArray[np.float32]:
        """Standardised term of one component, kept while it is among the newest."""
        key = name, json.dumps(values, sort_keys=True)
        if key not in self._terms:
            kind = CATALOGUE_COMPONENTS[name]
            fitted = kind(kind.config_class(**values)).fit(self.data)
            alone = replace(self.model, components={name: fitted}, _cache={})
            histories = self.data.interactions.histories.take(self.task.users)
            items = self.task.everyone.items
            assert items is not None
            self._terms[key] = alone.terms(histories, self.data.at).z[0][:, items.item_num]
            while len(self._terms) > KEPT_TERMS:
                del self._terms[next(iter(self._terms))]
        return self._terms[key]


def take_users(task: ValidationTask, rows: NDArray[np.intp]) -> ValidationTask:
    """Only some of a task's shoppers; a column without anything to find among them is left out."""
    place = np.full(len(task.users), -1)
    place[rows] = np.arange(len(rows))
    columns = {}
    for name, view in task.columns.items():
        inside = place[view.rows] >= 0
        if inside.any():
            cells = place[view.rows[inside]].astype(np.intp)
            columns[name] = replace(
                view, rows=cells, candidates=view.candidates[inside], n_relevant=view.n_relevant[rows]
            )
    return replace(
        task, everyone=task.everyone.take(rows), users=task.users[rows], hidden=task.hidden[rows], columns=columns
    )


def compare_settings(
    bench: Bench, tried: tuple[Settings, Mapping[str, float]], base: tuple[Settings, Mapping[str, float]]
) -> tuple[float, float, float]:
    """Difference of the objective on the second half of the shoppers, and its 95 % interval.

    The interval comes from halves of those shoppers drawn without replacement, whose means spread around that of all
    as those of whole samples with replacement do (half-sampling; McCarthy 1969).

    Parameters
    ----------
    bench
        The shoppers.
    tried, base
        Settings and the weights they were given on the first half.
    """
    tasks = [(bench.task_of(settings, 1), weights) for settings, weights in (tried, base)]
    task = tasks[0][0]
    totals = [weigh(one, weights) for one, weights in tasks]
    n_users = len(task.users)
    rng = np.random.default_rng(bench.config.seed)
    halves = [np.sort(rng.choice(n_users, max(n_users // 2, 1), replace=False)) for _ in range(RESAMPLES)]
    gains = [_difference(take_users(task, rows), totals[0][rows], totals[1][rows]) for rows in halves]
    centre = _difference(task, *totals)
    low, high = np.quantile(np.asarray(gains) - np.mean(gains), [0.025, 0.975])
    return centre, centre + float(low), centre + float(high)


def _difference(task: ValidationTask, one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return task.objective(one) - task.objective(other)


def weigh(task: ValidationTask, weights: Mapping[str, float]) -> NDArray[np.float32]:
    """Weighted sum of the terms, shape (n_users, n_candidates)."""
    return np.tensordot(np.array([weights[n] for n in task.names], np.float32), task.z, axes=1)
