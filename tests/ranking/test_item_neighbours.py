"""Nearest products in three senses, against a straightforward reckoning over every pair."""

import numpy as np
import pytest

from recsys.data.interactions import Histories
from recsys.ranking.item_neighbours import NEIGHBOUR_KINDS, count_shared, find_neighbours
from recsys.ranking.model import Model


@pytest.mark.parametrize("kind", ["text", "image"])
def test_content_neighbours_are_the_largest_cosines(small_model: Model, kind: str) -> None:
    component = small_model.components[kind]
    content, known = component.arrays["content"], component.known
    found = find_neighbours(small_model, 10, kind, k=5)
    unit = content / np.maximum(np.linalg.norm(content, axis=1, keepdims=True), 1e-12)
    cosine = np.where(known, unit @ unit[10], -np.inf)
    cosine[10] = -np.inf
    assert found.silence == "" and len(found.items) == 5
    assert [n.strength for n in found.items] == pytest.approx(np.sort(cosine)[::-1][:5], abs=1e-5)
    assert 10 not in [n.item_num for n in found.items]


def test_behaviour_neighbours_follow_the_component_and_count_shoppers(small_model: Model) -> None:
    item = int(np.argmax(small_model.interactions.item_counts))
    found = find_neighbours(small_model, item, "behaviour", k=4)
    strengths = [n.strength for n in found.items]
    assert strengths[0] == pytest.approx(1.0) and strengths == sorted(strengths, reverse=True) and min(strengths) > 0
    component = small_model.components["behaviour"]
    scores = component.score(Histories.of_items([item], small_model.data_to), small_model.data_to)[0]
    scores[item] = -np.inf
    assert scores[found.items[0].item_num] == pytest.approx(np.nanmax(scores))
    near = found.items[0]
    users = small_model.interactions.user_num
    nums = small_model.interactions.item_num
    both = set(users[nums == item]) & set(users[nums == near.item_num])
    assert near.n_shoppers == len(both)


def test_an_item_counts_its_own_shoppers_once(small_model: Model) -> None:
    item = int(np.argmax(small_model.interactions.item_counts))
    fans = np.unique(small_model.interactions.user_num[small_model.interactions.item_num == item])
    assert count_shared(small_model.interactions, item)[item] == len(fans)


def test_what_cannot_be_said_is_said(small_model: Model) -> None:
    assert find_neighbours(small_model, 2, "text").silence == "no_content"  # items 2 and 3 have no text
    assert find_neighbours(small_model, 4, "image").silence == "no_content"
    bare = Model(small_model.catalogue, small_model.interactions, {}, {})
    assert {find_neighbours(bare, 0, kind).silence for kind in NEIGHBOUR_KINDS} == {"no_component"}


def test_more_are_asked_than_there_are(small_model: Model) -> None:
    found = find_neighbours(small_model, 10, "text", k=500)
    assert len(found.items) == int(small_model.components["text"].known.sum()) - 1
