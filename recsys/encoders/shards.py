"""One shard of the embedding cache: a `.npy` of vectors and a `.keys` text that names its rows and its checksum.

The `.keys` file is written last, so a shard exists only when it is whole. Which shards and when: `cache.py`.
"""

import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from recsys.encoders.contract import Embeddings


class CorruptShardError(Exception):
    """A shard's bytes are not those that were written; its vectors have to be encoded again."""


def write_shard(folder: Path, keys: Sequence[str], vectors: Embeddings) -> Path:
    """Write a shard and return its `.npy`.

    Parameters
    ----------
    folder
        Of one encoder.
    keys
        n content hashes without white space.
    vectors
        float32, shape (n, d), finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.npy"
    temporary = path.with_suffix(".npy.tmp")
    with temporary.open("wb") as file:
        np.save(file, np.ascontiguousarray(vectors, dtype=np.float32), allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    head = f"{_hash_file(temporary)} {vectors.shape[0]} {vectors.shape[1]}"
    temporary.replace(path)
    temporary = path.with_suffix(".keys.tmp")
    with temporary.open("w", encoding="utf-8") as text:
        text.write("\n".join([head, *keys]) + "\n")
        text.flush()
        os.fsync(text.fileno())
    temporary.replace(path.with_suffix(".keys"))
    return path


def read_shard(path: Path) -> tuple[list[str], Embeddings]:
    """Read (keys, vectors) of a `.npy`; the vectors are mapped, not copied.

    Raises
    ------
    CorruptShardError
        If checksum, shape, type or finiteness differ from what was written.
    """
    try:
        lines = path.with_suffix(".keys").read_text(encoding="utf-8").split("\n")
        checksum, n, d = lines[0].split()
        keys = lines[1:-1]
        if _hash_file(path) != checksum:
            raise CorruptShardError("the checksum differs")
        vectors = cast("Embeddings", np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        raise CorruptShardError(str(error)) from error
    if vectors.shape != (int(n), int(d)) or len(keys) != int(n) or vectors.dtype != np.float32:
        raise CorruptShardError(f"shape {vectors.shape}, {vectors.dtype}, {len(keys)} keys; written as ({n}, {d})")
    if not np.isfinite(vectors).all():
        raise CorruptShardError("a value is not finite")
    return keys, vectors


def delete_shard(path: Path) -> None:
    """Remove both files; missing ones are fine."""
    path.with_suffix(".keys").unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _hash_file(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
