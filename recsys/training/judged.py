"""What each held-out shopper got from a run, kept with it, so that two runs can be compared shopper by shopper.

Shoppers are kept as digests of their ids: enough to pair them, not enough to read who they are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

JUDGED_FILE = "judged.safetensors"


@dataclass(frozen=True, eq=False)
class JudgedShoppers:
    """Figures of the shoppers judged in one column.

    Parameters
    ----------
    keys
        Digests of their ids, uint64, ascending, shape (n_users,).
    recall, ndcg
        At cut-off 20, 0 to 1, shape (n_users,) each, in the order of `keys`.
    """

    keys: NDArray[np.uint64]
    recall: NDArray[np.float64]
    ndcg: NDArray[np.float64]

    @staticmethod
    def of(user_ids: Sequence[str], recall: NDArray[np.float64], ndcg: NDArray[np.float64]) -> "JudgedShoppers":
        """Key the figures of shoppers by their ids."""
        keys = np.array([key_of(user) for user in user_ids], np.uint64)
        order = np.argsort(keys)
        return JudgedShoppers(keys[order], recall[order], ndcg[order])

    def figure(self, measure: str) -> NDArray[np.float64]:
        """Return "recall" or "ndcg"."""
        return {"recall": self.recall, "ndcg": self.ndcg}[measure]


def key_of(user_id: str) -> int:
    """Return a shopper's digest, 64 bits.

    Examples
    --------
    >>> key_of("S1") == key_of("S1") != key_of("S2")
    True
    """
    return int.from_bytes(hashlib.blake2b(str(user_id).encode("utf-8", "surrogatepass"), digest_size=8).digest())


def pair(ours: JudgedShoppers, theirs: JudgedShoppers, measure: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return one figure of the shoppers both judged, in the same order, shape (n_shared,) each."""
    _, left, right = np.intersect1d(ours.keys, theirs.keys, return_indices=True)
    return ours.figure(measure)[left], theirs.figure(measure)[right]


def write_judged(folder: Path, judged: Mapping[str, JudgedShoppers]) -> None:
    """Write every column into a run's folder; nothing where nobody was judged."""
    arrays = {f"{column}.{name}": array for column, kept in judged.items() for name, array in vars(kept).items()}
    if arrays:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / JUDGED_FILE)


def read_judged(folder: Path) -> dict[str, JudgedShoppers]:
    """Read what `write_judged` wrote; empty for a run that kept nothing."""
    path = folder / JUDGED_FILE
    if not path.is_file():
        return {}
    arrays = load_file(path)
    columns = sorted({name.partition(".")[0] for name in arrays})
    return {c: JudgedShoppers(*(arrays[f"{c}.{name}"] for name in ("keys", "recall", "ndcg"))) for c in columns}
