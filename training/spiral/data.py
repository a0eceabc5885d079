"""Pictures to learn painting from: faces and paintings of 128 pixels a side."""

from __future__ import annotations

import csv
import io
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

FACES = ("fantasy-portraits-128", "master-faces-128")
OTHERS = ("paintings-128",)


def read_pictures(data: Path, part: str, sets: tuple[str, ...] = (*FACES, *OTHERS), most: int = 0) -> np.ndarray:
    """The ``"train"`` or ``"valid"`` pictures of *sets*, at most *most* of each (0: all), spread evenly over it:
    uint8 (n, side, side, 3)."""
    return np.stack([picture for name in sets for picture in _read(data / "images" / f"{name}.tar", part, most)])


def smaller(pictures: np.ndarray, side: int) -> np.ndarray:
    """Pictures (n, k side, k side, 3) as uint8 (n, side, side, 3), by means."""
    times = pictures.shape[1] // side
    made = [
        picture.reshape(side, times, side, times, 3).mean((1, 3), dtype=np.float32).round().astype(np.uint8)
        for picture in pictures
    ]
    return np.stack(made)


def _read(path: Path, part: str, most: int) -> list[np.ndarray]:
    with tarfile.open(path) as archive:
        table = archive.extractfile("labels.csv")
        assert table is not None
        rows = csv.DictReader(io.StringIO(table.read().decode("utf8")))
        wanted = [row["file"] for row in rows if row["split"] == part]
        chosen = set(wanted[:: max(1, len(wanted) // most)][:most] if most else wanted)
        return [_picture(archive, member) for member in archive if member.name in chosen]


def _picture(archive: tarfile.TarFile, member: tarfile.TarInfo) -> np.ndarray:
    file = archive.extractfile(member)
    assert file is not None
    return np.asarray(Image.open(io.BytesIO(file.read())).convert("RGB"))
