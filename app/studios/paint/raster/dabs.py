"""From the points of a stroke to dabs, one after the other, and from a dab to how much of each pixel it covers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.studios.paint.brushes import Brush, along
from app.studios.paint.document import Point

LEAST_STEP = 0.5
"""Dabs are no nearer to each other than so many pixels."""
LEAST_RADIUS = 0.5
CHUNK = 400_000
"""So many values are worked out at a time."""
Tilt = tuple[float, float]
MOST_TILT = 60.0


@dataclass
class Dabs:
    """Arrays (n,): centre, radius, how much they cover, the tip's shorter by its longer side, its angle in radians."""

    x: np.ndarray
    y: np.ndarray
    radius: np.ndarray
    cover: np.ndarray
    ratio: np.ndarray
    angle: np.ndarray

    def __len__(self) -> int:
        return len(self.x)

    def one_by_one(self) -> Iterator[Dabs]:
        """Each dab alone."""
        for i in range(len(self)):
            part = slice(i, i + 1)
            yield Dabs(
                self.x[part], self.y[part], self.radius[part], self.cover[part], self.ratio[part], self.angle[part]
            )


class Path:
    """Walks along the points of a stroke as they come and sets dabs at the brush's spacing.

    However the points are handed over, one by one or all at once, the dabs are the same to the bit.
    """

    def __init__(self, brush: Brush, size: float, seed: int, width: int, height: int) -> None:
        self._brush, self._size = brush, size
        self._sheet = width, height
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._last: np.ndarray | None = None
        self._walked = 0.0
        """How many steps from dab to dab have been gone; there is a dab at each whole number."""

    def add(self, points: Sequence[Point], tilts: Sequence[Tilt] = ()) -> Dabs:
        """The dabs that further points bring."""
        rows = np.zeros((len(points), 5))
        rows[:, :3] = np.array(points, np.float64).reshape(-1, 3)
        if len(tilts) == len(points):
            rows[:, 3:] = np.array(tilts, np.float64).reshape(-1, 2)
        first = rows[:1] if self._last is None else rows[:0]
        ways = rows if self._last is None else np.concatenate([self._last, rows])
        self._last = ways[-1:] if len(ways) else self._last
        return self._at(np.concatenate([first, self._between(ways[:-1], ways[1:])]))

    def _between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Where dabs fall on straight ways, rows (m, 5). Those that can't reach the sheet are left out."""
        brush = self._brush
        length = np.hypot(*(end - start)[:, :2].T)
        diameter = self._size * along(brush.pressure.size, start[:, 2])
        gone = np.cumsum([self._walked, *(length / np.maximum(LEAST_STEP, brush.spacing * diameter))])
        self._walked = float(gone[-1])
        enter, leave = _within(start, end, self._size * (1 + brush.jitter) + 2, self._sheet)
        steps = np.diff(gone)
        first = np.maximum(np.floor(gone[:-1]) + 1, np.ceil(gone[:-1] + enter * steps))
        count = np.maximum(0, np.floor(gone[:-1] + leave * steps) - first + 1).astype(int)
        way = np.repeat(np.arange(len(start)), count)
        number = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
        share = (first[way] + number - gone[way]) / steps[way]
        return start[way] + share[:, None] * (end - start)[way]

    def _at(self, rows: np.ndarray) -> Dabs:
        """Dabs at rows (n, 5): x, y, pressure, tilt to the right and down."""
        brush, (x, y, pressure) = self._brush, rows[:, :3].T
        diameter = self._size * along(brush.pressure.size, pressure)
        cover = brush.flow * along(brush.pressure.opacity, pressure)
        if brush.jitter or brush.size_jitter:
            stray = self._random.random((len(rows), 3))
            x = x + (stray[:, 0] * 2 - 1) * brush.jitter * diameter
            y = y + (stray[:, 1] * 2 - 1) * brush.jitter * diameter
            diameter = diameter * (1 - brush.size_jitter * stray[:, 2])
        lean = np.clip(np.hypot(rows[:, 3], rows[:, 4]) / MOST_TILT, 0, 1) * brush.tilt
        angle = np.where(lean > 0, np.arctan2(rows[:, 4], rows[:, 3]), math.radians(brush.angle))
        ratio = np.maximum(brush.roundness * (1 - 0.75 * lean), 0.1)
        radius = diameter / 2 * (1 + 2 * lean)
        thin = np.minimum(1, radius / LEAST_RADIUS)
        return Dabs(x, y, np.maximum(radius, LEAST_RADIUS), cover * thin, ratio, angle)


def _within(start: np.ndarray, end: np.ndarray, reach: float, sheet: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """From where to where on the way 0..1 lines (n, 5) lie within *reach* of the sheet (Liang & Barsky 1984)."""
    enter, leave = np.zeros(len(start)), np.ones(len(start))
    for axis in (0, 1):
        way = (end - start)[:, axis]
        still = way == 0
        safe = np.where(still, 1, way)
        one, other = (-reach - start[:, axis]) / safe, (sheet[axis] + reach - start[:, axis]) / safe
        outside = still & ((start[:, axis] < -reach) | (start[:, axis] > sheet[axis] + reach))
        enter = np.where(still, enter, np.maximum(enter, np.minimum(one, other)))
        leave = np.where(outside, -1, np.where(still, leave, np.minimum(leave, np.maximum(one, other))))
    return enter, leave


def coverage(dabs: Dabs, hardness: float) -> Iterator[tuple[int, int, np.ndarray]]:
    """For each dab the left and top of a square, and what it covers there, float32 (k, k), 0..1."""
    side = math.ceil(2 * float(dabs.radius.max())) + 3 if len(dabs) else 0
    chunk = max(1, CHUNK // max(1, side * side))
    for at in range(0, len(dabs), chunk):
        part = slice(at, at + chunk)
        left = np.floor(dabs.x[part] - side / 2 + 0.5).astype(int)
        top = np.floor(dabs.y[part] - side / 2 + 0.5).astype(int)
        yield from zip(left.tolist(), top.tolist(), _masks(dabs, part, left, top, side, hardness), strict=True)


def _masks(dabs: Dabs, part: slice, left: np.ndarray, top: np.ndarray, side: int, hardness: float) -> np.ndarray:
    """float32 (n, side, side)."""
    steps = np.arange(side) + 0.5
    across = (left[:, None] + steps - dabs.x[part, None]).astype(np.float32)[:, None, :]
    down = (top[:, None] + steps - dabs.y[part, None]).astype(np.float32)[:, :, None]
    ratio = dabs.ratio[part].astype(np.float32)[:, None, None]
    if (ratio < 1).any():
        angle = dabs.angle[part].astype(np.float32)[:, None, None]
        cos, sin = np.cos(angle), np.sin(angle)
        across, down = across * cos + down * sin, (down * cos - across * sin) / ratio
    radius = dabs.radius[part].astype(np.float32)[:, None, None]
    distance = np.sqrt(across * across + down * down)
    edge = radius * np.float32(1 - hardness) + 1
    share = np.clip((radius + np.float32(0.5) - distance) / edge, 0, 1)
    if hardness < 0.9:
        share *= share * (3 - 2 * share)
    return share * dabs.cover[part].astype(np.float32)[:, None, None]
