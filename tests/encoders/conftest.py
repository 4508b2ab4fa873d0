"""A tiny random network, a toy encoder that counts its work, and pictures whose colour their text names."""

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from PIL import Image

from recsys.encoders.contract import CountProgress, Embeddings, normalise_rows
from recsys.encoders.image.compact_vit import CompactVitEncoder
from recsys.encoders.vit import CompactVit, VitConfig

TINY = VitConfig(picture_size=32, width=24, depth=2, heads=2, learned_size=10, described_size=6)


class CountingEncoder:
    """A vector per letter count; `seen` records every content it was asked to encode. Blank texts are NaN."""

    def __init__(self, encoder_id: str = "counting-1", embedding_size: int = 5) -> None:
        self.encoder_id = encoder_id
        self.embedding_size = embedding_size
        self.seen: list[str] = []

    def encode(self, contents: Sequence[str], progress: CountProgress | None = None) -> Embeddings:
        self.seen += contents
        rows = [[text.count(letter) for letter in "abcde"[: self.embedding_size]] for text in contents]
        if progress is not None:
            progress(len(contents), len(contents))
        return normalise_rows(np.array(rows, dtype=np.float32).reshape(len(contents), self.embedding_size))


@pytest.fixture
def counting() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
def tiny_encoder() -> CompactVitEncoder:
    return CompactVitEncoder(tiny_network(), "tiny-0")


def tiny_network(seed: int = 0) -> CompactVit:
    """Random weights; the summary fitted to noise."""
    torch.manual_seed(seed)
    network = CompactVit(TINY).eval()
    network.summary.fit(network.describe(torch.rand(40, 3, 32, 32)))
    return network


def picture_of(colour: tuple[int, int, int], seed: int, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """A noisy plain picture."""
    noise = np.random.default_rng(seed).normal(0, 20, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def coloured_pairs() -> tuple[list[Image.Image], Embeddings]:
    """96 pictures in 4 colours and, as their texts, one random unit vector per colour."""
    colours = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (220, 220, 220)]
    words = normalise_rows(np.random.default_rng(5).standard_normal((4, 12)))
    which = np.arange(96) % 4
    return [picture_of(colours[c], seed) for seed, c in enumerate(which)], words[which]
