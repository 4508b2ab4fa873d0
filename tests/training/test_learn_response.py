"""The response term learns what was planted, on as many windows as it needs, and is judged on later days."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.components.contract import TrainingData
from recsys.components.repeat import RepeatComponent
from recsys.components.response import ResponseConfig
from recsys.components.trend import TrendComponent
from recsys.data.catalogue import Catalogue
from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from recsys.errors import RunError
from recsys.progress import silent
from recsys.ranking.model import Model
from recsys.training.learn_response import ResponseTask, judge_response, learn_response
from tests.tables import AT, catalogue, days, interactions

N_ITEMS, WINDOW = 40, 4.0
GAPS = np.where(np.arange(N_ITEMS) % 2, 8.0, 20.0)
"""Every other item is needed every 8 days, the rest every 20."""
CONFIG = ResponseConfig(n_trees=60, n_leaves=8, min_rows_per_leaf=20)


def replenishing_shop(n_users: int = 70) -> tuple[Catalogue, Interactions]:
    """Shoppers with ten items each, which they buy whenever they have run out, and nothing else."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(n_users):
        for item in rng.choice(N_ITEMS, 10, replace=False):
            start = rng.uniform(0, GAPS[item])
            rows += [(f"u{user:02d}", int(item), float(age), "purchase") for age in np.arange(start, 100, GAPS[item])]
    items = catalogue(N_ITEMS, category=[f"Kind {k % 2}" for k in range(N_ITEMS)])
    return items, interactions(items, [(u, i, max(a, 0.01), k) for u, i, a, k in rows])


SHOP = replenishing_shop()


def fit_at(at: np.datetime64) -> Model:
    items, shop = SHOP
    seen = shop.before(at)
    data = TrainingData(items, seen, {}, at)
    return Model(
        items, seen, {"repeat": RepeatComponent().fit(data), "trend": TrendComponent().fit(data)}, {}, data_to=at
    )


def make_task(config: ResponseConfig = CONFIG) -> ResponseTask:
    """Three windows of four days at the end of the log."""
    items, shop = SHOP
    nothing = Impressions(
        *(np.zeros(0, np.int64),) * 2, *(np.zeros(0, np.int32),) * 2, np.zeros(0, "datetime64[us]"), np.zeros(0, bool)
    )
    starts = [AT - days(WINDOW * k) for k in (3, 2, 1)]
    return ResponseTask(items, shop, nothing, *starts, np.array([0.5, 0.5]), config, 0)


@pytest.fixture(scope="module")
def learnt():
    task = make_task()
    response, rows = learn_response(task, fit_at(task.response_from), fit_at(task.validation_from), fit_at, silent)
    assert response is not None and rows is not None
    return task, replace(fit_at(task.test_from), response=response), rows


def test_a_planted_cadence_is_learnt(learnt) -> None:
    task, model, _ = learnt
    report = judge_response(task, model, task.split(task.test_from, AT))
    assert report["auc"] > 0.97 and report["gauc"] > 0.97
    assert report["logloss"] < 0.4 * report["base_logloss"] and report["ece"] < 0.03
    assert report["method"] == "lightgbm" and set(report["by_category"]) == {"Kind 0", "Kind 1"}


def test_the_explanation_names_the_cadence(learnt) -> None:
    _, model, rows = learnt
    column = [rows.names.index(n) for n in ("own_touches", "cadence_item")]
    due = (rows.features[:, column[0]] > 1) & (np.abs(rows.features[:, column[1]] - 1) < 0.1)
    shares = np.mean([np.abs(model.response.explain(row).shap) for row in rows.features[due][:20]], axis=0)
    strongest = np.argsort(-shares)[:3]
    assert any(rows.names[k].startswith("cadence_") for k in strongest)


def test_few_responses_call_for_earlier_windows_oldest_first(learnt) -> None:
    task, _, rows = learnt
    moments = np.unique(rows.asked_at)
    np.testing.assert_array_equal(moments, [task.response_from - days(WINDOW * k) for k in (3, 2, 1, 0)])
    assert (np.diff(rows.asked_at.astype(int)) >= 0).all()
    assert rows.latest is not None and set(rows.asked_at[rows.latest]) == {task.response_from}
    for request in np.unique(rows.request_num)[:50]:
        assert len(np.unique(rows.asked_at[rows.request_num == request])) == 1


def test_one_window_is_enough_when_asked() -> None:
    task = make_task(replace(CONFIG, windows=1))

    def never(at: np.datetime64) -> Model:
        raise AssertionError(f"nothing is fitted at {at}")

    _, rows = learn_response(task, fit_at(task.response_from), fit_at(task.validation_from), never, silent)
    assert rows is not None and np.unique(rows.asked_at).tolist() == [task.response_from.astype(object)]
    assert rows.latest is None


def test_a_network_learns_it_too() -> None:
    task = make_task(ResponseConfig(method="dcn", n_hidden=32, epochs=40))
    response, _ = learn_response(task, fit_at(task.response_from), fit_at(task.validation_from), fit_at, silent)
    model = replace(fit_at(task.test_from), response=response)
    report = judge_response(task, model, task.split(task.test_from, AT))
    assert report["auc"] > 0.9 and report["method"] == "dcn"


def test_a_model_without_the_term_cannot_be_judged() -> None:
    task = make_task()
    with pytest.raises(RunError, match="no response term"):
        judge_response(task, fit_at(task.test_from), task.split(task.test_from, AT))
