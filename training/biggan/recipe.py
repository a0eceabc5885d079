"""Trains the class-conditional generators, growing; the export is in :mod:`training.biggan.export`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from app.studios.imagine.codec import drawn_in
from training.biggan.data import read_pictures
from training.biggan.network import Conditions, Discriminator, Generator
from training.lib.growing import GrowingTask, Modules, channels_last
from training.lib.loop import autocast
from training.lib.pictures import PictureSet
from training.stylegan.network import Styles

SETTINGS: dict[str, dict[str, int | float]] = {"biggan-pixel": {"side": 32}}
"""What differs from one model to the other."""


class BigTask(GrowingTask):
    """Conditions and generator against a discriminator.

    ``width`` is the length of the class embedding, ``chunk`` that of the part of the latent that each layer reads.
    Classes with fewer than ``fewest`` pictures are left out; of the others the rare ones are drawn more often than they
    occur, by the square root.
    """

    side, widest, width, chunk, fewest = 64, 144, 48, 32, 70
    batch, floor, until32, chance, mirrored = 16, 12, 0.4, 0.4, False

    def read(self, data: Path, part: str) -> PictureSet:
        return read_pictures(data, self.name, part, self.fewest)

    def networks(self) -> tuple[Modules, nn.Module, nn.Module]:
        counts = torch.bincount(self._labels, minlength=self.classes).cpu().numpy()
        chances = 1 / np.sqrt(counts[self._labels.cpu().numpy()])
        self._chances = chances / chances.sum()
        self.generator = channels_last(Generator(self.width + self.chunk, self.widest, self.side))
        self.conditions = Conditions(self.classes, self.width, self.generator.layers)
        discriminator = channels_last(Discriminator(self.classes, self.widest, self.side))
        modules = {"conditions": self.conditions, "generator": self.generator, "discriminator": discriminator}
        return modules, self.generator, discriminator

    @property
    def latent(self) -> int:
        """The length of the latent: a chunk for each layer."""
        return self.chunk * self.generator.layers

    def colours(self) -> list[tuple[int, nn.Module]]:
        return list(zip(self.generator.sides, self.generator.colours, strict=True))

    def chosen(self, count: int, rng: np.random.Generator) -> np.ndarray:
        return rng.choice(len(self._chances), count, p=self._chances)

    @torch.no_grad()
    def pictures(
        self, modules: Modules, classes: torch.Tensor, side: int, seed: int, truncation: float = 2.0
    ) -> torch.Tensor:
        latent = torch.randn(len(classes), self.latent, generator=torch.Generator().manual_seed(seed)).numpy()
        latent = torch.from_numpy(drawn_in(latent, truncation)).to(self._device)
        styles = modules["conditions"](latent, classes)
        return torch.cat([modules["generator"](Styles(part), side) for part in styles.split(64)]).float()

    def made(self, classes: torch.Tensor, side: int) -> torch.Tensor:
        latent = torch.randn(len(classes), self.latent, device=self._device)
        styles = self.conditions(latent, classes)
        with autocast(self._device):
            return self._fast[0](Styles(styles), side).float()
