"""The same small changes to real and made pictures, through which gradients flow: training on few pictures.

Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training" (arXiv 2006.10738). Each change is made
with a chance below one, so that the generator does not learn the changes themselves (Karras et al. 2020, arXiv
2006.06676).
"""

from __future__ import annotations

import torch
from torch.nn import functional as F


def augmented(pictures: torch.Tensor, chance: float = 0.7, reach: float = 0.125) -> torch.Tensor:
    """*pictures* (batch, 3, side, side) in -1..1 with other brightness, saturation, contrast, and moved.

    Each kind of change happens to a picture with *chance*; it moves by at most *reach* of its side.
    """
    return _moved(_coloured(pictures, chance), chance, reach)


def _coloured(pictures: torch.Tensor, chance: float) -> torch.Tensor:
    brightness, saturation, contrast = (_amounts(pictures, chance) for _ in range(3))
    found = pictures + 0.5 * brightness
    grey = found.mean(1, keepdim=True)
    found = grey + (found - grey) * (1 + saturation)
    middle = found.mean((1, 2, 3), keepdim=True)
    return middle + (found - middle) * (1 + 0.5 * contrast)


def _amounts(pictures: torch.Tensor, chance: float) -> torch.Tensor:
    """For each picture a number in -1..1, 0 where nothing changes: (batch, 1, 1, 1)."""
    shape = (len(pictures), 1, 1, 1)
    chosen = torch.rand(shape, device=pictures.device) < chance
    return (2 * torch.rand(shape, device=pictures.device) - 1) * chosen


def _moved(pictures: torch.Tensor, chance: float, reach: float) -> torch.Tensor:
    count, _, side, _ = pictures.shape
    most = max(1, round(side * reach))
    shifts = torch.randint(-most, most + 1, (2, count), device=pictures.device)
    shifts = (shifts * (torch.rand(count, device=pictures.device) < chance) + most).tolist()
    padded = F.pad(pictures, [most] * 4)
    return torch.stack([padded[n, :, y : y + side, x : x + side] for n, (y, x) in enumerate(zip(*shifts, strict=True))])
