"""One weight at many values gives what judging each value over everything gives."""

import numpy as np
import pytest

from recsys.fusion.holdout import find_places, gains
from recsys.training.along import column_quality, objectives_along
from recsys.training.column_views import ColumnView

N_USERS, N_ITEMS = 25, 400
VALUES = [0.0, 0.05, 0.2, 0.5, 1.0, 1.5]


def view_of(lists: str, relevant: np.ndarray) -> ColumnView:
    """A column over some candidates."""
    rows, candidates = np.nonzero(relevant)
    return ColumnView(lists, rows, candidates, np.bincount(rows, minlength=len(relevant)))


def over_everything(view: ColumnView, scores: np.ndarray) -> float:
    """Mean of recall and NDCG with every candidate ranked."""
    ndcg, recall = gains(find_places(scores, view.rows, view.candidates), view.rows, view.n_relevant)
    return float((ndcg + recall)[view.n_relevant > 0].mean() / 2)


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, a term, and choices that follow both; the last shoppers chose nothing."""
    rng = np.random.default_rng(5)
    scores, slopes = rng.normal(size=(2, N_USERS, N_ITEMS)).astype(np.float32)
    relevant = scores + slopes + rng.normal(size=scores.shape) > 4.2
    relevant[-3:] = False
    return scores, slopes, relevant


def test_every_value_is_judged_as_over_everything(drawn) -> None:
    scores, slopes, relevant = drawn
    view = view_of("everything", relevant)
    wanted = [over_everything(view, scores + np.float32(v) * slopes) for v in VALUES]
    np.testing.assert_allclose(column_quality(view, scores, slopes, VALUES), wanted, atol=1e-12)
    assert np.ptp(wanted) > 0.02


def test_a_single_value_and_few_candidates(drawn) -> None:
    scores, slopes, relevant = (a[:, :8] for a in drawn)
    relevant = relevant | (np.arange(8) == 2)
    view = view_of("new", relevant)
    found = column_quality(view, scores, slopes, [0.4])
    assert found.tolist() == pytest.approx([over_everything(view, scores + np.float32(0.4) * slopes)])


def test_the_objective_weighs_the_columns_over_their_own_candidates(drawn) -> None:
    scores, slopes, relevant = drawn
    hidden = np.random.default_rng(1).random(scores.shape) < 0.3
    new = np.arange(0, N_ITEMS, 4)
    columns = {
        "all": view_of("everything", relevant),
        "discovery": view_of("discovery", relevant & ~hidden),
        "cold_among_new": view_of("new", relevant[:, new]),
    }
    weights = {"all": 0.5, "discovery": 0.3, "cold_among_new": 0.2}
    found = objectives_along(columns, weights, hidden, new, scores, slopes, VALUES)
    for value, reached in zip(VALUES, found, strict=True):
        total = scores + np.float32(value) * slopes
        lists = {"everything": total, "discovery": np.where(hidden, -np.inf, total), "new": total[:, new]}
        wanted = sum(
            weights[name] * np.log(over_everything(view, lists[view.lists]) + 1e-4) for name, view in columns.items()
        )
        assert reached == pytest.approx(wanted, abs=1e-9)
