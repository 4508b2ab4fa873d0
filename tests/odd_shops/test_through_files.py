"""The same through files: import, train, list and explain a shop that is hardly one, as its owner would."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from recsys.data.ranking import Diversity
from recsys.settings import ShopPaths
from recsys.training import embed
from recsys.training.config import TrainingConfig
from recsys.vocabulary import DiversityMethod
from recsys.workflows import training
from recsys.workflows.lists import explain, recommend
from tests.plain import settings_of

Tables = Callable[[str, str], ShopPaths]
BARE = TrainingConfig(text_encoder="", image_encoder="", fine_tune_s=0, search_users=50)
WORDS = ("Red mug", "Blue mug", "Green mug", "Oak chair", "Pine chair", "Steel chair")
PRODUCTS = "item_id,title,category\n" + "".join(
    f"p{n},{word},{word.split()[1].title()}s\n" for n, word in enumerate(WORDS)
)
EVENTS = "event_id,event_type,user_id,item_id,occurred_at\n"


def lists_of(shop: ShopPaths, user: str, n: int = 4) -> list[str]:
    """A checked list of somebody."""
    frame = recommend(settings_of(shop), user=user, n=n, diversity=Diversity(DiversityMethod.MMR, 0.3))
    assert np.isfinite(frame[["score"]].to_numpy()).all() and frame["item_id"].is_unique
    first = explain(settings_of(shop), user, str(frame["item_id"].iloc[0]))
    json.dumps(first, allow_nan=False)
    return [str(i) for i in frame["item_id"]]


def test_a_catalogue_without_an_event_is_a_shop(shop_of_tables: Tables) -> None:
    shop = shop_of_tables(PRODUCTS, "")
    config = TrainingConfig(image_encoder="", fine_tune_s=0, search_users=50)
    record = training.train(settings_of(shop), config)
    assert "nothing held out" in record.facts["note"] and record.facts["n_items"] == 6
    assert len(lists_of(shop, "anybody")) == 4


def test_one_shopper_one_product_one_event(shop_of_tables: Tables) -> None:
    shop = shop_of_tables("item_id,title\np0,Mug\n", EVENTS + "e0,view,ann,p0,2026-02-01T10:00:00Z\n")
    training.train(settings_of(shop), BARE)
    assert lists_of(shop, "ann") == ["p0"] and lists_of(shop, "somebody else") == ["p0"]


def test_vectors_full_of_nan_are_as_good_as_none(shop_of_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shop_of_tables(PRODUCTS, EVENTS + "e0,purchase,ann,p1,2026-02-01T10:00:00Z\n")
    vectors = {"text": np.full((6, 4), np.nan, np.float32), "image": np.eye(6, 4, dtype=np.float32)}
    vectors["image"][0] = np.inf
    monkeypatch.setattr(training, "embed_catalogue", lambda *_, **__: embed.ContentVectors(vectors))
    record = training.train(settings_of(shop), BARE)
    assert all(np.isfinite(w) for w in record.weights.values())
    assert len(lists_of(shop, "ann", 6)) == 6
