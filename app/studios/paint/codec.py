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


OURS, MAGENTA = "", "magenta"
"""How rows are written. Ours: a row for each point, and the last ends the drawing. Magenta's: the first point, where
the pen is put down, has no row, and the end is a row of its own."""


class StrokeCodec:
    """*scale* is the standard deviation of the offsets, in units; *categories* are the names of the classes; *rows* is
    :data:`OURS` or :data:`MAGENTA`."""

    def __init__(self, scale: float, categories: Sequence[str], rows: str = OURS) -> None:
        self.scale = scale
        self.categories = list(categories)
        self.ends_apart = rows == MAGENTA
        """Whether the end is a row of its own, which is no point."""

    def encode(self, strokes: Sequence[np.ndarray], end: bool = True) -> np.ndarray:
        """Strokes, arrays (n, 2) in units, to float32 (points, 5); with *end* the last point ends the drawing.

        The first point's offset is zero: the network does not know where on the sheet a drawing is.
        """
        if not strokes:
            return np.zeros((0, 5), np.float32)
        if self.ends_apart:  # there a line has two ends
            strokes = [np.repeat(stroke, 2, axis=0) if len(stroke) == 1 else stroke for stroke in strokes]
        points = np.concatenate([np.asarray(stroke, np.float32) for stroke in strokes])
        rows = np.zeros((len(points), 5), np.float32)
        rows[1:, :2] = np.diff(points, axis=0) / self.scale
        last = np.cumsum([len(stroke) for stroke in strokes]) - 1
        rows[:, DOWN] = 1
        rows[last, DOWN], rows[last, UP] = 0, 1
        if self.ends_apart:
            return np.concatenate([rows[1:], _END_ROW]) if end else rows[1:]
        if end:
            rows[-1, UP], rows[-1, END] = 0, 1
        return rows

    def decode(self, rows: np.ndarray, start: tuple[float, float] | None = None) -> list[np.ndarray]:
        """Rows (points, 5) to strokes, float32 (n, 2) in units; the first offset counts from *start*, the last point
        of a drawing that they go on with. Without it they are a whole drawing, about wherever it may be."""
        if self.ends_apart:
            rows = rows[rows[:, END] == 0]
            rows = rows if start is not None else np.concatenate([start_row(), rows])
        points = np.cumsum(rows[:, :2] * self.scale, axis=0, dtype=np.float32) + np.array(start or 0, np.float32)
        lifted = np.flatnonzero(rows[:, DOWN] == 0) + 1
        return [stroke for stroke in np.split(points, lifted) if len(stroke)]

    def going_on(self, rows: np.ndarray) -> np.ndarray:
        """Rows (n, 5) with no end in them: where the drawing was to end the pen is lifted. An end that is no point
        stays where the pen is."""
        rows, ends = rows.copy(), rows[:, END] == 1
        rows[ends, UP], rows[ends, END] = 1, 0
        if self.ends_apart:
            rows[ends, :2] = 0
        return rows

    def one_hot(self, category: str) -> np.ndarray:
        """The class as float32 (1, classes). Raises ValueError for a name that is not among the categories."""
        row = np.zeros((1, len(self.categories)), np.float32)
        row[0, self.categories.index(category)] = 1
        return row


def start_row() -> np.ndarray:
    """What the decoder reads before the first point: float32 (1, 5)."""
    return np.array([[0, 0, 1, 0, 0]], np.float32)


_END_ROW = np.array([[0, 0, 0, 0, 1]], np.float32)
