"""New items by what is known of them: the modality that tells the kinds apart is the one that is missed."""

from dataclasses import replace

import numpy as np
import pytest

from recsys.data.impressions import Impressions
from recsys.data.interactions import Interactions
from recsys.data.split import Split, split_at
from recsys.ranking.model import Model
from recsys.training.config import TrainingConfig
from recsys.training.modalities import KNOWN, cold_recalls, judge_modalities, withhold
from recsys.training.pipeline import Inputs, fit_components
from tests.tables import AT, catalogue, days, event_frame, stamp, unit

N_KINDS, OLD, NEW, N_USERS = 6, 60, 150, 60
CUT = AT - days(20)


def shop_of_kinds() -> Inputs:
    """60 old and 150 new items of six kinds; each shopper chooses one kind; pictures tell the kinds, texts do not."""
    rng = np.random.default_rng(3)
    n = OLD + NEW
    kind = np.arange(n) % N_KINDS
    items = catalogue(n, launched_at=[stamp(CUT - days(90)) if k < OLD else stamp(CUT + days(1)) for k in range(n)])
    rows = []
    for user in range(N_USERS):
        mine = np.flatnonzero(kind == user % N_KINDS)
        old, new = mine[mine < OLD], mine[mine >= OLD]
        for item in rng.choice(old, 6, replace=False):
            rows.append((user, item, CUT - days(float(rng.uniform(1, 60)))))
        for item in rng.choice(new, 3, replace=False):
            rows.append((user, item, CUT + days(float(rng.uniform(2, 15)))))
    events = event_frame(
        {"user_id": f"u{u}", "item_id": f"i{i}", "occurred_at": stamp(t), "event_type": "purchase"} for u, i, t in rows
    )
    seen = Interactions.from_events(events, items)
    image = unit(np.eye(8)[kind] + 0.1 * rng.normal(size=(n, 8)))
    text = unit(rng.normal(size=(n, 8)))
    return Inputs(items, seen, Impressions.from_events(events, items, seen), {"text": text, "image": image})


@pytest.fixture(scope="module")
def held() -> tuple[Inputs, Model, Split]:
    """The shop and a model of what came before the cut, text and image alike."""
    inputs, config = shop_of_kinds(), TrainingConfig()
    split = split_at(inputs.catalogue, inputs.interactions, CUT, AT)
    components = fit_components(inputs, split.train, CUT, config)
    weights = {"text": 0.5, "image": 0.5}
    return inputs, Model(inputs.catalogue, split.train, components, weights, data_to=CUT), split


def test_withholding_blanks_the_named_items_only() -> None:
    vectors = {"text": np.ones((3, 2), np.float32), "image": np.ones((3, 2), np.float32)}
    blanked = withhold(vectors, np.array([False, True, False]), ("image",))
    assert np.isnan(blanked["text"][1]).all() and np.isfinite(blanked["text"][[0, 2]]).all()
    assert np.isfinite(blanked["image"]).all() and np.isfinite(vectors["text"]).all()


def test_the_modality_that_tells_the_kinds_apart_is_the_one_that_is_missed(held) -> None:
    inputs, model, split = held
    assert split.new.sum() == NEW
    told: list[str] = []
    found = judge_modalities(inputs, model, split, TrainingConfig(), lambda s, f, **more: told.append(more["message"]))
    assert told == list(KNOWN) and found["n_new_items"] == NEW and found["n_users"] == N_USERS
    value = {name: found[name]["cold_among_new"]["recall"]["value"] for name in KNOWN}
    # 25 new items of each kind and 20 places: who knows the kind finds 80 %, who knows nothing 20 / 150
    assert value["image only"] > 0.7 and value["both"] > 0.5
    assert value["text only"] < 0.35 and value["none"] < 0.35
    assert found["none"]["cold_among_all"]["recall"]["value"] <= value["none"]
    interval = found["image only"]["cold_among_new"]["recall"]
    assert interval["low"] <= interval["value"] <= interval["high"] and interval["n_users"] == N_USERS


def test_recalls_come_shopper_by_shopper_so_that_they_can_be_paired(held) -> None:
    _, model, split = held
    found = cold_recalls(model, split)
    lengths = {len(values) for column in found.values() for values in column}
    assert set(found) == {"cold_among_new", "cold_among_all"} and lengths == {N_USERS}
    again = cold_recalls(replace(model, _cache={}), split)
    np.testing.assert_array_equal(found["cold_among_new"][0], again["cold_among_new"][0])


def test_a_shop_without_pictures_has_two_rows(held) -> None:
    inputs, model, split = held
    text_only = replace(inputs, embeddings={"text": inputs.embeddings["text"]})
    found = judge_modalities(text_only, model, split, TrainingConfig())
    assert {"text only", "none"} <= set(found) and not {"both", "image only"} & set(found)
