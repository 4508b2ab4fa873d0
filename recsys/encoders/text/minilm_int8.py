"""The embedded MiniLM in 8-bit integers: over twice the speed on a CPU, at a small loss that docs/speed.md states."""

import torch

from recsys.encoders.bert_int8 import Int8Bert
from recsys.encoders.contract import hash_files
from recsys.encoders.text.minilm import MAX_TOKENS, open_package
from recsys.encoders.text.transformer import TextTransformer, mean_pool
from recsys.errors import EncoderError


def load(reference: str = "minilm_int8", device: str = "auto") -> TextTransformer:
    """Load the packaged MiniLM and quantise it, which takes a second.

    Parameters
    ----------
    reference
        The registry name; not used.
    device
        `auto` or `cpu`; integers are for the CPU, a GPU is faster with `minilm`.

    Raises
    ------
    EncoderError
        If the package that carries the weights is not installed, or a GPU is asked for.
    """
    if device not in ("auto", "cpu"):
        raise EncoderError(f"minilm_int8 computes on the CPU only, got device {device!r}; use minilm there.")
    packaged = open_package()
    tokenizer = packaged.tokenizer
    words = [number for word, number in sorted(tokenizer.get_vocab().items()) if word.isalpha()]
    first, last = (int(tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]"))
    network = Int8Bert(packaged.model, words, first, last)

    def forward(token_ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return mean_pool(network(token_ids, mask), mask)

    return TextTransformer(
        encoder_id=f"minilm_int8-{hash_files(packaged.files, str(MAX_TOKENS))}",
        embedding_size=int(packaged.model.config.hidden_size),
        tokenise=packaged.tokenise,
        forward=forward,
        pad_token_id=int(packaged.model.config.pad_token_id or 0),
        device=torch.device("cpu"),
        precision=None,
    )
