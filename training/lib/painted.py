"""What the graphs of styled generators share: pictures with the channels last, in 0..1; every tensor has a batch."""

from __future__ import annotations

import torch
from torch import nn

from training.lib.export import Graph

BATCH = {0: "batch"}
MASK = {**BATCH, 2: "rows", 3: "columns"}
"""A mask has the side of the picture, or one pixel that holds everywhere: without a mask there is much less to do."""


class Criticised(nn.Module):
    """Pictures (batch, side, side, 3) in 0..1 and class weights to scores (batch,)."""

    def __init__(self, discriminator: nn.Module) -> None:
        super().__init__()
        self.discriminator = discriminator

    def forward(self, images: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return self.discriminator(inside(images), classes)


class Levelled(nn.Module):
    """A generator that also gives what its pictures (n, side, side, 3) in 0..1 are on a screen, uint8."""

    def __init__(self, painted: nn.Module) -> None:
        super().__init__()
        self.painted = painted

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        images = self.painted(*inputs)
        return images, (images * 255).round().to(torch.uint8)


def outside(pictures: torch.Tensor) -> torch.Tensor:
    """(n, 3, side, side) in about -1..1 to (n, side, side, 3) in 0..1."""
    return (pictures * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 1)


def inside(images: torch.Tensor) -> torch.Tensor:
    """(n, side, side, 3) in 0..1 to (n, 3, side, side) in -1..1."""
    return images.permute(0, 3, 1, 2) * 2 - 1


def upper_half(side: int) -> torch.Tensor:
    """A mask (1, 1, side, side) to try a graph with: none at the top, growing to the middle, none below."""
    mask = torch.zeros(1, 1, side, side)
    mask[:, :, : side // 2] = torch.linspace(0, 1, side // 2)[:, None]
    return mask


def batched(
    stem: str, module: nn.Module, inputs: dict[str, torch.Tensor], outputs: list[str], tolerance: float = 1e-3
) -> Graph:
    """The graph *stem*, each of whose tensors may have any number of rows, and a mask any side."""
    dynamic = {name: MASK if name == "mask" else BATCH for name in (*inputs, *outputs)}
    return Graph(stem, module, inputs, outputs, dynamic, tolerance)
