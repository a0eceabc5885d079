"""The pictures and kinds of each model."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from training.lib.pictures import PictureSet, read_set

SETS = {"biggan-avatars": "avatars-64", "biggan-fruits": "fruits-64", "biggan-pixel": "pixel-32"}
TILE = "tile: "
"""What the classes of single tiles begin with. Heroes and nouns are one kind each: a race is a few pixels of them."""


def read_pictures(
    data: Path, model: str, part: str, fewest: int = 0, keep: Collection[str] | None = None
) -> PictureSet:
    """The ``"train"`` or ``"valid"`` part: the kinds in *keep*, or those with *fewest* training pictures or more."""
    found = _read(data, SETS[model], part)
    if keep is None:
        counted = _read(data, SETS[model], "train")
        counts = np.bincount(counted.labels, minlength=len(counted.class_names))
        keep = [name for name, count in zip(counted.class_names, counts, strict=True) if count >= fewest]
    good = np.array([name in keep for name in found.class_names])
    numbers, chosen = np.cumsum(good) - 1, good[found.labels]
    names = [name for name in found.class_names if name in keep]
    return PictureSet(found.images[chosen], numbers[found.labels[chosen]], names)


def _read(data: Path, name: str, part: str) -> PictureSet:
    """The part with its own classes; of pixel art, the types of the tiles, and the other kinds whole."""
    fine = read_set(data, name, part)
    types = [each.removeprefix(TILE) for each in fine.class_names if each.startswith(TILE)]
    if not types:
        return fine
    kinds = read_set(data, name, part, "kind")
    names = sorted({*types, *kinds.class_names})
    labels = [
        names.index(own.removeprefix(TILE) if own.startswith(TILE) else kind)
        for own, kind in zip(_words(fine), _words(kinds), strict=True)
    ]
    return PictureSet(fine.images, np.array(labels, np.int64), names)


def _words(pictures: PictureSet) -> list[str]:
    return [pictures.class_names[label] for label in pictures.labels]
