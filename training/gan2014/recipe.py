"""Trains and exports ``gan-2014``.

The networks are those of 2014; the loss is what was learnt since: relativistic pairing, gradient penalties on real and
made pictures (Huang et al. 2024, "The GAN is dead; long live the GAN!", arXiv 2501.05441), averaged weights, the same
small shifts on both sides of the discriminator (Zhao et al. 2020, DiffAugment).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.gan2014.data import read_pictures
from training.gan2014.network import Discriminator, Generator
from training.lib.loop import autocast, set_rate, warmup_cosine

LATENT = 64


class GanTask:
    """Generator against discriminator, one step each in turn."""

    batch, width, rate, penalty, shift, horizon, seed = 256, 768, 4e-4, 0.3, 2, 6_500, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        pictures = read_pictures(data, "train")
        self.valid = read_pictures(data, "valid")
        self._images = torch.from_numpy(pictures.images).to(device)
        self._labels = torch.from_numpy(pictures.labels).to(device)
        self.class_names = pictures.class_names
        self.classes, side = len(pictures.class_names), pictures.images.shape[1]
        torch.manual_seed(self.seed)
        self.generator = Generator(LATENT, self.classes, side, self.width)
        self.discriminator = Discriminator(self.classes, side, self.width)
        self.modules: dict[str, nn.Module] = {"generator": self.generator, "discriminator": self.discriminator}
        self.averaged = {"generator": 500.0}
        self.optimizers: dict[str, Optimizer] = {
            name: torch.optim.Adam(module.parameters(), self.rate, (0.0, 0.95)) for name, module in self.modules.items()
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update of each network; the losses are in nats."""
        for optimizer in self.optimizers.values():
            set_rate(optimizer, warmup_cosine(step, self.horizon))
        real, classes = self._batch(rng)
        latent = torch.from_numpy(rng.standard_normal((2, self.batch, LATENT), np.float32)).to(self._device)
        criticised = self._train_discriminator(real, classes, latent[0])
        made = self._train_generator(real, classes, latent[1])
        return {"discriminator": criticised, "generator": made}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Distance of the mean and spread of up to 2,000 made pictures from the data's, a quick sign of collapse."""
        classes = F.one_hot(self._labels[:: max(1, len(self._labels) // 2000)][:2000], self.classes).float()
        latent = torch.randn(len(classes), LATENT, generator=torch.Generator().manual_seed(0)).to(self._device)
        made = modules["generator"](latent, classes)
        real = self._images.float() / 255
        return {
            "mean_error": (made.mean(0) - real.mean(0)).abs().mean().item(),
            "spread_ratio": (made.std(0).mean() / real.std(0).mean()).item(),
        }

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A contact sheet: a row a class, the first five of the data, then fifteen made ones."""
        folder.mkdir(parents=True, exist_ok=True)
        classes = torch.arange(self.classes).repeat_interleave(15)
        latent = torch.randn(len(classes), LATENT, generator=torch.Generator().manual_seed(1))
        made = modules["generator"](latent.to(self._device), F.one_hot(classes, self.classes).float().to(self._device))
        made = (made.cpu() * 255).byte().view(self.classes, 15, *made.shape[1:])
        real = torch.stack([self._images[self._labels == label][:5].cpu() for label in range(self.classes)])
        sheet = torch.cat([real, made], 1).permute(0, 2, 1, 3).flatten(2).flatten(0, 1)
        Image.fromarray(sheet.numpy()).save(folder / f"{step:06d}.png")

    def _batch(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        chosen = torch.from_numpy(rng.integers(0, len(self._labels), self.batch)).to(self._device)
        return self._images[chosen].float() / 255, F.one_hot(self._labels[chosen], self.classes).float()

    def _train_discriminator(self, real: torch.Tensor, classes: torch.Tensor, latent: torch.Tensor) -> float:
        with torch.no_grad(), autocast(self._device):
            made = self.generator(latent, classes)
        real, made = self._shifted(real, made.float())
        real, made = real.requires_grad_(), made.requires_grad_()
        score_real, score_made = self.discriminator(real, classes), self.discriminator(made, classes)
        loss = F.softplus(score_made - score_real).mean()
        penalty = _slope(score_real, real) + _slope(score_made, made)
        self._update("discriminator", loss + self.penalty / 2 * penalty)
        return loss.item()

    def _train_generator(self, real: torch.Tensor, classes: torch.Tensor, latent: torch.Tensor) -> float:
        with autocast(self._device):
            real, made = self._shifted(real, self.generator(latent, classes).float())
            loss = F.softplus(self.discriminator(real, classes) - self.discriminator(made, classes)).mean()
        self._update("generator", loss)
        return loss.item()

    def _update(self, name: str, loss: torch.Tensor) -> None:
        optimizer = self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        loss.backward(inputs=list(self.modules[name].parameters()))
        optimizer.step()

    def _shifted(self, *pictures: torch.Tensor) -> list[torch.Tensor]:
        """Each pair of pictures moved by the same few pixels, at random."""
        count, side = pictures[0].shape[0], pictures[0].shape[1]
        device = pictures[0].device
        rows = torch.randint(0, 2 * self.shift + 1, (count, 1), device=device) + torch.arange(side, device=device)
        columns = torch.randint(0, 2 * self.shift + 1, (count, 1), device=device) + torch.arange(side, device=device)
        which = torch.arange(count, device=device)[:, None, None]
        padded = [F.pad(picture, [self.shift] * 4) for picture in pictures]
        return [picture[which, rows[:, :, None], columns[:, None, :]] for picture in padded]


def _slope(score: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """The mean squared length of the score's gradient (R1 of Mescheder et al. 2018; R2 on made pictures)."""
    (gradient,) = torch.autograd.grad(score.sum(), pictures, create_graph=True)
    return gradient.square().sum((1, 2)).mean()
