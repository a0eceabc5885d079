"""A small convolutional network from pictures to styles, one for each layer (as in pSp, Richardson et al. 2021, arXiv
2008.00951, which finds W+ in one pass; ours is a thousandth of its size and only begins a search)."""

from __future__ import annotations

import itertools

import torch
from torch import nn
from torch.nn import functional as F

SEEN = 64
"""Pixels of a side that are looked at; larger pictures are averaged down to them."""
CHANNELS = {32: 32, 16: 64, 8: 96, 4: 128}
"""How many channels a feature map of each size has."""
HIDDEN = 256


class Halving(nn.Module):
    """Features (batch, ins, 2s, 2s) to (batch, outs, s, s): one convolution that halves, one with a sum around it."""

    def __init__(self, ins: int, outs: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(ins, outs, 4, stride=2, padding=1)
        self.same = nn.Conv2d(outs, outs, 3, padding=1)

    def forward(self, found: torch.Tensor) -> torch.Tensor:
        found = F.leaky_relu(self.down(found), 0.2)
        return found + F.leaky_relu(self.same(found), 0.2)


class Encoder(nn.Module):
    """Pictures (batch, side, side, 3) in 0..1 to styles (batch, layers, width); it begins by saying *mean* of all."""

    def __init__(self, mean: torch.Tensor, side: int) -> None:
        super().__init__()
        self.shrink = max(1, side // SEEN)
        first = side // self.shrink // 2
        sizes = [3, *(channels for size, channels in CHANNELS.items() if size <= first)]
        self.maps = nn.Sequential(*(Halving(ins, outs) for ins, outs in itertools.pairwise(sizes)))
        self.hidden = nn.Linear(16 * sizes[-1], HIDDEN)
        self.styles = nn.Linear(HIDDEN, mean.numel())
        nn.init.zeros_(self.styles.weight)
        with torch.no_grad():
            self.styles.bias.copy_(mean.flatten())
        self.shape = mean.shape

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        found = images.permute(0, 3, 1, 2) * 2 - 1
        found = self.maps(F.avg_pool2d(found, self.shrink))
        return self.styles(F.leaky_relu(self.hidden(found.flatten(1)), 0.2)).unflatten(1, self.shape)
