"""Fit the response term on windows before validation, calibrate it on validation, judge it on the test window."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.components.response import ResponseComponent, ResponseConfig
from recsys.data.catalogue import Catalogue
from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from recsys.data.split import Split, split_at
from recsys.errors import RunError
from recsys.evaluation.response_quality import judge_responses
from recsys.progress import Progress
from recsys.ranking.model import Model
from recsys.training.response import NEGATIVES, ResponseRows, candidate_rows, shown_rows

MIN_RESPONSES = 200
"""Fewer responses than this are too few to learn from."""
ENOUGH_RESPONSES = 30_000
"""With this many, one more window is not worth fitting the components once more."""
LONGEST_LOG = 500_000
"""With more interactions than this, fitting the components for one more window costs minutes that it is not worth."""
LEAST_BEFORE = 500
"""Interactions there must be before a window for its components to have learnt something."""


@dataclass(frozen=True, eq=False)
class ResponseTask:
    """What the response term is learnt from.

    Parameters
    ----------
    catalogue, interactions, impressions
        Of the shop.
    response_from, validation_from, test_from
        Starts of consecutive windows of one length.
    weights
        Of the other terms, for the shortlists, shape (n_components,).
    config
        Of the term.
    seed
        Of samples and learner.
    """

    catalogue: Catalogue
    interactions: Interactions
    impressions: Impressions
    response_from: np.datetime64
    validation_from: np.datetime64
    test_from: np.datetime64
    weights: NDArray[np.float64]
    config: ResponseConfig
    seed: int

    @property
    def by_impressions(self) -> bool:
        """Whether the shop logs enough shown items to learn from them."""
        window = self.impressions.between(self.response_from, self.test_from)
        return int(window.responded.sum()) >= 2 * MIN_RESPONSES

    def split(self, start: np.datetime64, end: np.datetime64) -> Split:
        """One window."""
        return split_at(self.catalogue, self.interactions, start, end)


def learn_response(
    task: ResponseTask, early: Model, middle: Model, fit_at: Callable[[np.datetime64], Model], progress: Progress
) -> tuple[ResponseComponent | None, ResponseRows | None]:
    """Fit on the response window and, while responses are few, on windows before it; calibrate on validation.

    Several months tell what repeats from what one month happened to like, and give rows on untouched items, of which
    a month has few.

    Parameters
    ----------
    task
        The data and the windows.
    early, middle
        Fitted up to `response_from` and up to `validation_from`.
    fit_at
        Fits a model on everything before a time.
    progress
        Told of every stage.

    Returns
    -------
    tuple
        The term, None where there are too few responses; and the rows it learnt from.
    """
    progress("Collecting responses", 0.0)
    later = task.split(task.validation_from, task.test_from)
    if task.by_impressions:
        rows = _shown(task, early, task.split(task.response_from, task.validation_from))
        checks = _shown(task, middle, later)
    else:
        rows = _next_choices(task, early, fit_at, progress)
        checks = candidate_rows(middle, later, task.weights, task.seed, None)
    if rows.labels.sum() < MIN_RESPONSES or rows.labels.all():
        return None, rows
    progress("Training the response term", 0.7)
    component = ResponseComponent(task.config)
    component.fit(rows.names, rows.features, rows.labels, task.seed, threads=1, later=rows.latest)
    return component.calibrate(checks.features, checks.labels), rows


def _shown(task: ResponseTask, model: Model, split: Split) -> ResponseRows:
    """Impressions of a window, each with the history as it stood when it was shown."""
    return shown_rows(model, replace(split, train=task.interactions), task.impressions, task.seed)


def _next_choices(
    task: ResponseTask, early: Model, fit_at: Callable[[np.datetime64], Model], progress: Progress
) -> ResponseRows:
    """Candidates of consecutive windows that end where validation begins, oldest first."""
    start, step = task.response_from, task.validation_from - task.response_from
    parts = [candidate_rows(early, task.split(start, task.validation_from), task.weights, task.seed, NEGATIVES)]
    windows = task.config.windows if len(early.interactions) <= LONGEST_LOG else 1
    while len(parts) < windows and sum(int(p.labels.sum()) for p in parts) < ENOUGH_RESPONSES:
        start = start - step
        if len(task.interactions.before(start - step)) < LEAST_BEFORE:
            break
        progress("Learning from an earlier window", 0.6 * len(parts) / windows)
        split = task.split(start, start + step)
        parts.insert(0, candidate_rows(fit_at(start), split, task.weights, task.seed, NEGATIVES))
    return ResponseRows.concatenate(parts)


def judge_response(task: ResponseTask, model: Model, test: Split) -> dict[str, Any]:
    """Quality of the response probabilities on a window later than fit and calibration.

    Parameters
    ----------
    task
        As it was learnt.
    model
        Fitted up to the window, with the response term.
    test
        The window.

    Returns
    -------
    dict
        As `evaluation.response_quality.judge_responses` gives it, with the "source" of the rows and the "method".

    Raises
    ------
    RunError
        If the model has no response term.
    """
    if model.response is None:
        raise RunError("This model has no response term to judge.")
    if task.by_impressions:
        rows = _shown(task, model, test)
    else:
        rows = candidate_rows(model, test, task.weights, task.seed, None)
    told = model.response.probabilities(rows.features) if len(rows.labels) else np.zeros(0)
    categories = task.catalogue.top_categories[rows.item_num]
    report = judge_responses(rows.labels, told, rows.request_num, categories)
    return {"source": rows.source, "method": model.response.config.method, **report}
