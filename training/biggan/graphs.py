"""The networks as they are exported: two styles and a mask, no noise."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from training.biggan.network import Conditions, Generator
from training.lib.export import Graph
from training.lib.painted import Criticised, Levelled, batched, outside, upper_half
from training.stylegan.network import Styles


class Painted(nn.Module):
    """What the contract of styled generators calls ``generator``, and with *shown* ``inspect``."""

    def __init__(self, generator: Generator, side: int, shown: bool = False) -> None:
        super().__init__()
        self.generator, self.side, self.shown = generator, side, shown

    def forward(self, styles: torch.Tensor, other: torch.Tensor, mask: torch.Tensor) -> object:
        features: list[torch.Tensor] = []
        found = self.generator(Styles(styles, other, mask), self.side, features if self.shown else None)
        images = outside(self.generator.polish(found))
        return (images, *(each.permute(0, 2, 3, 1) for each in features)) if self.shown else images


def styled_graphs(
    conditions: Conditions, generator: Generator, discriminator: nn.Module, latent: int, real: torch.Tensor
) -> list[Graph]:
    """All graphs of the contract but the encoder, with inputs drawn from seed 0 and *real* uint8 (4, side, side, 3)."""
    torch.manual_seed(0)
    side, classes = real.shape[1], conditions.embedding.in_features
    given = {"latent": torch.randn(4, latent), "classes": F.one_hot(torch.arange(4) % classes, classes).float()}
    with torch.no_grad():
        styles = conditions(*given.values())
    inputs = {"styles": styles[:1], "other": styles[1:2], "mask": upper_half(side)}
    seen = {"images": real.float() / 255, "classes": given["classes"]}
    features = [f"features_{each}" for each in generator.sides]
    return [
        batched("mapping", conditions, given, ["styles"]),
        batched("generator", Levelled(Painted(generator, side)), inputs, ["images", "pixels"]),
        batched("discriminator", Criticised(discriminator), seen, ["score"], 1e-2),
        batched("inspect", Painted(generator, side, True), inputs, ["images", *features], 1e-2),
    ]
