"""Drawings as stroke-5."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.sketchrnn.collections import Collection

MOST_POINTS = 100


@dataclass(frozen=True)
class Drawings:
    """Each drawing as a list of strokes, arrays (n, 2) in units, and its class as an index into the categories."""

    strokes: list[list[np.ndarray]]
    labels: np.ndarray


def read_drawings(data: Path, part: str, collection: Collection) -> Drawings:
    """The ``"train"`` or ``"valid"`` drawings of a collection with at most :data:`MOST_POINTS` points."""
    strokes, labels = [], []
    for name in collection.sets:
        found = read_set(data / "sketches" / f"{name}.npz", part, collection.categories)
        strokes += found.strokes
        labels.append(found.labels)
    return Drawings(strokes, np.concatenate(labels))


def read_set(path: Path, part: str, categories: tuple[str, ...]) -> Drawings:
    """The drawings of one file that are in one of the *categories*."""
    with np.load(path, allow_pickle=False) as arrays:
        wanted = {
            number: categories.index(name) for number, name in enumerate(arrays["categories"]) if name in categories
        }
        offsets, points, pen_up = arrays["offsets"], arrays["points"].astype(np.float32), arrays["pen_up"]
        lengths = np.diff(offsets)
        chosen = np.flatnonzero(
            (arrays["split"] == (part == "valid")) & np.isin(arrays["label"], list(wanted)) & (lengths <= MOST_POINTS)
        )
        labels = np.array([wanted[label] for label in arrays["label"][chosen]], int)
    strokes = [_strokes(points[offsets[i] : offsets[i + 1]], pen_up[offsets[i] : offsets[i + 1]]) for i in chosen]
    return Drawings(strokes, labels)


def offset_scale(drawings: Drawings) -> float:
    """The standard deviation of the offsets, in units."""
    offsets = [np.diff(np.concatenate(strokes), axis=0) for strokes in drawings.strokes]
    return float(np.concatenate(offsets).std())


def padded(rows: list[np.ndarray]) -> np.ndarray:
    """Drawings of (n, 5) as one float32 (batch, longest, 5); what is beyond an end says "over"."""
    longest = max(len(row) for row in rows)
    batch = np.zeros((len(rows), longest, 5), np.float32)
    batch[:, :, 4] = 1
    for index, row in enumerate(rows):
        batch[index, : len(row)] = row
    return batch


def changed(strokes: list[np.ndarray], rng: np.random.Generator) -> list[np.ndarray]:
    """The drawing stretched by up to 12 % each way, turned by up to 6 degrees, with one point in twelve left out."""
    stretch = rng.uniform(0.88, 1.12, 2)
    angle = rng.uniform(-0.1, 0.1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [_thinned(stroke, rng) * stretch @ turn for stroke in strokes]


def _thinned(stroke: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    keep = rng.random(len(stroke)) > 1 / 12
    keep[[0, -1]] = True
    return stroke[keep]


def _strokes(points: np.ndarray, pen_up: np.ndarray) -> list[np.ndarray]:
    return [stroke for stroke in np.split(points, np.flatnonzero(pen_up) + 1) if len(stroke)]
