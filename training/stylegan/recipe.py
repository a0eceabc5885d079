"""Trains the style-based generators, growing; the export is in :mod:`training.stylegan.export`."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch
from torch import nn

from training.lib.growing import GrowingTask, Modules, channels_last
from training.lib.loop import autocast
from training.lib.pictures import PictureSet, read_set
from training.stylegan.network import Discriminator, Mapping, Styles, Synthesis

SETS = {"stylegan-portraits": "fantasy-portraits-128", "stylegan-masters": "master-faces-128"}


class StyleTask(GrowingTask):
    """Mapping and synthesis against a discriminator.

    ``mixing`` is the share of pictures that are made of two styles, one for the coarse layers, one for the fine.
    """

    widest, width, latent, mixing = 192, 128, 128, 0.3
    slower: ClassVar[dict[str, float]] = {"mapping": 0.2}

    def read(self, data: Path, part: str) -> PictureSet:
        return read_set(data, SETS[self.name], part)

    def networks(self) -> tuple[Modules, nn.Module, nn.Module]:
        self.mapping = Mapping(self.latent, self.classes, self.width)
        self.synthesis = channels_last(Synthesis(self.width, self.widest, self.side))
        discriminator = channels_last(Discriminator(self.classes, self.widest, self.side))
        modules = {"mapping": self.mapping, "synthesis": self.synthesis, "discriminator": discriminator}
        return modules, self.synthesis, discriminator

    def colours(self) -> list[tuple[int, nn.Module]]:
        return list(zip(self.synthesis.sides, self.synthesis.colours, strict=True))

    @torch.no_grad()
    def pictures(
        self, modules: Modules, classes: torch.Tensor, side: int, seed: int, truncation: float = 1.0
    ) -> torch.Tensor:
        source = torch.Generator().manual_seed(seed)
        latent = torch.randn(len(classes), self.latent, generator=source).to(self._device)
        mapping, synthesis = modules["mapping"], modules["synthesis"]
        assert isinstance(synthesis, Synthesis)
        found = mapping(latent, classes)
        if truncation < 1:
            middle = mapping(latent.flip(0).repeat(8, 1), classes.repeat(8, 1).roll(7, 0)).mean(0)
            found = middle + truncation * (found - middle)
        made = [synthesis(_everywhere(part, synthesis), noise_for(part, side, source)) for part in found.split(64)]
        return torch.cat(made).float()

    def made(self, classes: torch.Tensor, side: int) -> torch.Tensor:
        latent = torch.randn(2, len(classes), self.latent, device=self._device)
        first, second = (self.mapping(each, classes) for each in latent)
        styles = first[:, None].repeat(1, self.synthesis.layers, 1)
        crossing = torch.randint(1, 2 * len(noise_sides(side)) - 1, (len(classes), 1), device=self._device)
        mixed = torch.rand(len(classes), 1, device=self._device) < self.mixing
        late = (torch.arange(self.synthesis.layers, device=self._device) >= crossing) & mixed
        styles = torch.where(late[:, :, None], second[:, None], styles)
        with autocast(self._device):
            return self._fast[0](Styles(styles), noise_for(styles, side)).float()


def noise_sides(side: int) -> list[int]:
    """The sizes of the noise maps for pictures of *side* pixels."""
    return [2**power for power in range(2, side.bit_length() - 1)]


def noise_for(styles: torch.Tensor, side: int, source: torch.Generator | None = None) -> list[torch.Tensor]:
    """Noise for each feature map, (batch, 1, r, r), on the device of *styles*."""
    shapes = [(len(styles), 1, each, each) for each in noise_sides(side)]
    if source is None:
        return [torch.randn(shape, device=styles.device) for shape in shapes]
    return [torch.randn(shape, generator=source).to(styles.device) for shape in shapes]


def _everywhere(style: torch.Tensor, synthesis: Synthesis) -> Styles:
    return Styles(style[:, None].expand(-1, synthesis.layers, -1))
