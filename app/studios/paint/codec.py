"""Strokes to the five numbers a point that the network reads, and back.

*Stroke-5* (Ha & Eck 2017): for each point the offset from the one before, divided by the standard deviation of the
offsets of the training data, and one-hot the state of the pen after it: it goes on, it is lifted, the drawing is over.
Coordinates run to the right and down; a drawing of the data has its longer side at 255 units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

DOWN, UP, END = 2, 3, 4
"""The columns of the pen's states."""
BOX = 255.0
"""The longer side of a drawing as the network knows it, in units."""


class StrokeCodec:
    """*scale* is the standard deviation of the offsets, in units; *categories* are the names of the classes."""

    def __init__(self, scale: float, categories: Sequence[str]) -> None:
        self.scale = scale
        self.categories = list(categories)

    def encode(self, strokes: Sequence[np.ndarray], end: bool = True) -> np.ndarray:
        """Strokes, arrays (n, 2) in units, to float32 (points, 5); with *end* the last point ends the drawing.

        The first point's offset is zero: the network does not know where on the sheet a drawing is.
        """
        if not strokes:
            return np.zeros((0, 5), np.float32)
        points = np.concatenate([np.asarray(stroke, np.float32) for stroke in strokes])
        rows = np.zeros((len(points), 5), np.float32)
        rows[1:, :2] = np.diff(points, axis=0) / self.scale
        last = np.cumsum([len(stroke) for stroke in strokes]) - 1
        rows[:, DOWN] = 1
        rows[last, DOWN], rows[last, UP] = 0, 1
        if end:
            rows[-1, UP], rows[-1, END] = 0, 1
        return rows

    def decode(self, rows: np.ndarray, start: tuple[float, float] = (0.0, 0.0)) -> list[np.ndarray]:
        """Rows (points, 5) to strokes, float32 (n, 2) in units; the first offset counts from *start*."""
        points = np.cumsum(rows[:, :2] * self.scale, axis=0, dtype=np.float32) + np.array(start, np.float32)
        lifted = np.flatnonzero(rows[:, DOWN] == 0) + 1
        return [stroke for stroke in np.split(points, lifted) if len(stroke)]

    def one_hot(self, category: str) -> np.ndarray:
        """The class as float32 (1, classes). Raises ValueError for a name that is not among the categories."""
        row = np.zeros((1, len(self.categories)), np.float32)
        row[0, self.categories.index(category)] = 1
        return row


def start_row() -> np.ndarray:
    """What the decoder reads before the first point: float32 (1, 5)."""
    return np.array([[0, 0, 1, 0, 0]], np.float32)
