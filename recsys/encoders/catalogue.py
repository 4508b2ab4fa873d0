"""A catalogue's texts and pictures to one vector per item, through the cache."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from recsys.data.media import media_file
from recsys.encoders.cache import EmbeddingCache, text_key
from recsys.encoders.contract import CountProgress, Embeddings, Encoder, normalise_rows


def encode_texts(
    texts: Sequence[str], encoder: Encoder, cache: EmbeddingCache, progress: CountProgress | None = None
) -> Embeddings:
    """Encode one text per item.

    Parameters
    ----------
    texts
        n texts.
    encoder
        A text encoder.
    cache
        Where vectors are kept.
    progress
        Called with (done, n) where n counts distinct texts not yet in the cache.

    Returns
    -------
    float32, shape (n, d), rows of length 1; NaN for an item whose text is blank.
    """
    stripped = [text.strip() for text in texts]
    spoken = [row for row, text in enumerate(stripped) if text]
    vectors = np.full((len(texts), encoder.embedding_size), np.nan, dtype=np.float32)
    chosen = [stripped[row] for row in spoken]
    vectors[spoken] = cache.encode_missing(encoder, [text_key(text) for text in chosen], chosen, progress)
    return vectors


def encode_images(
    image_hashes: Sequence[tuple[str, ...]],
    media: Path,
    encoder: Encoder,
    cache: EmbeddingCache,
    progress: CountProgress | None = None,
) -> Embeddings:
    """Encode every item's pictures and average them.

    Parameters
    ----------
    image_hashes
        For each of n items the content hashes of its pictures, possibly none.
    media
        The shop's media folder.
    encoder
        An image encoder.
    cache
        Where vectors of single pictures are kept.
    progress
        Called with (done, n) where n counts pictures not yet in the cache.

    Returns
    -------
    float32, shape (n, d): the mean of an item's readable pictures, scaled to length 1; NaN for an item without any.
    """
    hashes = list(dict.fromkeys(picture for pictures in image_hashes for picture in pictures))
    paths = [media_file(media, picture) for picture in hashes]
    vectors = cache.encode_missing(encoder, hashes, paths, progress)
    number = {picture: row for row, picture in enumerate(hashes)}
    return mean_by_item([[number[picture] for picture in pictures] for pictures in image_hashes], vectors)


def mean_by_item(rows_of_items: Sequence[Sequence[int]], vectors: Embeddings) -> Embeddings:
    """Average each item's rows that are not NaN and scale to length 1; NaN (n, d) rows where nothing is left."""
    counts = np.array([len(rows) for rows in rows_of_items], dtype=np.intp)
    flat = np.array([row for rows in rows_of_items for row in rows], dtype=np.intp)
    items = np.repeat(np.arange(len(rows_of_items)), counts)
    whole = cast("NDArray[np.bool_]", np.isfinite(vectors).all(axis=1))
    readable = whole[flat]
    sums = np.zeros((len(rows_of_items), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, items[readable], vectors[flat[readable]])
    return normalise_rows(sums)
