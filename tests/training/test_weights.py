"""Weights chosen on validation, on terms of which one is right and one is wrong."""

import itertools
from collections.abc import Mapping

import numpy as np
import pytest

from recsys.data.split import split_at
from recsys.ranking.model import Model
from recsys.training.weights import (
    FALLBACK_WEIGHTS,
    choose_weights,
    choose_with_response,
    normalise,
    validation_task,
)
from tests.tables import AT, catalogue, days, interactions

COLUMN_WEIGHTS = {"all": 0.5, "discovery": 0.5}


def build_task(column_weights: dict[str, float] | None = None, *, anybody: bool = True):
    """60 items, 40 shoppers who each choose three in the window; `text` knows which, `image` says the opposite."""
    from recsys.components.contract import Component

    items = catalogue(60)
    rng = np.random.default_rng(2)
    before = [(f"u{u:02d}", int(i), 5) for u in range(40) for i in rng.choice(60, 6, replace=False)]
    before += [("u00", i, 5) for i in range(60)]
    after = [(f"u{u:02d}", int(i), -5) for u in range(40 * anybody) for i in rng.choice(60, 3, replace=False)]
    split = split_at(items, interactions(items, before + after), AT, AT + days(30))
    wanted = split.held_out.histories.matrix(60, binary=True).toarray()
    noise = rng.normal(size=(3, 41, 60))

    class Told(Component):
        config_class = dict

        def __init__(self, name: str, scores: np.ndarray) -> None:
            super().__init__({})
            self.name, self.scores = name, scores  # type: ignore[misc]

        def fit(self, data):
            return self

        def score(self, histories, at):
            # whose history it is shows in its length and first item; the task asks in user order
            return self.scores[: len(histories)].astype(np.float32)

    scores = {"text": wanted + 0.3 * noise[0, : len(wanted)], "image": -wanted + 0.3 * noise[1, : len(wanted)]}
    scores["trend"] = np.zeros_like(wanted)  # says nothing at all
    model = Model(items, split.train, {n: Told(n, s) for n, s in scores.items()}, {}, data_to=AT)
    return validation_task(model, split, column_weights or COLUMN_WEIGHTS, 100, 0), wanted


def test_the_right_term_wins_and_the_wrong_and_the_silent_get_nothing() -> None:
    task, _ = build_task()
    told: list[tuple[float, float]] = []
    weights = choose_weights([task], lambda done, best: told.append((done, best)))
    assert weights["text"] == pytest.approx(1.0) and weights["image"] == weights["trend"] == 0
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(told))  # never worse


def test_the_choice_is_no_worse_than_where_it_began() -> None:
    task, _ = build_task()

    def objective(weights: dict[str, float]) -> float:
        vector = np.array([weights[n] for n in task.names], np.float32)
        return task.objective(np.tensordot(vector, task.z, axes=1))

    start = {n: FALLBACK_WEIGHTS.get(n, 0.1) * bool(z.any()) for n, z in zip(task.names, task.z, strict=True)}
    assert objective(choose_weights([task])) >= objective(start)


def test_the_objective_is_the_weighted_log_of_the_columns_by_hand() -> None:
    task, wanted = build_task({"all": 1.0})
    # The truth itself as the score (a little apart, since ties count against one another): every relevant item comes
    # first, NDCG 1 and recall 1.
    perfect = (wanted[task.users] + 0.001 * np.arange(60)).astype(np.float32)
    assert task.objective(perfect) == pytest.approx(np.log(1 + 1e-4))
    assert task.objective(-perfect) == pytest.approx(np.log(1e-4))  # all of them last of 60
    halved, _ = build_task({"all": 0.5})
    total = task.z[0]
    assert halved.objective(total) == pytest.approx(0.5 * task.objective(total))


def test_columns_without_truth_or_weight_do_not_count() -> None:
    task, _ = build_task({"all": 0.0, "discovery": 1.0, "cold_among_new": 1.0})
    assert set(task.columns) == {"discovery"}  # no item is new here


def test_nobody_to_validate_on_gives_weights_all_the_same() -> None:
    task, _ = build_task(anybody=False)
    weights = choose_weights([task])
    assert set(weights) == set(task.names) and sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= 0


def test_the_response_weight_is_zero_unless_it_helps() -> None:
    task, wanted = build_task()
    rest = {"text": 0.2, "image": 0.8, "trend": 0.0}
    told = wanted[task.users].astype(np.float32)
    helpful, term = choose_with_response(task, lambda _: told, rest)
    assert helpful["response"] > 0.1 and sum(helpful.values()) == pytest.approx(1) and term is told
    harmful, _ = choose_with_response(task, lambda _: -told, rest)
    assert harmful["response"] == 0 and harmful["image"] / harmful["text"] == pytest.approx(4)


def test_moving_all_weights_counts_only_with_the_shortlists_it_leads_to() -> None:
    task, wanted = build_task()
    rest = {"text": 0.2, "image": 0.8, "trend": 0.0}
    told = wanted[task.users].astype(np.float32)
    asked: list[dict[str, float]] = []

    def fades(weights: Mapping[str, float]) -> np.ndarray:
        """The term knows the answer for the weights begun with, and its opposite for any other."""
        asked.append(dict(weights))
        return told if len(asked) == 1 else -100 * told

    chosen, term = choose_with_response(task, fades, rest)
    assert len(asked) == 2 and term is told
    assert chosen["image"] / chosen["text"] == pytest.approx(4)


def test_normalised_weights_keep_their_proportions() -> None:
    assert normalise({"a": 2.0, "b": 6.0}) == {"a": 0.25, "b": 0.75}
    assert normalise({"a": 0.0, "b": 0.0}) == {"a": 0.5, "b": 0.5}
