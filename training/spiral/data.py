"""Pictures to learn painting from: faces and paintings of 128 pixels a side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.lib.pictures import read_set

FACES = ("fantasy-portraits-128", "master-faces-128")
STRAIGHT = ("fantasy-portraits-128",)
"""Those of which all look at us straight on, the eyes in the same places."""
OTHERS = ("paintings-128",)


def read_pictures(data: Path, part: str, sets: tuple[str, ...] = (*FACES, *OTHERS), most: int = 0) -> np.ndarray:
    """The ``"train"`` or ``"valid"`` pictures of *sets*, at most *most* of each (0: all), spread evenly over it:
    uint8 (n, side, side, 3)."""
    found = [read_set(data, name, part).images for name in sets]
    return np.concatenate([images[:: max(1, len(images) // most)][:most] if most else images for images in found])


def smaller(pictures: np.ndarray, side: int) -> np.ndarray:
    """Pictures (n, k side, k side, 3) as uint8 (n, side, side, 3), by means."""
    times = pictures.shape[1] // side
    made = [
        picture.reshape(side, times, side, times, 3).mean((1, 3), dtype=np.float32).round().astype(np.uint8)
        for picture in pictures
    ]
    return np.stack(made)
