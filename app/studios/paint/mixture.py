"""Draws the next point from what the decoder says of it."""

from __future__ import annotations

import numpy as np

from app.runtime.model import Model
from app.runtime.sampling import probabilities
from app.runtime.session import Arrays
from app.studios.paint.codec import start_row

PARTS = ("weights", "means", "deviations", "correlation", "pen")


def sample_row(parts: Arrays, generator: np.random.Generator, temperature: float) -> np.ndarray:
    """One row of stroke-5, float32 (1, 5), from a mixture at one point.

    The temperature widens the choice of mixture and pen, and by its square root the Gaussians (Ha & Eck, equation 8).
    Uses four random numbers, always.
    """
    chosen = _pick(parts["weights"], generator, temperature)
    pen = _pick(parts["pen"], generator, temperature)
    x, y = generator.standard_normal(2) * np.sqrt(temperature)
    rho = float(parts["correlation"][chosen])
    noise = np.array([x, rho * x + np.sqrt(1 - rho * rho) * y])
    row = np.zeros((1, 5), np.float32)
    row[0, :2] = parts["means"][chosen] + np.exp(parts["deviations"][chosen]) * noise
    row[0, 2 + pen] = 1
    return row


def _pick(logits: np.ndarray, generator: np.random.Generator, temperature: float) -> int:
    edges = np.cumsum(probabilities(logits / max(temperature, 1e-3)))
    return int(np.searchsorted(edges, generator.random() * edges[-1], side="right"))


class Decoder:
    """The decoder with its state: reads points, and says where the next may be."""

    def __init__(self, model: Model, latent: np.ndarray, classes: np.ndarray) -> None:
        self._model, self._given = model, {"latent": latent, "classes": classes}
        begun = model.run("begin", self._given)
        self._h, self._c = begun["h"], begun["c"]

    def read(self, rows: np.ndarray) -> Arrays:
        """Read rows (n, 5) and move on; returns the mixture after each, arrays (n, …) by the names in :data:`PARTS`."""
        feeds = {"points": rows[None].astype(np.float32), **self._given, "h": self._h, "c": self._c}
        found = self._model.run("decoder", feeds)
        self._h, self._c = found["h_out"], found["c_out"]
        return {name: found[name][0] for name in PARTS}

    def begin(self, rows: np.ndarray) -> Arrays:
        """Read the start and the points drawn so far; the mixture of what comes next."""
        read = self.read(np.concatenate([start_row(), rows]))
        return {name: values[-1] for name, values in read.items()}

    def go_on(self, row: np.ndarray) -> Arrays:
        """Read one point; the mixture of the next."""
        return {name: values[-1] for name, values in self.read(row).items()}
