"""Which candidates may appear, each filter a recorded step."""

import numpy as np
from numpy.typing import NDArray

from recsys.data.ranking import Filters, Step
from recsys.ranking.model import Model
from recsys.vocabulary import CATEGORY_SEPARATOR, ItemScope


def eligible_items(model: Model, filters: Filters, at: np.datetime64) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Items that pass every filter that does not depend on the history.

    Returns
    -------
    tuple
        The mask, shape (n_items,), and one step per filter that was asked for.
    """
    mask = np.ones(len(model.catalogue), bool)
    steps = [Step("catalogue", "every item of the run", len(mask))]
    for name, detail, keep in _asked(model, filters, at):
        mask = mask & keep
        steps.append(Step(name, detail, int(np.count_nonzero(mask))))
    return mask, tuple(steps)


def closed_by(model: Model, filters: Filters, at: np.datetime64, item_num: int) -> str | None:
    """Name of the first filter that keeps an item out, as its step is called; None where every one lets it pass."""
    return next((name for name, _, keep in _asked(model, filters, at) if not keep[item_num]), None)


def _asked(model: Model, filters: Filters, at: np.datetime64) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Name, detail and mask of each filter in force."""
    asked = []
    if filters.only_on_sale:
        asked.append(("on sale", "launched and not known to be out of stock", model.on_sale(at)))
    if filters.items != ItemScope.ALL:
        new = filters.items == ItemScope.NEW
        detail = "without an interaction in the run's data" if new else "with an interaction in the run's data"
        asked.append(("scope", detail, model.is_new if new else ~model.is_new))
    if filters.categories:
        detail = "in " + " or ".join(filters.categories)
        asked.append(("category", detail, _in_categories(model.catalogue.categories, filters.categories)))
    if filters.price_to is not None:
        asked.append(("price", f"at most {filters.price_to:g}", model.catalogue.prices <= filters.price_to))
    return asked


def _in_categories(paths: NDArray[np.object_], wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    """Items whose category is one of the wanted paths or lies below it."""
    below = tuple(w + CATEGORY_SEPARATOR for w in wanted)
    return np.array([p in wanted or p.startswith(below) for p in paths], dtype=bool)
