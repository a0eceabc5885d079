"""Generator and discriminator of fully connected layers, told the class as weights that sum to one."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


class Generator(nn.Module):
    """Latent (batch, *latent*) and class weights (batch, *classes*) to pictures (batch, side, side) in 0..1."""

    def __init__(self, latent: int, classes: int, side: int, width: int = 768) -> None:
        super().__init__()
        self.side = side
        self.embedding = nn.Linear(classes, 64, bias=False)
        sizes = [latent + 64, width, width, width]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(nn.LayerNorm(size) for size in sizes[1:])
        self.out = nn.Linear(width, side * side)

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        found = torch.cat([latent, 4 * self.embedding(classes)], 1)
        for layer, norm in zip(self.hidden, self.norms, strict=True):
            found = F.leaky_relu(norm(layer(found)), 0.2)
        return torch.sigmoid(self.out(found)).view(-1, self.side, self.side)


class Discriminator(nn.Module):
    """Pictures (batch, side, side) and class weights to a score each, (batch,): the higher, the more like the data.

    The class enters by projection (Miyato & Koyama 2018).
    """

    def __init__(self, classes: int, side: int, width: int = 768) -> None:
        super().__init__()
        sizes = [side * side, width, width, width]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.out = nn.Linear(width, 1)
        self.embedding = nn.Linear(classes, width, bias=False)

    def forward(self, pictures: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        found = 2 * pictures.flatten(1) - 1
        for layer in self.hidden:
            found = F.leaky_relu(layer(found), 0.2)
        return self.out(found)[:, 0] + (found * self.embedding(classes)).mean(1)
