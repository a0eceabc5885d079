"""The document: a sheet with strokes, each an object that knows who drew it. Values that never change."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
import numpy as np

from app.studios.paint.layers import Layer

Maker = Literal["user", "machine"]
Mode = Literal["draw", "erase", "fill"]
Point = tuple[float, float, float]
DECIMALS = 2
"""Coordinates and pressure are kept to so many decimals, in memory as in files, so that a file opens exactly."""
INK = "#1d1f21"


class Stroke(msgspec.Struct, frozen=True):
    """One movement of a brush.

    *points* are x (right), y (down) in pixels of the sheet and pressure 0..1; *size* is the width at pressure 1.
    *brush* is the name of a brush file; *tilts* (degrees to the right and down, one pair a point) and *times*
    (milliseconds since the pen touched, one a point) are empty where no tablet gave them. *seed* is where the brush's
    jitter starts. A ``fill`` is the area inside *points*, by the even-odd rule; its parts are joined by lines of no
    width. With *on_mask* the stroke hides its layer (or, erasing, shows it again) instead of colouring it.
    """

    points: tuple[Point, ...]
    size: float = 4.0
    colour: str = INK
    maker: Maker = "user"
    brush: str = "ink"
    opacity: float = 1.0
    mode: Mode = "draw"
    layer: int = 0
    on_mask: bool = False
    seed: int = 0
    tilts: tuple[tuple[float, float], ...] = ()
    times: tuple[float, ...] = ()

    @classmethod
    def of_points(cls, points: np.ndarray, size: float, colour: str, maker: Maker, **more: object) -> Stroke:
        """From an array (n, 2) or (n, 3); without a third column the pressure is 1. What is no number is left out.

        *more* are further fields. Without a seed the points give one.
        """
        rows = np.asarray(points, np.float64)
        if rows.shape[1] == 2:
            rows = np.column_stack([rows, np.ones(len(rows))])
        rows = np.round(rows[np.isfinite(rows).all(1)], DECIMALS) + 0.0  # no minus zero
        kept = tuple((float(x), float(y), float(p)) for x, y, p in rows.tolist())
        more.setdefault("seed", seed_of(kept))
        return cls(kept, size, colour, maker, **more)  # pyright: ignore[reportArgumentType]

    @property
    def places(self) -> np.ndarray:
        """float64 (n, 2)."""
        return np.array([point[:2] for point in self.points], np.float64).reshape(-1, 2)

    def moved_to(self, places: np.ndarray, scale: float = 1.0) -> Stroke:
        """The same stroke through other places (n, 2), its width times *scale*."""
        rows = (np.round(places, DECIMALS) + 0.0).tolist()
        points = tuple((x, y, point[2]) for (x, y), point in zip(rows, self.points, strict=True))
        size = round(min(1000.0, max(0.1, self.size * scale)), DECIMALS)
        return msgspec.structs.replace(self, points=points, size=size)

    def distance(self, x: float, y: float) -> float:
        """From a point to the nearest part of the stroke, in pixels; infinite for a stroke without points."""
        places, target = self.places, np.array([x, y])
        if len(places) < 2:
            return float(np.linalg.norm(places[0] - target)) if len(places) else float("inf")
        start, along = places[:-1], np.diff(places, axis=0)
        length = np.maximum((along**2).sum(1), 1e-12)
        share = np.clip(((target - start) * along).sum(1) / length, 0, 1)[:, None]
        return float(np.linalg.norm(start + share * along - target, axis=1).min())


def seed_of(points: tuple[Point, ...]) -> int:
    """The seed a stroke has unless it was given another."""
    return zlib.crc32(np.array(points, np.float64).tobytes())


class Drawing(msgspec.Struct, frozen=True):
    """Strokes in the order they were drawn, in layers (the lowest first), on a white sheet of *width* × *height*
    pixels."""

    strokes: tuple[Stroke, ...] = ()
    width: int = 1024
    height: int = 768
    layers: tuple[Layer, ...] = (Layer(0),)

    def adding(self, *strokes: Stroke) -> Drawing:
        return msgspec.structs.replace(self, strokes=(*self.strokes, *strokes))

    def without(self, *places: int) -> Drawing:
        """Without the strokes at these places."""
        gone = set(places)
        kept = tuple(stroke for place, stroke in enumerate(self.strokes) if place not in gone)
        return msgspec.structs.replace(self, strokes=kept)

    def changing(self, places: Iterable[int], change: Callable[[Stroke], Stroke]) -> Drawing:
        """With *change* done to the strokes at these places."""
        chosen = set(places)
        strokes = tuple(change(stroke) if place in chosen else stroke for place, stroke in enumerate(self.strokes))
        return msgspec.structs.replace(self, strokes=strokes)

    def on_layer(self, layer: int, on_mask: bool = False) -> tuple[Stroke, ...]:
        """The strokes of one layer, or of its mask."""
        return tuple(stroke for stroke in self.strokes if stroke.layer == layer and stroke.on_mask == on_mask)

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
        """SHA-256 over the sheet and everything that shows. What is as it is by default is left out, so that the
        digests of drawings that use none of it never change."""
        found = hashlib.sha256(f"{self.width} {self.height}\n".encode())
        for stroke in self.strokes:
            found.update(f"{stroke.size} {stroke.colour} {stroke.points}\n".encode())
            look = (stroke.brush, stroke.opacity, stroke.mode, stroke.layer, stroke.on_mask, stroke.tilts)
            if look != ("ink", 1.0, "draw", 0, False, ()):
                found.update(f"{look} {stroke.seed}\n".encode())
        if self.layers != (Layer(0),):
            fields = [msgspec.structs.asdict(layer) for layer in self.layers]
            found.update(msgspec.msgpack.encode([{k: v for k, v in f.items() if k != "group" or v} for f in fields]))
        return found.hexdigest()
