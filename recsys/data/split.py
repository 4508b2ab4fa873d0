"""Splits by time: train < cut ≤ held out < end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recsys.data.catalogue import Catalogue
from recsys.data.interactions import DAY, Interactions

ON_SALE_DAYS = 90


@dataclass(frozen=True, eq=False)
class Split:
    """A training part, a held-out window, and what was on sale in it.

    Parameters
    ----------
    train
        Interactions earlier than `cut`.
    held_out
        Interactions in [cut, end).
    cut, end
        UTC bounds, datetime64[us].
    on_sale
        Items that could be recommended in the window, shape (n_items,): touched in the `ON_SALE_DAYS` days
        before the cut, or first seen or launched in the window.
    new
        The on-sale items nobody had touched before the cut, shape (n_items,).
    """

    train: Interactions
    held_out: Interactions
    cut: np.datetime64
    end: np.datetime64
    on_sale: NDArray[np.bool_]
    new: NDArray[np.bool_]


def split_at(catalogue: Catalogue, interactions: Interactions, cut: np.datetime64, end: np.datetime64) -> Split:
    """Split interactions at a time; what came after `end` is not looked at.

    Stock as known today says nothing about a past window, so sale status comes from activity:
    an item was on sale if somebody touched it in the 90 days before the cut, or if it appeared in the window.
    """
    train, held_out = interactions.before(cut), interactions.between(cut, end)
    active = interactions.between(cut - ON_SALE_DAYS * DAY, cut).item_counts > 0
    untouched = train.item_counts == 0
    launched = (catalogue.launched_at >= cut) & (catalogue.launched_at < end)
    appeared = untouched & ((held_out.item_counts > 0) | launched)
    on_sale = active | appeared
    return Split(train, held_out, cut, end, on_sale, on_sale & untouched)
