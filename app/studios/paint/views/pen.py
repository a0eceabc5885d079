"""What pen and mouse say, as points on the sheet."""

from __future__ import annotations

import math
from dataclasses import dataclass

STRING = 80.0
"""The stabiliser's string at its longest, in pixels of the screen."""


@dataclass(frozen=True)
class PenPoint:
    """A place on the sheet in pixels, pressure 0..1, tilt in degrees to the right and down, time in milliseconds."""

    x: float
    y: float
    pressure: float = 1.0
    tilt: tuple[float, float] = (0.0, 0.0)
    time: float = 0.0


class Stabiliser:
    """The brush hangs on a string behind the pen: what is shorter than the string does not shake it."""

    def __init__(self, length: float) -> None:
        self._length = length
        self._brush: PenPoint | None = None

    def steady(self, pen: PenPoint) -> PenPoint | None:
        """Where the brush is when the pen is there; None if the string is slack and the brush stays."""
        if self._brush is None or self._length <= 0:
            self._brush = pen
            return pen
        x, y = pen.x - self._brush.x, pen.y - self._brush.y
        distance = math.hypot(x, y)
        if distance <= self._length:
            return None
        pulled = (distance - self._length) / distance
        self._brush = PenPoint(self._brush.x + pulled * x, self._brush.y + pulled * y, pen.pressure, pen.tilt, pen.time)
        return self._brush
