"""The document: a sheet with strokes, each an object that knows who drew it. Values that never change."""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
import numpy as np

Maker = Literal["user", "machine"]
Point = tuple[float, float, float]
DECIMALS = 2
"""Coordinates and pressure are kept to so many decimals, in memory as in files, so that a file opens exactly."""


class Stroke(msgspec.Struct, frozen=True):
    """*points* are x (right), y (down) in pixels of the sheet and pressure 0..1; *size* is the width at pressure 1."""

    points: tuple[Point, ...]
    size: float = 4.0
    colour: str = "#1d1f21"
    maker: Maker = "user"

    @classmethod
    def of_points(cls, points: np.ndarray, size: float, colour: str, maker: Maker) -> Stroke:
        """From an array (n, 2) or (n, 3); without a third column the pressure is 1."""
        rows = np.asarray(points, np.float64)
        if rows.shape[1] == 2:
            rows = np.column_stack([rows, np.ones(len(rows))])
        kept = tuple((float(x), float(y), float(p)) for x, y, p in np.round(rows, DECIMALS).tolist())
        return cls(kept, size, colour, maker)

    @property
    def places(self) -> np.ndarray:
        """float64 (n, 2)."""
        return np.array([point[:2] for point in self.points], np.float64).reshape(-1, 2)

    def distance(self, x: float, y: float) -> float:
        """From a point to the nearest part of the stroke, in pixels."""
        places, target = self.places, np.array([x, y])
        if len(places) == 1:
            return float(np.linalg.norm(places[0] - target))
        start, along = places[:-1], np.diff(places, axis=0)
        length = np.maximum((along**2).sum(1), 1e-12)
        share = np.clip(((target - start) * along).sum(1) / length, 0, 1)[:, None]
        return float(np.linalg.norm(start + share * along - target, axis=1).min())


class Drawing(msgspec.Struct, frozen=True):
    """Strokes in the order they were drawn, on a white sheet of *width* × *height* pixels."""

    strokes: tuple[Stroke, ...] = ()
    width: int = 1024
    height: int = 768

    def adding(self, *strokes: Stroke) -> Drawing:
        return msgspec.structs.replace(self, strokes=(*self.strokes, *strokes))

    def without(self, place: int) -> Drawing:
        """One stroke less."""
        return msgspec.structs.replace(self, strokes=(*self.strokes[:place], *self.strokes[place + 1 :]))

    def without_last_machine(self) -> Drawing:
        """Without the strokes the machine drew after the user's last."""
        end = len(self.strokes)
        while end and self.strokes[end - 1].maker == "machine":
            end -= 1
        return msgspec.structs.replace(self, strokes=self.strokes[:end])

    @property
    def hand_share(self) -> float:
        """The share of strokes drawn by hand, 0..1; 1 for an empty sheet."""
        mine = sum(stroke.maker == "user" for stroke in self.strokes)
        return mine / len(self.strokes) if self.strokes else 1.0

    @property
    def digest(self) -> str:
        """SHA-256 over the sheet and everything that shows."""
        found = hashlib.sha256(f"{self.width} {self.height}\n".encode())
        for stroke in self.strokes:
            found.update(f"{stroke.size} {stroke.colour} {stroke.points}\n".encode())
        return found.hexdigest()
