"""The packed sets of colour pictures: a ``.tar`` with ``labels.csv`` and the pictures, or arrays, it lists."""

from __future__ import annotations

import csv
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

LABELS = "labels.csv"


@dataclass(frozen=True)
class PictureSet:
    """``images`` uint8 (n, side, side, 3), ``labels`` int64 (n,), the names of the classes."""

    images: np.ndarray
    labels: np.ndarray
    class_names: list[str]


def read_set(data: Path, name: str, part: str, class_column: str = "class") -> PictureSet:
    """The ``"train"`` or ``"valid"`` part of the set *name* in ``data/images``.

    Classes are numbered in the order of their names, the same in both parts. See-through pixels are laid on white,
    grey pictures get three equal channels.
    """
    contents = _contents(data / "images" / f"{name}.tar")
    rows = list(csv.DictReader(io.StringIO(contents[LABELS].decode("utf8"))))
    names = sorted({row[class_column] for row in rows})
    chosen = [row for row in rows if row["split"] == part]
    images = _pictures(contents, [row["file"] for row in chosen])
    return PictureSet(images, np.array([names.index(row[class_column]) for row in chosen], np.int64), names)


def _pictures(contents: dict[str, bytes], files: list[str]) -> np.ndarray:
    if files and "#" in files[0]:
        arrays = np.load(io.BytesIO(contents[files[0].partition("#")[0]]), allow_pickle=False)
        return _on_white(arrays["images"][[int(file.partition("#")[2]) for file in files]])
    return np.stack([np.asarray(Image.open(io.BytesIO(contents[file])).convert("RGB")) for file in files])


def _on_white(images: np.ndarray) -> np.ndarray:
    """uint8 (n, h, w), (n, h, w, 3) or (n, h, w, 4) to (n, h, w, 3)."""
    if images.ndim == 3:
        return np.repeat(images[..., None], 3, 3)
    if images.shape[3] == 3:
        return images
    cover = images[..., 3:].astype(np.float32) / 255
    return np.rint(images[..., :3] * cover + 255 * (1 - cover)).astype(np.uint8)


def _contents(path: Path) -> dict[str, bytes]:
    """All files of an archive; looked for one by one, each would be searched from the start."""
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name: file.read() for name, file in files.items() if file is not None}
