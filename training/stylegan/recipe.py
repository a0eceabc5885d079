"""Trains the style-based generators, growing; the export is in :mod:`training.stylegan.export`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.lib.adversarial import pulls, slopes
from training.lib.augment import augmented
from training.lib.loop import autocast, set_rate, warmup_stable_decay
from training.lib.pictures import read_set
from training.stylegan.network import Discriminator, Mapping, Styles, Synthesis

SETS = {"stylegan-portraits": "fantasy-portraits-128", "stylegan-masters": "master-faces-128"}
SMALLEST = 32
Module = TypeVar("Module", bound=nn.Module)


class StyleTask:
    """Mapping and synthesis against a discriminator, at 32 pixels, then 64, then 128.

    ``until32`` and ``until64`` are the shares of the horizon after which the picture has grown; ``batch`` is that at 32
    pixels, halved at each growth but for a floor. ``penalty`` is the weight of both gradient penalties, taken every
    ``lazy`` steps.
    """

    side, widest, width, latent = 128, 192, 128, 128
    batch, floor, rate, penalty, lazy, horizon, seed = 20, 12, 5e-4, 0.6, 4, 15_000, 1
    until32, until64, mixing, half_life, chance = 0.4, 0.7, 0.3, 300.0, 0.5
    compiled = False

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        pictures = read_set(data, SETS[name], "train")
        self.class_names, self.classes = pictures.class_names, len(pictures.class_names)
        self._images = torch.from_numpy(pictures.images).to(device)
        self._labels = torch.from_numpy(pictures.labels).to(device)
        torch.manual_seed(self.seed)
        self.mapping = Mapping(self.latent, self.classes, self.width)
        self.synthesis = _channels_last(Synthesis(self.width, self.widest, self.side))
        self.discriminator = _channels_last(Discriminator(self.classes, self.widest, self.side))
        self.modules: dict[str, nn.Module] = {
            "mapping": self.mapping,
            "synthesis": self.synthesis,
            "discriminator": self.discriminator,
        }
        self.averaged = {"mapping": self.half_life, "synthesis": self.half_life}
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(module.parameters(), self.rate * (0.2 if name == "mapping" else 1), (0.0, 0.99))
            for name, module in self.modules.items()
        }
        self._fast = (self._compiled(self.synthesis), self._compiled(self.discriminator))

    def _compiled(self, module: nn.Module) -> nn.Module:
        return torch.compile(module, dynamic=False) if self.compiled else module  # pyright: ignore[reportReturnType]

    def side_at(self, step: int) -> int:
        """The side of the pictures at *step*."""
        along = step / self.horizon
        return min(self.side, 32 if along < self.until32 else 64 if along < self.until64 else 128)

    def _rate_at(self, step: int) -> float:
        """The factor of the learning rates: they begin at zero again where the picture has just grown."""
        grown = [step - math.ceil(share * self.horizon) for share in (self.until32, self.until64)]
        since = min([each for each in grown if each >= 0], default=step)
        return min(1.0, (since + 1) / 200) * warmup_stable_decay(step, self.horizon, decay_share=0.25)

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update of all; the losses are in nats, the slopes in scores per unit of the picture, squared."""
        side = self.side_at(step)
        for optimizer in self.optimizers.values():
            set_rate(optimizer, self._rate_at(step))
            optimizer.zero_grad(set_to_none=True)
        real, classes = self._batch(side, rng)
        made = self._made(classes, side)
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
        made.backward(pulls(leaf, apart))
        for optimizer in self.optimizers.values():
            optimizer.step()
        return losses

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
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

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
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

    @torch.no_grad()
    def pictures(
        self, modules: dict[str, nn.Module], classes: torch.Tensor, side: int, seed: int, truncation: float = 1.0
    ) -> torch.Tensor:
        """Pictures (n, 3, side, side) in about -1..1 of the latents that belong to *seed*."""
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

    def images_of(self, places: torch.Tensor) -> torch.Tensor:
        """Real pictures as the exported discriminator sees them, uint8 (n, side, side, 3)."""
        shrunk = self._shrunk(self._images[places.to(self._device)], self.side)
        return ((shrunk.cpu() * 127.5 + 127.5).round().byte()).permute(0, 2, 3, 1)

    def _shown_side(self) -> int:
        """The side the networks work at, by the weights: those of a size not yet reached are still zero."""
        maps = zip(self.synthesis.sides, self.synthesis.colours, strict=True)
        grown = [each for each, part in maps if part.get_parameter("weight").any()]
        return 2 * grown[-1]

    def _batch(self, side: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Real pictures (batch, 3, side, side) in -1..1, half of them mirrored, and their classes."""
        count = max(min(self.floor, self.batch), self.batch * SMALLEST // side)
        chosen = torch.from_numpy(rng.integers(0, len(self._labels), count)).to(self._device)
        real = self._shrunk(self._images[chosen], side)
        mirrored = torch.from_numpy(rng.random(count) < 0.5).to(self._device)
        real = torch.where(mirrored[:, None, None, None], real.flip(3), real)
        return real, F.one_hot(self._labels[chosen], self.classes).float()

    def _shrunk(self, images: torch.Tensor, side: int) -> torch.Tensor:
        """uint8 (n, full, full, 3) to float (n, 3, side, side) in -1..1."""
        found = images.permute(0, 3, 1, 2).float() / 127.5 - 1
        return F.avg_pool2d(found, found.shape[3] // side)

    def _made(self, classes: torch.Tensor, side: int) -> torch.Tensor:
        """Made pictures, some with two styles: one for the coarse layers, one for the fine."""
        latent = torch.randn(2, len(classes), self.latent, device=self._device)
        first, second = (self.mapping(each, classes) for each in latent)
        styles = first[:, None].repeat(1, self.synthesis.layers, 1)
        crossing = torch.randint(1, 2 * len(noise_sides(side)) - 1, (len(classes), 1), device=self._device)
        mixed = torch.rand(len(classes), 1, device=self._device) < self.mixing
        late = (torch.arange(self.synthesis.layers, device=self._device) >= crossing) & mixed
        styles = torch.where(late[:, :, None], second[:, None], styles)
        with autocast(self._device):
            return self._fast[0](Styles(styles), noise_for(styles, side)).float()

    def _penalize(self, pictures: torch.Tensor, classes: torch.Tensor, side: int) -> float:
        """Add both penalties' gradients, on every other picture; smaller pictures have shorter gradients."""
        chosen = pictures.detach()[::2].requires_grad_()
        with autocast(self._device):
            scores = self.discriminator(chosen, classes[::2])
        slope = 2 * slopes(scores, chosen)
        weight = self.penalty / 2 * self.lazy * (side / SMALLEST) ** 2
        (weight * slope).backward(inputs=list(self.discriminator.parameters()))
        return slope.item()


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


def _channels_last(module: Module) -> Module:
    return module.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
