"""Trains ``features-pictures``: which set, and which class of it, a picture belongs to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.features.network import Seeing
from training.lib.augment import augmented
from training.lib.loop import autocast, set_rate, warmup_cosine
from training.lib.pictures import PictureSet, read_set

SIDE = 64
SETS = {
    "small-28": "class",
    "fruits-64": "class",
    "avatars-64": "class",
    "pixel-32": "kind",
    "fantasy-portraits-128": "class",
    "master-faces-128": "class",
    "paintings-128": "class",
}
"""The sets, each with the column of its classes."""


class FeatureTask:
    """Each set fills an equal share of the batch, so that the small ones are seen as well as the large."""

    batch, length, rate, horizon, seed = 56, 160, 2e-3, 1_500, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        self._train = [read_set(data, each, "train", column) for each, column in SETS.items()]
        self._valid = [read_set(data, each, "valid", column) for each, column in SETS.items()]
        counts = [len(each.class_names) for each in self._train]
        self._first = np.cumsum([0, *counts])
        torch.manual_seed(self.seed)
        self.network = Seeing(sum(counts), self.length).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.modules: dict[str, nn.Module] = {"network": self.network}
        self.averaged = {"network": 100.0}
        self.optimizers: dict[str, Optimizer] = {
            "network": torch.optim.AdamW(self.network.parameters(), self.rate, (0.9, 0.98), weight_decay=0.05)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; the loss is in nats."""
        share = max(1, self.batch // len(SETS))
        parts = [self._drawn(part, share, rng) for part in self._train]
        images, labels = self._together([images for images, _ in parts], [labels for _, labels in parts])
        images = augmented(images.permute(0, 3, 1, 2) * 2 - 1, 0.5).permute(0, 2, 3, 1) * 0.5 + 0.5
        optimizer = self.optimizers["network"]
        set_rate(optimizer, warmup_cosine(step, self.horizon))
        with autocast(self._device):
            _, scores = self.network(images)
        loss = F.cross_entropy(scores.float(), labels, label_smoothing=0.05)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return {"nats": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """The share of valid pictures that are taken for what they are, by set."""
        found = {}
        for place, name in enumerate(SETS):
            images, labels = self.valid(place)
            scores = torch.cat([modules["network"](part)[1] for part in images.to(self._device).split(64)])
            found[name] = (scores.argmax(1).cpu() == labels).float().mean().item()
        return found

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A picture of each set in a row, each followed by the valid pictures of all sets most like it."""
        folder.mkdir(parents=True, exist_ok=True)
        images = torch.cat([self.valid(place)[0][:40] for place in range(len(SETS))])
        features = modules["network"](images.to(self._device))[0].cpu()
        asked = torch.arange(0, len(images), max(1, len(images) // 12))[:12]
        order = torch.cdist(features[asked], features).argsort(1)[:, :8]
        sheet = images[order].permute(0, 2, 1, 3, 4).flatten(2, 3).flatten(0, 1)
        Image.fromarray((sheet * 255).round().byte().numpy()).save(folder / f"{step:06d}.png")

    def valid(self, place: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Up to 500 valid pictures of one set, (n, 64, 64, 3) in 0..1, and their labels."""
        part = self._valid[place]
        return sized(part.images[:500]), torch.from_numpy(part.labels[:500] + self._first[place])

    def _drawn(self, part: PictureSet, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, np.ndarray]:
        chosen = rng.integers(0, len(part.labels), count)
        return sized(part.images[chosen]), part.labels[chosen]

    def _together(self, images: list[torch.Tensor], labels: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
        numbered = [each + first for each, first in zip(labels, self._first, strict=False)]
        return torch.cat(images).to(self._device), torch.from_numpy(np.concatenate(numbered)).to(self._device)


def sized(images: np.ndarray) -> torch.Tensor:
    """uint8 (n, side, side, 3) to float (n, 64, 64, 3) in 0..1: areas averaged, or smoothly enlarged."""
    found = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    if found.shape[3] > SIDE:
        found = F.interpolate(found, (SIDE, SIDE), mode="area")
    elif found.shape[3] < SIDE:
        found = F.interpolate(found, (SIDE, SIDE), mode="bilinear", align_corners=False)
    return found.permute(0, 2, 3, 1)
