"""Quality of response probabilities: exact values, and the library's answer group by group."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from recsys.evaluation.response_quality import (
    FIGURES,
    MIN_RESPONSES,
    calibration_error,
    grouped_auc,
    judge_responses,
    tabulate_responses,
)


def draw(n: int = 3000, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels drawn from the very probabilities that are judged, in lists of ten."""
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.6, n).round(2)
    return rng.random(n) < p, p, np.arange(n) // 10


def test_the_grouped_auc_is_the_mean_of_the_groups_weighted_by_rows() -> None:
    labels, p, _ = draw()
    group = np.random.default_rng(1).integers(0, 200, len(p))
    parts = [(np.sum(group == g), labels[group == g], p[group == g]) for g in np.unique(group)]
    told = [(n, roc_auc_score(y, s)) for n, y, s in parts if y.any() and not y.all()]
    assert grouped_auc(labels, p, group) == pytest.approx(
        np.average([a for _, a in told], weights=[n for n, _ in told])
    )


def test_levels_of_whole_lists_move_auc_and_leave_the_grouped_auc() -> None:
    # Two lists, each in perfect order, but the poor list is scored above the rich one.
    labels = np.array([True, True, False, True, False, False])
    p = np.array([0.3, 0.2, 0.1, 0.9, 0.8, 0.7])
    assert grouped_auc(labels, p, np.array([0, 0, 0, 1, 1, 1])) == 1
    assert judge_responses(labels, p, np.array([0, 0, 0, 1, 1, 1]))["auc"] == pytest.approx(5 / 9)


def test_a_tie_counts_one_half_and_a_group_of_one_kind_nothing() -> None:
    labels, p = np.array([True, False, True, True]), np.array([0.4, 0.4, 0.1, 0.2])
    assert grouped_auc(labels, p, np.array([7, 7, 9, 9])) == 0.5
    assert grouped_auc(labels[2:], p[2:], np.array([9, 9])) is None


def test_the_calibration_error_of_honest_and_of_hopeful_probabilities() -> None:
    labels, p, _ = draw(30_000)
    assert calibration_error(labels, p) < 0.01
    assert calibration_error(labels, np.minimum(p + 0.2, 1)) == pytest.approx(0.2, abs=0.01)


def test_figures_overall_and_by_category() -> None:
    labels, p, request = draw()
    kind = np.array(["Mugs", "Lamps", ""], object)[np.arange(len(p)) % 3]
    report = judge_responses(labels, p, request, kind)
    assert set(report["by_category"]) == {"Mugs", "Lamps"} and set(FIGURES) <= set(report)
    mugs = kind == "Mugs"
    assert report["by_category"]["Mugs"]["auc"] == pytest.approx(roc_auc_score(labels[mugs], p[mugs]))
    assert report["logloss"] < report["base_logloss"]
    assert report["logloss"] == pytest.approx(-np.mean(np.log(np.where(labels, p, 1 - p))))
    table = tabulate_responses(json.loads(json.dumps(report, allow_nan=False)))
    assert table["What"].tolist() == ["Everything", *report["by_category"]]
    assert table["AUC"].iat[0] == pytest.approx(report["auc"])


def test_a_category_of_few_responses_has_no_figures_of_its_own() -> None:
    labels = np.zeros(200, bool)
    labels[: MIN_RESPONSES - 1] = True
    assert judge_responses(labels, np.full(200, 0.1), np.arange(200), np.full(200, "Rare"))["by_category"] == {}


@pytest.mark.parametrize("labels", [np.zeros(0, bool), np.zeros(4, bool), np.ones(4, bool)])
def test_what_cannot_be_told_is_none(labels: np.ndarray) -> None:
    report = judge_responses(labels, np.full(len(labels), 0.5), np.zeros(len(labels), np.int64))
    assert report["auc"] is None and report["gauc"] is None
    json.dumps(report, allow_nan=False)
    assert len(tabulate_responses(report)) == 1
