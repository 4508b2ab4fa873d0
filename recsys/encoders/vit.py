"""The compact vision transformer of our own: a picture becomes 36 tokens, attention mixes them, a map of places pools.

A token adds what early convolutions learned and what a fixed description of its patch says (`describe.py`); both let a
transformer learn from few pictures. Only the network and its files are here; reading pictures is in `pictures.py`, the
`Encoder` around it in `image/compact_vit.py`, training in `scripts/train_image_encoder.py`.

References
----------
Hassani et al. (2021), Escaping the Big Data Paradigm with Compact Transformers, arXiv:2104.05704.
Xiao et al. (2021), Early Convolutions Help Transformers See Better, arXiv:2106.14881.
"""

import json
from copy import deepcopy
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from recsys.encoders.describe import PatchDescriptor, Summary
from recsys.errors import EncoderError

PATCH = 16
PLACE_SIDE, PLACE_WIDTH = 3, 32
PIXEL_MEAN = (0.60, 0.57, 0.55)
PIXEL_STD = (0.28, 0.28, 0.28)


@dataclass(frozen=True)
class VitConfig:
    """Shape of the network.

    Parameters
    ----------
    picture_size
        Side of the square input in pixels, a multiple of 16.
    width
        Length of a token, a multiple of 6 and of `heads`.
    depth
        Number of transformer blocks.
    heads
        Attention heads per block.
    learned_size, described_size
        Lengths of the two halves of an embedding; the second is even.
    described_share
        Share of the second half in the cosine of two pictures, in (0, 1).
    """

    picture_size: int = 96
    width: int = 192
    depth: int = 4
    heads: int = 4
    learned_size: int = 192
    described_size: int = 192
    described_share: float = 0.5

    @property
    def embedding_size(self) -> int:
        """The d of the result."""
        return self.learned_size + self.described_size

    def __post_init__(self) -> None:
        if self.picture_size % 16 or self.picture_size <= 0:
            raise EncoderError(f"picture_size is {self.picture_size}; it must be a positive multiple of 16.")
        if self.width % 6 or self.width % self.heads or self.width <= 0:
            raise EncoderError(f"width is {self.width}; it must be a multiple of 6 and of heads ({self.heads}).")
        if min(self.depth, self.learned_size, self.described_size) < 1 or self.described_size % 2:
            raise EncoderError("depth and learned_size must be at least 1, described_size an even number above 0.")
        if not 0 < self.described_share < 1:
            raise EncoderError(f"described_share is {self.described_share}; it must lie between 0 and 1.")


class Block(nn.Module):
    """Pre-norm attention and a two-layer perceptron, each added to its input; (b, t, w) → (b, t, w)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width)
        self.to_qkv = nn.Linear(width, 3 * width)
        self.from_heads = nn.Linear(width, width)
        self.norm_mlp = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, width) → (b, t, width)."""
        n, t, width = tokens.shape
        qkv = self.to_qkv(self.norm_attention(tokens)).view(n, t, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.from_heads(mixed.transpose(1, 2).reshape(n, t, width))
        return tokens + self.mlp(self.norm_mlp(tokens))


class Pool(nn.Module):
    """Tokens → features of the picture: the mean token and a coarse map of where what is (a product is centred)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.place = nn.Linear(width, PLACE_WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, width) → (b, width + 288)."""
        tokens = self.norm(tokens)
        side = round(tokens.shape[1] ** 0.5)
        grid = self.place(tokens).transpose(1, 2).unflatten(2, (side, side))
        return torch.cat([tokens.mean(dim=1), functional.adaptive_avg_pool2d(grid, PLACE_SIDE).flatten(1)], dim=1)


class CompactVit(nn.Module):
    """Pictures → embeddings of length 1: a learned half beside a described half.

    With l what transformer and head learned and f the summary of the fixed description, both scaled to length 1, the
    embedding is [√(1 − w) · l, √w · f], so the cosine of two pictures is (1 − w) · cos(l) + w · cos(f),
    w = `described_share`.

    Parameters
    ----------
    config
        Shape of the network.
    """

    def __init__(self, config: VitConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        channels = (3, width // 6, width // 3, 2 * width // 3, width)
        steps: list[nn.Module] = []
        for before, after in pairwise(channels):
            steps += [nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        self.stem = nn.Sequential(*steps[:-1])
        self.describe = PatchDescriptor()
        self.from_description = nn.Linear(self.describe.size, width)
        n_patches = (config.picture_size // PATCH) ** 2
        self.positions = nn.Parameter(torch.randn(1, n_patches, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.pool = Pool(width)
        self.head = nn.Linear(pooled_size(config), config.learned_size)
        self.summary = Summary(n_patches, config.described_size)
        self.register_buffer("pixel_mean", torch.tensor(PIXEL_MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("pixel_std", torch.tensor(PIXEL_STD).view(1, 3, 1, 1) * 255, persistent=False)

    def start(self, pixels: Tensor, n_blocks: int) -> tuple[Tensor, Tensor]:
        """Cut into patches and run the first `n_blocks` blocks.

        Parameters
        ----------
        pixels
            uint8 or float in 0–255, shape (b, 3, s, s) with s = `picture_size` (or another multiple of 16).
        n_blocks
            How many blocks to run.

        Returns
        -------
        tokens, described
            float, shapes (b, t, width) and (b, t, 75).
        """
        pixels = pixels.float()
        features = self.stem((pixels - self.pixel_mean) / self.pixel_std)
        described = self.describe(pixels / 255)
        tokens = features.flatten(2).transpose(1, 2) + self.from_description(described)
        tokens = tokens + self._positions_for(features.shape[-1])
        for block in list(self.blocks)[:n_blocks]:
            tokens = block(tokens)
        return tokens, described

    def _positions_for(self, side: int) -> Tensor:
        """Position vectors (1, side², width), interpolated when pictures of another size come in (as in training)."""
        trained = round(self.positions.shape[1] ** 0.5)
        if side == trained:
            return self.positions
        grid = self.positions.transpose(1, 2).unflatten(2, (trained, trained))
        return functional.interpolate(grid, size=(side, side), mode="bilinear").flatten(2).transpose(1, 2)

    def learned(self, tokens: Tensor, n_done: int) -> Tensor:
        """Run the blocks after the first `n_done` on tokens (b, t, width); (b, learned_size), any length."""
        for block in list(self.blocks)[n_done:]:
            tokens = block(tokens)
        return self.head(self.pool(tokens))

    def finish(self, tokens: Tensor, described: Tensor, n_done: int) -> Tensor:
        """Turn what `start` returned into embeddings (b, d) of length 1."""
        return join(self.learned(tokens, n_done).float(), self.summary(described.float()), self.config.described_share)

    def forward(self, pixels: Tensor) -> Tensor:
        """(b, 3, s, s) pixels in 0–255 → (b, d) of length 1; s must be `picture_size`."""
        n_blocks = len(self.blocks)
        return self.finish(*self.start(pixels, n_blocks), n_blocks)


def join(first: Tensor, second: Tensor, share: float) -> Tensor:
    """Put rows side by side so that cosines mix: [√(1 − share) · first, √share · second], both scaled to length 1."""
    halves = [(1 - share) ** 0.5 * functional.normalize(first), share**0.5 * functional.normalize(second)]
    return torch.cat(halves, dim=1)


def pooled_size(config: VitConfig) -> int:
    """Length of what `Pool` returns."""
    return config.width + PLACE_WIDTH * PLACE_SIDE**2


class Tail(nn.Module):
    """The last blocks and pooling of a network, and a head of its own that sees the description too; tuned apart."""

    def __init__(self, network: CompactVit, n_blocks: int, size: int) -> None:
        super().__init__()
        if not 0 <= n_blocks <= len(network.blocks):
            raise EncoderError(f"n_blocks is {n_blocks}; this network has {len(network.blocks)} blocks.")
        last = list(network.blocks)[len(network.blocks) - n_blocks :]
        self.blocks = nn.ModuleList(deepcopy(block) for block in last)
        self.pool = deepcopy(network.pool)
        n_patches = network.positions.shape[1]
        self.head = nn.Linear(pooled_size(network.config) + n_patches * network.describe.size, size)

    def features(self, tokens: Tensor, described: Tensor) -> Tensor:
        """(b, t, width) tokens from the block before and (b, t, 75) → what the head sees."""
        for block in self.blocks:
            tokens = block(tokens)
        return torch.cat([self.pool(tokens).float(), described.float().flatten(1)], dim=1)

    def forward(self, tokens: Tensor, described: Tensor) -> Tensor:
        """Same inputs → (b, size), any length."""
        return self.head(self.features(tokens, described))


def save_network(network: CompactVit, weights: Path) -> None:
    """Write half-precision safetensors and, beside them, the config as JSON; each by temporary file and rename."""
    state = {
        name: tensor.detach().cpu().to(torch.float16 if tensor.is_floating_point() else tensor.dtype).contiguous()
        for name, tensor in network.state_dict().items()
    }
    weights.parent.mkdir(parents=True, exist_ok=True)
    temporary = weights.with_suffix(".tmp")
    save_file(state, temporary)
    temporary.chmod(0o644)
    temporary.replace(weights)
    temporary.write_text(json.dumps(asdict(network.config), indent=2) + "\n", encoding="utf-8")
    temporary.replace(weights.with_suffix(".json"))


def load_network(weights: Path, device: torch.device) -> CompactVit:
    """Read what `save_network` wrote, in evaluation mode.

    Raises
    ------
    EncoderError
        If a file is missing, damaged, or does not fit its config.
    """
    try:
        config = VitConfig(**json.loads(weights.with_suffix(".json").read_text(encoding="utf-8")))
        network = CompactVit(config)
        network.load_state_dict(load_file(weights))
    except (OSError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
        raise EncoderError(f"Cannot load image encoder weights from {weights.name}: {error}") from error
    network.to(device).eval()
    return network
