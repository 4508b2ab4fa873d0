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

from recsys.encoders.describe import PatchDescriptor
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
    embedding_size
        d of the result.
    """

    picture_size: int = 96
    width: int = 192
    depth: int = 4
    heads: int = 4
    embedding_size: int = 256

    def __post_init__(self) -> None:
        if self.picture_size % 16 or self.picture_size <= 0:
            raise EncoderError(f"picture_size is {self.picture_size}; it must be a positive multiple of 16.")
        if self.width % 6 or self.width % self.heads or self.width <= 0:
            raise EncoderError(f"width is {self.width}; it must be a multiple of 6 and of heads ({self.heads}).")
        if min(self.depth, self.embedding_size) < 1:
            raise EncoderError("depth and embedding_size must be at least 1.")


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
    """Tokens (b, t, width) → embedding (b, d): their mean, and a coarse map of where what is (a product is centred)."""

    def __init__(self, width: int, embedding_size: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.place = nn.Linear(width, PLACE_WIDTH)
        self.head = nn.Linear(width + PLACE_WIDTH * PLACE_SIDE**2, embedding_size)

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, width) → (b, d)."""
        tokens = self.norm(tokens)
        side = round(tokens.shape[1] ** 0.5)
        grid = self.place(tokens).transpose(1, 2).unflatten(2, (side, side))
        places = functional.adaptive_avg_pool2d(grid, PLACE_SIDE).flatten(1)
        return self.head(torch.cat([tokens.mean(dim=1), places], dim=1))


class CompactVit(nn.Module):
    """Pictures → embeddings (not yet of length 1).

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
        side = config.picture_size // PATCH
        self.positions = nn.Parameter(torch.randn(1, side * side, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.pool = Pool(width, config.embedding_size)
        self.register_buffer("pixel_mean", torch.tensor(PIXEL_MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("pixel_std", torch.tensor(PIXEL_STD).view(1, 3, 1, 1) * 255, persistent=False)

    def tokens(self, pixels: Tensor, n_blocks: int | None = None) -> Tensor:
        """Cut into patches and run the first `n_blocks` blocks (all unless given).

        Parameters
        ----------
        pixels
            uint8 or float in 0–255, shape (b, 3, s, s) with s = `picture_size` (or another multiple of 16).
        n_blocks
            How many blocks to run.

        Returns
        -------
        float, shape (b, t, width).
        """
        pixels = pixels.float()
        features = self.stem((pixels - self.pixel_mean) / self.pixel_std)
        described = self.from_description(self.describe(pixels / 255))
        tokens = features.flatten(2).transpose(1, 2) + described + self._positions_for(features.shape[-1])
        for block in list(self.blocks)[:n_blocks]:
            tokens = block(tokens)
        return tokens

    def _positions_for(self, side: int) -> Tensor:
        """Position vectors (1, side², width), interpolated when pictures of another size come in (as in training)."""
        trained = round(self.positions.shape[1] ** 0.5)
        if side == trained:
            return self.positions
        grid = self.positions.transpose(1, 2).unflatten(2, (trained, trained))
        return functional.interpolate(grid, size=(side, side), mode="bilinear").flatten(2).transpose(1, 2)

    def finish(self, tokens: Tensor, n_done: int) -> Tensor:
        """Run the blocks after the first `n_done` on tokens (b, t, width) and pool them to (b, d)."""
        for block in list(self.blocks)[n_done:]:
            tokens = block(tokens)
        return self.pool(tokens)

    def forward(self, pixels: Tensor) -> Tensor:
        """(b, 3, s, s) pixels in 0–255 → (b, d) float."""
        return self.finish(self.tokens(pixels), len(self.blocks))


class Tail(nn.Module):
    """The last blocks and the pooling of a network, to be tuned apart; tokens (b, t, width) → (b, d)."""

    def __init__(self, blocks: nn.ModuleList, pool: Pool) -> None:
        super().__init__()
        self.blocks, self.pool = blocks, pool

    @classmethod
    def of(cls, network: CompactVit, n_blocks: int) -> "Tail":
        """Copy the last `n_blocks` blocks and what follows them.

        Raises
        ------
        EncoderError
            If the network has fewer blocks.
        """
        if not 0 <= n_blocks <= len(network.blocks):
            raise EncoderError(f"n_blocks is {n_blocks}; this network has {len(network.blocks)} blocks.")
        blocks = nn.ModuleList(deepcopy(block) for block in list(network.blocks)[len(network.blocks) - n_blocks :])
        return cls(blocks, deepcopy(network.pool))

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, width) tokens from the block before → (b, d) float."""
        for block in self.blocks:
            tokens = block(tokens)
        return self.pool(tokens)


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
