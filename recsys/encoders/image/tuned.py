"""The compact ViT after fine-tuning on one shop: shared first blocks, the original tail, and a tuned tail.

A vector is the tuned one beside the original one, so that the cosine of two pictures is
(1 − w) · cos(tuned) + w · cos(original): what fine-tuning forgets, the second part still knows. How the tail is
trained: `recsys.encoders.fine_tune`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from recsys.encoders.contract import CountProgress, Embeddings, hash_files, normalise_rows
from recsys.encoders.device import hash_state, resolve_device
from recsys.encoders.image.compact_vit import BATCH_SIZE
from recsys.encoders.pictures import Picture, Pixels, encode_pictures
from recsys.encoders.vit import CompactVit, Tail, VitConfig, join
from recsys.errors import EncoderError

CONFIG_FILE = "tuned_encoder.json"
WEIGHTS_FILE = "tuned_encoder.safetensors"


class TunedVit(nn.Module):
    """A compact ViT with a second tail and a projection into the space of a text encoder.

    Parameters
    ----------
    network
        The original.
    tail
        The tuned copy of its last blocks, with a head of its own.
    projection
        Linear, d_tuned → d_text, without bias.
    original_share
        w above, in (0, 1).
    """

    def __init__(self, network: CompactVit, tail: Tail, projection: nn.Linear, original_share: float) -> None:
        super().__init__()
        if not 0 < original_share < 1:
            raise EncoderError(f"original_share is {original_share}; it must lie between 0 and 1.")
        self.network, self.tail, self.projection = network, tail, projection
        self.original_share = original_share

    def forward(self, pixels: Tensor) -> Tensor:
        """(b, 3, s, s) pixels in 0–255 → (b, d) of length 1."""
        n_shared = len(self.network.blocks) - len(self.tail.blocks)
        tokens, described = self.network.start(pixels, n_shared)
        original = self.network.finish(tokens, described, n_shared)
        tuned = self.tail(tokens, described)
        return join(tuned.float(), original, self.original_share)


class TunedVitEncoder:
    """A fine-tuned compact ViT seen as an `Encoder` of pictures, with a way into the text encoder's space.

    Parameters
    ----------
    model
        On its device.
    text_encoder_id
        Of the locked text tower; `project` lands in its space.
    """

    def __init__(self, model: TunedVit, text_encoder_id: str) -> None:
        self.model = model.eval()
        self.text_encoder_id = text_encoder_id
        extra = f"{asdict(model.network.config)} {model.original_share} {text_encoder_id}"
        self.encoder_id = f"tuned_vit-{hash_state(model, extra)}"
        self.embedding_size = model.projection.in_features + model.network.config.embedding_size

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
        size = self.model.network.config.picture_size
        return encode_pictures(contents, size, BATCH_SIZE, self.embedding_size, self.encode_pixels, progress)

    def encode_pixels(self, pixels: Pixels) -> Embeddings:
        """Encode squares already decoded, uint8 (b, s, s, 3) → float32 (b, d) of length 1."""
        device = self.model.projection.weight.device
        batch = torch.from_numpy(np.ascontiguousarray(pixels)).to(device).permute(0, 3, 1, 2)
        with torch.inference_mode():
            vectors = self.model(batch)
        return normalise_rows(vectors.float().cpu().numpy())

    def project(self, embeddings: Embeddings) -> Embeddings:
        """Carry picture vectors into the text encoder's space.

        Parameters
        ----------
        embeddings
            float32 (n, d) from `encode`; NaN rows stay NaN.

        Returns
        -------
        float32, shape (n, d_text), rows of length 1: their dot product with a text's vector says how well they match.
        """
        weight = self.model.projection.weight.detach().cpu().numpy()
        return normalise_rows(embeddings[:, : weight.shape[1]] @ weight.T)

    def save(self, folder: Path) -> None:
        """Write `tuned_encoder.safetensors` and, last, `tuned_encoder.json` into a run folder."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: tensor.detach().cpu().contiguous() for name, tensor in self.model.state_dict().items()}
        temporary = folder / (WEIGHTS_FILE + ".tmp")
        save_file({name: _to_half(tensor) for name, tensor in state.items()}, temporary)
        temporary.chmod(0o644)
        temporary.replace(folder / WEIGHTS_FILE)
        settings = {
            "vit": asdict(self.model.network.config),
            "n_blocks": len(self.model.tail.blocks),
            "original_share": self.model.original_share,
            "tuned_size": self.model.projection.in_features,
            "text_embedding_size": self.model.projection.out_features,
            "text_encoder_id": self.text_encoder_id,
            "encoder_id": self.encoder_id,
            "weights": hash_files([folder / WEIGHTS_FILE]),
        }
        temporary = folder / (CONFIG_FILE + ".tmp")
        temporary.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
        temporary.replace(folder / CONFIG_FILE)


def round_to_half(model: nn.Module) -> None:
    """Round all weights to what a half-precision file keeps, so that saving and loading changes nothing."""
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half())


def _to_half(tensor: Tensor) -> Tensor:
    """Half precision for floats, counters as they are."""
    return tensor.half() if tensor.is_floating_point() else tensor


def load(reference: str, device: str = "auto") -> TunedVitEncoder:
    """Load what `TunedVitEncoder.save` wrote.

    Parameters
    ----------
    reference
        The folder.
    device
        `auto`, `cpu` or `cuda`.

    Raises
    ------
    EncoderError
        If a file is missing, damaged, or does not belong to the other.
    """
    folder, target = Path(reference), resolve_device(device)
    try:
        settings = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        if hash_files([folder / WEIGHTS_FILE]) != settings["weights"]:
            raise EncoderError(f"{WEIGHTS_FILE} in {folder.name} is not the file that was saved; train again.")
        network = CompactVit(VitConfig(**settings["vit"]))
        tail = Tail(network, settings["n_blocks"], settings["tuned_size"])
        projection = nn.Linear(settings["tuned_size"], settings["text_embedding_size"], bias=False)
        model = TunedVit(network, tail, projection, settings["original_share"])
        model.load_state_dict(load_file(folder / WEIGHTS_FILE))
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise EncoderError(f"Cannot load a fine-tuned image encoder from {folder.name}: {error}") from error
    return TunedVitEncoder(model.to(target), settings["text_encoder_id"])
