"""Vectors a shop brings along instead of having its texts or pictures encoded.

They are kept by item id beside the cache, one file per modality. Belongs here: what makes such vectors usable. Which of
them a training takes is `training.embed`'s decision.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys.encoders.contract import Embeddings, normalise_rows
from recsys.errors import InputError

SUPPLIED = "supplied"
"""The encoder's name where vectors were supplied, and the folder inside the cache."""

MODALITIES: tuple[str, ...] = ("text", "image")


def check_supplied(vectors: NDArray[Any], n_items: int, name: str) -> Embeddings:
    """Bring supplied vectors into the shape every encoder gives.

    A row of zeros or of NaN throughout means that the item has no such content.

    Parameters
    ----------
    vectors
        One row per item, real numbers.
    n_items
        How many rows there must be.
    name
        The file, for messages.

    Returns
    -------
    float32, shape (n_items, d), rows of length 1, or NaN throughout.

    Raises
    ------
    InputError
        If the array is not (n_items, d) of numbers, or a row is partly NaN or infinite.

    Examples
    --------
    >>> check_supplied(np.array([[0.0, 2.0], [np.nan, np.nan]]), 2, "text_feat.npy").tolist()
    [[0.0, 1.0], [nan, nan]]
    """
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or vectors.shape[1] == 0:
        raise InputError(f"{name} must hold one row of numbers per item, got {vectors.dtype} of shape {vectors.shape}.")
    if len(vectors) != n_items:
        raise InputError(f"{name} has {len(vectors):,} rows, but there are {n_items:,} items; they must match.")
    finite = np.isfinite(vectors)
    absent = np.isnan(vectors).all(axis=1) if vectors.dtype.kind == "f" else np.zeros(n_items, bool)
    broken = np.flatnonzero(~finite.all(axis=1) & ~absent)
    if len(broken):
        raise InputError(
            f"{name} has {len(broken):,} rows with NaN or infinite values among others, the first is row {broken[0]}; "
            "correct them, or make such a row NaN throughout for an item without content."
        )
    return normalise_rows(vectors)


def write_supplied(folder: Path, modality: str, item_ids: Iterable[str], vectors: Embeddings) -> None:
    """Keep checked vectors, replacing the earlier ones of this modality; a reader never sees half a file.

    Parameters
    ----------
    folder
        `ShopPaths.embeddings`.
    modality
        One of `MODALITIES`.
    item_ids
        One id per row.
    vectors
        As `check_supplied` returns them.
    """
    target = folder / SUPPLIED / f"{modality}.npz"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{modality}.{secrets.token_hex(4)}.npz")
    try:
        np.savez(temporary, item_ids=np.array(list(item_ids), dtype=np.str_), vectors=vectors)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def read_supplied(folder: Path, item_ids: NDArray[np.object_]) -> dict[str, Embeddings]:
    """Return supplied vectors by modality for the items of a catalogue.

    Parameters
    ----------
    folder
        `ShopPaths.embeddings`.
    item_ids
        Ids in item_num order, shape (n_items,).

    Returns
    -------
    dict
        Modality to float32 (n_items, d), NaN where an item came without a vector; only modalities that were supplied
        for at least one of the items.
    """
    found = {}
    for modality in MODALITIES:
        file = folder / SUPPLIED / f"{modality}.npz"
        if not file.exists():
            continue
        with np.load(file) as kept:
            place = {item: row for row, item in enumerate(kept["item_ids"].tolist())}
            vectors: Embeddings = kept["vectors"]
        rows = np.array([place.get(item, -1) for item in item_ids], dtype=np.intp)
        if (rows >= 0).any():
            taken = vectors[np.maximum(rows, 0)]
            taken[rows < 0] = np.nan
            found[modality] = taken
    return found
