"""Pairs of a picture and the same made four times smaller, as cameras, programs and the web make pictures smaller."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from training.lib.pictures import read_set

SETS = ("paintings-128", "fantasy-portraits-128")
SCALE = 4
FILTERS = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX, Image.Resampling.HAMMING)
"""All of them look at every pixel that a smaller one stands for, so nothing is aliased."""
NOISY = 0.4
"""The share of small pictures that are then compressed."""
QUALITY = (55, 96)


def read_pictures(data: Path, part: str) -> np.ndarray:
    """All pictures of a part, uint8 (n, 128, 128, 3)."""
    return np.concatenate([read_set(data, name, part).images for name in SETS])


def shrunk(picture: np.ndarray, method: Image.Resampling = Image.Resampling.BICUBIC) -> np.ndarray:
    """A picture uint8 (side, side, 3), its side a quarter as long."""
    side = picture.shape[0] // SCALE
    return np.asarray(Image.fromarray(picture).resize((side, side), method))


def compressed(picture: np.ndarray, quality: int, kind: str) -> np.ndarray:
    """What is left of a picture uint8 (side, side, 3) after it was saved as ``"JPEG"`` or ``"WEBP"``."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def pairs(pictures: np.ndarray, count: int, side: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Small and large cuts, uint8 (count, side / 4, side / 4, 3) and (count, side, side, 3), turned and mirrored."""
    large = np.stack([_cut(pictures[at], side, rng) for at in rng.integers(0, len(pictures), count)])
    return np.stack([_degraded(picture, rng) for picture in large]), large


def _cut(picture: np.ndarray, side: int, rng: np.random.Generator) -> np.ndarray:
    top, left = rng.integers(0, picture.shape[0] - side + 1, 2)
    cut = np.rot90(picture[top : top + side, left : left + side], int(rng.integers(4)))
    return np.ascontiguousarray(cut[:, ::-1] if rng.random() < 0.5 else cut)


def _degraded(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    small = shrunk(picture, FILTERS[int(rng.integers(len(FILTERS)))])
    if rng.random() >= NOISY:
        return small
    return compressed(small, int(rng.integers(*QUALITY)), ("JPEG", "WEBP")[int(rng.integers(2))])
