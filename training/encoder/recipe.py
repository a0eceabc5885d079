"""Trains an encoder on what a finished generator makes: pictures and the styles they were made of, new at each step.

Nothing but the generator's ONNX files is needed. The pictures are of all kinds and of varied truncation, and half of
them have the styles of two, so that coarse, middle and fine layers are told apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.optim import Optimizer

from app.runtime.model import Model
from app.runtime.session import SessionOptions
from app.studios.imagine.codec import drawn_in
from app.studios.imagine.space import space_of
from training.encoder.network import Encoder
from training.lib.loop import set_rate, warmup_cosine

LEAST, MOST = 0.4, 1.1
"""Truncations of the pictures learnt from."""
MIXED = 0.5
"""The share of them that have the styles of two."""
HELD = 48


class EncoderTask:
    """The loss is the mean squared error of the styles, as a share of their variance: 1 is what the mean alone gets.

    ``threads`` are the generator's.
    """

    batch, rate, horizon, seed, threads = 24, 1e-3, 3000, 1, 1

    def __init__(self, model: Model) -> None:
        self.name, self._model, codec = f"{model.manifest.id}-encoder", model, model.codec
        self._space, self.side = space_of(model), int(codec["side"])
        self._classes, self._latent = len(codec.get("classes", [])), int(codec["latent"])
        self._by_latent = codec.get("truncation") == "latent"
        torch.manual_seed(self.seed)
        self.network = Encoder(torch.from_numpy(self._space.mean.copy()), self.side)
        self.modules: dict[str, nn.Module] = {"encoder": self.network}
        self.averaged = {"encoder": 100.0}
        self.optimizers: dict[str, Optimizer] = {"encoder": torch.optim.Adam(self.network.parameters(), self.rate)}
        self._held = self.drawn(HELD, np.random.default_rng((self.seed, HELD)))
        self._variance = float(np.square(self._held[0] - self._space.mean).mean())

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update; ``left`` is the share of the styles' variance that is not known from the picture."""
        optimizer = self.optimizers["encoder"]
        set_rate(optimizer, warmup_cosine(step, self.horizon, 50, 0.01))
        styles, images = (torch.from_numpy(part) for part in self.drawn(self.batch, rng))
        loss = (self.network(images) - styles).square().mean() / self._variance
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        optimizer.step()
        return {"left": loss.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """The same on pictures never learnt from, and the error of the pictures made of the guesses, of 255."""
        styles, images = self._held
        guessed = self._guessed(modules["encoder"])
        made = self.painted(guessed, np.random.default_rng(0))
        return {
            "left": float(np.square(guessed - styles).mean() / self._variance),
            "pixels": 255 * float(np.sqrt(np.square(made - images).mean())),
        }

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """Rows of pictures: what was made, below it what the encoder makes of it."""
        folder.mkdir(parents=True, exist_ok=True)
        made = self.painted(self._guessed(modules["encoder"])[:24], np.random.default_rng(0))
        pairs = np.stack([self._held[1][:24], made]).reshape(2, 3, 8, self.side, self.side, 3)
        sheet = pairs.transpose(1, 0, 3, 2, 4, 5).reshape(6 * self.side, 8 * self.side, 3)
        Image.fromarray(np.rint(255 * sheet.clip(0, 1)).astype(np.uint8)).save(folder / f"{step:06d}.png")

    def drawn(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Styles (n, layers, width) and their pictures (n, side, side, 3) in 0..1, float32."""
        first, second = self._mapped(count, rng), self._mapped(count, rng)
        crossing = rng.integers(1, self._space.layers, (count, 1))
        late = (np.arange(self._space.layers) >= crossing) & (rng.random((count, 1)) < MIXED)
        styles = np.where(late[:, :, None], second, first).astype(np.float32)
        return styles, self.painted(styles, rng)

    def painted(self, styles: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """What the generator makes of styles, with random noise."""
        count, side = len(styles), self.side
        feeds = {"styles": styles, "other": styles, "mask": np.zeros((count, 1, side, side), np.float32)}
        for each in self._model.codec.get("noise", []):
            feeds[f"noise_{each}"] = rng.standard_normal((count, 1, each, each), np.float32)
        return self._run("generator", feeds)["images"]

    @torch.no_grad()
    def _guessed(self, network: nn.Module) -> np.ndarray:
        return network(torch.from_numpy(self._held[1])).numpy()

    def _mapped(self, count: int, rng: np.random.Generator) -> np.ndarray:
        latent = rng.standard_normal((count, self._latent), np.float32)
        truncation = rng.uniform(LEAST, MOST, (count, 1, 1)).astype(np.float32)
        if self._by_latent:
            rows = zip(latent, truncation[:, 0, 0], strict=True)
            latent = np.stack([drawn_in(row, float(most)) for row, most in rows])
        feeds = {"latent": latent}
        if self._classes:
            feeds["classes"] = np.eye(self._classes, dtype=np.float32)[rng.integers(self._classes, size=count)]
        styles = self._run("mapping", feeds)["styles"]
        return styles if self._by_latent else self._space.mean + truncation * (styles - self._space.mean)

    def _run(self, stem: str, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return self._model.session(stem, SessionOptions(threads=self.threads)).run(feeds)
