"""Draws the next point from what the decoder says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.runtime.model import Model
from app.runtime.sampling import probabilities
from app.runtime.session import Arrays
from app.studios.paint.codec import END, start_row

LOG_2PI = float(np.log(2 * np.pi))
PARTS = ("weights", "means", "deviations", "correlation", "pen")
LEAST_OF_PEN = "least_of_pen"
"""The key of a model's codec for the least temperature its pen is drawn at; 0 without it."""


@dataclass(frozen=True)
class Freedom:
    """The temperature of where a point lies, and that of what the pen does there: go on, lift, end.

    Lifting and ending are rare at each point; where a network is seldom sure of them, a low temperature makes them so
    rare that it scribbles on.
    """

    place: float
    pen: float

    @classmethod
    def of(cls, model: Model, controls: Mapping[str, Any]) -> Freedom:
        """As the control says; that of the pen no less than the model allows."""
        asked = float(controls.get("temperature", 0.4))
        return cls(asked, max(asked, float(model.codec.get(LEAST_OF_PEN, 0.0))))

    def widened(self, parts: Arrays) -> tuple[np.ndarray, np.ndarray]:
        """The scores of mixtures and pen, (…, 20) and (…, 3), by their temperatures (Ha & Eck, equation 8)."""
        return parts["weights"] / max(self.place, 1e-3), parts["pen"] / max(self.pen, 1e-3)


def sample_row(parts: Arrays, generator: np.random.Generator, freedom: Freedom) -> np.ndarray:
    """One row of stroke-5, float32 (1, 5), from a mixture at one point.

    The square root of the temperature widens the Gaussians (Ha & Eck, equation 8). Uses four random numbers, always.
    """
    chosen, pen = (_pick(scores, generator) for scores in freedom.widened(parts))
    x, y = generator.standard_normal(2) * np.sqrt(freedom.place)
    rho = float(parts["correlation"][chosen])
    noise = np.array([x, rho * x + np.sqrt(1 - rho * rho) * y])
    row = np.zeros((1, 5), np.float32)
    row[0, :2] = parts["means"][chosen] + np.exp(parts["deviations"][chosen]) * noise
    row[0, 2 + pen] = 1
    return row


def _pick(logits: np.ndarray, generator: np.random.Generator) -> int:
    edges = np.cumsum(probabilities(logits))
    return int(np.searchsorted(edges, generator.random() * edges[-1], side="right"))


def nats(parts: Arrays, rows: np.ndarray, ends_apart: bool = False) -> np.ndarray:
    """Negative log likelihood of each row (n,): the mixture's density of the offset, and the pen (Ha & Eck, eq. 9).

    Where ends stand apart, an end is no point and its offset does not count.
    """
    distance = (rows[:, None, :2] - parts["means"]) * np.exp(-parts["deviations"])
    rho = parts["correlation"]
    rest = 1 - rho**2
    square = (distance**2).sum(-1) - 2 * rho * distance[..., 0] * distance[..., 1]
    density = -square / (2 * rest) - parts["deviations"].sum(-1) - 0.5 * np.log(rest) - LOG_2PI
    offset = log_sum(density + parts["weights"] - log_sum(parts["weights"])[:, None])
    pen = parts["pen"] - log_sum(parts["pen"])[:, None]
    counted = 1 - rows[:, END] if ends_apart else 1.0
    return -offset * counted - (pen * rows[:, 2:]).sum(-1)


def log_sum(values: np.ndarray) -> np.ndarray:
    """The logarithm of the sum of the exponentials over the last axis."""
    largest = values.max(-1, keepdims=True)
    return np.log(np.exp(values - largest).sum(-1)) + largest[..., 0]


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
