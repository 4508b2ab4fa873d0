"""Evidence from the history: what she touched that lies nearest to an item in words, in pictures, in behaviour."""

import numpy as np
from numpy.typing import NDArray

from recsys.components.behaviour import BehaviourComponent
from recsys.components.content import ContentComponent
from recsys.data.interactions import Histories
from recsys.explanation.answer import Evidence
from recsys.ranking.model import Model
from recsys.vocabulary import EVENT_TYPES

MIN_STRENGTH = 0.05
"""Weaker neighbours are no evidence."""


def find_evidence(model: Model, history: Histories, item_num: int, per_kind: int = 3) -> tuple[Evidence, ...]:
    """Return the touched items nearest to an item by text, image and behaviour, nearest first within each kind.

    Parameters
    ----------
    model
        Supplies the components.
    history
        A batch of one.
    item_num
        The item to explain; her own touches of it are not counted as evidence for itself.
    per_kind
        Items per kind at most; those weaker than `MIN_STRENGTH` are left out.
    """
    found: list[Evidence] = []
    for component in model.components.values():
        if isinstance(component, ContentComponent):
            strengths = component.nearest_touched(history, item_num).astype(np.float64)
        elif isinstance(component, BehaviourComponent):
            strengths = _share_of_items(history, component.shares(history, item_num))
        else:
            continue
        found += _strongest(model, history, item_num, component.name, strengths, per_kind)
    return tuple(found)


def _share_of_items(history: Histories, shares: NDArray[np.float32]) -> NDArray[np.float64]:
    """Each touch's share of what all touched items together say for the item; an item counts once."""
    _, first = np.unique(history.item_num, return_index=True)
    total = float(np.maximum(shares[first], 0.0).sum())
    return np.maximum(shares, 0.0).astype(np.float64) / total if total > 0 else np.zeros(len(shares))


def _strongest(
    model: Model, history: Histories, item_num: int, kind: str, strengths: NDArray[np.float64], per_kind: int
) -> list[Evidence]:
    """The best touched items of one kind, each once."""
    usable = np.isfinite(strengths) & (strengths >= MIN_STRENGTH) & (history.item_num != item_num)
    order = np.lexsort((history.item_num, -np.where(usable, strengths, -np.inf)))
    picked: list[Evidence] = []
    for touch in order[: int(usable.sum())]:
        touched = int(history.item_num[touch])
        if any(e.item_num == touched for e in picked):
            continue
        picked.append(_describe(model, history, touched, kind, float(strengths[touch])))
        if len(picked) == per_kind:
            break
    return picked


def _describe(model: Model, history: Histories, touched: int, kind: str, strength: float) -> Evidence:
    """One touched item with her strongest deed and her last touch of it."""
    own = np.flatnonzero(history.item_num == touched)
    deed = own[np.argmax(history.weight[own])]
    last = history.occurred_at[own].max()
    return Evidence(
        kind=kind,
        item_num=touched,
        item_id=str(model.catalogue.item_ids[touched]),
        title=str(model.catalogue.titles[touched]),
        strength=strength,
        event_type=str(EVENT_TYPES[int(history.event_type[deed])]),
        occurred_at=f"{np.datetime_as_string(last, unit='s')}Z",
    )
