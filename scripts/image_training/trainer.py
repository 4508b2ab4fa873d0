"""One training of the compact image encoder: its config, its state and its step."""

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.encoders import load_text_encoder
from recsys.encoders.vit import CompactVit, VitConfig, load_network
from recsys.simulation.drawing import LOOK_WORDS
from scripts.image_training.augment import draw_view
from scripts.image_training.objectives import Heads, Teacher
from scripts.image_training.pictures import PictureSet


@dataclass(frozen=True)
class TrainConfig:
    """Every choice that changes the weights.

    Parameters
    ----------
    steps
        Optimiser steps.
    photos_per_step, drawn_per_step
        Pictures in one step; each photo is seen in two views.
    small_share
        Share of the steps, from the start, on 64-pixel pictures (four times cheaper); the rest is on 96 pixels.
    n_drawn
        Distinct drawn products.
    learning_rate, weight_decay, ema
        AdamW with warm-up and a cosine; the average of the weights is the teacher and what is kept.
    temperature, queue
        Of the self-supervised contrast, and how many earlier keys it remembers.
    photo_label, contrast, text
        Weights of the photos' class, of the contrast between views and of the contrast with text; each label of a
        drawing has 1, cut and detail half of it.
    seed
        Of drawings, order, augmentation and initial weights.
    """

    steps: int = 600
    photos_per_step: int = 64
    drawn_per_step: int = 48
    small_share: float = 0.8
    n_drawn: int = 12_000
    learning_rate: float = 1.2e-3
    weight_decay: float = 0.05
    ema: float = 0.99
    temperature: float = 0.12
    queue: int = 2048
    photo_label: float = 2.0
    contrast: float = 0.5
    text: float = 0.5
    seed: int = 1


class Trainer:
    """The state of one training and its step.

    Parameters
    ----------
    config
        How to train.
    photos, drawn
        What to learn from.
    start
        Weights to go on from, or None for random ones; the described half is fitted in the second case.
    """

    def __init__(self, config: TrainConfig, photos: PictureSet, drawn: PictureSet, start: Path | None) -> None:
        torch.manual_seed(config.seed)
        self.config, self.photos, self.drawn = config, photos, drawn
        network = CompactVit(VitConfig()) if start is None else load_network(start, torch.device("cpu"))
        if start is None:
            n_described = min(2500, len(photos.pixels), len(drawn.pixels))
            both = [describe_pictures(network, pictures, n_described) for pictures in (photos, drawn)]
            network.summary.fit(torch.cat(both))
        self.network = network.train().to(memory_format=torch.channels_last)
        self.generator = torch.Generator().manual_seed(config.seed)
        self.rng = np.random.default_rng(config.seed)
        self.texts, self.groups = embed_texts(photos.texts, drawn.texts)
        n_classes = (*drawn.n_classes, *photos.n_classes)
        self.heads = Heads(network.config.learned_size, n_classes, self.texts.shape[1])
        self.average, self.average_heads = deepcopy(self.network).eval(), deepcopy(self.heads).eval()
        self.teacher = Teacher(96, config.queue)
        self.optimiser = torch.optim.AdamW(self._groups(), lr=config.learning_rate, betas=(0.9, 0.98))

    def _groups(self) -> list[dict[str, object]]:
        """Parameters with and without weight decay."""
        named = [*self.network.named_parameters(), *self.heads.named_parameters()]
        kept = [p for name, p in named if p.ndim < 2 or name == "positions"]
        shrunk = [p for name, p in named if not (p.ndim < 2 or name == "positions")]
        return [{"params": shrunk, "weight_decay": self.config.weight_decay}, {"params": kept, "weight_decay": 0.0}]

    def _sample(self, pictures: PictureSet, n: int) -> tuple[Tensor, Tensor, Tensor]:
        """Draw n pictures at random: float (n, 3, s, s), labels int64 (n, n_tasks), rows int64 (n,)."""
        rows = np.sort(self.rng.choice(len(pictures.pixels), n, replace=False))
        pixels = torch.from_numpy(np.array(pictures.pixels[rows])).permute(0, 3, 1, 2).float()
        return pixels, torch.from_numpy(pictures.labels[rows]), torch.from_numpy(rows)

    def step(self, number: int) -> dict[str, float]:
        """Update the weights once; return the parts of the loss."""
        config = self.config
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * learning_rate_share(number, config.steps)
        size = 64 if number < config.small_share * config.steps else 96
        photos, photo_labels, photo_rows = self._sample(self.photos, config.photos_per_step)
        drawn, drawn_labels, drawn_rows = self._sample(self.drawn, config.drawn_per_step)
        views = draw_view(torch.cat([photos, photos, drawn]), size, self.generator)
        n = len(photos)
        unit = learned_unit(self.network, views)
        losses = self._label_losses(unit, photo_labels[:, 0], drawn_labels)
        rows = torch.cat([photo_rows, len(self.photos.pixels) + drawn_rows])
        losses["contrast"] = config.contrast * self._view_loss(views[: 2 * n], unit[: 2 * n])
        named = torch.cat([unit[:n], unit[2 * n :]])
        losses["text"] = config.text * self.heads.text_loss(named, self.texts[self.groups[rows]], self.groups[rows])
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 3.0)
        self.optimiser.step()
        keep = min(config.ema, (1 + number) / (10 + number))
        move_average(self.average, self.network, keep)
        move_average(self.average_heads, self.heads, keep)
        return {name: float(value.detach()) for name, value in losses.items()}

    def _label_losses(self, unit: Tensor, photo_labels: Tensor, drawn_labels: Tensor) -> dict[str, Tensor]:
        """Losses of all labels; `unit` holds two views of the photos and one of the drawings."""
        n_photos = 2 * len(photo_labels)
        losses = {
            name: self.heads.label_loss(task, unit[n_photos:], drawn_labels[:, task])
            for task, name in enumerate(LOOK_WORDS)
        }
        losses["cut"], losses["detail"] = losses["cut"] / 2, losses["detail"] / 2
        of_photos = self.heads.label_loss(len(LOOK_WORDS), unit[:n_photos], photo_labels.repeat(2))
        return losses | {"photo": self.config.photo_label * of_photos}

    def _view_loss(self, views: Tensor, unit: Tensor) -> Tensor:
        """Contrast of each view with what the averaged network says of the other view of the same photo."""
        with torch.no_grad():
            keys = self.average_heads.keys(learned_unit(self.average, views))
        first, second = keys.chunk(2)
        queries = self.heads.keys(unit).chunk(2)
        temperature = self.config.temperature
        loss = self.teacher.loss(queries[0], second, temperature) + self.teacher.loss(queries[1], first, temperature)
        self.teacher.remember(first)
        return loss / 2


def learned_unit(network: CompactVit, pixels: Tensor) -> Tensor:
    """Learned half of the embedding of pictures of any trained size, rows of length 1."""
    n_blocks = len(network.blocks)
    return functional.normalize(network.learned(network.start(pixels, n_blocks)[0], n_blocks))


@torch.no_grad()
def describe_pictures(network: CompactVit, pictures: PictureSet, n: int) -> Tensor:
    """Fixed description of the first n pictures, (n, t, 75)."""
    parts = []
    for start in range(0, n, 256):
        pixels = torch.from_numpy(np.array(pictures.pixels[start : min(n, start + 256)])).permute(0, 3, 1, 2).float()
        small = functional.interpolate(pixels, size=network.config.picture_size, mode="bilinear", antialias=True)
        parts.append(network.describe(small / 255))
    return torch.cat(parts)


def embed_texts(*parts: list[str]) -> tuple[Tensor, Tensor]:
    """Distinct texts' centred vectors, float32 (n_distinct, d), and which one each picture has, int64 (n,)."""
    distinct, groups = np.unique(np.array([text for texts in parts for text in texts]), return_inverse=True)
    vectors = torch.from_numpy(load_text_encoder().encode(distinct.tolist()))
    return functional.normalize(vectors - vectors.mean(dim=0)), torch.from_numpy(groups.reshape(-1).astype(np.int64))


@torch.no_grad()
def move_average(average: nn.Module, now: nn.Module, keep: float) -> None:
    """Move averaged weights towards the present ones; counters and statistics of the stem are copied."""
    for mean, parameter in zip(average.parameters(), now.parameters(), strict=True):
        mean.lerp_(parameter, 1 - keep)
    for mean, buffer in zip(average.buffers(), now.buffers(), strict=True):
        mean.copy_(buffer)


def learning_rate_share(number: int, steps: int) -> float:
    """Warm up over 5 % of the steps, then fall along a cosine to 1 %."""
    warm = max(1, steps // 20)
    if number < warm:
        return (number + 1) / warm
    return float(0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (number - warm) / max(1, steps - warm))))
