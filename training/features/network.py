"""A small classifier of all our kinds of pictures, whose last features before the classes are what is kept."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Seeing(nn.Module):
    """Pictures (batch, 64, 64, 3) in 0..1 to features (batch, *length*) and the scores of *classes*."""

    def __init__(self, classes: int, length: int) -> None:
        super().__init__()
        sizes = [(12, 32, 1), (32, 64, 2), (64, 128, 2), (128, 128, 1), (128, length, 2)]
        parts: list[nn.Module] = []
        for ins, outs, step in sizes:
            parts += [nn.Conv2d(ins, outs, 3, step, 1), nn.GroupNorm(8, outs), nn.ReLU()]
        self.trunk = nn.Sequential(*parts)
        self.out = nn.Linear(length, classes)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        found = F.pixel_unshuffle(images.permute(0, 3, 1, 2) * 2 - 1, 2)
        features = self.trunk(found).float().mean((2, 3))
        return features, self.out(features)
