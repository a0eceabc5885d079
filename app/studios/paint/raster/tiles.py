"""Pixels in square tiles. A change makes new tiles where something changed and shares all others with the state before:
two hundred steps of undo on a large sheet cost little more than what was painted in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SIDE = 128
"""The side of a tile in pixels."""
TILE_BYTES = SIDE * SIDE * 4
Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are not part of it."""
Place = tuple[int, int]
"""Row and column of a tile."""


class Tiles:
    """One layer's pixels: uint8 (SIDE, SIDE, 4) for each place that holds some, blue, green, red, alpha, colours
    multiplied by alpha. Values that never change."""

    __slots__ = ("height", "parts", "width")

    def __init__(self, width: int, height: int, parts: dict[Place, np.ndarray] | None = None) -> None:
        self.width, self.height, self.parts = width, height, parts or {}

    @classmethod
    def of_picture(cls, pixels: np.ndarray, width: int, height: int) -> Tiles:
        """From uint8 (h, w, 4), blue, green, red, alpha, multiplied, at the sheet's corner; what stands over is cut."""
        pixels = pixels[:height, :width]
        parts = {}
        for row, column in places_in((0, 0, pixels.shape[1], pixels.shape[0])):
            cut = pixels[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
            if cut[..., 3].any():
                parts[row, column] = part = np.zeros((SIDE, SIDE, 4), np.uint8)
                part[: cut.shape[0], : cut.shape[1]] = cut
        return cls(width, height, parts)

    def read(self, rect: Rect) -> np.ndarray | None:
        """A copy of the pixels in *rect*, uint8 (h, w, 4); None where there are none."""
        found: np.ndarray | None = None
        left, top, right, bottom = rect
        for row, column in places_in(rect):
            part = self.parts.get((row, column))
            if part is None:
                continue
            if found is None:
                found = np.zeros((bottom - top, right - left, 4), np.uint8)
            y, x = row * SIDE, column * SIDE
            y0, y1, x0, x1 = max(top, y), min(bottom, y + SIDE), max(left, x), min(right, x + SIDE)
            found[y0 - top : y1 - top, x0 - left : x1 - left] = part[y0 - y : y1 - y, x0 - x : x1 - x]
        return found

    def tile(self, place: Place) -> np.ndarray:
        """A tile's pixels; clear ones where there are none."""
        found = self.parts.get(place)
        return np.zeros((SIDE, SIDE, 4), np.uint8) if found is None else found

    def with_parts(self, changed: dict[Place, np.ndarray]) -> Tiles:
        """With some tiles replaced."""
        return Tiles(self.width, self.height, {**self.parts, **changed}) if changed else self

    def bytes_beside(self, other: Tiles) -> int:
        """The bytes this holds that *other* does not."""
        own = sum(other.parts.get(place) is not part for place, part in self.parts.items())
        return own * TILE_BYTES


def places_in(rect: Rect) -> Iterator[Place]:
    """The tiles that *rect* touches."""
    left, top, right, bottom = rect
    for row in range(top // SIDE, -(-bottom // SIDE)):
        for column in range(left // SIDE, -(-right // SIDE)):
            yield row, column


def place_rect(place: Place, width: int, height: int) -> Rect:
    """What a tile covers of a sheet."""
    y, x = place[0] * SIDE, place[1] * SIDE
    return x, y, min(width, x + SIDE), min(height, y + SIDE)


def joined(first: Rect | None, second: Rect | None) -> Rect | None:
    """The smallest rectangle around both; None counts as empty."""
    if first is None or second is None:
        return first or second
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def clipped(rect: Rect, width: int, height: int) -> Rect | None:
    """What of *rect* lies on the sheet; None if nothing."""
    left, top, right, bottom = max(0, rect[0]), max(0, rect[1]), min(width, rect[2]), min(height, rect[3])
    return (left, top, right, bottom) if left < right and top < bottom else None
