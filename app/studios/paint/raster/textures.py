"""Grounds a brush can catch on: grains of one tile that repeats, made by arithmetic, the same on every machine."""

from __future__ import annotations

import functools

import numpy as np

from app.studios.paint.raster.tiles import Rect

PERIOD = 256


def texture_in(name: str, rect: Rect) -> np.ndarray:
    """The ground's height 0..1 in a rectangle of the sheet, float32 (h, w)."""
    ground = _ground(name)
    left, top, right, bottom = rect
    return ground[np.arange(top, bottom) % PERIOD][:, np.arange(left, right) % PERIOD]


@functools.cache
def _ground(name: str) -> np.ndarray:
    made = {"paper": _paper, "canvas": _canvas, "chalk": _chalk}[name]()
    low, high = np.quantile(made, (0.02, 0.98))
    return np.clip((made - low) / (high - low), 0, 1).astype(np.float32)


def _paper() -> np.ndarray:
    return _noise(1, 1.1) + 0.6 * _noise(2, 2.5)


def _chalk() -> np.ndarray:
    return _noise(3, 1.6) + 0.9 * _noise(4, 5.0)


def _canvas() -> np.ndarray:
    """Threads over and under each other."""
    steps = np.arange(PERIOD) * (2 * np.pi / 8)
    over = np.sin(steps / 2)[:, None] * np.sin(steps / 2)[None, :]
    threads = np.where(over > 0, np.abs(np.sin(steps))[:, None], np.abs(np.sin(steps))[None, :])
    return threads + 0.25 * _noise(5, 1.5)


def _noise(seed: int, blur: float) -> np.ndarray:
    """Noise (PERIOD, PERIOD) without a seam, its grains about *blur* pixels wide, mean 0 and deviation 1."""
    white = np.random.Generator(np.random.PCG64(seed)).standard_normal((PERIOD, PERIOD))
    waves = np.fft.fftfreq(PERIOD)
    soft = np.exp(-2 * (np.pi * blur) ** 2 * (waves[:, None] ** 2 + waves[None, :] ** 2))
    made = np.fft.ifft2(np.fft.fft2(white) * soft).real
    return made / made.std()
