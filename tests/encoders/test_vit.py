import numpy as np
import pytest
import torch

from recsys.encoders.describe import PatchDescriptor, Summary
from recsys.encoders.image.compact_vit import SHIPPED_WEIGHTS, load
from recsys.encoders.vit import CompactVit, Tail, VitConfig, join, load_network, save_network
from recsys.errors import EncoderError
from tests.encoders.conftest import TINY, picture_of, tiny_network


@pytest.mark.parametrize(
    "wrong",
    [
        {"picture_size": 90},
        {"width": 25},
        {"heads": 5},
        {"depth": 0},
        {"described_size": 7},
        {"described_share": 1.0},
        {"learned_size": 0},
    ],
)
def test_an_impossible_shape_is_refused(wrong):
    with pytest.raises(EncoderError):
        VitConfig(**wrong)


def test_saving_and_loading_keeps_every_vector_to_half_precision(tmp_path):
    network = tiny_network()
    save_network(network, tmp_path / "w.safetensors")
    pixels = torch.randint(0, 256, (3, 3, 32, 32))
    with torch.inference_mode():
        before, after = network(pixels), load_network(tmp_path / "w.safetensors", torch.device("cpu"))(pixels)
    assert before.shape == (3, TINY.embedding_size)
    assert (before * after).sum(dim=1).min() > 0.999


@pytest.mark.parametrize("damage", ["weights", "config", "mismatch"])
def test_damaged_files_are_one_clear_error(tmp_path, damage):
    weights = tmp_path / "w.safetensors"
    save_network(tiny_network(), weights)
    if damage == "weights":
        weights.write_bytes(weights.read_bytes()[:100])
    elif damage == "config":
        weights.with_suffix(".json").write_text("{")
    else:
        weights.with_suffix(".json").write_text('{"picture_size": 32, "width": 48}')
    with pytest.raises(EncoderError, match=r"w\.safetensors"):
        load(str(weights), "cpu")


def test_the_cosine_of_joined_rows_mixes_by_share():
    a, b = torch.tensor([[1.0, 0.0], [0.0, 2.0]]), torch.tensor([[3.0], [3.0]])
    rows = join(a, b, 0.25)  # cosines: first halves 0, second halves 1 → 0.25
    assert rows.norm(dim=1).tolist() == pytest.approx([1, 1])
    assert float(rows[0] @ rows[1]) == pytest.approx(0.25)


def test_a_tail_continues_where_the_network_stopped():
    network = tiny_network()
    pixels = torch.randint(0, 256, (2, 3, 32, 32))
    with torch.inference_mode():
        tokens, described = network.start(pixels, 1)
        whole = network.pool(network.blocks[1](tokens))
        features = Tail(network, 1, 5).features(tokens, described)
    assert torch.equal(features[:, : whole.shape[1]], whole)


def test_a_tail_longer_than_the_network_is_refused():
    with pytest.raises(EncoderError, match="n_blocks is 3"):
        Tail(tiny_network(), 3, 5)


def test_edges_say_their_direction():
    """Vertical stripes have horizontal gradients (doubled angle 0), horizontal stripes doubled angle π."""
    stripes = (torch.arange(32) // 4 % 2).float()
    upright = stripes.view(1, 1, 1, 32).expand(1, 3, 32, 32)
    edges = PatchDescriptor().edges(torch.cat([upright, upright.transpose(2, 3)]), 2).mean(dim=(2, 3))
    assert edges[0, :8].argmax() == 0
    assert edges[1, :8].argmax() == 4


def test_a_plain_picture_has_one_colour_and_no_edges():
    describe = PatchDescriptor()
    red = torch.zeros(1, 3, 32, 32)
    red[:, 0] = 1
    histogram = describe.colour_histogram(red, 1).flatten() / 2
    assert describe.colours[histogram.argmax()].tolist() == [1, 0, 0]
    assert float(histogram.square().sum()) == pytest.approx(1, abs=1e-5)
    assert float(describe.edges(red, 2).max()) == 0


def test_each_half_of_the_summary_has_unit_mean_square_on_what_it_was_fitted_to():
    described = torch.randn(200, 4, PatchDescriptor.size)
    summary = Summary(4, 20)
    summary.fit(described)
    halves = summary(described).split(10, dim=1)
    for half in halves:
        assert float(half.square().sum(dim=1).mean()) == pytest.approx(1, rel=1e-4)


def test_another_picture_size_only_changes_the_number_of_patches():
    network = CompactVit(TINY).eval()
    tokens, described = network.start(torch.zeros(1, 3, 48, 48), 2)
    assert tokens.shape == (1, 9, 24)
    assert described.shape == (1, 9, PatchDescriptor.size)
    assert network.learned(tokens, 2).shape == (1, 10)


@pytest.fixture(scope="module")
def shipped():
    return load(device="cpu")


def test_the_shipped_weights_are_small_and_named_by_their_bytes(shipped):
    assert SHIPPED_WEIGHTS.stat().st_size < 20_000_000
    assert shipped.encoder_id.startswith("compact_vit-")
    assert load(device="cpu").encoder_id == shipped.encoder_id


def test_a_batch_equals_single_pictures(shipped):
    pictures = [picture_of((30 * n, 100, 250 - 30 * n), n) for n in range(5)]
    batch = shipped.encode(pictures)
    single = np.concatenate([shipped.encode([picture]) for picture in pictures])
    assert (batch * single).sum(axis=1).min() > 0.999


def test_two_red_pictures_are_nearer_than_red_and_blue(shipped):
    one, two, blue = shipped.encode([picture_of(c, n) for n, c in enumerate([(200, 30, 30)] * 2 + [(30, 30, 200)])])
    assert one @ two > one @ blue + 0.1
