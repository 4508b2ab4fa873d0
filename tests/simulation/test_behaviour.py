"""What the log must contain: a funnel, position bias, and taste that explains what is bought."""

import numpy as np
import pandas as pd
import pytest

from recsys.simulation.definition import ShopDefinition
from recsys.simulation.exposure import PLACEMENTS, SLOTS, calibrated_offset, examination, sigmoid
from recsys.simulation.shop import DemoFiles
from recsys.simulation.shoppers import PART_WEIGHTS
from recsys.simulation.truth import Truth


@pytest.fixture(scope="module")
def log(small_demo: DemoFiles, small_truth: Truth) -> pd.DataFrame:
    """Events with rows of shopper and product."""
    events = pd.read_csv(small_demo.events, parse_dates=["occurred_at"])
    events["u"] = events["user_id"].map({u: n for n, u in enumerate(small_truth.shoppers.user_ids)})
    events["i"] = events["item_id"].map({i: n for n, i in enumerate(small_truth.assortment.item_ids)})
    return events


@pytest.fixture(scope="module")
def impressions(log: pd.DataFrame, small_truth: Truth) -> pd.DataFrame:
    """Impressions with whether they were clicked, affinity and true probability."""
    shown = log.iloc[small_truth.impression_row].copy()
    clicks = log[log["event_type"] == "click"]
    clicked = set(zip(clicks["request_id"], clicks["item_id"], strict=True))
    shown["clicked"] = [key in clicked for key in zip(shown["request_id"], shown["item_id"], strict=True)]
    shown["affinity"] = small_truth.affinity()[shown["u"].to_numpy(int), shown["i"].to_numpy(int)]
    shown["probability"] = small_truth.click_probability
    return shown


def later_purchases(log: pd.DataFrame, definition: ShopDefinition) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Interactions before the last six weeks, and first-time purchases in them."""
    cut = pd.Timestamp(definition.ends_at) - pd.Timedelta(days=42)
    acted = log[log["event_type"].isin(["view", "click", "cart", "purchase"])]
    before = acted[acted["occurred_at"] < cut]
    bought = acted[(acted["occurred_at"] >= cut) & (acted["event_type"] == "purchase")].drop_duplicates(["u", "i"])
    known = set(zip(before["u"], before["i"], strict=True))
    fresh = [key not in known for key in zip(bought["u"], bought["i"], strict=True)]
    return before, bought[fresh]


def recall(score: np.ndarray, bought: pd.DataFrame, allowed: np.ndarray, k: int = 20) -> float:
    """Mean share of a shopper's purchases among her k best allowed products."""
    shares = []
    for user, rows in bought.groupby("u"):
        values = np.where(allowed, score[int(user)] if score.ndim == 2 else score, -np.inf)
        best = np.argsort(-values, kind="stable")[:k]
        shares.append(np.isin(rows["i"].to_numpy(int), best).sum() / min(len(rows), k))
    return float(np.mean(shares))


def test_the_funnel_narrows(log: pd.DataFrame) -> None:
    count = log["event_type"].value_counts()
    assert count["impression"] > 10 * count["click"]
    assert count["view"] > 2 * count["cart"] > 2 * count["purchase"] > 0
    assert 0.04 < count["click"] / count["impression"] < 0.08
    assert count["rating"] > 50 and count["review"] > 50 and count["search"] > 100


def test_events_carry_what_their_type_needs(log: pd.DataFrame) -> None:
    by_type = dict(list(log.groupby("event_type")))
    shown = by_type["impression"]
    assert shown[["request_id", "position", "placement", "item_id"]].notna().all(axis=None)
    assert set(shown["placement"]) == set(PLACEMENTS)
    assert not shown.duplicated(["request_id", "item_id"]).any()
    assert not shown.duplicated(["request_id", "position"]).any()
    assert shown.groupby("request_id")["position"].max().le(max(SLOTS)).all()
    assert by_type["click"][["request_id", "item_id", "position"]].notna().all(axis=None)
    assert by_type["search"]["item_id"].isna().all() and by_type["search"]["text"].notna().all()
    assert by_type["purchase"][["quantity", "value"]].gt(0).all(axis=None)
    assert by_type["review"][["rating", "text"]].notna().all(axis=None)
    assert by_type["rating"]["rating"].between(1, 5).all()


def test_a_purchase_from_a_list_keeps_its_request(log: pd.DataFrame) -> None:
    shown = log[log["event_type"] == "impression"]
    keys = set(zip(shown["request_id"], shown["item_id"], shown["user_id"], strict=True))
    followed = log[log["event_type"].isin(["click", "view", "cart", "purchase"]) & log["request_id"].notna()]
    assert followed["event_type"].nunique() == 4
    assert all(
        key in keys for key in zip(followed["request_id"], followed["item_id"], followed["user_id"], strict=True)
    )


def test_value_is_quantity_times_price(log: pd.DataFrame, small_truth: Truth) -> None:
    bought = log[log["event_type"] == "purchase"]
    price = small_truth.assortment.price_eur[bought["i"].to_numpy(int)]
    assert np.allclose(bought["value"], bought["quantity"] * price, atol=0.006)


def test_click_rate_falls_with_position_and_rises_with_affinity(impressions: pd.DataFrame) -> None:
    top, bottom = (impressions[impressions["position"].between(*span)]["clicked"].mean() for span in ((1, 2), (7, 12)))
    assert top > 1.6 * bottom
    fifths = impressions.groupby(pd.qcut(impressions["affinity"], 5))["clicked"].mean()
    assert fifths.is_monotonic_increasing and fifths.iloc[-1] > 8 * fifths.iloc[0]


def test_clicks_follow_the_recorded_probability(impressions: pd.DataFrame) -> None:
    for _, part in impressions.groupby(pd.qcut(impressions["probability"], 4)):
        expected = part["probability"].sum()
        spread = np.sqrt((part["probability"] * (1 - part["probability"])).sum())
        assert abs(part["clicked"].sum() - expected) < 4 * spread + 1


def test_taste_predicts_purchases_far_better_than_popularity(
    log: pd.DataFrame, small_definition: ShopDefinition, small_truth: Truth
) -> None:
    before, bought = later_purchases(log, small_definition)
    popularity = np.bincount(before["i"].to_numpy(int), minlength=small_definition.n_items).astype(float)
    everything = np.ones(small_definition.n_items, dtype=bool)
    assert len(bought) > 100
    assert recall(small_truth.affinity(), bought, everything) > 4 * recall(popularity, bought, everything)


def test_every_source_of_information_adds(
    log: pd.DataFrame, small_definition: ShopDefinition, small_truth: Truth
) -> None:
    _, bought = later_purchases(log, small_definition)
    everything = np.ones(small_definition.n_items, dtype=bool)
    parts, whole = small_truth.affinity_parts(), small_truth.affinity()
    full = recall(whole, bought, everything)
    for name in ("category", "visual", "text", "circle"):
        assert recall(whole - PART_WEIGHTS[name] * parts[name], bought, everything) < 0.97 * full, name


def test_visual_taste_and_text_explain_purchases_of_new_products(
    log: pd.DataFrame, small_definition: ShopDefinition, small_truth: Truth
) -> None:
    before, bought = later_purchases(log, small_definition)
    new = np.ones(small_definition.n_items, dtype=bool)
    new[before["i"].unique().astype(int)] = False
    cold = bought[new[bought["i"].to_numpy(int)]]
    chance = 10 / new.sum()
    parts = small_truth.affinity_parts()
    assert len(cold) >= 20
    assert recall(parts["visual"], cold, new, k=10) > 1.5 * chance
    assert recall(parts["text"], cold, new, k=10) > 1.2 * chance
    assert recall(small_truth.affinity(), cold, new, k=10) > 2 * chance


def test_seasons_shift_the_kinds_that_sell(log: pd.DataFrame, small_truth: Truth) -> None:
    bought = log[log["event_type"] == "purchase"]
    kinds = small_truth.notes["vocabularies"]["kind"]
    names = np.array(kinds)[small_truth.assortment.kind[bought["i"].to_numpy(int)]]
    late = (bought["occurred_at"] > bought["occurred_at"].median()).to_numpy()
    warm = np.char.endswith(names, ("(coat)")) | np.char.endswith(names, "(jumper)") | np.char.endswith(names, "(boot)")
    light = (
        np.char.endswith(names, "(shorts)") | np.char.endswith(names, "(sandal)") | np.char.endswith(names, "(dress)")
    )
    assert warm[late].mean() > 1.5 * warm[~late].mean()
    assert light[~late].mean() > 1.5 * light[late].mean()


def test_reviews_speak_of_material_or_occasion(log: pd.DataFrame) -> None:
    reviews = log[log["event_type"] == "review"]["text"]
    assert reviews.str.len().min() > 15
    assert reviews.nunique() > 0.5 * len(reviews)


def test_offset_calibration_is_exact() -> None:
    score = np.linspace(-3, 3, 101)
    offset = calibrated_offset(score, 0.07, 0.5)
    assert 0.5 * sigmoid(score + offset).mean() == pytest.approx(0.07, abs=1e-9)


def test_examination_falls_with_position() -> None:
    home = examination(np.zeros(3, dtype=np.int64), np.array([1, 4, 9]))
    assert home.tolist() == pytest.approx([1.0, 0.5, 1 / 3])
