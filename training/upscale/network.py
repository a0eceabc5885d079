"""Plain 3 × 3 convolutions at the small size, then pixels unfolded into the large one.

Sub-pixel convolution: Shi et al. 2016 (ESPCN, arXiv 1609.05158). Blocks of three convolutions with one sum around them:
Kong et al. 2022 (RLFN, arXiv 2205.07514). What the network adds to is a bicubic enlargement, so it begins as one.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Three convolutions; features (batch, width, h, w) to the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(3))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        found = features
        for layer in self.layers:
            found = F.leaky_relu(layer(found), 0.1)
        return features + found


class Upscaler(nn.Module):
    """Pictures (batch, h, w, 3) in 0..1 to ``large`` (batch, scale · h, scale · w, 3), not clipped."""

    def __init__(self, width: int, blocks: int, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(blocks)))
        self.join = nn.Conv2d(width, width, 3, padding=1)
        self.tail = nn.Conv2d(width, 3 * scale * scale, 3, padding=1)
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)  # pyright: ignore[reportArgumentType]

    @property
    def reach(self) -> int:
        """How many pixels away one is seen: parts of a picture with so much around them fit together without seams."""
        convolutions = 3 + 3 * len(self.blocks)
        return convolutions + 2

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        small = images.permute(0, 3, 1, 2)
        base = F.interpolate(small, scale_factor=self.scale, mode="bicubic", align_corners=False)
        first = self.head(small - 0.5)
        found = self.tail(first + self.join(self.blocks(first)))
        return (base + F.pixel_shuffle(found, self.scale)).permute(0, 2, 3, 1)
