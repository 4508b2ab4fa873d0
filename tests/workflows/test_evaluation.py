"""`evaluate`: the protocol on a shop's own data, without leaving a trace."""

import pytest

from recsys.errors import InputError
from recsys.settings import ShopPaths
from recsys.training.columns import COLUMNS
from recsys.workflows.evaluation import evaluate
from tests.plain import settings_of


def trace_of(paths: ShopPaths) -> list[str]:
    """Runs and pointer as they stand."""
    return sorted(f"{p.relative_to(paths.runs)} {p.stat().st_mtime_ns}" for p in paths.runs.rglob("*") if p.is_file())


def test_the_last_window_is_judged_and_nothing_is_written(own_shop: ShopPaths) -> None:
    before, told = trace_of(own_shop), []
    answer = evaluate(settings_of(own_shop), progress=lambda stage, fraction, **_: told.append(fraction))
    assert trace_of(own_shop) == before and told == sorted(told)
    assert (answer["protocol"], answer["cut"], answer["end"]) == ("time", "2026-02-19", "2026-03-01")
    for part in ("validation", "test"):
        for column in COLUMNS:
            for metric in ("recall", "ndcg"):
                figure = answer[part][column][metric]
                assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert answer["test"]["all"]["recall"]["n_users"] > 30
    assert answer["test"]["all"]["recall"]["low"] > 20 / 48  # what a random list of 20 out of 48 products finds
    assert sum(answer["weights"].values()) == pytest.approx(1)
    assert answer["config"]["text_encoder"] == ""  # the live run's settings, not the defaults


def test_a_given_window(own_shop: ShopPaths) -> None:
    answer = evaluate(settings_of(own_shop), cut="2026-02-05", end="2026-02-15")
    assert (answer["cut"], answer["end"]) == ("2026-02-05", "2026-02-15")
    facts = answer["facts"]
    assert facts["test_from"].startswith("2026-02-05") and facts["test_to"].startswith("2026-02-15")
    whole = evaluate(settings_of(own_shop), cut="2026-02-05")
    assert whole["facts"]["n_interactions"] == facts["n_interactions"]  # the same was learnt
    assert whole["weights"] == answer["weights"] and whole["validation"] == answer["validation"]
    assert whole["test"] != answer["test"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"protocol": "random"}, "protocol 'random' is not known"),
        ({"cut": "soon"}, "day such as 2011-09-01, got 'soon'"),
        ({"end": "later"}, "day such as 2011-10-01, got 'later'"),
        ({"cut": "2031-01-01"}, "outside the data"),
        ({"cut": "2026-02-10", "end": "2026-02-01"}, "outside the data"),
        ({"cut": "2019-01-01"}, "outside the data|too little to hold out"),
        ({"end": "2019-01-01"}, "nothing to hold out"),
    ],
)
def test_what_cannot_be_judged_is_said(own_shop: ShopPaths, asked: dict[str, str], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        evaluate(settings_of(own_shop), **asked)


def test_too_little_data_is_said(shop_of_tables) -> None:
    few = "event_type,user_id,item_id,occurred_at\n" + "".join(f"view,u{k},a,2026-01-0{k}\n" for k in range(1, 9))
    with pytest.raises(InputError, match="too little to hold out"):
        evaluate(settings_of(shop_of_tables("item_id,title\na,Mug\n", few)))
    with pytest.raises(InputError, match="nothing to hold out: the data has no interaction"):
        evaluate(settings_of(shop_of_tables("item_id,title\na,Mug\n", "")))


def test_new_products_can_be_judged_by_what_is_known_of_them(own_shop: ShopPaths) -> None:
    answer = evaluate(settings_of(own_shop), modalities=True)
    assert answer["modalities"]["n_new_items"] > 0
    assert set(answer["modalities"]) == {"n_new_items", "n_users", "none"}  # this shop has neither text nor pictures
    beyond = answer["test"]["beyond"]
    assert 0 < beyond["coverage"] <= 1 and 0 <= beyond["gini"] < 1 and beyond["by_activity"]
