"""How alike candidates of one list are: by content where both have it, else by category and brand."""

import numpy as np
from numpy.typing import NDArray

from recsys.components.content import ContentComponent
from recsys.data.catalogue import Catalogue, Labels
from recsys.ranking.model import Model

Floats = NDArray[np.float32]


def similarities(model: Model, items: NDArray[np.intp]) -> Floats:
    """Pairwise similarity of the items of each list.

    The mean, over the content components (text, image) that know both items, of the cosine of their centred vectors,
    negative ones counting 0. A pair that shares no modality is compared by its labels: one half for the same
    category path, one half for the same brand; an unknown label agrees with nothing.

    Parameters
    ----------
    model
        Supplies vectors and labels.
    items
        Item numbers, shape (n_lists, n_candidates).

    Returns
    -------
    ndarray
        float32 in [0, 1], shape (n_lists, n_candidates, n_candidates).
    """
    shape = (*items.shape, items.shape[1])
    total, voices = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for component in model.components.values():
        if isinstance(component, ContentComponent):
            content = component.arrays["content"][items]
            known = component.arrays["known"][items].astype(np.float32)
            total += np.matmul(content, content.transpose(0, 2, 1))
            voices += known[:, :, None] * known[:, None, :]
    silent = voices == 0
    total /= np.maximum(voices, 1.0)
    if silent.any():
        total = np.where(silent, _by_labels(model.catalogue, items), total)
    return np.clip(total, 0.0, 1.0, out=total)


def _by_labels(catalogue: Catalogue, items: NDArray[np.intp]) -> Floats:
    """Half a point for each of category path and brand that agree, same shape as the similarities."""
    category, brand = (_agree(labels, items) for labels in (catalogue.category_path_labels, catalogue.brand_labels))
    return 0.5 * category + 0.5 * brand


def _agree(labels: Labels, items: NDArray[np.intp]) -> Floats:
    """1 where two items carry the same label, 0 where they do not or it is empty."""
    codes = labels.codes[items]
    known = labels.names[codes] != ""
    same = (codes[:, :, None] == codes[:, None, :]) & known[:, :, None]
    return same.astype(np.float32)
