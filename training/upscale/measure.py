"""How near an enlarged picture comes to the true one, beside bicubic interpolation."""

from __future__ import annotations

import numpy as np
from PIL import Image


def psnr(made: np.ndarray, true: np.ndarray) -> float:
    """The peak signal to noise ratio of two uint8 pictures in dB, over all channels."""
    error = np.mean((made.astype(np.float64) - true) ** 2)
    return float(10 * np.log10(255**2 / max(error, 1e-9)))


def bicubic(picture: np.ndarray, scale: int) -> np.ndarray:
    """uint8 (h, w, 3), *scale* times as large, as any program does it (a = -0.5)."""
    height, width = picture.shape[:2]
    return np.asarray(Image.fromarray(picture).resize((width * scale, height * scale), Image.Resampling.BICUBIC))


def sharpness(picture: np.ndarray) -> float:
    """The mean step between neighbouring pixels of a uint8 picture, in levels of 255: what the eye takes for sharp."""
    values = picture.astype(np.float64).mean(-1)
    return float((np.abs(np.diff(values, axis=0)).mean() + np.abs(np.diff(values, axis=1)).mean()) / 2)
