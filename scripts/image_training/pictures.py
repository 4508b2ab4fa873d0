"""What the image encoder learns from: photos that are free to use, and drawn products, with labels and words."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys.encoders.pictures import read_batches
from recsys.simulation.drawing import LOOK_WORDS, draw_product, random_look

STORED_SIZE = 112
SPOKEN = ("colour", "pattern", "silhouette")


@dataclass(frozen=True)
class PictureSet:
    """Pictures, their labels and what a shop might write about them.

    Parameters
    ----------
    pixels
        uint8 (n, STORED_SIZE, STORED_SIZE, 3).
    labels
        int64 (n, n_tasks).
    n_classes
        Classes of each task.
    texts
        n phrases such as "navy striped dress"; equal phrases are one text.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    n_classes: tuple[int, ...]
    texts: list[str]


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
    labels = np.load(labels_path)
    return PictureSet(np.load(path, mmap_mode="r"), labels, n_classes, describe_labels(labels))


def describe_labels(labels: NDArray[np.int64]) -> list[str]:
    """Return "colour pattern silhouette" of every row of labels; a plain pattern is left out."""
    names = list(LOOK_WORDS)
    spoken = [[LOOK_WORDS[name][code] for code in labels[:, names.index(name)]] for name in SPOKEN]
    return [" ".join(word for word in row if word != "plain") for row in zip(*spoken, strict=True)]


def load_photos(folder: Path) -> PictureSet:
    """Read the training split of the photos."""
    frame = pd.read_parquet(folder / "photos.parquet")
    classes = sorted(frame["class"].unique())
    frame = frame[frame["split"] == "train"].reset_index(drop=True)
    pixels = np.zeros((len(frame), STORED_SIZE, STORED_SIZE, 3), dtype=np.uint8)
    for rows, decoded in read_batches(frame["image_bytes"].tolist(), STORED_SIZE, 256, threads=1):
        pixels[rows] = decoded
    labels = frame["class"].map({name: i for i, name in enumerate(classes)}).to_numpy(dtype=np.int64)
    return PictureSet(pixels, labels[:, None], (len(classes),), [f"photo of {name}" for name in frame["class"]])
