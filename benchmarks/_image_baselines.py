"""What an image encoder has to beat: colour histogram + HOG, and the same network untrained."""

import numpy as np
import torch
from numpy.typing import NDArray

from recsys.encoders.contract import CountProgress, Embeddings, normalise_rows
from recsys.encoders.image.compact_vit import CompactVitEncoder
from recsys.encoders.pictures import Picture, Pixels, encode_pictures
from recsys.encoders.vit import CompactVit, VitConfig


class HistogramAndHog:
    """The classical baseline as an encoder: joint colour histogram (8 × 8 × 8) and oriented gradients (8 × 8 × 9)."""

    encoder_id = "histogram_hog-1"
    embedding_size = 512 + 576

    def encode(self, contents: list[Picture], progress: CountProgress | None = None) -> Embeddings:
        """Encode picture files; float32 (n, 1088) of length 1."""
        return encode_pictures(contents, 96, 256, self.embedding_size, describe_squares, progress)


def describe_squares(pixels: Pixels) -> Embeddings:
    """Both halves, each of length 1, together of length 1; (b, 1088)."""
    halves = [normalise_rows(colour_histogram(pixels)), normalise_rows(oriented_gradients(pixels) + 1e-9)]
    return normalise_rows(np.concatenate(halves, axis=1))


def colour_histogram(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Square root of the share of pixels in each of 512 colours, (b, 512)."""
    code = (pixels >> 5).astype(np.int64) @ np.array([64, 8, 1])
    counts = np.stack([np.bincount(one.ravel(), minlength=512) for one in code])
    return np.sqrt(counts / code[0].size).astype(np.float32)


def oriented_gradients(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Histograms of 9 edge directions in 8 × 8 cells, normalised over 2 × 2 blocks' energy, (b, 576)."""
    grey = pixels.astype(np.float32).mean(axis=3)
    down, right = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(down, right)
    direction = (np.arctan2(down, right) / np.pi % 1.0 * 8.999).astype(np.int64)
    cells = np.zeros((len(pixels), 8, 8, 9), dtype=np.float32)
    side = pixels.shape[1] // 8
    for bin_number in range(9):
        plane = np.where(direction == bin_number, strength, 0)
        cells[..., bin_number] = plane.reshape(len(pixels), 8, side, 8, side).sum(axis=(2, 4))
    energy = np.sqrt((cells**2).sum(axis=3, keepdims=True)) + 20.0
    return np.sqrt(cells / energy).reshape(len(pixels), -1)


def untrained() -> CompactVitEncoder:
    """The same network with random weights everywhere, the directions of its described half included."""
    torch.manual_seed(0)
    network = CompactVit(VitConfig()).eval()
    for projection in (network.summary.edges, network.summary.colours):
        torch.nn.init.normal_(projection, std=projection.shape[0] ** -0.5)
    return CompactVitEncoder(network, "untrained")
