"""Vectors that come with the data: checked once, kept by item id, absent where an item has none."""

import numpy as np
import pytest

from recsys.encoders.supplied import check_supplied, read_supplied, write_supplied
from recsys.errors import InputError

NAN = float("nan")


def ids(*names: str) -> np.ndarray:
    """Item ids as a catalogue has them."""
    return np.array(names, dtype=object)


def test_rows_of_nan_or_zero_are_items_without_content():
    found = check_supplied(np.array([[3.0, 4.0], [NAN, NAN], [0.0, 0.0]]), 3, "text_feat.npy")
    assert found[0].tolist() == pytest.approx([0.6, 0.8]) and found.dtype == np.float32
    assert np.isnan(found[1:]).all()
    assert check_supplied(np.array([[2, 0]]), 1, "x").tolist() == [[1.0, 0.0]]  # whole numbers are numbers


@pytest.mark.parametrize(
    ("vectors", "n_items", "sentence"),
    [
        (np.array([[1.0, 1.0], [NAN, 1.0]]), 2, "1 rows with NaN or infinite values among others, the first is row 1"),
        (np.array([[np.inf, np.inf]]), 1, "the first is row 0"),
        (np.ones((2, 3)), 5, "2 rows, but there are 5 items"),
        (np.ones(4), 4, r"one row of numbers per item, got float64 of shape \(4,\)"),
        (np.array([["a"]]), 1, "one row of numbers per item"),
        (np.ones((3, 0)), 3, "one row of numbers per item"),
    ],
)
def test_unusable_vectors_are_refused_with_the_row(vectors, n_items, sentence):
    with pytest.raises(InputError, match=sentence):
        check_supplied(vectors, n_items, "text_feat.npy")


def test_vectors_find_their_items_again_in_any_order(tmp_path):
    write_supplied(tmp_path, "text", ["a", "b"], np.eye(2, dtype=np.float32))
    assert read_supplied(tmp_path, ids("x", "y")) == {}
    found = read_supplied(tmp_path, ids("b", "new", "a"))
    assert list(found) == ["text"]
    assert found["text"][[0, 2]].tolist() == [[0.0, 1.0], [1.0, 0.0]] and np.isnan(found["text"][1]).all()
    write_supplied(tmp_path, "text", ["a"], np.ones((1, 3), np.float32))  # a later supply replaces the earlier
    assert read_supplied(tmp_path, ids("a", "b"))["text"].shape == (2, 3)
    assert [path.name for path in (tmp_path / "supplied").iterdir()] == ["text.npz"]
