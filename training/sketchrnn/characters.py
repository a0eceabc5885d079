"""Are made characters plausible, and are they new?"""

from __future__ import annotations

import numpy as np

from app.runtime.manifest import Metric
from training.sketchrnn.classifier import raster, recognised, train_classifier
from training.sketchrnn.data import Drawings, changed

SEED, REPEATED, SAME = 11, 1000, 0.95
"""So many known characters are drawn once more; nearer than this share of them to themselves is a copy."""
SHIFT = 45.0
"""How far the strokes of a spoilt character are moved, standard deviation in units of the em box's 255."""


def about_characters(
    train: Drawings, valid: Drawings, made: dict[str, list[list[np.ndarray]]], categories: tuple[str, ...]
) -> list[Metric]:
    """Copies, plausibility and the number of strokes, of *made* characters by category beside the valid ones."""
    drawings = [drawing for name in categories for drawing in made[name]]
    where = (
        f"{len(drawings)} characters from an empty sheet, {len(drawings) // len(made)} of each category, seeds from 0"
    )
    copies, real_copies = _copies(train, [drawings, valid.strokes])
    plausible, real_plausible = _plausible(train, [drawings, valid.strokes])
    return [
        Metric(
            name=f"copies of a training character (valid characters, all others: {real_copies:.3f})",
            unit="share",
            ours=round(copies, 4),
            samples=len(drawings),
            measured_on=where,
        ),
        Metric(
            name="taken for a real character by a classifier of real ones and ones with moved strokes "
            f"(real valid ones: {real_plausible:.3f})",
            unit="share",
            ours=round(plausible, 4),
            samples=len(drawings),
            measured_on=where,
            better="higher",
        ),
        Metric(
            name=f"strokes of a character, against real ones' (mean {_strokes(valid.strokes):.1f})",
            unit="ratio",
            ours=round(_strokes(drawings) / _strokes(valid.strokes), 3),
            samples=len(drawings),
            measured_on=where,
            better="higher",
        ),
    ]


def _copies(train: Drawings, sets: list[list[list[np.ndarray]]]) -> list[float]:
    """For each of *sets*, the share that is as near to a training character as that is to itself drawn once more."""
    rng = np.random.default_rng(SEED)
    known = _rasters(train.strokes)
    repeated = rng.choice(len(known), min(REPEATED, len(known)), replace=False)
    again = _rasters([changed(train.strokes[i], rng) for i in repeated])
    near = float(np.quantile(np.linalg.norm(again - known[repeated], axis=1), SAME))
    return [float((_nearest(_rasters(drawings), known) <= near).mean()) for drawings in sets]


def _nearest(some: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The distance of each row to the nearest of *known*."""
    squares = (some**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * some @ known.T
    return np.sqrt(np.maximum(squares.min(1), 0))


def _rasters(drawings: list[list[np.ndarray]]) -> np.ndarray:
    """Drawings as rows of pixels, float32 (n, pixels)."""
    return np.stack([raster(strokes).ravel() for strokes in drawings])


def _plausible(train: Drawings, sets: list[list[list[np.ndarray]]]) -> list[float]:
    """For each of *sets*, the share that a classifier does not take for a character whose strokes were moved."""
    rng = np.random.default_rng(SEED)
    spoilt = [_spoilt(strokes, rng) for strokes in train.strokes]
    labels = np.repeat([0, 1], len(train.strokes))
    classifier = train_classifier(Drawings(train.strokes + spoilt, labels), 2, len(train.strokes))
    return [recognised(classifier, drawings, np.zeros(len(drawings), int)) for drawings in sets]


def _spoilt(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    return [stroke + rng.normal(0, SHIFT, 2).astype(np.float32) for stroke in strokes]


def _strokes(drawings: list[list[np.ndarray]]) -> float:
    return float(np.mean([len(strokes) for strokes in drawings]))
