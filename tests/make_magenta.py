"""Checkpoints in the layout of Magenta's sketch-rnn with random weights, and what the published equations make of them.

The reference is written from Ha & Eck 2017 and TensorFlow's ``BasicLSTMCell``, step by step, in float64.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

MIXTURES, WIDTH, READ, LATENT = 20, 24, 12, 6
Arrays = list[np.ndarray]


def quantised(latent: int = LATENT, seed: int = 0) -> Arrays:
    """int16 arrays in the order of a file: 5 for a decoder alone (*latent* 0), else 17."""
    rng = np.random.default_rng(seed)
    decoder = [
        (WIDTH, 6 * MIXTURES + 3), (6 * MIXTURES + 3,), (5 + latent, 4 * WIDTH), (WIDTH, 4 * WIDTH), (4 * WIDTH,)
    ]  # fmt: skip
    one = [(5, 4 * READ), (READ, 4 * READ), (4 * READ,)]
    ends = [(2 * READ, latent), (latent,)] * 2
    shapes = [*one, *one, *ends, (latent, 2 * WIDTH), (2 * WIDTH,), *decoder] if latent else decoder
    return [np.clip(rng.normal(0, 0.3, shape) * 3276.7, -32767, 32767).astype("<i2") for shape in shapes]


def write(path: Path, arrays: Arrays, **info: Any) -> Path:
    """The file. *info* goes into its first part."""
    about = {"name": "crab_chair", "version": 6, "max_seq_len": 60, "mode": 2, "scale_factor": 90.0, **info}
    packed = [base64.b64encode(array.tobytes()).decode() for array in arrays]
    path.write_text(json.dumps([about, [list(array.shape) for array in arrays], packed]))
    return path


def cell(x: np.ndarray, h: np.ndarray, c: np.ndarray, weights: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """One step of TensorFlow's LSTM: gates in the order input, candidate, forget (1 added), output; returns h, c."""
    into, candidate, forget, out = np.split(x @ weights[0] + h @ weights[1] + weights[2], 4)
    c = _open(forget + 1) * c + _open(into) * np.tanh(candidate)
    return _open(out) * np.tanh(c), c


class Reference:
    """The network, point by point."""

    def __init__(self, arrays: Arrays, version: int = 6) -> None:
        floats = [array.astype(np.float64) * 10 / 32767 for array in arrays]
        self._encoder, self._decoder, self._version = floats[:-5], floats[-5:], version

    def encode(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows (n, 5) to the mean and the log variance of the latent."""
        ends = []
        for weights, order in ((self._encoder[:3], rows), (self._encoder[3:6], rows[::-1])):
            h = c = np.zeros(READ)
            for row in order:
                h, c = cell(row, h, c, weights)
            ends.append(h)
        both = np.concatenate(ends)
        mean_w, mean_b, spread_w, spread_b = self._encoder[6:10]
        return both @ mean_w + mean_b, both @ spread_w + spread_b

    def begin(self, latent: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first h and c."""
        if not len(latent):
            return np.zeros(WIDTH), np.zeros(WIDTH)
        squashed = np.tanh(latent) if self._version < 6 else latent
        c, h = np.split(np.tanh(squashed @ self._encoder[10] + self._encoder[11]), 2)
        return h, c

    def step(self, row: np.ndarray, latent: np.ndarray, h: np.ndarray, c: np.ndarray) -> Any:
        """The mixture after a row, by the names our decoder uses, and the new h and c."""
        h, c = cell(np.concatenate([row, latent]), h, c, self._decoder[2:])
        pen, *rest = np.split(h @ self._decoder[0] + self._decoder[1], [3, *(3 + MIXTURES * np.arange(1, 6))])
        weights, x, y, wide, high, correlation = rest
        mixture = {
            "weights": weights, "means": np.stack([x, y], -1), "deviations": np.stack([wide, high], -1),
            "correlation": np.tanh(correlation), "pen": pen,
        }  # fmt: skip
        return mixture, h, c


def _open(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))
