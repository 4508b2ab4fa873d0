"""Any ViT, DINO, CLIP or SigLIP model by name or folder, through transformers; the picture side of a dual encoder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from recsys.encoders.contract import CountProgress, Embeddings, normalise_rows
from recsys.encoders.device import autocast, hash_state, reduced_precision, resolve_device
from recsys.encoders.pictures import Picture, Pixels, encode_pictures
from recsys.errors import EncoderError

BATCH_SIZE = 32
CLASS_TOKEN_MODELS = frozenset({"vit", "deit", "beit", "data2vec-vision", "vit_msn"})
"""Models whose pooler may be untrained: their first token is taken instead."""


class ImageTransformer:
    """A transformers vision model seen as an `Encoder` of pictures.

    Parameters
    ----------
    model
        In evaluation mode, on its device.
    processor
        The model's image processor.
    encoder_id
        Name and hash of the weights.
    precision
        Number format for matrix products; None computes in float32.
    """

    def __init__(self, model: Any, processor: Any, encoder_id: str, precision: torch.dtype | None) -> None:
        self._model = model
        self._processor = processor
        self._precision = precision
        self._decode_size = _input_size(processor)
        self.encoder_id = encoder_id
        self.embedding_size = int(self._embed([Image.new("RGB", (self._decode_size, self._decode_size))]).shape[1])

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
        size = self._decode_size
        return encode_pictures(contents, size, BATCH_SIZE, self.embedding_size, self._embed_pixels, progress)

    def _embed_pixels(self, pixels: Pixels) -> Embeddings:
        """Embed squares already decoded, uint8 (b, s, s, 3) → float32 (b, d) of length 1."""
        return normalise_rows(self._embed([Image.fromarray(square) for square in pixels]))

    def _embed(self, pictures: list[Image.Image]) -> Embeddings:
        """Preprocess and embed one batch, float32 (b, d)."""
        inputs = self._processor(images=pictures, return_tensors="pt")["pixel_values"].to(self._model.device)
        with torch.inference_mode(), autocast(self._model.device, self._precision):
            vectors = _picture_vectors(self._model, inputs)
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)


def _picture_vectors(model: Any, pixel_values: torch.Tensor) -> torch.Tensor:
    """Return (b, d): projected image features of a dual encoder, else the class token or the pooled output."""
    if hasattr(model.config, "vision_config"):
        features = model.get_image_features(pixel_values=pixel_values)
        return features if isinstance(features, torch.Tensor) else features.pooler_output
    output = model(pixel_values=pixel_values)
    pooled = getattr(output, "pooler_output", None)
    if pooled is None or model.config.model_type in CLASS_TOKEN_MODELS:
        return output.last_hidden_state[:, 0]
    return pooled.flatten(1)


def _input_size(processor: Any) -> int:
    """Side of the square the processor asks for, in pixels."""
    size = getattr(processor, "crop_size", None) or processor.size
    sides = [int(size[name]) for name in ("height", "width", "shortest_edge", "longest_edge") if size.get(name)]
    return max(sides, default=224)


def load(reference: str, device: str = "auto", full_precision: bool = False) -> ImageTransformer:
    """Load a model by name or folder.

    Parameters
    ----------
    reference
        A folder, or a name that the Hugging Face cache (or, unless `HF_HUB_OFFLINE=1`, its hub) knows.
    device
        `auto`, `cpu` or `cuda`.
    full_precision
        Compute in float32 even where a shorter format is faster.

    Raises
    ------
    EncoderError
        If there is no vision model or image processor at `reference`.
    """
    from transformers import AutoImageProcessor, AutoModel

    target = resolve_device(device)
    try:
        model = AutoModel.from_pretrained(reference).to(target).eval()
        processor = AutoImageProcessor.from_pretrained(reference)
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise EncoderError(
            f"Cannot load an image encoder from {reference!r}: {error} "
            "Give 'compact_vit', a .safetensors file, a model folder, or a model name."
        ) from error
    size = _input_size(processor)
    name = f"{Path(reference).name}-{hash_state(model, f'{size}')}"
    return ImageTransformer(model, processor, name, None if full_precision else reduced_precision(target))
