"""Lists and explanations from a run, for one shopper, a stranger, or all."""

import json

import numpy as np
import pytest

from recsys.data.ranking import Diversity, Filters
from recsys.errors import InputError, RunError
from recsys.settings import ShopPaths
from recsys.training.runs import load_model
from recsys.vocabulary import DiversityMethod, ItemScope
from recsys.workflows.lists import best_for, explain, merge_weights, recommend, request_for
from tests.plain import N_ITEMS, N_USERS, settings_of


@pytest.fixture(scope="module")
def model(plain_shop: ShopPaths):
    return load_model(plain_shop)


def test_a_list_for_everyone(plain_shop: ShopPaths, model) -> None:
    told: list[float] = []
    frame = recommend(settings_of(plain_shop), user="all", n=4, progress=lambda s, f, **_: told.append(f))
    assert len(frame) == 4 * N_USERS and frame["user_id"].nunique() == N_USERS
    assert frame.columns.tolist() == ["user_id", "item_id", "rank", "score", *model.names, "run_id"]
    assert (frame.groupby("user_id")["rank"].apply(list).map(tuple) == (1, 2, 3, 4)).all()
    assert (frame.groupby("user_id")["score"].diff().dropna() <= 0).all()
    np.testing.assert_allclose(frame[list(model.names)].sum(axis=1), frame["score"], atol=1e-6)
    assert not frame.isna().any().any() and frame.attrs["notes"] == []
    assert told == sorted(told) and told[-1] == 1.0


def test_everyones_list_is_each_ones_list(plain_shop: ShopPaths) -> None:
    settings = settings_of(plain_shop)
    together = recommend(settings, user="all", n=5)
    for user in ("u00", "u31", "u59"):
        alone = recommend(settings, user=user, n=5)
        mine = together[together["user_id"] == user]
        np.testing.assert_allclose(alone["score"].to_numpy(), mine["score"].to_numpy(), atol=1e-5)
        assert alone["item_id"].tolist() == mine["item_id"].tolist()


def test_a_stranger_gets_a_list_and_hears_what_filled_it(plain_shop: ShopPaths, model) -> None:
    frame = recommend(settings_of(plain_shop), user="stranger", n=6)
    assert len(frame) == 6 and set(frame["user_id"]) == {"stranger"}
    (note,) = frame.attrs["notes"]
    filling = [n for n in ("trend", "momentum", "fresh", "response") if model.weights[n]]
    assert filling and note == f"No history of 'stranger': the list was filled by {', '.join(filling)}."
    assert (frame[["text", "behaviour", "next", "repeat"]] == 0).all(axis=None)


def test_scopes_split_the_shop_and_seen_items_can_stay_out(plain_shop: ShopPaths, model) -> None:
    settings = settings_of(plain_shop)
    new = recommend(settings, user="u03", n=99, items=ItemScope.NEW)["item_id"].tolist()
    warm = recommend(settings, user="u03", n=99, items=ItemScope.WARM)["item_id"].tolist()
    untouched = set(model.catalogue.item_ids[model.is_new])
    assert set(new) == untouched and not set(new) & set(warm) and len(new) + len(warm) == N_ITEMS
    seen = set(model.catalogue.item_ids[model.interactions.history("u03").item_num])
    unseen = recommend(settings, user="u03", n=99, exclude_seen=True)["item_id"].tolist()
    assert len(unseen) == N_ITEMS - len(seen) and not seen & set(unseen)
    assert seen & set(recommend(settings, user="u03", n=99)["item_id"])


def test_weights_lie_over_the_runs_own(plain_shop: ShopPaths, model) -> None:
    assert merge_weights(model, None) is None
    merged = merge_weights(model, {"trend": 0.9})
    assert merged == {n: 0.9 if n == "trend" else model.weights.get(n, 0.0) for n in model.names}
    nothing_else = {**dict.fromkeys(model.names, 0.0), "fresh": 1.0}
    frame = recommend(settings_of(plain_shop), user="u03", n=5, weights=nothing_else)
    np.testing.assert_allclose(frame["fresh"], frame["score"])
    newest_first = [int(i[1:]) for i in frame["item_id"]]
    assert newest_first == sorted(newest_first, reverse=True)  # p00 is the oldest product, p47 the youngest


def test_a_varied_list_says_what_changed(plain_shop: ShopPaths) -> None:
    settings = settings_of(plain_shop)
    plain = recommend(settings, user="u03", n=24)
    off = recommend(settings, user="u03", n=24, diversity=Diversity(strength=0.0))
    assert off["item_id"].tolist() == plain["item_id"].tolist() and off.attrs["notes"] == []
    varied = recommend(settings, user="u03", n=24, diversity=Diversity(DiversityMethod.MMR, 0.8))
    assert varied["item_id"].tolist() != plain["item_id"].tolist()
    (note,) = varied.attrs["notes"]
    assert note.startswith("Variety: MMR, strength 0.8: ") and "of the first 24 places changed" in note
    everyone = recommend(settings, user="all", n=8, diversity=Diversity(DiversityMethod.CALIBRATED, 0.8))
    assert f"of {N_USERS} lists." in everyone.attrs["notes"][-1]


@pytest.mark.parametrize(
    ("asked", "error", "sentence"),
    [
        ({"n": 0}, InputError, "n = 0"),
        ({"weights": {"txt": 1.0}}, InputError, "No component txt in this run"),
        ({"weights": {"text": -1.0}}, InputError, "at least 0"),
        ({"run_id": "nothing"}, RunError, "no finished run 'nothing'"),
        ({"run_id": "../first"}, RunError, "is not a run id"),
    ],
)
def test_what_cannot_be_answered_is_said(plain_shop: ShopPaths, asked, error, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        recommend(settings_of(plain_shop), user="u03", **asked)


def test_all_of_nobody_is_said(shop_of_tables) -> None:
    from dataclasses import replace

    from recsys.workflows.training import train
    from tests.plain import QUICK

    paths = shop_of_tables("item_id,title\na,Mug\n", "")
    train(settings_of(paths), replace(QUICK, response=False))
    with pytest.raises(InputError, match="has no shopper"):
        recommend(settings_of(paths), user="all")


def test_nothing_fits_is_an_empty_table_with_a_note(shop_of_tables) -> None:
    from recsys.workflows.training import train
    from tests.plain import QUICK

    paths = shop_of_tables(
        "item_id,title,stock\na,Mug,0\n", "event_type,user_id,item_id,occurred_at\nview,u,a,2026-01-05\n"
    )
    train(settings_of(paths), QUICK)
    frame = recommend(settings_of(paths), user="all")
    assert frame.empty and "score" in frame.columns
    assert frame.attrs["notes"][-1] == "1 of 1 lists are empty: no product passes the filters."


def test_a_shop_without_a_run_says_so(empty_shop: ShopPaths) -> None:
    with pytest.raises(RunError, match="No run is live yet"):
        recommend(settings_of(empty_shop), user="all")


def test_a_request_carries_who_and_when(model) -> None:
    at = np.datetime64("2026-02-01T10:00", "us")
    request = request_for(model, "u07", 9, Filters(price_to=8), {"text": 1.0}, at)
    assert (request.user_id, request.n, request.at, request.filters.price_to) == ("u07", 9, at, 8)
    assert request.request_id == f"u07@{at}"
    assert request.history.item_num.tolist() == model.interactions.history("u07").item_num.tolist()
    assert request_for(model, "nobody", 9).history.lengths.tolist() == [0]


def test_the_best_now_are_the_head_of_the_recommended(plain_shop: ShopPaths, model) -> None:
    ranking = best_for(model, "u11", 5)
    assert ranking.item_ids.tolist() == recommend(settings_of(plain_shop), user="u11", n=5)["item_id"].tolist()


def test_an_explanation_agrees_with_the_list(plain_shop: ShopPaths, model) -> None:
    settings = settings_of(plain_shop)
    frame = recommend(settings, user="u11", n=5)
    for place, row in frame.iterrows():
        told = explain(settings, "u11", row["item_id"])
        assert told["rank"] == row["rank"] == place + 1
        assert told["score"] == pytest.approx(row["score"], abs=1e-6)
        assert sum(t["contribution"] for t in told["terms"]) == pytest.approx(row["score"], abs=1e-6)
    json.dumps(told, allow_nan=False)
    with pytest.raises(InputError, match="No item 'nothing'"):
        explain(settings, "u11", "nothing")


def test_a_preset_of_a_category_makes_its_lists_and_says_so(own_shop: ShopPaths):
    from recsys.fusion.presets import save_preset
    from recsys.fusion.scopes import Scope
    from recsys.ranking import rank
    from recsys.workflows.lists import preset_book

    save_preset(own_shop, "Kind one", {"trend": 1.0}, Scope("Home > Kind 1"))
    save_preset(own_shop, "Unknown", {"fresh": 1.0}, Scope(segment="new"))
    model = load_model(own_shop)
    book, at = preset_book(own_shop, model), np.datetime64("2026-03-01", "us")
    inside, outside = Filters(categories=("Home > Kind 1",)), Filters(categories=("Home > Kind 2",))
    request = request_for(model, "u07", 9, inside, at=at, book=book)
    assert request.weights == {"trend": 1.0}
    made = rank(request, model)
    plain = rank(request_for(model, "u07", 9, inside, {"trend": 1.0}, at), model)
    assert made.item_ids.tolist() == plain.item_ids.tolist()
    said = next(s.detail for s in made.trace if s.name == "sum")
    assert "weights of preset Kind one (Home > Kind 1)" in said
    assert "preset" not in next(s.detail for s in plain.trace if s.name == "sum")
    assert request_for(model, "u07", 9, outside, at=at, book=book).weights is None
    assert request_for(model, "u07", 9, inside, {"fresh": 1.0}, at, book=book).weights == {"fresh": 1.0}
    assert request_for(model, "nobody", 9, at=at, book=book).weights == {"fresh": 1.0}


def test_lists_for_everyone_keep_their_order_when_segments_have_presets(own_shop: ShopPaths):
    from recsys.fusion.presets import save_preset
    from recsys.fusion.scopes import Scope
    from recsys.workflows.lists import recommend

    before = recommend(settings_of(own_shop), user="all", n=3)
    save_preset(own_shop, "Loyal", {"trend": 1.0}, Scope(segment="loyal"))
    after = recommend(settings_of(own_shop), user="all", n=3)
    assert after["user_id"].tolist() == before["user_id"].tolist()
    assert after["item_id"].tolist() != before["item_id"].tolist()
    assert any("Weights of preset Loyal (loyal shoppers) for" in note for note in after.attrs["notes"])
