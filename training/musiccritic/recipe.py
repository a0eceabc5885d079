"""Trains ``music-critic``: learns to tell passages of pieces from what the reader wrote in their place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from app.studios.compose.traits import TRAITS
from training.lib.loop import set_rate, warmup_cosine
from training.musiccritic.data import READER, Passages, prepared, shelf
from training.textdetector.measure import auc
from training.textdetector.network import Detector


class MusicCriticTask:
    """Each network of the critic sees each piece as often as a draw with replacement gives it (bagging).

    ``pieces``, ``tuning`` and ``testing`` are how many are taken for each part.
    """

    pieces, tuning, testing = 80, 20, 70
    networks, hidden, rate, decay, horizon, seed = 20, 8, 0.02, 0.05, 300, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        self.reader = shelf().open(READER)
        self.passages = prepared(data, self.reader, (self.pieces, self.tuning, self.testing))
        known = self.passages.of("train")
        torch.manual_seed(self.seed)
        self.network = Detector(len(TRAITS), self.networks, self.hidden)
        self._traits, self._real = tensors(known)
        self.network.settle(self._traits)
        self._traits, self._real = self._traits.to(device), self._real.to(device)
        self._weights = torch.from_numpy(_draws(known, self.networks, self.seed)).float().to(device)
        self.modules: dict[str, nn.Module] = {"critic": self.network}
        self.averaged: dict[str, float] = {}
        self.optimizers: dict[str, Optimizer] = {
            "critic": torch.optim.AdamW(self.network.parameters(), self.rate, weight_decay=self.decay)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update on all passages; the loss is in nats."""
        optimizer = self.optimizers["critic"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, 10))
        odds = self.network(self._traits)
        loss = F.binary_cross_entropy_with_logits(odds, self._real[:, None].expand_as(odds), self._weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return {"loss": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Loss in nats and AUC on the pieces kept for calibration."""
        rows, real = tensors(self.passages.of("tune"))
        odds = modules["critic"](rows.to(self._device)).cpu().mean(1)
        loss = F.binary_cross_entropy_with_logits(odds, real).item()
        return {"loss": loss, "auc": auc(odds.numpy(), real.numpy() > 0)}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """The log odds of each passage, the most convincing first, as a table."""
        folder.mkdir(parents=True, exist_ok=True)
        rows, _ = tensors(self.passages)
        odds = modules["critic"](rows.to(self._device)).cpu().mean(1).numpy()
        names = [f"{odds[n]:.2f}\t{self.passages.real[n]}\t{self.passages.piece[n]}" for n in np.argsort(-odds)]
        (folder / f"{step:06d}.tsv").write_text("\n".join(names) + "\n", encoding="utf8")


def tensors(passages: Passages) -> tuple[torch.Tensor, torch.Tensor]:
    """Traits (n, traits) and whether they are real (n,), 1 for music of the data."""
    return torch.from_numpy(passages.traits).float(), torch.from_numpy(passages.real.astype(np.float32))


def _draws(passages: Passages, networks: int, seed: int) -> np.ndarray:
    """How often each network sees each passage (n, networks): those of one piece are drawn together."""
    _, places = np.unique(passages.piece, return_inverse=True)
    count = int(places.max()) + 1
    return np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), networks).T[places]
