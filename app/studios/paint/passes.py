"""How a painting is gone over: in tiles, first the whole, then halves of it, and so on down to the finest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FINEST = 4
"""At most so many times are tiles halved."""
ENOUGH = 0.8
"""Of the strokes asked for, those that the levels down to the finest used must be able to take."""


@dataclass(frozen=True)
class Tile:
    """A square of the canvas, in its pixels."""

    left: int
    top: int
    side: int


def tiles(width: int, height: int, level: int, between: bool = False) -> list[Tile]:
    """The tiles of a *level* that cover a canvas, as few as do; they overlap where its proportions want it.

    With *between* they lie half a tile farther, over the edges of the others.
    """
    side = max(1, min(width, height) >> level)
    return [
        Tile(left, top, side)
        for top in _starts(height, side, between)
        for left in _starts(width, side, between)
    ]  # fmt: skip


def finest(count: int, a_look: int, width: int, height: int) -> int:
    """The finest level at which *count* strokes are worth painting, *a_look* of them in each tile."""
    room = 0
    for level in range(FINEST):
        room += a_look * len(tiles(width, height, level))
        if room >= ENOUGH * count:
            return level
    return FINEST


def _starts(length: int, side: int, between: bool) -> list[int]:
    count = max(1, math.ceil(length / side - 1e-6))
    starts = np.linspace(0, length - side, count)
    if between and count > 1:
        starts = (starts[1:] + starts[:-1]) / 2
    return np.round(starts).astype(int).tolist()
