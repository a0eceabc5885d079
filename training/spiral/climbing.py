"""What the painter is measured against: a greedy search for strokes by hill climbing, given the same time.

One stroke after the other: strokes at random, then changes of the best one, as many as there is time for; the one that
brings the canvas nearest to the target is painted. As in programs that paint with primitives, the colour of each
is the one that fits best under it, and later strokes are smaller. It paints with the same brush engine, on a canvas of
the size at which the result is measured.
"""

from __future__ import annotations

import time

import numpy as np

from app.studios.paint.brushes import load_brush
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.easel import pressed
from app.studios.paint.raster.painter import paint
from app.studios.paint.raster.tiles import Rect, Tiles, clipped
from app.studios.paint.strokerows import BRUSH, COLOUR, OPACITY, PLACES, RADII, colour_of, curve

AT_RANDOM = 0.4
"""Of the time for a stroke, for strokes at random; the rest is for climbing from the best."""
LARGEST, SMALLEST = 0.4, 0.01
"""Radii, as shares of the shorter side."""


def climb(target: np.ndarray, count: int, seconds: float, seed: int = 0) -> Drawing:
    """Paint a target, float32 (h, w, 3) with 0..1, in at most *count* strokes and *seconds* of processor time."""
    search = _Search(target, np.random.default_rng(seed))
    started = time.process_time()
    for number in range(count):
        search.stroke(started + seconds * (number + 1) / count, number)
    height, width = target.shape[:2]
    return Drawing(tuple(search.strokes), width, height)


class _Search:
    def __init__(self, target: np.ndarray, random: np.random.Generator) -> None:
        self._target, self._random = target, random
        self._canvas = np.ones_like(target)
        self._brush, self.strokes = load_brush(BRUSH), list[Stroke]()

    def stroke(self, until: float, number: int) -> None:
        """Look for the best stroke until the processor's clock says *until*, and paint it; at least one is tried."""
        begun = time.process_time()
        best, most, made = None, 0.0, None
        while best is None or time.process_time() < until:
            climbing = best is not None and time.process_time() > begun + AT_RANDOM * (until - begun)
            row = self._changed(best) if climbing and best is not None else self._at_random(number)
            gain, found = self._tried(row)
            if best is None or gain > most:
                best, most, made = row, gain, found
        if made is not None and most > 0:
            stroke, rect, pixels = made
            self.strokes.append(stroke)
            self._canvas[rect[1] : rect[3], rect[0] : rect[2]] = pixels

    def _at_random(self, number: int) -> np.ndarray:
        largest = max(2 * SMALLEST, LARGEST / (1 + number) ** 0.4)
        row = np.ones(12)
        middle, spread = self._random.uniform(0, 1, 2), 3 * largest
        row[PLACES] = (middle + self._random.uniform(-spread, spread, (3, 2))).reshape(-1)
        row[RADII] = np.exp(self._random.uniform(np.log(SMALLEST), np.log(largest), 2))
        row[OPACITY] = self._random.uniform(0.4, 1)
        return row

    def _changed(self, row: np.ndarray) -> np.ndarray:
        row = row.copy()
        reach = float(row[RADII].max())
        row[PLACES] += self._random.normal(0, reach, 6) * (self._random.random(6) < 0.5)
        row[RADII] = np.clip(row[RADII] * np.exp(self._random.normal(0, 0.25, 2)), SMALLEST, LARGEST)
        row[OPACITY] = np.clip(row[OPACITY] + self._random.normal(0, 0.1), 0.2, 1)
        return row

    def _tried(self, row: np.ndarray) -> tuple[float, tuple[Stroke, Rect, np.ndarray] | None]:
        """By how much a stroke lowers the sum of squared errors, and the pixels it makes."""
        height, width = self._target.shape[:2]
        places, radii = curve(row)
        side = min(width, height)
        size, pressure = pressed(self._brush, 2 * radii * side)
        points = np.column_stack([places * [width, height], pressure])
        stroke = Stroke.of_points(points, round(size, 2), "#000000", "machine", brush=BRUSH)
        low, high = stroke.places.min(0) - size / 2 - 2, stroke.places.max(0) + size / 2 + 2
        rect = clipped((int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1), width, height)
        cover = None if rect is None else paint(stroke, Tiles(width, height), self._brush).read(rect)
        if rect is None or cover is None:
            return 0.0, None
        share = cover[..., 3:].astype(np.float32) / 255 * np.float32(row[OPACITY])
        canvas, wanted = (part[rect[1] : rect[3], rect[0] : rect[2]] for part in (self._canvas, self._target))
        row[COLOUR] = _best_colour(canvas, wanted, share)
        made = canvas + share * (row[COLOUR].astype(np.float32) - canvas)
        gain = float(np.square(canvas - wanted).sum() - np.square(made - wanted).sum())
        coloured = Stroke(
            stroke.points, stroke.size, colour_of(row), "machine", BRUSH, round(float(row[OPACITY]), 3),
            seed=stroke.seed,
        )  # fmt: skip
        return gain, (coloured, rect, made)


def _best_colour(canvas: np.ndarray, wanted: np.ndarray, share: np.ndarray) -> np.ndarray:
    """By least squares, within 0..1: (3,)."""
    weight = float(np.square(share).sum())
    return np.clip((share * (wanted - canvas + share * canvas)).sum((0, 1)) / max(weight, 1e-6), 0, 1)
