"""Trains ``upscale-x4`` on pairs of small and large cuts of the same pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.optim import Optimizer

from training.lib.loop import autocast, set_rate, warmup_cosine
from training.upscale.data import SCALE, pairs, read_pictures, shrunk
from training.upscale.measure import bicubic, psnr
from training.upscale.network import Upscaler

SHOWN = 6


class UpscaleTask:
    """The loss is the mean absolute error of pixels and, so that edges come out sharp, of the steps between them.

    ``side`` is that of the large cuts; ``edges`` the weight of the steps.
    """

    width, blocks, batch, side, edges, rate, horizon, seed = 48, 5, 16, 96, 0.3, 1e-3, 2_500, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        self._pictures, self.valid = read_pictures(data, "train"), read_pictures(data, "valid")
        torch.manual_seed(self.seed)
        self.network = Upscaler(self.width, self.blocks, SCALE)
        self.modules: dict[str, nn.Module] = {"upscaler": self.network}
        self.averaged = {"upscaler": 200.0}
        self.optimizers: dict[str, Optimizer] = {
            "upscaler": torch.optim.Adam(self.network.parameters(), self.rate, (0.9, 0.99))
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update; the losses are mean absolute errors, of 1."""
        optimizer = self.optimizers["upscaler"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, 50, 0.01))
        small, large = (torch.from_numpy(part).to(self._device).float() / 255 for part in self._pairs(rng))
        with autocast(self._device):
            made = self.network(small)
        error = made.float() - large
        pixels, edges = error.abs().mean(), _steps(error)
        optimizer.zero_grad(set_to_none=True)
        (pixels + self.edges * edges).backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()
        return {"pixels": pixels.item(), "edges": edges.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Mean peak signal to noise ratio in dB on every second valid picture, and by how much bicubic is passed."""
        large = self.valid[::2]
        small = np.stack([shrunk(picture) for picture in large])
        made = enlarged(modules["upscaler"], small, self._device)
        ours = np.mean([psnr(a, b) for a, b in zip(made, large, strict=True)])
        theirs = np.mean([psnr(bicubic(a, SCALE), b) for a, b in zip(small, large, strict=True)])
        return {"psnr": float(ours), "over_bicubic": float(ours - theirs)}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """Rows of pictures: the small one, bicubic, ours, the true one; twice as large as they are."""
        folder.mkdir(parents=True, exist_ok=True)
        large = self.valid[:: max(1, len(self.valid) // SHOWN)][:SHOWN]
        small = np.stack([shrunk(picture) for picture in large])
        made = enlarged(modules["upscaler"], small, self._device)
        rows = [
            np.concatenate([a.repeat(SCALE, 0).repeat(SCALE, 1), bicubic(a, SCALE), b, c], 1)
            for a, b, c in zip(small, made, large, strict=True)
        ]
        Image.fromarray(np.concatenate(rows).repeat(2, 0).repeat(2, 1)).save(folder / f"{step:06d}.png")

    def _pairs(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return pairs(self._pictures, self.batch, self.side, rng)


@torch.no_grad()
def enlarged(network: nn.Module, small: np.ndarray, device: str = "cpu") -> np.ndarray:
    """uint8 (n, h, w, 3) to uint8 (n, 4 h, 4 w, 3)."""
    made = [network(torch.from_numpy(part[None]).to(device).float() / 255)[0].cpu() for part in small]
    return (torch.stack(made).clamp(0, 1) * 255).round().byte().numpy()


def _steps(error: torch.Tensor) -> torch.Tensor:
    """The mean absolute error of the differences between neighbours; *error* (batch, h, w, 3)."""
    return error.diff(dim=1).abs().mean() + error.diff(dim=2).abs().mean()
