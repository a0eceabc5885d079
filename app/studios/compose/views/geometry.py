"""Where things are in the piano roll: ticks and pitches <-> pixels of the viewport."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRectF

from app.studios.compose.document import MAX_PITCH, Note

KEYS = 56
"""Width of the keyboard at the left."""
RULER = 36
"""Height of the ruler on top."""
LANE = 64
"""Height of the lane of velocities at the bottom."""
LANE_MARGIN = 6
MAX_VELOCITY = 127
MIN_QUARTER, MAX_QUARTER = 0.5, 400.0
MIN_ROW, MAX_ROW = 4.0, 32.0


@dataclass
class Geometry:
    """*quarter* and *row* are the pixels of a quarter and of a semitone; *left* and *top* what is scrolled away.

    *bottom* is where the rows end and the lane of velocities begins.
    """

    ticks_per_quarter: int = 480
    quarter: float = 40.0
    row: float = 12.0
    left: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def per_tick(self) -> float:
        return self.quarter / self.ticks_per_quarter

    @property
    def height(self) -> float:
        """Of all rows together."""
        return self.row * (MAX_PITCH + 1)

    def x(self, tick: float) -> float:
        return KEYS + tick * self.per_tick - self.left

    def xs(self, ticks: np.ndarray) -> np.ndarray:
        """:meth:`x` of many ticks at once."""
        return KEYS + ticks * self.per_tick - self.left

    def y(self, pitch: int) -> float:
        """The upper edge of a row."""
        return RULER + (MAX_PITCH - pitch) * self.row - self.top

    def tick(self, x: float) -> float:
        return (x - KEYS + self.left) / self.per_tick

    def pitch(self, y: float) -> int:
        """The row at *y*, within the range of MIDI."""
        return min(MAX_PITCH, max(0, MAX_PITCH - int((y - RULER + self.top) // self.row)))

    def velocity(self, y: float) -> int:
        """The velocity at a height of the lane, 1..127."""
        share = (self.bottom + LANE - LANE_MARGIN - y) / (LANE - 2 * LANE_MARGIN)
        return min(MAX_VELOCITY, max(1, round(share * MAX_VELOCITY)))

    def velocity_y(self, velocity: float) -> float:
        """The height of a velocity in the lane; the inverse of :meth:`velocity`."""
        return self.bottom + LANE - LANE_MARGIN - velocity / MAX_VELOCITY * (LANE - 2 * LANE_MARGIN)

    def velocity_ys(self, velocities: np.ndarray) -> np.ndarray:
        """:meth:`velocity_y` of many at once."""
        return self.bottom + LANE - LANE_MARGIN - velocities / MAX_VELOCITY * (LANE - 2 * LANE_MARGIN)

    def note_rect(self, note: Note) -> QRectF:
        """The note as it is drawn, at least two pixels wide."""
        return QRectF(self.x(note.start), self.y(note.pitch), max(2.0, note.duration * self.per_tick), self.row)

    def zoom(self, factor: float, at: float) -> None:
        """Make time wider by *factor*; what is at the pixel *at* stays there."""
        tick = self.tick(at)
        self.quarter = min(MAX_QUARTER, max(MIN_QUARTER, self.quarter * factor))
        self.left = max(0.0, tick * self.per_tick - (at - KEYS))

    def zoom_rows(self, factor: float, at: float) -> None:
        """Make the rows higher by *factor*; what is at the pixel *at* stays there."""
        rows = (at - RULER + self.top) / self.row
        self.row = min(MAX_ROW, max(MIN_ROW, self.row * factor))
        self.top = max(0.0, rows * self.row - (at - RULER))


def snapped(tick: float, grid: int) -> int:
    """The multiple of *grid* at or before a tick, not below 0."""
    return max(0, int(tick // grid) * grid)


def nearest(tick: float, grid: int) -> int:
    """The multiple of *grid* nearest to a tick, not below 0."""
    return max(0, round(tick / grid) * grid)
