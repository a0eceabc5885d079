"""Trains the class-conditional generators, growing; the export is in :mod:`training.biggan.export`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from app.studios.imagine.codec import drawn_in
from training.biggan.data import read_pictures
from training.biggan.network import Conditions, Discriminator, Generator
from training.lib.growing import GrowingTask, Modules, channels_last
from training.lib.loop import autocast
from training.lib.pictures import PictureSet
from training.stylegan.network import Styles

SETTINGS: dict[str, dict[str, int | float]] = {"biggan-pixel": {"side": 32}}
"""What differs from one model to the other."""

LARGE, FAR = 8, 0.02
"""Pictures of one kind are compared at so many places a side; real ones are taken to differ by so much at least."""


class BigTask(GrowingTask):
    """Conditions and generator against a discriminator.

    ``width`` is the length of the class embedding, ``chunk`` that of the part of the latent that each layer reads.
    Classes with fewer than ``fewest`` pictures are left out; of the others the rare ones are drawn more often than they
    occur, by the square root. Half of a batch is of the kinds of the other half. ``lively`` is the weight of what keeps
    pictures of one kind apart.
    """

    side, widest, width, chunk, fewest, lively = 64, 144, 48, 32, 70, 2.0
    batch, floor, until32, chance, mirrored = 16, 12, 0.4, 0.4, False

    def read(self, data: Path, part: str) -> PictureSet:
        return read_pictures(data, self.name, part, self.fewest)

    def networks(self) -> tuple[Modules, nn.Module, nn.Module]:
        counts = torch.bincount(self._labels, minlength=self.classes).cpu().numpy()
        self._kinds = self._labels.cpu().numpy()
        chances = 1 / np.sqrt(counts[self._kinds])
        self._chances = chances / chances.sum()
        self._of_class = [np.flatnonzero(self._kinds == label) for label in range(self.classes)]
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
        first = rng.choice(len(self._chances), (count + 1) // 2, p=self._chances)
        second = [rng.choice(self._of_class[self._kinds[each]]) for each in first[: count // 2]]
        return np.concatenate([first, np.array(second, first.dtype)])

    def sameness(self, made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """By how much two made pictures of one kind differ less than the two real ones, as a share, times ``lively``.

        Without it a class-conditional generator paints one picture of each kind (Mao et al. 2019, "Mode seeking
        generative adversarial networks", arXiv 1903.05628, whose distance ours bounds by the data's). Pictures are
        compared in large, so that a different grain is no difference.
        """
        ours, theirs = (_of_pairs(F.adaptive_avg_pool2d(each, LARGE)) for each in (made, real))
        return self.lively * F.relu(1 - ours / theirs.clamp(min=FAR)).mean()

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


def _of_pairs(pictures: torch.Tensor) -> torch.Tensor:
    """The mean absolute difference of each picture (n, 3, …) of the first half from its partner in the second."""
    half = len(pictures) // 2
    first, second = pictures[:half], pictures[len(pictures) - half :]
    return (first - second).abs().flatten(1).mean(1)
