"""The embedded default: the compact ViT whose weights ship with the package (see docs/image_encoder.md). d = 384.

It computes in float32: in bfloat16 a network this small was slower on the CPUs tried.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from recsys.encoders.contract import CountProgress, Embeddings, hash_files, normalise_rows
from recsys.encoders.device import resolve_device
from recsys.encoders.pictures import Picture, Pixels, encode_pictures
from recsys.encoders.vit import CompactVit, load_network

SHIPPED_WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "compact_vit.safetensors"
BATCH_SIZE = 64


class CompactVitEncoder:
    """A compact ViT seen as an `Encoder` of pictures.

    Parameters
    ----------
    network
        In evaluation mode, on its device.
    encoder_id
        Name and hash of the weights.
    """

    def __init__(self, network: CompactVit, encoder_id: str) -> None:
        self.network = network
        self.encoder_id = encoder_id
        self.embedding_size = network.config.embedding_size

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return self.network.positions.device

    def encode(self, contents: Sequence[Picture], progress: CountProgress | None = None) -> Embeddings:
        """Encode pictures given as path, bytes or PIL image.

        Parameters
        ----------
        contents
            n pictures.
        progress
            Called with (done, n) after each batch.

        Returns
        -------
        float32, shape (n, d), rows of length 1, or NaN where a picture cannot be read.
        """
        size = self.network.config.picture_size
        return encode_pictures(contents, size, BATCH_SIZE, self.embedding_size, self.encode_pixels, progress)

    def encode_pixels(self, pixels: Pixels) -> Embeddings:
        """Encode squares already decoded, uint8 (b, s, s, 3) → float32 (b, d) of length 1."""
        batch = torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).permute(0, 3, 1, 2)
        with torch.inference_mode():
            raw = self.network(batch)
        return normalise_rows(raw.float().cpu().numpy())


def load(reference: str = "compact_vit", device: str = "auto") -> CompactVitEncoder:
    """Load the shipped weights, or others of the same kind by path.

    Parameters
    ----------
    reference
        `compact_vit`, or a `.safetensors` file with its `.json` beside it.
    device
        `auto`, `cpu` or `cuda`.

    Raises
    ------
    EncoderError
        If the files are missing or damaged.
    """
    weights = SHIPPED_WEIGHTS if reference == "compact_vit" else Path(reference)
    target = resolve_device(device)
    network = load_network(weights, target)
    return CompactVitEncoder(
        network,
        f"{weights.stem}-{hash_files([weights, weights.with_suffix('.json')])}",
    )
