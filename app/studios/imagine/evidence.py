"""Evidence of whether one of our generators made a picture, with the rate at which it errs; never a verdict.

What the file says of itself comes first: our recipe, content credentials. Then a small network looks at the picture, or
at parts of a large one. It has several last layers, each trained on another draw of the same pictures: where they
disagree, the answer is unsure. It knows the bundled generators; to other machines' pictures it is blind.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model, ModelShelf
from app.runtime.recipe import Recipe
from app.studios.imagine.credentials import Credentials, read_credentials
from app.studios.imagine.document import Picture
from app.studios.imagine.files import LIMIT, load_pictures

FAMILY = DETECTOR = "image-detector"
GRAPH = "detector"
SIDE = 128
SMALLEST = 20
"""Pixels of the shorter side; below, chance decides."""
MOST_PARTS = 9
SURE = 0.9
MIDDLE = 0.8
"""The share of the networks whose answers the range of a chance holds."""
AUC = (
    "made told from real",
    "the same, lower end of the 95 % interval",
    "the same, upper end of the 95 % interval",
    "after JPEG of quality 75",
    "after resizing to half and back",
)
"""The names of the metrics that say how reliable it is."""


class Says(StrEnum):
    """What the evidence speaks for."""

    MACHINE = "machine"
    REAL = "not one of our generators"
    UNSURE = "unsure"
    TOO_SMALL = "too small"


@dataclass(frozen=True)
class Judgement:
    """The chance that one of our generators made the picture, and the range of what it may be."""

    chance: float
    low: float
    high: float
    small: bool = False

    @property
    def says(self) -> Says:
        if self.small:
            return Says.TOO_SMALL
        if self.chance >= SURE and self.low > 0.5:
            return Says.MACHINE
        return Says.REAL if self.chance <= 1 - SURE and self.high < 0.5 else Says.UNSURE


@dataclass(frozen=True)
class Evidence:
    """What was found in a picture, and what its file says of itself."""

    judgement: Judgement
    detector: Model
    parts: int
    recipe: Recipe | None = None
    credentials: Credentials | None = None

    @property
    def measured(self) -> dict[str, float]:
        """How reliable it is: the AUC by the names of :data:`AUC`, as far as they were measured."""
        return {metric.name: metric.ours for metric in self.detector.manifest.metrics if metric.name in AUC}

    @property
    def failures(self) -> list[Metric]:
        """The other metrics: where it fails, and how often."""
        return [metric for metric in self.detector.manifest.metrics if metric.name not in AUC]


def weigh(shelf: ModelShelf, picture: Picture, progress: Progress) -> Evidence:
    """Judge a picture by its pixels alone. Raises :class:`AtelierError` where there is no detector."""
    detector = shelf.open(DETECTOR)
    seen = parts_of(picture)
    odds = []
    for number, part in enumerate(seen):
        progress.report(number / len(seen))
        odds.append(judge(detector, part[None], progress)[0])
    return Evidence(_judgement(np.mean(odds, axis=0), picture), detector, len(seen))


def weigh_file(shelf: ModelShelf, path: Path, progress: Progress) -> Evidence:
    """Judge a picture file, and read what it says of itself. Raises :class:`AtelierError` (``BAD_FILE``)."""
    content = read_bytes(path, LIMIT)
    pictures, recipe = load_pictures(path)
    found = weigh(shelf, pictures.pictures[0], progress)
    return Evidence(found.judgement, found.detector, found.parts, recipe, read_credentials(content))


def judge(detector: Model, images: np.ndarray, progress: Progress | None = None) -> np.ndarray:
    """What each network says of pictures uint8 (n, side, side, 3): log odds float64 (n, networks)."""
    return detector.run(GRAPH, {"images": images.astype(np.float32) / 255}, progress)["odds"].astype(np.float64)


def parts_of(picture: Picture) -> list[np.ndarray]:
    """What the detector looks at, uint8 (side, side, 3) each: a small picture made larger, else up to nine parts."""
    image = Image.fromarray(picture.array).convert("RGB")
    shorter = min(image.size)
    if shorter < SIDE:
        scale = SIDE / shorter
        image = image.resize(
            (max(SIDE, round(image.width * scale)), max(SIDE, round(image.height * scale))), Image.Resampling.BICUBIC
        )
    corners = [(left, top) for top in _spread(image.height) for left in _spread(image.width)]
    return [np.asarray(image.crop((left, top, left + SIDE, top + SIDE))) for left, top in corners[:MOST_PARTS]]


def check_file(path: Path, shelf: ModelShelf, progress: Progress) -> dict[str, Any]:
    """The evidence on one picture file, ready for JSON. Raises :class:`AtelierError`, see :func:`weigh_file`."""
    found = weigh_file(shelf, path, progress)
    judged, measured = found.judgement, found.measured
    credentials = found.credentials
    return {
        "file": path.name,
        "recipe": {"model": found.recipe.model, "studio": found.recipe.studio} if found.recipe else None,
        "credentials": {
            "maker": credentials.maker,
            "source": credentials.source,
            "actions": list(credentials.actions),
            "signature": "not verified",
        }
        if credentials
        else None,
        "says": str(judged.says),
        "chance": round(judged.chance, 4),
        "range": [round(judged.low, 4), round(judged.high, 4)],
        "parts": found.parts,
        "auc": measured,
        "detector": {"id": found.detector.manifest.id, "sha256": found.detector.digest},
        "knows": found.detector.codec["generators"],
        "not_judged_below_pixels": SMALLEST,
        "fails": {metric.name: {metric.unit: metric.ours} for metric in found.failures},
        "note": tr("Evidence with an error rate, not a verdict; other machines' pictures are not known to it."),
    }


def _spread(size: int) -> list[int]:
    """Where up to three parts begin along a side."""
    count = min(3, size // SIDE)
    return [round(place) for place in np.linspace(0, size - SIDE, count)] if count > 1 else [(size - SIDE) // 2]


def _judgement(odds: np.ndarray, picture: Picture) -> Judgement:
    low, high = np.quantile(odds, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
    chance, low, high = (float(1 / (1 + np.exp(-value))) for value in (odds.mean(), low, high))
    return Judgement(chance, low, high, min(picture.width, picture.height) < SMALLEST)
