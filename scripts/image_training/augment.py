"""Views of a picture: crops, turns and light that leave a product what it is. Hue stays, shoppers see colour first."""

import torch
from torch import Tensor
from torch.nn import functional


def crop_and_turn(pixels: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Random crop (50–110 % of each side), flip and small rotation; (b, 3, s, s) in 0–255 → (b, 3, size, size)."""
    b = len(pixels)
    draw = torch.rand(6, b, generator=generator)
    area = 0.62 + 0.46 * draw[0]
    stretch = torch.exp((draw[1] - 0.5) * 0.5)
    scale_x, scale_y = area * stretch, area / stretch
    angle = (draw[2] - 0.5) * 0.3
    flip = torch.where(draw[3] < 0.5, -1.0, 1.0)
    shift_x = (draw[4] - 0.5) * 2 * (1 - scale_x).abs()
    shift_y = (draw[5] - 0.5) * 2 * (1 - scale_y).abs()
    theta = torch.stack(
        [
            torch.stack([flip * scale_x * angle.cos(), -scale_y * angle.sin(), shift_x], dim=1),
            torch.stack([flip * scale_x * angle.sin(), scale_y * angle.cos(), shift_y], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, [b, 3, size, size], align_corners=False)
    return functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)


def change_light(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Mild brightness, contrast, saturation, white balance, noise and an erased patch; hue stays what it is."""
    b, _, size, _ = pixels.shape
    draw = torch.rand(8, b, 1, 1, 1, generator=generator)
    mean = pixels.mean(dim=(1, 2, 3), keepdim=True)
    lit = (pixels - mean) * (0.8 + 0.4 * draw[0]) + mean * (0.85 + 0.3 * draw[1])
    grey = lit.mean(dim=1, keepdim=True)
    lit = grey + (lit - grey) * (0.75 + 0.5 * draw[2])
    lit = lit * (0.96 + 0.08 * torch.rand(b, 3, 1, 1, generator=generator))
    lit = lit + torch.randn(pixels.shape, generator=generator) * 6 * draw[3]
    at = torch.arange(size).view(1, 1, 1, size) / size
    side = 0.3 * draw[4] * (draw[5] < 0.5)
    inside_x = (at - draw[6]).abs() < side / 2
    inside_y = (at.transpose(2, 3) - draw[7]).abs() < side / 2
    return torch.where(inside_x & inside_y, mean, lit).clamp(0, 255)


def draw_view(pixels: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """One random view of every picture, laid out as the convolutions like it; (b, 3, size, size)."""
    lit = change_light(crop_and_turn(pixels, size, generator), generator)
    return lit.contiguous(memory_format=torch.channels_last)
