"""The network: convolutions over a picture and what is left of it when its blur is taken away.

What a generator leaves in the finest detail is told from the residual (Marra et al. 2019, "Do GANs leave artificial
fingerprints?", arXiv 1812.11842). Several last layers, each trained on another draw of the same pictures (Breiman
1996), disagree where little is known.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (16, 32, 48, 64)


class ImageDetector(nn.Module):
    """Pictures (batch, h, w, 3) in 0..1 to log odds (batch, networks) that one of our generators made them.

    ``slope`` and ``offset`` calibrate (Platt 1999).
    """

    def __init__(self, networks: int) -> None:
        super().__init__()
        self.slope, self.offset = nn.Buffer(torch.ones(1)), nn.Buffer(torch.zeros(1))
        sizes = (6, *WIDTHS)
        self.layers = nn.ModuleList(nn.Conv2d(before, after, 3, 2, 1) for before, after in pairwise(sizes))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in WIDTHS)
        self.out = nn.Linear(2 * (WIDTHS[-1] + WIDTHS[-2]), networks)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        planes = images.permute(0, 3, 1, 2)
        blurred = F.avg_pool2d(planes, 3, 1, 1, count_include_pad=False)
        found, seen = torch.cat([planes - 0.5, 8 * (planes - blurred)], 1), []
        for layer, norm in zip(self.layers, self.norms, strict=True):
            found = F.leaky_relu(norm(layer(found)), 0.1)
            seen.append(found)
        pooled = [part for found in seen[-2:] for part in (found.mean((2, 3)), found.amax((2, 3)))]
        return self.out(torch.cat(pooled, 1)) * self.slope + self.offset
