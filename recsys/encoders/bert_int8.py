"""A BERT encoder in 8-bit integers: three times the arithmetic per second of float32 on a CPU with integer products.

Weights carry one scale per output, activations one per token, measured as they come. Before that, activations are
divided and weights multiplied by a number per input channel (smoothing), so that a few loud channels do not cost the
others their digits; the numbers come from random words of the model's own vocabulary, so no data is needed.
Everything between the products (attention, normalisation, GELU, pooling) stays in float32.

References
----------
Dettmers et al. (2022), *LLM.int8()*, section 2.1 (vector-wise quantisation); Xiao et al. (2023), *SmoothQuant*, eq. 4.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

BALANCE = 0.5
"""SmoothQuant's α: how much of the loudness moves from activations to weights."""
CALIBRATION_TEXTS, LONGEST_CALIBRATION = 96, 40
TINY = 1e-4


class Int8Linear:
    """y = x Wᵀ + b with x and W in 8-bit integers.

    Parameters
    ----------
    weight, bias
        float32, shapes (n_outputs, n_inputs) and (n_outputs,).
    loudness
        Largest size of each input channel, shape (n_inputs,).
    """

    def __init__(self, weight: Tensor, bias: Tensor, loudness: Tensor) -> None:
        smooth = loudness.clamp(min=TINY) ** BALANCE / weight.abs().amax(dim=0).clamp(min=TINY) ** (1 - BALANCE)
        smoothed = weight * smooth
        scale = smoothed.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
        self._weight = (smoothed / scale).round().to(torch.int8).t().contiguous()
        self._scale = scale.t().contiguous()
        self._bias = bias.contiguous()
        self._smooth = 1.0 / smooth

    def __call__(self, rows: Tensor) -> Tensor:
        """(n, n_inputs) → (n, n_outputs), float32."""
        rows = rows * self._smooth
        largest = torch.maximum(rows.amax(dim=1, keepdim=True), rows.amin(dim=1, keepdim=True).neg_())
        scale = largest.clamp_(min=1e-12).div_(127)
        codes = rows.div_(scale).round_().to(torch.int8)
        products = torch._int_mm(codes, self._weight).float().mul_(self._scale)
        return torch.addcmul(self._bias, products, scale)


class Int8Bert:
    """The hidden states of a BERT model, its matrix products in integers.

    Parameters
    ----------
    model
        A `BertModel` in evaluation mode, on the CPU.
    vocabulary
        Token ids to draw calibration texts from; the model's first and last token are added.
    first, last
        Token ids that open and close a text.
    """

    def __init__(self, model: Any, vocabulary: Sequence[int], first: int, last: int) -> None:
        self._embeddings = model.embeddings
        self._heads = int(model.config.num_attention_heads)
        loudness = measure_loudness(model, vocabulary, first, last)
        self._layers = [Int8Layer(layer, self._heads, loudness) for layer in model.encoder.layer]

    def __call__(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        """(b, t) token ids and mask → hidden states (b, t, d)."""
        b, t = token_ids.shape
        rows = self._embeddings(input_ids=token_ids).view(b * t, -1)
        bias = None if bool(mask.all()) else mask[:, None, None, :].bool()
        for layer in self._layers:
            rows = layer(rows, b, t, bias)
        return rows.view(b, t, -1)


class Int8Layer:
    """One block of attention and perceptron, post-norm as in BERT."""

    def __init__(self, layer: Any, heads: int, loudness: dict[int, Tensor]) -> None:
        own = layer.attention.self
        parts = [own.query, own.key, own.value]
        self._heads = heads
        self._qkv = Int8Linear(
            torch.cat([p.weight.data for p in parts]), torch.cat([p.bias.data for p in parts]), loudness[id(own.query)]
        )
        self._mix, self._norm_mix = _of(layer.attention.output.dense, loudness), layer.attention.output.LayerNorm
        self._up, self._down = _of(layer.intermediate.dense, loudness), _of(layer.output.dense, loudness)
        self._norm_down = layer.output.LayerNorm

    def __call__(self, rows: Tensor, b: int, t: int, bias: Tensor | None) -> Tensor:
        """(b·t, d) → (b·t, d)."""
        d = rows.shape[1]
        query, key, value = self._qkv(rows).view(b, t, 3, self._heads, d // self._heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        rows = self._norm_mix(self._mix(mixed.transpose(1, 2).reshape(b * t, d)).add_(rows))
        return self._norm_down(self._down(functional.gelu(self._up(rows))).add_(rows))


def _of(linear: Any, loudness: dict[int, Tensor]) -> Int8Linear:
    """Quantise one linear map."""
    return Int8Linear(linear.weight.data, linear.bias.data, loudness[id(linear)])


def measure_loudness(model: Any, vocabulary: Sequence[int], first: int, last: int) -> dict[int, Tensor]:
    """Largest size of each input channel of every linear map, over random words; keyed by the map's `id`."""
    rng = np.random.default_rng(0)
    loudness: dict[int, Tensor] = {}

    def listen(linear: torch.nn.Module, inputs: tuple[Tensor, ...]) -> None:
        size = inputs[0].reshape(-1, inputs[0].shape[-1]).abs().amax(dim=0)
        loudness[id(linear)] = torch.maximum(loudness.get(id(linear), size), size)

    ears = [m.register_forward_pre_hook(listen) for m in model.encoder.modules() if isinstance(m, torch.nn.Linear)]
    try:
        for _ in range(CALIBRATION_TEXTS):
            words = rng.choice(np.asarray(vocabulary), rng.integers(3, LONGEST_CALIBRATION)).tolist()
            with torch.inference_mode():
                model(input_ids=torch.tensor([[first, *words, last]]))
    finally:
        for ear in ears:
            ear.remove()
    return loudness
