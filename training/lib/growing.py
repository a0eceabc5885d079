"""The training that styled generators share: two networks against each other, at 32 pixels, then 64, then 128."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.lib.adversarial import pulls, slopes
from training.lib.augment import augmented
from training.lib.loop import autocast, set_rate, warmup_stable_decay
from training.lib.pictures import PictureSet
from training.lib.polish import Polish

SMALLEST = 32
Module = TypeVar("Module", bound=nn.Module)
Modules = dict[str, nn.Module]


class GrowingTask(ABC):
    """A generator of any kind against a discriminator, on pictures of one set and their classes.

    ``until32`` and ``until64`` are the shares of the horizon after which the picture has grown; ``batch`` is that at 32
    pixels, halved at each growth but for a floor. ``penalty`` is the weight of both gradient penalties, taken every
    ``lazy`` steps; ``chance`` that of each augmentation. ``mirrored`` pictures are as good as the others.
    """

    side, batch, floor, rate, penalty, lazy, horizon, seed = 128, 20, 12, 5e-4, 0.6, 4, 15_000, 1
    until32, until64, half_life, chance = 0.4, 0.7, 300.0, 0.5
    mirrored, compiled = True, False
    slower: ClassVar[dict[str, float]] = {}
    """The factor of the learning rate of modules that learn more slowly than the others."""

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        pictures = self.read(data, "train")
        self.class_names, self.classes = pictures.class_names, len(pictures.class_names)
        self._images = torch.from_numpy(pictures.images).to(device)
        self._labels = torch.from_numpy(pictures.labels).to(device)
        torch.manual_seed(self.seed)
        self.modules, painter, self.discriminator = self.networks()
        self.averaged = {name: self.half_life for name, part in self.modules.items() if part is not self.discriminator}
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(module.parameters(), self.rate * self.slower.get(name, 1.0), (0.0, 0.99))
            for name, module in self.modules.items()
        }
        self._fast = (self._compiled(painter), self._compiled(self.discriminator))

    @abstractmethod
    def read(self, data: Path, part: str) -> PictureSet:
        """The ``"train"`` or ``"valid"`` part of the model's pictures."""

    @abstractmethod
    def networks(self) -> tuple[Modules, nn.Module, nn.Module]:
        """All networks by name, and of them the one that paints and the discriminator; called once."""

    @abstractmethod
    def made(self, classes: torch.Tensor, side: int) -> torch.Tensor:
        """Pictures (n, 3, side, side) in about -1..1 of new latents, with gradients, for class weights (n, classes)."""

    @abstractmethod
    def pictures(
        self, modules: Modules, classes: torch.Tensor, side: int, seed: int, truncation: float = 1.0
    ) -> torch.Tensor:
        """Pictures (n, 3, side, side) in about -1..1 of the latents that belong to *seed*, without gradients."""

    @abstractmethod
    def colours(self) -> list[tuple[int, nn.Module]]:
        """The side of each map, and what writes its colours."""

    def side_at(self, step: int) -> int:
        """The side of the pictures at *step*."""
        along = step / self.horizon
        return min(self.side, 32 if along < self.until32 else 64 if along < self.until64 else 128)

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update of all; the losses are in nats, the slopes in scores per unit of the picture, squared."""
        side = self.side_at(step)
        for optimizer in self.optimizers.values():
            set_rate(optimizer, self._rate_at(step))
            optimizer.zero_grad(set_to_none=True)
        real, classes = self._batch(side, rng)
        made = self.made(classes, side)
        leaf = made.detach().requires_grad_()
        both, twice = augmented(torch.cat([real, leaf]), self.chance), classes.repeat(2, 1)
        with autocast(self._device):
            scores = self._fast[1](both, twice).float()
        apart = scores[len(real) :] - scores[: len(real)]
        loss = F.softplus(apart).mean()
        loss.backward(inputs=[leaf, *self.discriminator.parameters()])
        losses = {"discriminator": loss.item(), "generator": F.softplus(-apart).mean().item()}
        if step % self.lazy == 0:
            losses["slopes"] = self._penalize(both, twice, side)
        wanted, ways = [made], [pulls(leaf, apart)]
        sameness = self.sameness(made, real)
        if sameness is not None:
            losses["sameness"] = sameness.item()
            wanted.append(sameness)
            ways.append(torch.ones_like(sameness))
        torch.autograd.backward(wanted, ways)
        for optimizer in self.optimizers.values():
            optimizer.step()
        return losses

    def evaluate(self, modules: Modules) -> dict[str, float]:
        """Distance of the mean and ratio of the spread of 256 made pictures to the data's, a quick sign of collapse."""
        side = self._shown_side()
        chosen = torch.linspace(0, len(self._labels) - 1, 256).long().to(self._device)
        real = self._shrunk(self._images[chosen], side)
        made = self.pictures(modules, F.one_hot(self._labels[chosen], self.classes).float(), side, 0)
        return {
            "mean_error": (made.mean(0) - real.mean(0)).abs().mean().item(),
            "spread_ratio": (made.std(0).mean() / real.std(0).mean()).item(),
            "side": float(side),
        }

    def sample(self, modules: Modules, folder: Path, step: int) -> None:
        """A contact sheet: six real pictures and ten made ones a row, of classes in turn, truncated to 0.7 below."""
        folder.mkdir(parents=True, exist_ok=True)
        side = self._shown_side()
        classes = F.one_hot(torch.arange(120) % self.classes, self.classes).float().to(self._device)
        wide = self.pictures(modules, classes[:60], side, 1)
        typical = self.pictures(modules, classes[60:], side, 2, truncation=0.7)
        made = torch.cat([wide, typical]).unflatten(0, (12, 10))
        shown = torch.arange(72) % len(self._images)
        real = self._shrunk(self._images[shown], side).unflatten(0, (12, 6))
        sheet = torch.cat([real, made], 1).permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1)
        pixels = (sheet.clamp(-1, 1) * 127.5 + 127.5).round().byte().cpu().numpy()
        Image.fromarray(pixels).save(folder / f"{step:06d}.png")

    def fit_polish(self, polish: Polish) -> None:
        """Fit the filter behind the generator to 256 pictures as it makes them and as many of the data."""
        chosen = torch.linspace(0, len(self._labels) - 1, 256).long().to(self._device)
        classes = F.one_hot(self._labels[chosen], self.classes).float()
        made = self.pictures(self.modules, classes, self.side, 0).clamp(-1, 1)
        polish.fit(made.cpu(), self._shrunk(self._images[chosen], self.side).cpu())

    def images_of(self, places: torch.Tensor) -> torch.Tensor:
        """Real pictures as the exported discriminator sees them, uint8 (n, side, side, 3)."""
        shrunk = self._shrunk(self._images[places.to(self._device)], self.side)
        return ((shrunk.cpu() * 127.5 + 127.5).round().byte()).permute(0, 2, 3, 1)

    def sameness(self, made: torch.Tensor, real: torch.Tensor) -> torch.Tensor | None:
        """What the generator is to lessen besides, of pictures (batch, 3, side, side); None where there is nothing."""
        return None

    def chosen(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Which *count* of the training pictures come into a batch."""
        return rng.integers(0, len(self._labels), count)

    def _compiled(self, module: nn.Module) -> nn.Module:
        return torch.compile(module, dynamic=False) if self.compiled else module  # pyright: ignore[reportReturnType]

    def _rate_at(self, step: int) -> float:
        """The factor of the learning rates: they begin at zero again where the picture has just grown."""
        shares = [share for side, share in ((64, self.until32), (128, self.until64)) if side <= self.side]
        grown = [step - math.ceil(share * self.horizon) for share in shares]
        since = min([each for each in grown if each >= 0], default=step)
        return min(1.0, (since + 1) / 200) * warmup_stable_decay(step, self.horizon, decay_share=0.25)

    def _shown_side(self) -> int:
        """The side the networks work at, by the weights: those of a size not yet reached are still zero."""
        return 2 * [each for each, part in self.colours() if part.get_parameter("weight").any()][-1]

    def _batch(self, side: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Real pictures (batch, 3, side, side) in -1..1, perhaps half of them mirrored, and their classes."""
        count = max(min(self.floor, self.batch), self.batch * SMALLEST // side)
        chosen = torch.from_numpy(self.chosen(count, rng)).to(self._device)
        real = self._shrunk(self._images[chosen], side)
        if self.mirrored:
            turned = torch.from_numpy(rng.random(count) < 0.5).to(self._device)
            real = torch.where(turned[:, None, None, None], real.flip(3), real)
        return real, F.one_hot(self._labels[chosen], self.classes).float()

    def _shrunk(self, images: torch.Tensor, side: int) -> torch.Tensor:
        """uint8 (n, full, full, 3) to float (n, 3, side, side) in -1..1."""
        found = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        return F.avg_pool2d(found, found.shape[3] // side)

    def _penalize(self, pictures: torch.Tensor, classes: torch.Tensor, side: int) -> float:
        """Add both penalties' gradients, on every other picture; smaller pictures have shorter gradients."""
        chosen = pictures.detach()[::2].requires_grad_()
        with autocast(self._device):
            scores = self.discriminator(chosen, classes[::2])
        slope = 2 * slopes(scores, chosen)
        weight = self.penalty / 2 * self.lazy * (side / SMALLEST) ** 2
        (weight * slope).backward(inputs=list(self.discriminator.parameters()))
        return slope.item()


def channels_last(module: Module) -> Module:
    """The same module with its weights in the order that convolutions on a processor are fastest with."""
    return module.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
