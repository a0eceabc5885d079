"""Trains ``image-detector``: pictures of people against pictures of our generators, as they travel the web."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.imagedetector.data import Examples, prepared
from training.imagedetector.network import ImageDetector
from training.lib.loop import autocast, set_rate, warmup_cosine
from training.textdetector.measure import auc

SHARE_JPEG, SHARE_RESIZED = 0.35, 0.3


class ImageDetectorTask:
    """People and machines count alike, and each source alike among them; ``train``, ``tune`` and ``test`` are how many
    pictures of each source there are."""

    train, tune, test = 300, 80, 120
    networks, side, batch, rate, decay, horizon, seed = 8, 112, 32, 2e-3, 0.02, 350, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        self.amounts = {"train": self.train, "tune": self.tune, "test": self.test}
        self.examples = prepared(data, self.amounts)
        known = self.examples.of("train")
        self._known, self._sources = known, np.unique(known.source)
        rng = np.random.default_rng(self.seed)
        self._draws = rng.poisson(1.0, (len(known), self.networks)).astype(np.float32)
        torch.manual_seed(self.seed)
        self.network = ImageDetector(self.networks)
        self.modules: dict[str, nn.Module] = {"detector": self.network}
        self.averaged = {"detector": 60.0}
        self.optimizers: dict[str, Optimizer] = {
            "detector": torch.optim.AdamW(self.network.parameters(), self.rate, weight_decay=self.decay)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update; the loss is in nats."""
        set_rate(self.optimizers["detector"], warmup_cosine(step, self.horizon, 30, 0.02))
        rows = self._rows(rng)
        images = np.stack([spoiled(self._known.images[row], self.side, rng) for row in rows])
        wanted = torch.from_numpy(self._known.machine[rows].astype(np.float32)).to(self._device)
        with autocast(self._device):
            odds = self.network(torch.from_numpy(images).to(self._device).float() / 255)
        weights = torch.from_numpy(self._draws[rows]).to(self._device)
        loss = F.binary_cross_entropy_with_logits(odds.float(), wanted[:, None].expand_as(odds), weights)
        self.optimizers["detector"].zero_grad(set_to_none=True)
        loss.backward()
        self.optimizers["detector"].step()
        return {"loss": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """AUC on the pictures kept for calibration."""
        tuning = self.examples.of("tune")
        return {"auc": auc(odds_of(modules["detector"], tuning.images, self._device).mean(1), tuning.machine)}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """The mean log odds of each source, as a table."""
        folder.mkdir(parents=True, exist_ok=True)
        tuning = self.examples.of("tune")
        odds = odds_of(modules["detector"], tuning.images, self._device).mean(1)
        lines = [f"{name}\t{odds[tuning.source == name].mean():.2f}" for name in np.unique(tuning.source)]
        (folder / f"{step:06d}.tsv").write_text("\n".join(lines) + "\n", encoding="utf8")

    def _rows(self, rng: np.random.Generator) -> np.ndarray:
        """Half of people's, half of machines', each source as often as the others."""
        halves = [np.unique(self._known.source[self._known.machine == machine]) for machine in (False, True)]
        names = [half[rng.integers(len(half))] for half in halves for _ in range(self.batch // 2)]
        return np.array([rng.choice(np.flatnonzero(self._known.source == name)) for name in names])


def spoiled(picture: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    """A cut of a picture, mirrored, resized and compressed by chance, uint8 (side, side, 3)."""
    image = Image.fromarray(picture)
    if rng.random() < SHARE_RESIZED:
        size = int(len(picture) * rng.uniform(0.6, 1.6))
        image = image.resize((size, size), Image.Resampling.BICUBIC).resize(
            (len(picture), len(picture)), Image.Resampling.BICUBIC
        )
    if rng.random() < SHARE_JPEG:
        image = jpeg(image, int(rng.integers(60, 96)))
    top, left = rng.integers(0, len(picture) - side + 1, 2)
    cut = np.asarray(image)[top : top + side, left : left + side]
    return np.ascontiguousarray(cut[:, ::-1] if rng.random() < 0.5 else cut)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """What is left of a picture after it was saved as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


@torch.no_grad()
def odds_of(network: nn.Module, images: np.ndarray, device: str = "cpu") -> np.ndarray:
    """Log odds (n, networks) of pictures uint8 (n, side, side, 3)."""
    parts = [torch.from_numpy(part).to(device).float() / 255 for part in np.array_split(images, len(images) // 64 + 1)]
    return torch.cat([network(part).float().cpu() for part in parts if len(part)]).numpy()


def tensors(examples: Examples) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (n, side, side, 3) in 0..1 and who made them (n,), 1 for a machine."""
    return torch.from_numpy(examples.images).float() / 255, torch.from_numpy(examples.machine.astype(np.float32))
