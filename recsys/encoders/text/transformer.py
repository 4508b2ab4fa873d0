"""Text to vectors with any sentence-transformers or transformers model, faster than one plain call.

Equal texts are encoded once; batches are cut from texts sorted by token count so that little padding is computed;
arithmetic runs in bfloat16 where that is faster (cosine to float32 ≥ .999). Which model: see the loaders.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from recsys.encoders.contract import CountProgress, Embeddings, normalise_rows
from recsys.encoders.device import autocast, hash_state, reduced_precision, resolve_device
from recsys.errors import EncoderError

TOKENS_PER_BATCH = {"cpu": 512, "cuda": 16_384}
"""After padding. On a CPU, activations that stay in its cache are worth more than large products."""
TEXTS_PER_CHUNK = 8192

Forward = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Tokenise = Callable[[list[str]], list[list[int]]]


class TextTransformer:
    """One transformer with pooling, seen as an `Encoder` of strings.

    Parameters
    ----------
    encoder_id
        Name and hash of the weights.
    embedding_size
        d.
    tokenise
        Texts → token ids, truncated to what the model accepts.
    forward
        (token ids (b, t) int64, attention mask (b, t)) → pooled vectors (b, d); any length.
    pad_token_id
        Fills the shorter texts of a batch.
    device
        Where `forward` computes.
    precision
        Number format for matrix products; None computes in float32.
    """

    def __init__(
        self,
        encoder_id: str,
        embedding_size: int,
        tokenise: Tokenise,
        forward: Forward,
        pad_token_id: int,
        device: torch.device,
        precision: torch.dtype | None,
    ) -> None:
        self.encoder_id = encoder_id
        self.embedding_size = embedding_size
        self._tokenise = tokenise
        self._forward = forward
        self._pad_token_id = pad_token_id
        self._device = device
        self._precision = precision

    def encode(self, contents: Sequence[str], progress: CountProgress | None = None) -> Embeddings:
        """Encode texts; blank ones become NaN rows.

        Parameters
        ----------
        contents
            n strings.
        progress
            Called with (done, n), counted over all texts given.

        Returns
        -------
        float32, shape (n, d), rows of length 1 or NaN.
        """
        texts = [text.strip() for text in contents]
        distinct = [text for text in dict.fromkeys(texts) if text]
        number = {text: row for row, text in enumerate(distinct)}
        vectors = np.full((len(distinct) + 1, self.embedding_size), np.nan, dtype=np.float32)
        for start in range(0, len(distinct), TEXTS_PER_CHUNK):
            chunk = distinct[start : start + TEXTS_PER_CHUNK]
            for rows, pooled in self._encode_chunk(chunk):
                vectors[start + rows] = pooled
                if progress is not None:
                    done = int(np.isfinite(vectors[:, 0]).sum())
                    progress(round(len(texts) * done / len(distinct)), len(texts))
        return normalise_rows(vectors[[number.get(text, len(distinct)) for text in texts]])

    def _encode_chunk(self, texts: list[str]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Yield (rows, vectors) batch by batch, longest texts first so that memory peaks at once."""
        tokens = self._tokenise(texts)
        for rows in batches_by_length([len(ids) for ids in tokens], TOKENS_PER_BATCH[self._device.type]):
            yield rows, self._encode_batch([tokens[row] for row in rows])

    def _encode_batch(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        """Pad one batch and pool it, float32 (b, d)."""
        width = max(len(ids) for ids in tokens)
        token_ids = np.full((len(tokens), width), self._pad_token_id, dtype=np.int64)
        mask = np.zeros((len(tokens), width), dtype=np.int64)
        for row, ids in enumerate(tokens):
            token_ids[row, : len(ids)] = ids
            mask[row, : len(ids)] = 1
        with torch.inference_mode(), autocast(self._device, self._precision):
            pooled = self._forward(
                torch.from_numpy(token_ids).to(self._device), torch.from_numpy(mask).to(self._device)
            )
        return np.asarray(pooled.float().cpu().numpy(), dtype=np.float32)


def batches_by_length(lengths: Sequence[int], tokens_per_batch: int) -> list[NDArray[np.intp]]:
    """Cut rows, sorted by falling length, into batches of at most `tokens_per_batch` tokens after padding.

    Examples
    --------
    >>> [batch.tolist() for batch in batches_by_length([2, 9, 3, 3], 10)]
    [[1], [2, 3, 0]]
    """
    order = np.argsort(-np.asarray(lengths), kind="stable")
    batches = []
    start = 0
    while start < len(order):
        size = max(1, tokens_per_batch // max(1, lengths[order[start]]))
        batches.append(order[start : start + size])
        start += size
    return batches


def mean_pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Average token vectors (b, t, d) over the tokens that are not padding, in float32."""
    weights = mask.unsqueeze(-1).float()
    return (hidden.float() * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)


def load(reference: str, device: str = "auto", full_precision: bool = False) -> TextTransformer:
    """Load a sentence-transformers or transformers model by name or folder.

    Parameters
    ----------
    reference
        A folder, or a name that the Hugging Face cache (or, unless `HF_HUB_OFFLINE=1`, its hub) knows.
    device
        `auto`, `cpu` or `cuda`.
    full_precision
        Compute in float32 even where bfloat16 is faster.

    Raises
    ------
    EncoderError
        If nothing can be loaded from `reference`.
    """
    from sentence_transformers import SentenceTransformer

    target = resolve_device(device)
    try:
        model = SentenceTransformer(reference, device=str(target)).eval()
    except (OSError, ValueError, ImportError, RuntimeError) as error:
        raise EncoderError(
            f"Cannot load a text encoder from {reference!r}: {error} Give 'minilm', a model folder, or a model name."
        ) from error
    tokenizer = model.tokenizer
    max_length = model.max_seq_length or 512

    def forward(token_ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return model({"input_ids": token_ids, "attention_mask": mask})["sentence_embedding"]

    def tokenise(texts: list[str]) -> list[list[int]]:
        encoded = tokenizer(texts, truncation=True, max_length=max_length, padding=False)
        return [list(ids) for ids in encoded["input_ids"]]

    size = int(model.get_embedding_dimension() or 0)
    return TextTransformer(
        encoder_id=f"{Path(reference).name}-{hash_state(model, str(max_length))}",
        embedding_size=size,
        tokenise=tokenise,
        forward=forward,
        pad_token_id=tokenizer.pad_token_id or 0,
        device=target,
        precision=None if full_precision else reduced_precision(target),
    )
