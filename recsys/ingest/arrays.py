"""Small questions to Arrow columns that both checkers ask."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def is_null(values: pa.Array) -> NDArray[np.bool_]:
    """True where there is no value."""
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def nullable(values: NDArray[np.float64]) -> pa.Array:
    """Numbers with NaN as null."""
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def times_array(values: NDArray[np.datetime64]) -> pa.Array:
    """Times in UTC with NaT as null."""
    return pa.array(values.astype("datetime64[us]")).cast(pa.timestamp("us", tz="UTC"))


def isin(values: pa.Array, allowed: pa.Array) -> NDArray[np.bool_]:
    """True where a value is among `allowed`."""
    return np.asarray(pc.is_in(values, value_set=allowed).to_numpy(zero_copy_only=False), dtype=bool)


def find_repeats(
    columns: dict[str, pa.Array], key: str, keep: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find kept rows whose key came in an earlier kept row.

    Parameters
    ----------
    columns
        Arrays of shape (n,); all of them are compared.
    key
        Column that should be unique; nulls never repeat.
    keep
        bool, shape (n,).

    Returns
    -------
    Rows equal to the first one with their key; rows that differ from it. Both bool, shape (n,).
    """
    ids = columns[key]
    used = np.flatnonzero(keep & ~is_null(ids))
    codes = ids.take(pa.array(used)).dictionary_encode().indices.to_numpy(zero_copy_only=False)
    _, first_position, inverse = np.unique(codes, return_index=True, return_inverse=True)
    first = used[first_position[inverse]]
    later = first != used
    same = np.zeros(len(keep), dtype=bool)
    differs = np.zeros(len(keep), dtype=bool)
    rows, originals = used[later], first[later]
    equal = np.ones(len(rows), dtype=bool)
    for array in columns.values():
        equal &= _same(array.take(pa.array(rows)), array.take(pa.array(originals)))
    same[rows[equal]] = True
    differs[rows[~equal]] = True
    return same, differs


def _same(left: pa.Array, right: pa.Array) -> NDArray[np.bool_]:
    """True where both hold the same value, or none."""
    if pa.types.is_nested(left.type):
        return np.array([a == b for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)], dtype=bool)
    match = pc.fill_null(pc.equal(left, right), False).to_numpy(zero_copy_only=False)
    return np.asarray(match, dtype=bool) | (is_null(left) & is_null(right))
