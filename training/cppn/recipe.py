"""Trains ``abstract-cppn``: an encoder gives paintings a code, the renderer paints them again, point by point."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.cppn.network import Encoder, Renderer
from training.lib.loop import set_rate, warmup_cosine
from training.lib.pictures import read_set

SET = "paintings-128"
SEEN = 32
"""The side at which the encoder sees a painting."""
SHOWN = 8


class AbstractTask:
    """The loss is that of a variational autoencoder: how unlikely the colours at random points are, and the codes.

    ``rest`` weighs how far a code may stray from the normal distribution; ``even`` that all regions are used; colours
    of a region differ by ``blur`` from what it says (of 1, standard deviation).
    """

    form, colour, regions, width, layers = 32, 16, 8, 64, 4
    batch, points, rate, horizon, seed = 16, 256, 3e-3, 2_500, 1
    rest, even, blur = 2e-3, 0.05, 0.08

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        train, valid = read_set(data, SET, "train"), read_set(data, SET, "valid")
        self.train_labels, self.class_names = train.labels, train.class_names
        self.pictures, self.valid = (_planes(part.images).to(device) for part in (train, valid))
        torch.manual_seed(self.seed)
        self.encoder = Encoder(self.form + self.colour)
        self.renderer = Renderer(self.form, self.colour, self.regions, self.width, self.layers)
        self.modules: dict[str, nn.Module] = {"encoder": self.encoder, "renderer": self.renderer}
        self.averaged = {"encoder": 200.0, "renderer": 200.0}
        weights = [weight for module in self.modules.values() for weight in module.parameters()]
        self.optimizers: dict[str, Optimizer] = {"both": torch.optim.Adam(weights, self.rate, (0.9, 0.99))}

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update; ``colours`` is in nats a point, ``rest``, the divergence of the codes, in nats a picture."""
        optimizer = self.optimizers["both"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, 100, 0.02))
        chosen = torch.from_numpy(rng.integers(0, len(self.pictures), self.batch)).to(self._device)
        pictures = self.pictures[chosen].float() / 255
        mean, spread = self.encoder(F.avg_pool2d(pictures, pictures.shape[-1] // SEEN))
        codes = mean + torch.randn_like(mean) * (spread / 2).exp()
        points = 2 * torch.rand(self.batch, self.points, 2, device=self._device) - 1
        surprise, shares = self._surprise(pictures, points, codes)
        rest = 0.5 * (mean.square() + spread.exp() - 1 - spread).sum(1).mean()
        use = shares.flatten(0, 1).mean(0)
        unevenness = (use * use.clamp(min=1e-6).log()).sum()
        optimizer.zero_grad(set_to_none=True)
        (surprise + self.rest * rest + self.even * unevenness).backward()
        nn.utils.clip_grad_norm_([*self.encoder.parameters(), *self.renderer.parameters()], 1.0)
        optimizer.step()
        return {"colours": surprise.item(), "rest": rest.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """How unlikely the colours of the valid paintings are from their code, in nats a point, and the squared error
        of the means of what is likely."""
        pictures = self.valid.float() / 255
        small = F.avg_pool2d(pictures, self.valid.shape[-1] // SEEN)
        codes, _ = modules["encoder"](small)
        numbers = torch.Generator().manual_seed(0)
        points = (2 * torch.rand(len(codes), 256, 2, generator=numbers) - 1).to(self._device)
        surprise, _ = self._surprise(pictures, points, codes)
        made = picture_of(modules["renderer"], codes, SEEN, 1.0)
        return {"colours": surprise.item(), "squared_error": (made - small).square().mean().item()}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """Valid paintings; the same painted again, softly and sharply; and codes drawn at random."""
        folder.mkdir(parents=True, exist_ok=True)
        small = F.avg_pool2d(self.valid[:: len(self.valid) // SHOWN][:SHOWN].float() / 255, 4)
        codes, _ = modules["encoder"](small)
        known, _ = modules["encoder"](F.avg_pool2d(self.pictures[:512].float() / 255, 4))
        drawn = known.mean(0) + known.std(0) * torch.randn(SHOWN, known.shape[1], device=self._device)
        rows = [F.interpolate(small, 128)]
        rows += [picture_of(modules["renderer"], codes, 128, edges) for edges in (1.0, 8.0)]
        rows += [picture_of(modules["renderer"], drawn, 128, edges) for edges in (1.0, 8.0)]
        sheet = torch.stack(rows).permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1)
        Image.fromarray((sheet.clamp(0, 1) * 255).byte().cpu().numpy()).save(folder / f"{step:06d}.png")

    def _surprise(
        self, pictures: torch.Tensor, points: torch.Tensor, codes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The mean negative log density of the colours, and the share each region has of each point."""
        form, colour = codes.split([self.form, self.colour], 1)
        scores, shades = self.renderer(points, form)
        tints = self.renderer.tinted(shades, self.renderer.colours(colour)[:, None])
        off = (tints - colours_at(pictures, points)[:, :, None]).square().sum(-1)
        chances = scores.log_softmax(-1)
        return -(chances - off / (2 * self.blur**2)).logsumexp(-1).mean(), chances.exp()


def picture_of(renderer: nn.Module, codes: torch.Tensor, side: int, edges: float) -> torch.Tensor:
    """The pictures of codes (batch, form + colour), (batch, 3, side, side); at 1 *edges* mean what is likely."""
    assert isinstance(renderer, Renderer)
    axis = (torch.arange(side, device=codes.device) + 0.5) / side * 2 - 1
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).flatten(0, 1)
    form, colour = codes.split([renderer.form, codes.shape[1] - renderer.form], 1)
    scores, shades = renderer(grid.expand(len(codes), -1, -1), form)
    tints = renderer.tinted(shades, renderer.colours(colour)[:, None])
    made = ((scores * edges).softmax(-1).unsqueeze(-1) * tints).sum(-2)
    return made.unflatten(1, (side, side)).permute(0, 3, 1, 2)


def colours_at(pictures: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """What pictures (batch, 3, side, side) show at points (batch, n, 2), (batch, n, 3)."""
    found = F.grid_sample(pictures, points[:, None], mode="bilinear", align_corners=False, padding_mode="border")
    return found[:, :, 0].transpose(1, 2)


def _planes(images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
