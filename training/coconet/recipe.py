"""Trains Coconet on the chorales; the export is in :mod:`training.coconet.export`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from app.runtime.sampling import rng as seeded
from app.studios.compose.codec import REST, VOICES, Codec
from app.studios.compose.gibbs import Predict, Task, sample
from training.coconet.data import Batch, asked, crops, load_pieces, orderless_known, training_known
from training.coconet.network import Coconet
from training.lib.loop import autocast, set_rate, warmup_cosine

COLOURS = np.array([[196, 78, 82], [221, 170, 51], [85, 168, 104], [76, 114, 176]], np.uint8)
WIDE = Codec(ranges=((57, 81), (49, 77), (43, 72), (36, 69)))
"""Keys for training may take a voice a minor third beyond what it sings in the corpus; the studio never does."""


class CoconetTask:
    """Predict the hidden cells of crops of chorales in random keys (orderless NADE, Uria et al. 2014)."""

    batch, steps, rate, horizon, seed = 12, 64, 3e-3, 12_000, 1
    fine, deep, blocks = 32, 64, 8

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device, self.codec = name, device, Codec()
        self.train, self.valid = load_pieces(data, "train"), load_pieces(data, "valid")
        torch.manual_seed(self.seed)
        network = Coconet(self.codec, self.fine, self.deep, self.blocks)
        self.network: Coconet = network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.modules: dict[str, nn.Module] = {"network": self.network}
        self.averaged = {"network": 60.0}
        self.optimizers: dict[str, Optimizer] = {
            "network": torch.optim.AdamW(self.network.parameters(), self.rate, (0.9, 0.98), weight_decay=0.02)
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; the loss is in nats per hidden note, averaged first within each crop as in the paper."""
        batch = crops(self.train, WIDE, self.batch, self.steps, rng)
        known = training_known(self.batch, self.steps, rng)
        optimizer = self.optimizers["network"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, floor=0.01))
        optimizer.zero_grad(set_to_none=True)
        loss = self._loss(self.network, batch, known).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()
        return {"nats_per_note": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Nats per note with orderless masks on fixed crops of the valid pieces, in their own keys."""
        rng = np.random.default_rng(1)
        codec = Codec(ranges=((0, 0),) * VOICES)  # no transposition fits, so none is made
        losses = []
        for _ in range(10):
            batch = crops(self.valid, codec, 12, 128, rng)
            losses.append(self._loss(modules["network"], batch, orderless_known(12, 128, rng)).mean().item())
        return {"nats_per_note": float(np.mean(losses))}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A picture: a valid chorale, its soprano harmonised, and a piece from nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        given = self.valid[step % len(self.valid)][:128]
        harmonised = complete(modules["network"], self.codec, given, range(1, VOICES), seed=step)
        free = complete(modules["network"], self.codec, given, range(VOICES), seed=step)
        picture = np.concatenate([roll_picture(grid, self.codec) for grid in (given, harmonised, free)])
        Image.fromarray(picture).resize((1024, picture.shape[0] * 4), 0).save(folder / f"{step:06d}.png")

    def _loss(self, network: nn.Module, batch: Batch, known: np.ndarray) -> torch.Tensor:
        """Mean over the hidden cells of each crop, shape (batch,)."""
        features = self.codec.features(batch.classes, known, batch.first, batch.length)
        with autocast(self._device):
            scores = network(torch.from_numpy(features).to(self._device))
        target = torch.from_numpy(batch.classes).to(self._device)
        each = F.cross_entropy(scores.float().flatten(0, 2), target.flatten(), reduction="none")
        hidden = torch.from_numpy(asked(known, self.codec.steps_per_quarter)).to(self._device).flatten(1).float()
        return (each.unflatten(0, (len(target), -1)) * hidden).sum(1) / hidden.sum(1)


def predictor(network: nn.Module, device: str = "cpu") -> Predict:
    """The network as the sampler wants it: arrays in, arrays out."""

    @torch.no_grad()
    def predict(features: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(features).to(device)).float().cpu().numpy()

    return predict


def complete(
    network: nn.Module, codec: Codec, grid: np.ndarray, voices: range, seed: int, passes: int = 40
) -> np.ndarray:
    """*grid* (steps, 4) with *voices* made anew by a torch network."""
    marked = np.zeros(grid.shape, bool)
    marked[:, list(voices)] = True
    allowed = np.broadcast_to(codec.allowed(), (*grid.shape, codec.classes))
    task = Task(codec.encode(grid), marked, allowed)
    device = str(next(network.parameters()).device)
    *_, last = sample(task, codec, predictor(network, device), seeded(seed), passes, 0.95)
    return codec.decode(last)


def roll_picture(grid: np.ndarray, codec: Codec) -> np.ndarray:
    """A grid as an RGB picture (pitches + a border, steps, 3), high notes on top."""
    picture = np.full((codec.pitches + 2, len(grid), 3), 250, np.uint8)
    picture[-2:] = 200
    for voice in range(VOICES):
        sounding = np.flatnonzero(grid[:, voice] != REST)
        picture[codec.high - grid[sounding, voice], sounding] = COLOURS[voice]
    return picture
