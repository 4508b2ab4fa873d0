"""What every encoder promises; the shapes and the id are all that the rest of the package relies on.

Belongs here: the protocol and the small functions that check or name an encoder. No library is imported but numpy.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from recsys.errors import EncoderError

Embeddings = NDArray[np.float32]
CountProgress = Callable[[int, int], None]
"""Called with (done, total) counts; it may raise `CancelledError` to stop the work."""


@runtime_checkable
class Encoder(Protocol):
    """Content in, unit vectors out.

    Attributes
    ----------
    encoder_id
        Stable name with a hash of weights and preprocessing, used as the cache key: equal ids mean equal vectors
        within the stated tolerance (cosine ≥ .999 between devices and precisions).
    embedding_size
        d, the length of one vector.
    """

    @property
    def encoder_id(self) -> str:
        """Cache key: name and hash."""
        ...

    @property
    def embedding_size(self) -> int:
        """The d of the vectors."""
        ...

    def encode(self, contents: Sequence[Any], progress: CountProgress | None = None) -> Embeddings:
        """Encode texts (str) or pictures (path, bytes or PIL image), in the order given.

        Parameters
        ----------
        contents
            n pieces of content.
        progress
            Called with (done, n) after each batch.

        Returns
        -------
        float32, shape (n, d)
            Each row has length 1, or is NaN throughout where the content cannot be read (blank text, broken picture).
        """
        ...


def normalise_rows(vectors: NDArray[Any]) -> Embeddings:
    """Scale each row to length 1 in float32; a row of length 0 or with a non-finite value becomes NaN.

    Examples
    --------
    >>> normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [nan, nan]]
    """
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))
    lengths[~(np.isfinite(lengths) & (lengths > 0))] = np.nan
    unit: Embeddings = (rows / lengths[:, None]).astype(np.float32)
    return unit


def check_embeddings(vectors: NDArray[Any], n: int, encoder: Encoder) -> Embeddings:
    """Return `vectors` as float32 if it keeps the contract.

    Raises
    ------
    EncoderError
        If the shape is not (n, d), a row is partly non-finite, or a finite row is not of length 1 (± 1e-3).
    """
    if vectors.shape != (n, encoder.embedding_size):
        raise EncoderError(
            f"Encoder {encoder.encoder_id} returned shape {vectors.shape}; expected ({n}, {encoder.embedding_size})."
        )
    finite = np.isfinite(vectors)
    whole = finite.all(axis=1)
    if (finite.any(axis=1) & ~whole).any():
        raise EncoderError(f"Encoder {encoder.encoder_id} returned a vector that is partly NaN or infinite.")
    lengths = np.linalg.norm(vectors[whole], axis=1)
    if lengths.size and float(np.abs(lengths - 1).max()) > 1e-3:
        raise EncoderError(f"Encoder {encoder.encoder_id} returned vectors that are not of length 1.")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def hash_files(paths: Sequence[Path], extra: str = "") -> str:
    """Return 12 hex digits of a SHA-256 over the files' names and bytes and `extra`, independent of their folder."""
    digest = hashlib.sha256(extra.encode())
    for path in sorted(paths, key=lambda p: p.name):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
