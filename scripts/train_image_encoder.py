"""Train the compact image encoder that ships with Vitrine, from data that is free to use.

    python scripts/train_image_encoder.py --photos DIR --work DIR [--out FILE]

Data: the photos of `clothing_photos` (CC0, `photos.parquet` in DIR, training split only) and products drawn by
`recsys.simulation.drawing`. Nothing else. See docs/image_encoder.md for what is learned and how well.

Every step sees two augmented views of some photos and one of some drawn products, and adds up
  1. labels: silhouette, colour, pattern, cut and detail of a drawing, class of a photo (cosine softmax);
  2. contrast: the two views of a photo are nearest to each other among all photos of the step (InfoNCE);

The described half of the embedding (see `recsys.encoders.describe`) is set first, by principal components.
"""

import argparse
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recsys.encoders.image.compact_vit import SHIPPED_WEIGHTS
from recsys.encoders.pictures import read_batches
from recsys.encoders.vit import CompactVit, VitConfig, save_network
from recsys.simulation.drawing import LOOK_WORDS, draw_product, random_look

STORED_SIZE = 112


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
        AdamW with warm-up and a cosine; the average of the weights is what is kept.
    temperature
        Of the contrast.
    contrast
        Weight of the second loss; the first has 1.
    seed
        Of drawings, order, augmentation and initial weights.
    """

    steps: int = 420
    photos_per_step: int = 56
    drawn_per_step: int = 64
    small_share: float = 0.75
    n_drawn: int = 12_000
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    ema: float = 0.98
    temperature: float = 0.15
    contrast: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class PictureSet:
    """Pictures on disk and their labels.

    Parameters
    ----------
    pixels
        uint8 (n, STORED_SIZE, STORED_SIZE, 3).
    labels
        int64 (n, n_tasks).
    n_classes
        Classes of each task.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    n_classes: tuple[int, ...]


def render_drawn(folder: Path, n: int, seed: int) -> PictureSet:
    """Draw n products once into a memory-mapped file; a finished file is used again."""
    path, labels_path = (folder / f"drawn-{n}-{seed}{suffix}.npy" for suffix in ("", "-labels"))
    words = {name: {word: i for i, word in enumerate(options)} for name, options in LOOK_WORDS.items()}
    n_classes = tuple(len(options) for options in LOOK_WORDS.values())
    if not labels_path.exists():
        rng = np.random.default_rng(seed)
        shape = (n, STORED_SIZE, STORED_SIZE, 3)
        pixels = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        labels = np.zeros((n, len(words)), dtype=np.int64)
        for i in range(n):
            look = random_look(rng)
            picture = draw_product(look, STORED_SIZE, int(rng.integers(2**31)), jitter=bool(rng.random() < 0.7))
            pixels[i] = np.asarray(picture.convert("RGB"))
            labels[i] = [index[getattr(look, name)] for name, index in words.items()]
            if (i + 1) % 2000 == 0:
                print(f"drawn {i + 1}/{n}", flush=True)
        pixels.flush()
        np.save(labels_path, labels)
    return PictureSet(np.load(path, mmap_mode="r"), np.load(labels_path), n_classes)


def load_photos(folder: Path) -> PictureSet:
    """Read the training split of the photos."""
    frame = pd.read_parquet(folder / "photos.parquet")
    classes = sorted(frame["class"].unique())
    frame = frame[frame["split"] == "train"].reset_index(drop=True)
    pixels = np.zeros((len(frame), STORED_SIZE, STORED_SIZE, 3), dtype=np.uint8)
    for rows, decoded in read_batches(frame["image_bytes"].tolist(), STORED_SIZE, 256, threads=1):
        pixels[rows] = decoded
    labels = frame["class"].map({name: i for i, name in enumerate(classes)}).to_numpy(dtype=np.int64)
    return PictureSet(pixels, labels[:, None], (len(classes),))


def crop_and_turn(pixels: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Random crop (50–110 % of each side), flip and small rotation; (b, 3, s, s) in 0–255 → (b, 3, size, size)."""
    b = len(pixels)
    draw = torch.rand(6, b, generator=generator)
    area = 0.62 + 0.46 * draw[0]
    stretch = torch.exp((draw[1] - 0.5) * 0.5)
    scale_x, scale_y = area * stretch, area / stretch
    angle = (draw[2] - 0.5) * 0.3
    flip = torch.where(draw[3] < 0.5, -1.0, 1.0)
    shift_x = (draw[4] - 0.5) * 2 * (1 - scale_x).abs()
    shift_y = (draw[5] - 0.5) * 2 * (1 - scale_y).abs()
    theta = torch.stack(
        [
            torch.stack([flip * scale_x * angle.cos(), -scale_y * angle.sin(), shift_x], dim=1),
            torch.stack([flip * scale_x * angle.sin(), scale_y * angle.cos(), shift_y], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, [b, 3, size, size], align_corners=False)
    return functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)


def change_light(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Mild brightness, contrast, saturation, white balance, noise and an erased patch; hue stays what it is."""
    b, _, size, _ = pixels.shape
    draw = torch.rand(8, b, 1, 1, 1, generator=generator)
    mean = pixels.mean(dim=(1, 2, 3), keepdim=True)
    lit = (pixels - mean) * (0.8 + 0.4 * draw[0]) + mean * (0.85 + 0.3 * draw[1])
    grey = lit.mean(dim=1, keepdim=True)
    lit = grey + (lit - grey) * (0.75 + 0.5 * draw[2])
    lit = lit * (0.96 + 0.08 * torch.rand(b, 3, 1, 1, generator=generator))
    lit = lit + torch.randn(pixels.shape, generator=generator) * 6 * draw[3]
    at = torch.arange(size).view(1, 1, 1, size) / size
    side = 0.3 * draw[4] * (draw[5] < 0.5)
    inside_x = (at - draw[6]).abs() < side / 2
    inside_y = (at.transpose(2, 3) - draw[7]).abs() < side / 2
    return torch.where(inside_x & inside_y, mean, lit).clamp(0, 255)


@torch.no_grad()
def describe_pictures(network: CompactVit, pictures: PictureSet, n: int) -> Tensor:
    """Fixed description of the first n pictures, (n, t, 75)."""
    parts = []
    for start in range(0, n, 256):
        pixels = torch.from_numpy(np.array(pictures.pixels[start : min(n, start + 256)])).permute(0, 3, 1, 2).float()
        small = functional.interpolate(pixels, size=network.config.picture_size, mode="bilinear", antialias=True)
        parts.append(network.describe(small / 255))
    return torch.cat(parts)


class Heads(nn.Module):
    """What is asked of the embedding during training and thrown away afterwards."""

    def __init__(self, d: int, n_classes: tuple[int, ...]) -> None:
        super().__init__()
        self.classifiers = nn.ModuleList(nn.Linear(d, n, bias=False) for n in n_classes)
        self.contrast = nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Linear(d, 96))

    def label_loss(self, task: int, unit: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy of a cosine softmax with label smoothing."""
        weights = functional.normalize(self.classifiers[task].weight, dim=1)
        return functional.cross_entropy(16 * unit @ weights.T, labels, label_smoothing=0.05)

    def contrast_loss(self, first: Tensor, second: Tensor, temperature: float) -> Tensor:
        """InfoNCE between two views, both ways."""
        a, b = functional.normalize(self.contrast(first)), functional.normalize(self.contrast(second))
        logits = a @ b.T / temperature
        own = torch.arange(len(a))
        return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2


class Trainer:
    """The state of one training and its step."""

    def __init__(self, config: TrainConfig, photos: PictureSet, drawn: PictureSet) -> None:
        torch.manual_seed(config.seed)
        self.config, self.photos, self.drawn = config, photos, drawn
        self.network = CompactVit(VitConfig()).to(memory_format=torch.channels_last)
        self.average = CompactVit(VitConfig())
        self.generator = torch.Generator().manual_seed(config.seed)
        self.rng = np.random.default_rng(config.seed)
        n_described = min(2500, len(photos.pixels), len(drawn.pixels))
        both = [describe_pictures(self.network, pictures, n_described) for pictures in (photos, drawn)]
        self.network.summary.fit(torch.cat(both))
        self.average.load_state_dict(self.network.state_dict())
        self.heads = Heads(VitConfig().learned_size, (*drawn.n_classes, *photos.n_classes))
        self.optimiser = torch.optim.AdamW(self._groups(), lr=config.learning_rate, betas=(0.9, 0.98))

    def _groups(self) -> list[dict[str, object]]:
        """Parameters with and without weight decay."""
        named = [*self.network.named_parameters(), *self.heads.named_parameters()]
        kept = [p for name, p in named if p.ndim < 2 or name == "positions"]
        shrunk = [p for name, p in named if not (p.ndim < 2 or name == "positions")]
        return [{"params": shrunk, "weight_decay": self.config.weight_decay}, {"params": kept, "weight_decay": 0.0}]

    def _sample(self, pictures: PictureSet, n: int) -> tuple[Tensor, Tensor]:
        """Draw n pictures and labels at random: float (n, 3, s, s), int64 (n, n_tasks)."""
        rows = np.sort(self.rng.choice(len(pictures.pixels), n, replace=False))
        pixels = torch.from_numpy(np.array(pictures.pixels[rows])).permute(0, 3, 1, 2).float()
        return pixels, torch.from_numpy(pictures.labels[rows])

    def step(self, number: int) -> dict[str, float]:
        """Update the weights once; return the parts of the loss."""
        config = self.config
        for group in self.optimiser.param_groups:
            group["lr"] = config.learning_rate * learning_rate_share(number, config.steps)
        size = 64 if number < config.small_share * config.steps else 96
        photos, photo_labels = self._sample(self.photos, config.photos_per_step)
        drawn, drawn_labels = self._sample(self.drawn, config.drawn_per_step)
        views = crop_and_turn(torch.cat([photos, photos, drawn]), size, self.generator)
        lit = change_light(views, self.generator).contiguous(memory_format=torch.channels_last)
        n_blocks = len(self.network.blocks)
        unit = functional.normalize(self.network.learned(self.network.start(lit, n_blocks)[0], n_blocks))
        first, second, third = unit.split([len(photos), len(photos), len(drawn)])
        n_drawn_tasks = drawn_labels.shape[1]
        losses = {w: self.heads.label_loss(t, third, drawn_labels[:, t]) for t, w in enumerate(LOOK_WORDS)}
        both = torch.cat([first, second])
        losses["photo"] = 2 * self.heads.label_loss(n_drawn_tasks, both, photo_labels[:, 0].repeat(2))
        losses["contrast"] = config.contrast * self.heads.contrast_loss(first, second, config.temperature)
        losses["cut"], losses["detail"] = losses["cut"] / 2, losses["detail"] / 2
        self.optimiser.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 3.0)
        self.optimiser.step()
        self._average(min(config.ema, (1 + number) / (10 + number)))
        return {name: float(value.detach()) for name, value in losses.items()}

    @torch.no_grad()
    def _average(self, keep: float) -> None:
        """Move the averaged weights towards the present ones; counters and statistics of the stem are copied."""
        for mean, now in zip(self.average.parameters(), self.network.parameters(), strict=True):
            mean.lerp_(now, 1 - keep)
        for mean, now in zip(self.average.buffers(), self.network.buffers(), strict=True):
            mean.copy_(now)


def learning_rate_share(number: int, steps: int) -> float:
    """Warm up over 5 % of the steps, then fall along a cosine to 1 %."""
    warm = max(1, steps // 20)
    if number < warm:
        return (number + 1) / warm
    return float(0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * (number - warm) / max(1, steps - warm))))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with photos.parquet (clothing_photos, CC0)")
    parser.add_argument("--work", type=Path, required=True, help="folder outside the repository for drawn pictures")
    parser.add_argument("--out", type=Path, default=SHIPPED_WEIGHTS, help="weights to write")
    parser.add_argument("--threads", type=int, default=1)
    for name, value in asdict(TrainConfig()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    config = TrainConfig(**{name: getattr(arguments, name) for name in asdict(TrainConfig())})
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(config, load_photos(arguments.photos), render_drawn(arguments.work, config.n_drawn, config.seed))
    started = saved = time.perf_counter()
    for number in range(config.steps):
        losses = trainer.step(number)
        now = time.perf_counter()
        if number % 20 == 0 or number == config.steps - 1:
            parts = " ".join(f"{name} {value:.3f}" for name, value in losses.items())
            print(f"step {number}/{config.steps} {now - started:.0f} s {parts}", flush=True)
        if now - saved > 120 or number == config.steps - 1:
            save_network(trainer.average, arguments.out)
            saved = now
    print(f"wrote {arguments.out.name} after {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
