import numpy as np
import pytest
import torch

from recsys.encoders import load_image_encoder
from recsys.encoders.contract import check_embeddings
from recsys.encoders.contrast import contrast_loss
from recsys.encoders.fine_tune import FineTuneConfig, fine_tune_image_encoder
from recsys.encoders.image.tuned import CONFIG_FILE, WEIGHTS_FILE
from recsys.errors import CancelledError, EncoderError
from tests.encoders.conftest import CountingEncoder

CONFIG = FineTuneConfig(epochs=15, batch_size=32, tuned_size=8, n_blocks=1, learning_rate=1e-3, budget_s=60)


@pytest.fixture(scope="module")
def words(coloured_pairs):
    return np.unique(coloured_pairs[1], axis=0)


def tune(encoder, pairs, config=CONFIG, **rest):
    return fine_tune_image_encoder(encoder, *pairs, "words-1", config, **rest)


def test_it_lowers_the_loss_and_finds_the_word_of_a_picture(tiny_encoder, coloured_pairs, words):
    result = tune(tiny_encoder, coloured_pairs)
    assert result.skipped is None
    assert result.n_pictures == 96
    assert len(result.losses) == 45
    assert np.mean(result.losses[-5:]) < np.mean(result.losses[:5])
    vectors = result.encoder.encode(coloured_pairs[0])
    check_embeddings(vectors, 96, result.encoder)
    found = words[(result.encoder.project(vectors) @ words.T).argmax(axis=1)]
    assert (found == coloured_pairs[1]).all(axis=1).mean() > 0.95


def test_equal_seeds_give_equal_encoders_and_the_given_one_is_not_touched(tiny_encoder, coloured_pairs):
    before = {name: tensor.clone() for name, tensor in tiny_encoder.network.state_dict().items()}
    one, two = (tune(tiny_encoder, coloured_pairs) for _ in range(2))
    other = tune(tiny_encoder, coloured_pairs, FineTuneConfig(**{**CONFIG.__dict__, "seed": 1}))
    assert one.encoder.encoder_id == two.encoder.encoder_id != other.encoder.encoder_id
    assert one.losses == two.losses
    assert not one.cut_short
    assert all(torch.equal(before[name], tensor) for name, tensor in tiny_encoder.network.state_dict().items())


def test_saved_and_loaded_it_is_the_same_encoder(tiny_encoder, coloured_pairs, tmp_path):
    tuned = tune(tiny_encoder, coloured_pairs).encoder
    tuned.save(tmp_path)
    loaded = load_image_encoder(str(tmp_path), "cpu")
    assert loaded.encoder_id == tuned.encoder_id
    vectors = tuned.encode(coloured_pairs[0][:6])
    assert (loaded.encode(coloured_pairs[0][:6]) * vectors).sum(axis=1).min() > 0.999
    assert (loaded.project(vectors) * tuned.project(vectors)).sum(axis=1).min() > 0.9999


@pytest.mark.parametrize("damage", [WEIGHTS_FILE, CONFIG_FILE])
def test_a_damaged_save_is_one_clear_error(tiny_encoder, coloured_pairs, tmp_path, damage):
    tune(tiny_encoder, coloured_pairs).encoder.save(tmp_path)
    (tmp_path / damage).write_bytes((tmp_path / damage).read_bytes()[:-20])
    with pytest.raises(EncoderError):
        load_image_encoder(str(tmp_path), "cpu")


def test_too_few_pictures_are_a_sentence_not_an_error(tiny_encoder, coloured_pairs):
    pictures, texts = coloured_pairs
    few = tune(tiny_encoder, (pictures[:63], texts[:63]))
    broken = tune(tiny_encoder, ([b"x"] * 40 + pictures[40:], texts))
    silent = tune(tiny_encoder, (pictures, np.full_like(texts, np.nan)))
    for result, n in ((few, 63), (broken, 56), (silent, 0)):
        assert result.encoder is tiny_encoder
        assert result.skipped == f"{n} readable pictures with a text are too few to learn from; at least 64 are needed."


def test_it_can_be_switched_off_and_leaves_other_encoders_alone(tiny_encoder, coloured_pairs):
    assert "switched off" in tune(tiny_encoder, coloured_pairs, FineTuneConfig(enabled=False)).skipped
    assert "Only the compact ViT" in tune(CountingEncoder(), coloured_pairs).skipped


def test_a_small_budget_cuts_it_short_and_says_so(tiny_encoder, coloured_pairs):
    result = tune(tiny_encoder, coloured_pairs, FineTuneConfig(**{**CONFIG.__dict__, "epochs": 10**5, "budget_s": 1.5}))
    assert result.cut_short
    assert result.elapsed_s < 6


def test_progress_rises_to_one_and_may_cancel(tiny_encoder, coloured_pairs):
    seen = []

    def watch(stage, fraction, *, message="", loss=None, validation=None):
        seen.append((fraction, loss))

    tune(tiny_encoder, coloured_pairs, progress=watch)
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert seen[-1][1] is not None

    def stop(stage, fraction, **_):
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        tune(tiny_encoder, coloured_pairs, progress=stop)


def test_one_text_for_all_pictures_does_not_break(tiny_encoder, coloured_pairs):
    pictures, texts = coloured_pairs
    result = tune(tiny_encoder, (pictures, np.tile(texts[:1], (96, 1))))
    assert np.isfinite(result.losses).all()
    assert np.isfinite(result.encoder.encode(pictures[:3])).all()


@pytest.mark.parametrize(
    "wrong", [{"budget_s": 0}, {"batch_size": 1}, {"original_share": 1.0}, {"ridge": 0}, {"n_blocks": -1}]
)
def test_an_impossible_config_is_refused(wrong):
    with pytest.raises(EncoderError):
        FineTuneConfig(**wrong)


def test_numbers_of_pictures_and_texts_must_match(tiny_encoder, coloured_pairs):
    with pytest.raises(EncoderError, match="3 pictures but 96"):
        tune(tiny_encoder, (coloured_pairs[0][:3], coloured_pairs[1]))


class TestContrastLoss:
    def test_matching_pairs_lose_less_than_swapped_ones(self):
        pairs = torch.eye(3)
        groups = torch.arange(3)
        good, bad = contrast_loss(pairs, pairs, groups, 0.1), contrast_loss(pairs, pairs.roll(1, 0), groups, 0.1)
        assert good < 1e-3 < bad

    def test_equal_texts_are_not_pushed_apart(self):
        """Two pictures of one text: all four pairs are positives, so p = ½ each is the optimum, ln 2."""
        same = torch.ones(2, 1)
        assert float(contrast_loss(same, same, torch.zeros(2), 0.1)) == pytest.approx(np.log(2))

    def test_its_gradient_is_that_of_finite_differences(self):
        torch.manual_seed(0)
        pictures = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
        texts = torch.nn.functional.normalize(torch.randn(4, 3, dtype=torch.float64))
        groups = torch.tensor([0, 1, 1, 2])
        assert torch.autograd.gradcheck(lambda p: contrast_loss(p, texts, groups, 0.5), pictures)
