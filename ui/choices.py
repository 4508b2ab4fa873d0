"""What filter bars offer: shoppers seen last, categories of the catalogue."""

import numpy as np

from recsys.data.catalogue import Catalogue
from recsys.ranking.model import Model
from recsys.vocabulary import CATEGORY_SEPARATOR


def list_shoppers(model: Model, limit: int = 500) -> list[str]:
    """Return shoppers to offer: those seen last first; any other id can be typed."""
    interactions = model.interactions
    if not len(interactions):
        return []
    ends = interactions.histories.indptr[1:] - 1
    known = interactions.histories.lengths > 0
    last = np.where(known, interactions.occurred_at[np.maximum(ends, 0)].astype(np.int64), np.iinfo(np.int64).min)
    order = np.argsort(-last, kind="stable")[:limit]
    return [str(u) for u in interactions.user_ids[order[known[order]]]]


def list_categories(catalogue: Catalogue) -> list[str]:
    """Return every category path and every path above one, in order."""
    paths: set[str] = set()
    for path in set(catalogue.categories) - {""}:
        levels = path.split(CATEGORY_SEPARATOR)
        paths |= {CATEGORY_SEPARATOR.join(levels[: n + 1]) for n in range(len(levels))}
    return sorted(paths)
