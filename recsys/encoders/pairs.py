"""Pictures and texts read once for fine-tuning: what the frozen part of the network makes of every picture."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recsys.encoders.contract import Embeddings
from recsys.encoders.image.compact_vit import CompactVitEncoder
from recsys.encoders.pictures import Picture, read_batches
from recsys.progress import Progress

STAGE = "Fine-tuning the image encoder"
_READ_BATCH = 128


@dataclass(frozen=True)
class Pairs:
    """What fine-tuning learns from.

    Parameters
    ----------
    tokens
        float16 (n, t, width), before the blocks that are trained.
    descriptions
        float16 (n, t, 75), the fixed description of every patch.
    texts
        float32 (n, d_text), rows of length 1.
    groups
        int64 (n,); equal numbers mean the same text.
    cut_short
        True if the budget ended before the pictures did.
    """

    tokens: Tensor
    descriptions: Tensor
    texts: Tensor
    groups: Tensor
    cut_short: bool


def read_pairs(
    encoder: CompactVitEncoder,
    pictures: Sequence[Picture],
    text_embeddings: Embeddings,
    order: NDArray[np.intp],
    n_frozen: int,
    budget_s: float,
    progress: Progress,
) -> Pairs:
    """Run the frozen blocks over pictures until all are read or the budget is spent.

    Parameters
    ----------
    encoder
        Whose network is used as it is.
    pictures, text_embeddings
        n pictures and their texts' vectors, float32 (n, d_text).
    order
        Which pictures, in the order in which they are read.
    n_frozen
        Blocks that are not trained.
    budget_s
        Seconds; at least one batch is read.
    progress
        Gets the share done.

    Returns
    -------
    Pairs
        Without the pictures that cannot be read; pictures with equal texts share a group.
    """
    network = encoder.network
    tokens, descriptions, rows = [], [], []
    cut_short = False
    started = time.perf_counter()
    for batch_rows, pixels in read_batches([pictures[row] for row in order], network.config.picture_size, _READ_BATCH):
        batch = torch.from_numpy(pixels).to(encoder.device).permute(0, 3, 1, 2)
        with torch.inference_mode():
            frozen, described = network.start(batch, n_frozen)
            descriptions.append(described.half().cpu())
        tokens.append(frozen.half().cpu())
        rows.append(order[batch_rows])
        progress(STAGE, (int(batch_rows[-1]) + 1) / len(order), message="Reading pictures")
        if time.perf_counter() - started > budget_s and int(batch_rows[-1]) + 1 < len(order):
            cut_short = True
            break
    read = np.concatenate(rows) if rows else np.zeros(0, dtype=np.intp)
    texts = text_embeddings[read]
    groups = np.unique(texts, axis=0, return_inverse=True)[1] if len(read) else read
    return Pairs(
        tokens=torch.cat(tokens) if tokens else torch.zeros(0),
        descriptions=torch.cat(descriptions) if descriptions else torch.zeros(0),
        texts=torch.from_numpy(np.ascontiguousarray(texts)),
        groups=torch.from_numpy(np.asarray(groups).reshape(-1).astype(np.int64)),
        cut_short=cut_short,
    )
