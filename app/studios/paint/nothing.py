"""The latent of a drawing that begins on an empty sheet."""

from __future__ import annotations

import numpy as np

from app.runtime.model import Model

NOTHING, ZERO = "nothing", "zero"
"""The key of a model's codec that says what it learnt to draw from nothing by, and the value for a latent of zero."""


def from_nothing(model: Model, noise: np.ndarray) -> np.ndarray:
    """Latents (n, z) float32 for standard normal *noise* (n, z).

    Zero, where the network learnt to take that for nothing; else the noise itself, its prior (Ha & Eck 2017).
    """
    return noise.astype(np.float32) * (model.codec.get(NOTHING) != ZERO)
