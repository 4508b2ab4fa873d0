"""The checkerboard: whoever touched all of a kind but one is missing exactly that one."""

from typing import Any

import numpy as np
import pytest

from recsys.components import CATALOGUE_COMPONENTS
from recsys.components.behaviour import BehaviourConfig
from recsys.ranking.model import Model
from recsys.training.columns import FILTERS
from tests.tables import AT, PER_BLOCK, block_data


def rank_missing(name: str, config: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Best unseen item for each shopper by one component, and the item she left out."""
    data, held_out = block_data()
    component = CATALOGUE_COMPONENTS[name](config).fit(data)
    histories = data.interactions.histories
    scores = component.score(histories, AT).copy()
    scores[histories.row, histories.item_num] = -np.inf
    return scores.argmax(axis=1), held_out


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("text", None),
        ("image", None),
        ("behaviour", BehaviourConfig(method="ease", regularization=1.0)),
        ("behaviour", BehaviourConfig(method="ease")),
        ("behaviour", BehaviourConfig(method="als", embedding_size=8, als_regularization=0.1)),
    ],
)
def test_the_missing_item_comes_first_for_every_shopper(name: str, config: Any) -> None:
    best, held_out = rank_missing(name, config)
    assert best.tolist() == held_out.tolist()


def test_it_comes_first_in_a_whole_ranking_too() -> None:
    from recsys.data.ranking import Request
    from recsys.ranking import rank_many

    data, held_out = block_data()
    components = {name: kind().fit(data) for name, kind in CATALOGUE_COMPONENTS.items()}
    model = Model(
        data.catalogue, data.interactions, components, dict.fromkeys(("text", "image", "behaviour"), 1.0), data_to=AT
    )
    requests = [
        Request(data.interactions.history(u), AT, FILTERS["discovery"], n=3) for u in data.interactions.user_ids
    ]
    assert [int(r.item_num[0]) for r in rank_many(requests, model)] == held_out.tolist()


def test_an_item_nobody_touched_ranks_with_its_own_kind() -> None:
    data, _ = block_data()
    first = data.interactions.histories
    untouched = first.where(first.item_num != 7)  # item 7 of kind 1 disappears from every history
    from dataclasses import replace

    data = replace(data, interactions=replace(data.interactions, histories=untouched))
    assert not data.touched[7]
    behaviour = CATALOGUE_COMPONENTS["behaviour"](BehaviourConfig(regularization=1.0)).fit(data)
    scores = behaviour.score(data.interactions.histories, AT)
    owner = np.arange(len(scores)) // PER_BLOCK
    assert scores[owner == 1, 7].min() > scores[owner != 1, 7].max()
