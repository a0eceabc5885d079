"""A painting in few strokes, gone over once more: each stroke is moved, bent, made wider or narrower as long as all of
them together come nearer to the picture.

It works on rows of :mod:`app.studios.paint.strokerows` in shares of a square canvas, which it sees small and painted by
formula, not by the brush engine: tries are then cheap enough to make many.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.studios.paint.strokerows import COLOUR, HARDNESS, OPACITY, PLACES, RADII

SIDE = 32
DABS = 17
"""So many places of a curve cover what a stroke covers."""
FINENESS = 4096
"""Numbers are rounded to such a part: what two machines reckon differently in the last digits comes out the same."""
LEAST_RADIUS, MOST_RADIUS, LEAST_OPACITY = 0.012, 0.42, 0.15
MIDDLE_COUNTS, MIDDLE_REACH = 2.0, 0.2
"""How much more an error in the middle counts than at the edge, and how far the middle reaches."""
FIRST_STEP, LEAST_STEP, MOST_STEP = 0.12, 0.01, 0.3
BOLDER, SHYER = 1.3, 0.97
"""What a step that led nearer, and one that did not, make of the next one's width."""


class Mender:
    """*rows* (n, 12) on white paper, and the picture *wanted*, float32 (SIDE, SIDE, 3), 0..1."""

    def __init__(self, rows: np.ndarray, wanted: np.ndarray, random: np.random.Generator) -> None:
        self.rows = _rounded(rows.astype(np.float32))
        self._wanted, self._random = wanted.reshape(-1, 3), random
        self._steps = np.full(len(rows), FIRST_STEP)
        self._covers = np.stack([_cover(row) for row in self.rows])
        self._lay()

    @property
    def error(self) -> float:
        """The weighted sum of squared errors."""
        return self._error

    def mend(self, tries: int) -> Iterator[np.ndarray]:
        """The rows after each of so many tries."""
        for number in range(tries):
            self._try(number % len(self.rows))
            yield self.rows

    def _try(self, number: int) -> None:
        row = self._changed(self.rows[number], float(self._steps[number]))
        cover = _cover(row)
        # All above a stroke lets this much of it through, and adds that.
        through, above = self._through[number], self._above[number]
        without = self._under[number] * ((1 - cover) * through)[:, None] + above
        share = (cover * through)[:, None]
        weight = share * WEIGHTS
        colour = ((self._wanted - without) * weight).sum(0) / max(float((share * weight).sum()), 1e-3)
        row[COLOUR] = _rounded(colour.clip(0, 1))
        error = _error(without + share * row[COLOUR] - self._wanted)
        if error < self._error:
            self.rows = self.rows.copy()
            self.rows[number], self._covers[number] = row, cover
            self._lay()
        factor = BOLDER if error < self._error else SHYER
        self._steps[number] = min(MOST_STEP, max(LEAST_STEP, self._steps[number] * factor))

    def _changed(self, row: np.ndarray, step: float) -> np.ndarray:
        random, row = self._random, row.copy()
        step *= float(np.exp(0.5 * random.standard_normal()))
        kind = int(random.integers(4))
        if kind == 0:
            row[PLACES] += np.tile(step * random.standard_normal(2), 3)
        else:
            row[PLACES] += (kind != 2) * step * random.standard_normal(6)
        if kind >= 2:
            row[RADII] *= np.exp(2.5 * step * random.standard_normal(2))
        if kind == 3:
            row[OPACITY] += 2 * step * random.standard_normal()
        row[RADII] = row[RADII].clip(LEAST_RADIUS, MOST_RADIUS)
        row[OPACITY] = row[OPACITY].clip(LEAST_OPACITY, 1)
        return _rounded(row)

    def _lay(self) -> None:
        """Reckon what lies under each stroke and what above it."""
        canvas, under = np.ones_like(self._wanted), []
        for row, cover in zip(self.rows, self._covers, strict=True):
            under.append(canvas)
            canvas = canvas + cover[:, None] * (row[COLOUR] - canvas)
        through, above = np.ones(len(canvas), np.float32), np.zeros_like(canvas)
        self._through, self._above = [through], [above]
        for row, cover in zip(self.rows[:0:-1], self._covers[:0:-1], strict=True):
            above = above + (through * cover)[:, None] * row[COLOUR]
            through = through * (1 - cover)
            self._through.insert(0, through)
            self._above.insert(0, above)
        self._under, self._error = under, _error(canvas - self._wanted)


def _cover(row: np.ndarray) -> np.ndarray:
    """How much a stroke covers each pixel, its opacity in it: (SIDE²,)."""
    places, radii = CURVE @ row[PLACES].reshape(3, 2), row[6] + (row[7] - row[6]) * WAY
    across, down = places[:, :1] - ACROSS, places[:, 1:] - DOWN
    distance = np.sqrt(across * across + down * down)  # faster than hypot
    edge = radii * (1 - HARDNESS) + 1 / SIDE
    share = ((radii + 0.5 / SIDE)[:, None] - distance) / edge[:, None]
    share = share.max(0).clip(0, 1)
    return share * share * (3 - 2 * share) * row[OPACITY]


def _error(difference: np.ndarray) -> float:
    return float((difference * difference * WEIGHTS).sum())


def _rounded(values: np.ndarray) -> np.ndarray:
    return (np.round(values * FINENESS) / FINENESS).astype(np.float32)


def _curve(way: np.ndarray) -> np.ndarray:
    return np.stack([(1 - way) ** 2, 2 * way * (1 - way), way**2], 1)


def _weights() -> np.ndarray:
    square = (ACROSS - 0.5) ** 2 + (DOWN - 0.5) ** 2
    return (1 + MIDDLE_COUNTS * np.exp(-square / (2 * MIDDLE_REACH**2)))[:, None]


WAY = np.linspace(0, 1, DABS, dtype=np.float32)
CURVE = _curve(WAY)
CENTRES = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
ACROSS, DOWN = np.tile(CENTRES, SIDE), np.repeat(CENTRES, SIDE)
WEIGHTS = _weights()
