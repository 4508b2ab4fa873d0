"""The training of the shipped image encoder, a few steps of it on a handful of pictures."""

import numpy as np
import pandas as pd
import pytest
import torch

from recsys.encoders.image.compact_vit import SHIPPED_WEIGHTS, load
from recsys.encoders.vit import save_network
from recsys.simulation.drawing import LOOK_WORDS
from scripts.image_training.augment import draw_view
from scripts.image_training.objectives import Heads, Teacher
from scripts.image_training.pictures import STORED_SIZE, describe_labels, load_photos, render_drawn
from scripts.image_training.trainer import TrainConfig, Trainer, learning_rate_share, move_average
from tests.encoders.test_quality_script import drawn

CONFIG = TrainConfig(steps=4, photos_per_step=6, drawn_per_step=6, small_share=0.5, n_drawn=12, queue=8)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """12 photos and 12 drawings."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(1)
    photos = pd.DataFrame({"image_bytes": [drawn(rng)[1] for _ in range(14)], "class": ["hat", "shoes"] * 7})
    photos["split"] = ["train"] * 12 + ["validation", "test"]
    photos.to_parquet(folder / "photos.parquet")
    return load_photos(folder), render_drawn(folder, CONFIG.n_drawn, CONFIG.seed), folder


def test_only_the_training_split_of_the_photos_is_read(pictures):
    photos, _, _ = pictures
    assert photos.pixels.shape == (12, STORED_SIZE, STORED_SIZE, 3)
    assert photos.texts == ["photo of hat", "photo of shoes"] * 6
    assert photos.labels[:, 0].tolist() == [0, 1] * 6


def test_drawings_are_the_same_by_seed_and_their_words_are_their_labels(pictures, tmp_path):
    _, drawings, folder = pictures
    again = render_drawn(tmp_path, CONFIG.n_drawn, CONFIG.seed)
    assert (again.pixels == drawings.pixels).all() and (again.labels == drawings.labels).all()
    assert render_drawn(folder, CONFIG.n_drawn, CONFIG.seed).texts == drawings.texts
    names = list(LOOK_WORDS)
    row = np.zeros((1, len(names)), dtype=np.int64)
    row[0, names.index("pattern")] = LOOK_WORDS["pattern"].index("stripes")
    assert describe_labels(row) == [f"{LOOK_WORDS['colour'][0]} stripes {LOOK_WORDS['silhouette'][0]}"]


def test_a_view_keeps_the_range_and_follows_the_generator():
    pixels = torch.rand(3, 3, 40, 40) * 255
    one, same, other = (draw_view(pixels, 32, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert one.shape == (3, 3, 32, 32) and float(one.min()) >= 0 and float(one.max()) <= 255
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_the_contrast_between_views_prefers_the_own_key_and_forgets_the_oldest():
    teacher = Teacher(4, 3)
    keys = torch.eye(4)[:2]
    assert float(teacher.loss(keys, keys, 0.1)) < float(teacher.loss(keys, keys.flip(0), 0.1))
    alone = float(teacher.loss(keys, keys, 1.0))
    teacher.remember(torch.eye(4)[2:])
    assert float(teacher.loss(keys, keys, 1.0)) > alone  # more to be told apart from
    teacher.remember(keys)
    assert torch.equal(teacher.queue, torch.cat([keys, torch.eye(4)[2:3]]))


@torch.no_grad()
def test_text_loss_falls_when_pictures_lie_at_their_text():
    torch.manual_seed(0)
    heads = Heads(4, (2,), 4)
    torch.nn.init.eye_(heads.to_text.weight)
    torch.nn.init.zeros_(heads.to_text.bias)
    texts, groups = torch.eye(4), torch.arange(4)
    assert float(heads.text_loss(texts, texts, groups)) < float(heads.text_loss(texts.roll(1, 0), texts, groups))


def test_the_average_follows_and_the_rate_warms_up_and_falls():
    mean, now = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    expected = 0.9 * mean.weight.detach() + 0.1 * now.weight.detach()
    move_average(mean, now, 0.9)
    torch.testing.assert_close(mean.weight.detach(), expected)
    rates = [learning_rate_share(step, 100) for step in range(100)]
    assert rates.index(max(rates)) in (4, 5) and rates[0] == 0.2 and rates[-1] < 0.02


@pytest.mark.slow
def test_steps_change_the_learned_half_only_and_the_file_stays_small(pictures, tmp_path):
    photos, drawings, _ = pictures
    trainer = Trainer(CONFIG, photos, drawings, SHIPPED_WEIGHTS)
    losses = [trainer.step(number) for number in range(CONFIG.steps)]
    assert set(losses[0]) == {*LOOK_WORDS, "photo", "contrast", "text"}
    assert all(np.isfinite(list(parts.values())).all() for parts in losses)
    assert len(trainer.teacher.queue) == 8
    save_network(trainer.average, tmp_path / "vit.safetensors")
    assert (tmp_path / "vit.safetensors").stat().st_size <= 6_000_000
    before, after = load(), load(str(tmp_path / "vit.safetensors"))
    half = before.network.config.learned_size
    pixels = np.asarray(photos.pixels[:4, 8:104, 8:104])
    moved = (before.encode_pixels(pixels) * after.encode_pixels(pixels))[:, :half].sum(axis=1)
    np.testing.assert_allclose(after.encode_pixels(pixels)[:, half:], before.encode_pixels(pixels)[:, half:], atol=2e-3)
    assert (moved < 0.4999).all() and (moved > 0.2).all()  # half of the cosine is the learned half's
