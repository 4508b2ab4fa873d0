import numpy as np
import pytest
import torch

from recsys.encoders import load_image_encoder
from recsys.encoders.contract import Encoder, check_embeddings
from recsys.encoders.vit import save_network
from tests.encoders.conftest import picture_of, tiny_network


@pytest.fixture
def pictures():
    return [picture_of((20 * n, 200 - 20 * n, 60), n, (30 + n, 50)) for n in range(9)]


def test_it_meets_the_contract(tiny_encoder, pictures):
    assert isinstance(tiny_encoder, Encoder)
    vectors = tiny_encoder.encode(pictures)
    check_embeddings(vectors, 9, tiny_encoder)
    assert np.isfinite(vectors).all()


def test_order_and_batches_do_not_matter(tiny_encoder, pictures, monkeypatch):
    whole = tiny_encoder.encode(pictures)
    monkeypatch.setattr("recsys.encoders.image.compact_vit.BATCH_SIZE", 2)
    np.testing.assert_allclose(tiny_encoder.encode(pictures[::-1])[::-1], whole, atol=1e-5)


def test_an_unreadable_picture_is_a_nan_row(tiny_encoder, pictures):
    vectors = tiny_encoder.encode([pictures[0], b"not a picture", pictures[1]])
    assert np.isnan(vectors).all(axis=1).tolist() == [False, True, False]
    np.testing.assert_allclose(vectors[[0, 2]], tiny_encoder.encode(pictures[:2]), atol=1e-5)


def test_progress_ends_at_all(tiny_encoder, pictures, monkeypatch):
    monkeypatch.setattr("recsys.encoders.image.compact_vit.BATCH_SIZE", 4)
    seen = []
    tiny_encoder.encode(pictures, lambda done, total: seen.append((done, total)))
    assert seen == [(4, 9), (8, 9), (9, 9)]


def test_weights_given_by_path_have_an_id_of_their_own(tmp_path):
    ids = []
    for seed in (0, 1):
        save_network(tiny_network(seed), tmp_path / "mine.safetensors")
        ids.append(load_image_encoder(str(tmp_path / "mine.safetensors"), "cpu").encoder_id)
    assert ids[0] != ids[1]
    assert all(name.startswith("mine-") for name in ids)


def test_encoding_leaves_the_network_as_it_was(tiny_encoder, pictures):
    before = {name: tensor.clone() for name, tensor in tiny_encoder.network.state_dict().items()}
    tiny_encoder.encode(pictures)
    assert all(torch.equal(before[name], tensor) for name, tensor in tiny_encoder.network.state_dict().items())
