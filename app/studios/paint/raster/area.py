"""How much of each pixel lies inside a polygon, exactly (signed areas summed along each row, as FreeType and font-rs
do)."""

from __future__ import annotations

import numpy as np

from app.studios.paint.raster.tiles import Rect, clipped

FARTHEST = 1e5
"""Corners farther out than so many pixels are drawn in."""


def area_coverage(corners: np.ndarray, width: int, height: int) -> tuple[Rect, np.ndarray] | None:
    """For a polygon (n, 2) in pixels: the rectangle of the sheet it touches and its cover there, float32 (h, w), 0..1.

    None if it touches nothing. Parts that are joined by a line there and back are parts of their own; where two parts
    of the same sense overlap, it is covered; of opposite senses, it is a hole.
    """
    if len(corners) < 3:
        return None
    corners = np.clip(corners, -FARTHEST, FARTHEST)
    low, high = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int)
    rect = clipped((int(low[0]), int(low[1]), int(high[0]), int(high[1])), width, height)
    if rect is None:
        return None
    left, top, right, bottom = rect
    # What lies left of the sheet still counts; what lies right of it, above or below does not.
    inside = np.clip(corners - [left, top], [0, 0], [right - left, bottom - top])
    sums = _edge_sums(inside, right - left, bottom - top)
    return rect, np.clip(np.abs(np.cumsum(sums, axis=1)[:, :-1]), 0, 1).astype(np.float32)


def _edge_sums(corners: np.ndarray, width: int, height: int) -> np.ndarray:
    """What each edge adds to its pixel and the one right of it, float64 (height, width + 1)."""
    start, end = _pieces(corners, np.roll(corners, -1, axis=0))
    middle, fall = (start + end) / 2, end[:, 1] - start[:, 1]
    column = np.minimum(np.floor(middle[:, 0]).astype(int), width - 1)
    row = np.minimum(np.floor(middle[:, 1]).astype(int), height - 1)
    right = middle[:, 0] - column
    sums = np.zeros((height, width + 1))
    np.add.at(sums, (row, column), fall * (1 - right))
    np.add.at(sums, (row, column + 1), fall * right)
    return sums


def _pieces(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edges cut where they cross from row to row and from column to column; level ones left out."""
    for axis in (1, 0):
        steep = start[:, 1] != end[:, 1]
        start, end = start[steep], end[steep]
        start, end = _cut(start, end, axis)
    return start, end


def _cut(start: np.ndarray, end: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.minimum(start[:, axis], end[:, axis]), np.maximum(start[:, axis], end[:, axis])
    first, last = np.floor(low) + 1, np.ceil(high) - 1
    count = np.maximum(0, last - first + 1).astype(int)
    owner = np.repeat(np.arange(len(start)), count + 1)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count + 1) - (count + 1), count + 1)
    rising = (end > start)[owner, axis]
    before = np.where(rising, first[owner] + number - 1, last[owner] - number + 1)
    after = np.where(rising, before + 1, before - 1)
    way = (end - start)[owner, axis]
    way = np.where(way == 0, 1, way)
    enter = np.clip((before - start[owner, axis]) / way, 0, 1) * (number > 0)
    leave = np.where(number < count[owner], np.clip((after - start[owner, axis]) / way, 0, 1), 1)
    along = (end - start)[owner]
    return start[owner] + enter[:, None] * along, start[owner] + leave[:, None] * along
