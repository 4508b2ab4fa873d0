"""A fixed description of every patch of a picture: edge directions and colours, without a learned number.

Networks that start from such features need far fewer pictures than networks that start from pixels.

References
----------
Dalal & Triggs (2005), Histograms of Oriented Gradients for Human Detection.
Oyallon et al. (2018), Scattering Networks for Hybrid Representation Learning, arXiv:1809.06367.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

N_DIRECTIONS = 8
COLOUR_STEPS = (0.0, 0.5, 1.0)
COLOUR_WIDTH = 0.22
N_EDGES = 4 * (N_DIRECTIONS + 1)
N_COLOURS = 4 * 3 + len(COLOUR_STEPS) ** 3


class PatchDescriptor(nn.Module):
    """Describe each 16 × 16 patch: edge directions and mean colour of its four quarters, and a soft colour histogram.

    The size is 75 per patch: 4 · (8 + 1) for edges, then 4 · 3 + 27 for colours. Values lie roughly in [-2, 3].
    """

    size = N_EDGES + N_COLOURS

    def __init__(self) -> None:
        super().__init__()
        angles = torch.arange(N_DIRECTIONS) * (2 * math.pi / N_DIRECTIONS)
        self.register_buffer("directions", torch.stack([angles.cos(), angles.sin()]), persistent=False)
        steps = torch.tensor(COLOUR_STEPS)
        self.register_buffer("colours", torch.cartesian_prod(steps, steps, steps), persistent=False)

    def forward(self, pixels: Tensor) -> Tensor:
        """(b, 3, s, s) pixels in 0–1 → (b, (s/16)², 75)."""
        side = pixels.shape[-1] // 16
        with torch.no_grad(), torch.autocast(pixels.device.type, enabled=False):
            pixels = functional.avg_pool2d(pixels, 2)
            edges = functional.pixel_unshuffle(self.edges(pixels, 2 * side), 2)
            means = functional.pixel_unshuffle((functional.adaptive_avg_pool2d(pixels, 2 * side) - 0.5) * 3, 2)
            histogram = self.colour_histogram(pixels, side)
            return torch.cat([edges, means, histogram], dim=1).flatten(2).transpose(1, 2)

    def edges(self, pixels: Tensor, cells: int) -> Tensor:
        """Share of 8 directions and the strength of edges in cells × cells; (b, 9, cells, cells)."""
        grey = functional.pad(pixels.mean(dim=1, keepdim=True), (1, 1, 1, 1), mode="replicate")
        right = grey[:, :, 1:-1, 2:] - grey[:, :, 1:-1, :-2]
        down = grey[:, :, 2:, 1:-1] - grey[:, :, :-2, 1:-1]
        strength = (right.square() + down.square()).sqrt()
        doubled = torch.cat([right.square() - down.square(), 2 * right * down], dim=1) / (strength + 1e-4)
        planes = torch.einsum("bcij,ck->bkij", doubled, self.directions)
        cell = functional.adaptive_avg_pool2d((planes - 0.6 * strength).clamp(min=0), cells)
        energy = functional.adaptive_avg_pool2d(strength, cells)
        return torch.cat([3 * (cell / (0.4 * energy + 0.02)).sqrt(), (energy * 20).log1p()], dim=1)

    def colour_histogram(self, pixels: Tensor, side: int) -> Tensor:
        """Square root of the soft share of 27 colours, (b, 27, side, side)."""
        small = functional.avg_pool2d(pixels, 2)
        colours = self.colours
        cross = torch.einsum("bcij,kc->bkij", small, colours)
        distance = colours.square().sum(dim=1)[None, :, None, None] - 2 * cross
        soft = (-distance / (2 * COLOUR_WIDTH**2)).softmax(dim=1)
        return 2 * functional.adaptive_avg_pool2d(soft, side).sqrt()


class Summary(nn.Module):
    """The descriptions of all patches, condensed linearly to `size` numbers: one half for edges, one for colours.

    The directions are the principal components of training pictures, set by `fit` and not learned further; each half
    has a mean squared length of 1 over those pictures.

    Parameters
    ----------
    n_patches
        t.
    size
        Even.
    """

    def __init__(self, n_patches: int, size: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.zeros(n_patches * N_EDGES, size // 2))
        self.register_buffer("edges_mean", torch.zeros(n_patches * N_EDGES))
        self.register_buffer("colours", torch.zeros(n_patches * N_COLOURS, size // 2))
        self.register_buffer("colours_mean", torch.zeros(n_patches * N_COLOURS))

    def forward(self, described: Tensor) -> Tensor:
        """(b, t, 75) → (b, size)."""
        edges, colours = described.split([N_EDGES, N_COLOURS], dim=2)
        halves = [
            (edges.flatten(1) - self.edges_mean) @ self.edges,
            (colours.flatten(1) - self.colours_mean) @ self.colours,
        ]
        return torch.cat(halves, dim=1)

    def fit(self, described: Tensor) -> None:
        """Set the directions from n pictures, (n, t, 75), n ≥ size."""
        for name, part in zip(("edges", "colours"), described.detach().split([N_EDGES, N_COLOURS], dim=2), strict=True):
            rows = part.flatten(1).double()
            mean = rows.mean(dim=0)
            components: Tensor = getattr(self, name)
            values, vectors = torch.linalg.eigh((rows - mean).T @ (rows - mean) / len(rows))
            kept = vectors[:, -components.shape[1] :].flip(1)
            components.copy_(kept / values[-components.shape[1] :].sum().sqrt())
            getattr(self, f"{name}_mean").copy_(mean)
