"""Content to vectors: text and image encoders, and the cache that keeps what was encoded.

One encoder is one file in `text/` or `image/` and one line below. A file offers
`load(reference: str, device: str) -> Encoder`. Heavy libraries are imported when an encoder is loaded, not before.
"""

from importlib import import_module
from pathlib import Path
from typing import cast

from recsys.encoders.contract import CountProgress, Embeddings, Encoder

TEXT_ENCODERS: dict[str, str] = {
    "minilm": "recsys.encoders.text.minilm",
    "minilm_int8": "recsys.encoders.text.minilm_int8",
    "transformer": "recsys.encoders.text.transformer",
}
"""Name → module. `transformer` carries every name or path that is not in this table."""

IMAGE_ENCODERS: dict[str, str] = {
    "compact_vit": "recsys.encoders.image.compact_vit",
    "transformer": "recsys.encoders.image.transformer",
    "tuned": "recsys.encoders.image.tuned",
}
"""Name → module. A folder with `tuned_encoder.json` is `tuned`, a `.safetensors` file is a `compact_vit`, and any
other name or path goes to `transformer`."""

DEFAULT_TEXT_ENCODER = "minilm"
DEFAULT_IMAGE_ENCODER = "compact_vit"
TUNED_FILE = "tuned_encoder.json"


def load_text_encoder(name_or_path: str = DEFAULT_TEXT_ENCODER, device: str = "auto") -> Encoder:
    """Load a text encoder.

    Parameters
    ----------
    name_or_path
        `minilm`; `minilm_int8`, twice as fast on a CPU and a little less exact; or the name or folder of any
        sentence-transformers or transformers model.
    device
        `auto`, `cpu` or `cuda`.

    Raises
    ------
    EncoderError
        If nothing can be loaded from it.
    """
    return _load(TEXT_ENCODERS.get(name_or_path, TEXT_ENCODERS["transformer"]), name_or_path, device)


def load_image_encoder(name_or_path: str = DEFAULT_IMAGE_ENCODER, device: str = "auto") -> Encoder:
    """Load an image encoder.

    Parameters
    ----------
    name_or_path
        `compact_vit`; a `.safetensors` file of that kind; a folder that `fine_tune` saved; or the name or folder of
        any ViT, CLIP, SigLIP or DINO model that transformers reads.
    device
        `auto`, `cpu` or `cuda`.

    Raises
    ------
    EncoderError
        If nothing can be loaded from it.
    """
    if (Path(name_or_path) / TUNED_FILE).is_file():
        module = IMAGE_ENCODERS["tuned"]
    elif name_or_path.endswith(".safetensors"):
        module = IMAGE_ENCODERS["compact_vit"]
    else:
        module = IMAGE_ENCODERS.get(name_or_path, IMAGE_ENCODERS["transformer"])
    return _load(module, name_or_path, device)


def _load(module: str, reference: str, device: str) -> Encoder:
    """Import the module and call its `load`."""
    return cast("Encoder", import_module(module).load(reference, device))


__all__ = [
    "DEFAULT_IMAGE_ENCODER",
    "DEFAULT_TEXT_ENCODER",
    "IMAGE_ENCODERS",
    "TEXT_ENCODERS",
    "TUNED_FILE",
    "CountProgress",
    "Embeddings",
    "Encoder",
    "load_image_encoder",
    "load_text_encoder",
]
