"""The picture set: 28 × 28 grey, twenty classes."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Pictures:
    """``images`` uint8 (n, 28, 28), ``labels`` int64 (n,), the names of the classes."""

    images: np.ndarray
    labels: np.ndarray
    class_names: list[str]


def read_pictures(data: Path, part: str) -> Pictures:
    """The ``"train"`` or ``"valid"`` part of ``small-28``."""
    with tarfile.open(data / "images" / "small-28.tar") as archive:
        member = archive.extractfile("data.npz")
        assert member is not None
        arrays = np.load(io.BytesIO(member.read()), allow_pickle=False)
    chosen = arrays["split"] == part
    return Pictures(arrays["images"][chosen], arrays["labels"][chosen].astype(np.int64), arrays["class_names"].tolist())
