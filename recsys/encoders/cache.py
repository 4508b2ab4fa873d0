"""Vectors on disk, keyed by content and encoder, so that nothing is encoded twice.

A folder per encoder id holds append-only shards. Several processes may write at once: each writes shards of its own,
and a vector written twice is the same vector. What a shard is: `shards.py`.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from recsys.encoders.contract import CountProgress, Embeddings, Encoder, check_embeddings
from recsys.encoders.shards import CorruptShardError, delete_shard, read_shard, write_shard
from recsys.errors import EncoderError

ROWS_PER_SHARD = 4096
Contents = Sequence[Any] | Callable[[Sequence[int]], Sequence[Any]]
_log = logging.getLogger(__name__)


def text_key(text: str) -> str:
    """Return the cache key of a text: SHA-256 in hex of its UTF-8 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class EmbeddingCache:
    """Reads and writes the vectors of a shop.

    Parameters
    ----------
    folder
        For example `ShopPaths.embeddings`; made when something is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def encode_missing(
        self, encoder: Encoder, keys: Sequence[str], contents: Contents, progress: CountProgress | None = None
    ) -> Embeddings:
        """Return one vector per key, encoding only what this encoder has not encoded before.

        New vectors reach the disk every few thousand rows, so stopped work is not lost. A NaN row (unreadable content)
        is returned but not kept, since the content may be readable next time.

        Parameters
        ----------
        encoder
            Whose `encoder_id` names the folder.
        keys
            n content hashes; equal keys mean equal content.
        contents
            The n contents in the same order, or a function from positions in `keys` to their contents (called only
            for missing ones).
        progress
            Called with (done, n) where n counts distinct missing keys.

        Returns
        -------
        float32, shape (n, d), rows of length 1 or NaN.

        Raises
        ------
        EncoderError
            If the encoder breaks its contract, or the number of contents differs from the number of keys.
        """
        if not callable(contents) and len(contents) != len(keys):
            raise EncoderError(f"{len(keys)} keys but {len(contents)} contents were given; they must match.")
        vectors, known = self.read(encoder, keys)
        first_position: dict[str, int] = {}
        for position in np.flatnonzero(~known).tolist():
            first_position.setdefault(keys[position], position)
        fresh = self._encode_and_keep(encoder, first_position, contents, progress)
        if first_position:
            number = {key: row for row, key in enumerate(first_position)}
            missing = np.flatnonzero(~known).tolist()
            vectors[missing] = fresh[[number[keys[position]] for position in missing]]
        return vectors

    def read(self, encoder: Encoder, keys: Sequence[str]) -> tuple[Embeddings, NDArray[np.bool_]]:
        """Return what is already known.

        Returns
        -------
        vectors, known
            float32 (n, d), NaN where unknown; bool (n,). Where two shards hold a key, either answers.
        """
        vectors = np.full((len(keys), encoder.embedding_size), np.nan, dtype=np.float32)
        known = np.zeros(len(keys), dtype=np.bool_)
        first: dict[str, int] = {}
        source = np.array([first.setdefault(key, position) for position, key in enumerate(keys)], dtype=np.intp)
        for shard_keys, shard_vectors in self._shards(encoder) if first else ():
            at = np.array([first.get(key, -1) for key in shard_keys], dtype=np.intp)
            rows = np.flatnonzero(at >= 0)
            vectors[at[rows]] = shard_vectors[rows]
            known[at[rows]] = True
        repeated = np.flatnonzero(source != np.arange(len(keys)))
        vectors[repeated], known[repeated] = vectors[source[repeated]], known[source[repeated]]
        return vectors, known

    def _encode_and_keep(
        self, encoder: Encoder, first_position: dict[str, int], contents: Contents, progress: CountProgress | None
    ) -> Embeddings:
        """Encode distinct missing keys shard by shard; float32 (n_missing, d) in the order of the dict."""
        keys, positions = list(first_position), list(first_position.values())
        fresh = np.full((len(keys), encoder.embedding_size), np.nan, dtype=np.float32)
        for start in range(0, len(keys), ROWS_PER_SHARD):
            part = positions[start : start + ROWS_PER_SHARD]
            chosen = contents(part) if callable(contents) else [contents[position] for position in part]
            report = None if progress is None else _shifted(progress, start, len(keys))
            vectors = check_embeddings(encoder.encode(chosen, report), len(part), encoder)
            fresh[start : start + len(part)] = vectors
            whole = cast("NDArray[np.bool_]", np.isfinite(vectors).all(axis=1))
            if whole.any():
                kept = [key for key, ok in zip(keys[start : start + len(part)], whole.tolist(), strict=True) if ok]
                write_shard(self._encoder_folder(encoder), kept, vectors[whole])
        return fresh

    def _shards(self, encoder: Encoder) -> list[tuple[list[str], Embeddings]]:
        """Read every whole shard; remove and report damaged ones, which are then encoded again."""
        whole = []
        for keys_path in sorted(self._encoder_folder(encoder).glob("*.keys")):
            path = keys_path.with_suffix(".npy")
            try:
                keys, vectors = read_shard(path)
                if vectors.shape[1] != encoder.embedding_size:
                    raise CorruptShardError(f"vectors of length {vectors.shape[1]}, not {encoder.embedding_size}")
            except CorruptShardError as error:
                _log.warning("Cached vectors in %s are damaged (%s); they are encoded again.", path.name, error)
                delete_shard(path)
            else:
                whole.append((keys, vectors))
        return whole

    def _encoder_folder(self, encoder: Encoder) -> Path:
        """Folder of one encoder, its id made safe as a file name."""
        return self._folder / re.sub(r"[^A-Za-z0-9._-]", "_", encoder.encoder_id)


def _shifted(progress: CountProgress, start: int, total: int) -> CountProgress:
    """Report a part's counts within the whole."""
    return lambda done, _: progress(start + done, total)
