"""Fine-tune the compact ViT on a shop's own pictures against its texts, within a budget of seconds.

The text tower is locked (its vectors come from the cache), the first blocks of the network run once per picture, and
only a copy of the last blocks, a new head and a projection into the text space are trained. Head and projection start
from their least-squares solution (reduced-rank regression), the contrast then works on what that leaves. What comes out
is an encoder of its own (`image/tuned.py`) whose id derives from its weights.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.encoders.contract import Embeddings, Encoder
from recsys.encoders.contrast import contrast_loss
from recsys.encoders.image.compact_vit import CompactVitEncoder
from recsys.encoders.image.tuned import TunedVit, TunedVitEncoder, round_to_half
from recsys.encoders.least_squares import start_from_least_squares
from recsys.encoders.pairs import STAGE, Pairs, read_pairs
from recsys.encoders.pictures import Picture
from recsys.encoders.vit import Tail
from recsys.errors import EncoderError
from recsys.progress import Progress, scaled, silent

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FineTuneConfig:
    """Every choice that changes the tuned weights.

    Parameters
    ----------
    enabled
        False skips fine-tuning; the encoder stays as it is.
    budget_s
        Seconds for reading pictures (at most half) and training. Fewer pictures or steps are taken where the machine
        is too slow for the rest of the config; the result says so.
    epochs
        Passes over the pictures, if the budget allows.
    n_blocks
        Last blocks of the network that are trained; 0 trains pooling, head and projection, which was as good as 1 in
        a third of the time (docs/image_encoder.md).
    batch_size
        Pairs in one step, at least 2.
    learning_rate, regularization
        Of AdamW (the latter is its weight decay), with a cosine to 0.
    temperature
        Of the contrast.
    tuned_size
        Length of the tuned half of an embedding.
    ridge
        Penalty of the least-squares start, as a share of the features' mean square.
    original_share
        Share of the original network in the cosine of two pictures, in (0, 1).
    max_pictures
        At most so many pictures are learned from, drawn by seed.
    min_pictures
        With fewer readable pictures that have a text, fine-tuning is skipped.
    seed
        Of the choice and order of pictures and of the projection.
    """

    enabled: bool = True
    budget_s: float = 20.0
    epochs: int = 6
    n_blocks: int = 0
    batch_size: int = 256
    learning_rate: float = 1e-4
    regularization: float = 0.05
    temperature: float = 0.07
    tuned_size: int = 192
    ridge: float = 1.0
    original_share: float = 0.25
    max_pictures: int = 6000
    min_pictures: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        positive = ("budget_s", "epochs", "learning_rate", "temperature", "tuned_size", "ridge")
        for name in positive:
            if not getattr(self, name) > 0:
                raise EncoderError(f"{name} is {getattr(self, name)}; it must be above 0.")
        if min(self.max_pictures, self.min_pictures, self.batch_size) < 2:
            raise EncoderError("max_pictures, min_pictures and batch_size must be at least 2.")
        if self.n_blocks < 0 or not 0 < self.original_share < 1:
            raise EncoderError("n_blocks must be at least 0 and original_share between 0 and 1.")


@dataclass(frozen=True)
class FineTuneResult:
    """What fine-tuning did.

    Parameters
    ----------
    encoder
        The tuned encoder, or the one given when skipped.
    skipped
        Why nothing was trained, as a sentence, or None.
    n_pictures
        Pictures learned from.
    losses
        Contrastive loss of each step.
    elapsed_s
        Wall time in seconds.
    cut_short
        True if the budget allowed fewer pictures or steps than the config asks for; such a result depends on the
        machine's speed as well as on the seed.
    """

    encoder: Encoder
    skipped: str | None = None
    n_pictures: int = 0
    losses: tuple[float, ...] = ()
    elapsed_s: float = 0.0
    cut_short: bool = False


def fine_tune_image_encoder(
    encoder: Encoder,
    pictures: Sequence[Picture],
    text_embeddings: Embeddings,
    text_encoder_id: str,
    config: FineTuneConfig,
    progress: Progress = silent,
) -> FineTuneResult:
    """Teach the picture encoder what this shop's words look like.

    Parameters
    ----------
    encoder
        Only the compact ViT is tuned; any other is returned as it is, with the reason.
    pictures
        n pictures, each of one product.
    text_embeddings
        float32 (n, d_text): the locked text tower's vector of the same product; NaN rows are left out.
    text_encoder_id
        Of that tower.
    config
        How to train.
    progress
        Gets the share done and the loss; it may raise to cancel.

    Returns
    -------
    FineTuneResult
        Equal seeds and data give equal weights on one machine unless `cut_short`.

    Raises
    ------
    EncoderError
        If numbers of pictures and text vectors differ.
    """
    if len(pictures) != len(text_embeddings):
        raise EncoderError(f"{len(pictures)} pictures but {len(text_embeddings)} text vectors; they must match.")
    if not config.enabled:
        return FineTuneResult(encoder, skipped="Fine-tuning is switched off.")
    if not isinstance(encoder, CompactVitEncoder):
        return FineTuneResult(encoder, skipped=f"Only the compact ViT is fine-tuned, not {encoder.encoder_id}.")
    usable = np.flatnonzero(np.isfinite(text_embeddings).all(axis=1))
    if len(usable) < config.min_pictures:
        return FineTuneResult(encoder, skipped=_too_few(len(usable), config))
    started = time.perf_counter()
    order = np.random.default_rng(config.seed).permutation(usable)[: config.max_pictures]
    n_frozen = len(encoder.network.blocks) - config.n_blocks
    told = scaled(progress, 0.0, 0.5)
    pairs = read_pairs(encoder, pictures, text_embeddings, order, n_frozen, config.budget_s / 2, told)
    if len(pairs.tokens) < config.min_pictures:
        return FineTuneResult(encoder, skipped=_too_few(len(pairs.tokens), config))
    model, losses, hurried = _train(encoder, pairs, config, started, progress)
    tuned = TunedVitEncoder(model, text_encoder_id)
    elapsed_s = time.perf_counter() - started
    _log.info("Fine-tuned on %d pictures in %d steps, %.1f s", len(pairs.tokens), len(losses), elapsed_s)
    return FineTuneResult(
        tuned, None, len(pairs.tokens), tuple(losses), elapsed_s, cut_short=pairs.cut_short or hurried
    )


def _too_few(n: int, config: FineTuneConfig) -> str:
    """Say why a small shop keeps the shipped encoder."""
    return f"{n} readable pictures with a text are too few to learn from; at least {config.min_pictures} are needed."


def _train(
    encoder: CompactVitEncoder, pairs: Pairs, config: FineTuneConfig, started: float, progress: Progress
) -> tuple[TunedVit, list[float], bool]:
    """Train tail and projection; return the model, the loss of each step, and whether time ran short."""
    tail = Tail(encoder.network, config.n_blocks, config.tuned_size).to(encoder.device)
    projection = nn.Linear(config.tuned_size, pairs.texts.shape[1], bias=False).to(encoder.device)
    start_from_least_squares(tail, projection, _features(tail, pairs, encoder.device), pairs.texts, config.ridge)
    generator = torch.Generator().manual_seed(config.seed)
    parameters = [*tail.parameters(), *projection.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=config.learning_rate, weight_decay=config.regularization)
    batch_size = min(config.batch_size, len(pairs.tokens))
    planned = n_steps = config.epochs * (len(pairs.tokens) // batch_size)
    losses: list[float] = []
    training_started = time.perf_counter()
    for rows in _batches(len(pairs.tokens), batch_size, planned, generator):
        if len(losses) >= n_steps:
            break
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * _learning_rate_share(len(losses), n_steps)
        loss = _step(tail, projection, optimiser, pairs, rows, config.temperature)
        losses.append(loss)
        now = time.perf_counter()
        affordable = int((started + config.budget_s - training_started) / ((now - training_started) / len(losses)))
        n_steps = max(len(losses), min(n_steps, affordable))
        progress(STAGE, 0.5 + 0.5 * len(losses) / n_steps, message=f"step {len(losses)} of {n_steps}", loss=loss)
    model = TunedVit(deepcopy(encoder.network), tail, projection, config.original_share)
    round_to_half(model)
    return model, losses, n_steps < planned


def _step(
    tail: Tail,
    projection: nn.Linear,
    optimiser: torch.optim.Optimizer,
    pairs: Pairs,
    rows: Tensor,
    temperature: float,
) -> float:
    """Update on one batch of rows; return the contrastive loss before the update."""
    device = projection.weight.device
    tuned = tail(pairs.tokens[rows].to(device).float(), pairs.descriptions[rows].to(device))
    pictures = functional.normalize(projection(functional.normalize(tuned)))
    loss = contrast_loss(pictures, pairs.texts[rows].to(device), pairs.groups[rows].to(device), temperature)
    optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(optimiser.param_groups[0]["params"], 1.0)
    optimiser.step()
    return float(loss.detach())


def _features(tail: Tail, pairs: Pairs, device: torch.device) -> Tensor:
    """What the head of the untuned tail sees of every picture, float32 (n, pooled + described) on the CPU."""
    with torch.no_grad():
        parts = [
            tail.features(tokens.to(device).float(), described.to(device)).cpu()
            for tokens, described in zip(pairs.tokens.split(256), pairs.descriptions.split(256), strict=True)
        ]
    return torch.cat(parts)


def _batches(n: int, batch_size: int, n_steps: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield `n_steps` batches of rows, a new order in every epoch."""
    done = 0
    while done < n_steps:
        order = torch.randperm(n, generator=generator)
        for start in range(0, n - batch_size + 1, batch_size):
            yield order[start : start + batch_size]
            done += 1


def _learning_rate_share(step: int, n_steps: int) -> float:
    """Warm up over a tenth of the steps, then fall along a cosine."""
    warm = max(1, n_steps // 10)
    return min(1.0, (step + 1) / warm) * 0.5 * (1 + float(np.cos(np.pi * min(1.0, step / n_steps))))
