import numpy as np
import pytest

from recsys.encoders.contract import Encoder, check_embeddings, hash_files, normalise_rows
from recsys.errors import EncoderError
from tests.encoders.conftest import CountingEncoder


def test_rows_are_scaled_to_length_one_and_impossible_rows_are_nan():
    rows = normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]]))
    assert rows.dtype == np.float32
    assert rows[0] == pytest.approx([0.6, 0.8])
    assert np.isnan(rows[1:]).all()


def test_a_toy_encoder_meets_the_protocol():
    assert isinstance(CountingEncoder(), Encoder)


@pytest.mark.parametrize(
    ("vectors", "reason"),
    [
        (np.zeros((2, 4)), "shape"),
        (np.full((1, 5), 0.5), "length 1"),
        (np.array([[1.0, 0, 0, 0, np.nan]]), "partly"),
    ],
)
def test_vectors_that_break_the_contract_are_refused(vectors, reason):
    with pytest.raises(EncoderError, match=reason):
        check_embeddings(vectors, 1, CountingEncoder())


def test_a_whole_nan_row_is_allowed():
    vectors = np.array([[1.0, 0, 0, 0, 0], [np.nan] * 5])
    assert check_embeddings(vectors, 2, CountingEncoder()).shape == (2, 5)


def test_the_hash_of_files_depends_on_bytes_and_names_but_not_on_the_folder(tmp_path):
    for folder, content in (("one", "x"), ("two", "x"), ("three", "y")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_text(content)
    one, two, three = (hash_files([tmp_path / name / "a"]) for name in ("one", "two", "three"))
    assert one == two != three
    assert hash_files([tmp_path / "one" / "a"], "v2") != one
