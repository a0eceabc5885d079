"""The networks as they are exported: two styles and a mask; noise by name."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

from training.lib.export import Graph
from training.lib.painted import Criticised, Levelled, batched, outside, upper_half
from training.stylegan.network import Mapping, Styles, Synthesis


class Mapped(nn.Module):
    """Latent and class weights to the same style in each layer, (batch, layers, width)."""

    def __init__(self, mapping: Mapping, layers: int) -> None:
        super().__init__()
        self.mapping, self.layers = mapping, layers

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        return self.mapping(latent, classes)[:, None].repeat(1, self.layers, 1)


class Painted(nn.Module):
    """What the contract of styled generators calls ``generator``, and with *shown* ``inspect``."""

    def __init__(self, synthesis: Synthesis, shown: bool = False) -> None:
        super().__init__()
        self.synthesis, self.shown = synthesis, shown

    def forward(self, styles: torch.Tensor, other: torch.Tensor, mask: torch.Tensor, *noise: torch.Tensor) -> object:
        features: list[torch.Tensor] = []
        found = self.synthesis(Styles(styles, other, mask), list(noise), features if self.shown else None)
        images = outside(self.synthesis.polish(found))
        return (images, *(each.permute(0, 2, 3, 1) for each in features)) if self.shown else images


def styled_graphs(
    mapping: Mapping, synthesis: Synthesis, discriminator: nn.Module, latent: int, classes: int, real: torch.Tensor
) -> list[Graph]:
    """All graphs of the contract but the encoder, with inputs drawn from seed 0 and *real* uint8 (4, side, side, 3)."""
    torch.manual_seed(0)
    side = real.shape[1]
    given = {"latent": torch.randn(4, latent), "classes": F.one_hot(torch.arange(4) % classes, classes).float()}
    with torch.no_grad():
        styles = Mapped(mapping, synthesis.layers)(*given.values())
    noise = {f"noise_{each}": torch.randn(1, 1, each, each) for each in synthesis.sides}
    inputs = {"styles": styles[:1], "other": styles[1:2], "mask": upper_half(side), **noise}
    seen = {"images": real.float() / 255, "classes": given["classes"]}
    features = [f"features_{each}" for each in synthesis.sides]
    return [
        batched("mapping", Mapped(mapping, synthesis.layers), given, ["styles"]),
        batched("generator", Levelled(Painted(synthesis)), inputs, ["images", "pixels"]),
        batched("discriminator", Criticised(discriminator), seen, ["score"], 1e-2),
        batched("inspect", Painted(synthesis, True), inputs, ["images", *features], 1e-2),
    ]
