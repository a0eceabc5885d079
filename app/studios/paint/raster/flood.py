"""The area of one colour around a point, and its outline as corners, so that a fill is an object like any stroke."""

from __future__ import annotations

import numpy as np

TOLERANCE = 40
"""Colours that differ by no more in any channel count as one; lines with soft edges then hold."""


def flooded(pixels: np.ndarray, x: int, y: int, tolerance: int = TOLERANCE, grow: int = 1) -> np.ndarray:
    """The pixels joined to (x, y) by their sides whose colour is like its own, bool (h, w), from uint8 (h, w, n).

    The area is then grown by *grow* pixels, so that it reaches under the soft edge of the lines around it.
    """
    seed = pixels[y, x].astype(np.int16)
    alike = (np.abs(pixels - seed) <= tolerance).all(-1)
    row, start, end = _runs(alike)
    first = int(np.flatnonzero((row == y) & (start <= x) & (end > x))[0])
    found = _joined(row, start, end, first, pixels.shape[1])
    mask = _filled(row[found], start[found], end[found], alike.shape)
    for _ in range(grow):
        mask = _grown(mask)
    return mask


def outline(mask: np.ndarray) -> np.ndarray:
    """The corners (n, 2) of a mask bool (h, w) in pixels, all its parts and holes one after the other.

    After each part the line goes back to the very first corner; there and back it encloses nothing.
    """
    corners = _corners(mask)
    across, down = _partners(corners)
    waiting = np.ones(len(corners), bool)
    parts: list[np.ndarray] = []
    for at in range(len(corners)):
        if waiting[at]:
            x, y = corners[at]
            loop = _loop(at, across, down, waiting, level=bool(mask[y, x]))
            part = corners[loop]
            parts += [part, part[:1], parts[0][:1] if parts else part[:1]]
    return np.concatenate(parts).astype(float) if parts else np.zeros((0, 2))


def _runs(alike: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row, first and one past the last column of each run of True, row by row."""
    edges = np.diff(np.pad(alike, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)
    return row, start, np.nonzero(edges == -1)[1]


def _joined(row: np.ndarray, start: np.ndarray, end: np.ndarray, first: int, width: int) -> np.ndarray:
    """Which runs can be reached from *first*, going from row to row where runs touch; bool (runs,)."""
    key = width + 2
    starts, ends = row * key + start, row * key + end
    reached = np.zeros(len(row), bool)
    reached[first] = True
    edge = np.array([first])
    while len(edge):
        touched = []
        for step in (-1, 1):
            low = np.searchsorted(ends, (row[edge] + step) * key + start[edge], "right")
            high = np.searchsorted(starts, (row[edge] + step) * key + end[edge], "left")
            count = np.maximum(0, high - low)
            number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
            touched.append(np.repeat(low, count) + number)
        new = np.unique(np.concatenate(touched))
        edge = new[~reached[new]]
        reached[edge] = True
    return reached


def _filled(row: np.ndarray, start: np.ndarray, end: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    steps = np.zeros((shape[0], shape[1] + 1), np.int8)
    steps[row, start] += 1
    steps[row, end] -= 1
    return np.cumsum(steps, axis=1, dtype=np.int8)[:, :-1] > 0


def _grown(mask: np.ndarray) -> np.ndarray:
    made = mask.copy()
    made[1:] |= mask[:-1]
    made[:-1] |= mask[1:]
    made[:, 1:] |= mask[:, :-1]
    made[:, :-1] |= mask[:, 1:]
    return made


def _corners(mask: np.ndarray) -> np.ndarray:
    """Where the outline turns, (n, 2) as x, y, row by row; where two parts meet at a corner it stands twice."""
    inside = np.pad(mask, 1).astype(np.int8)
    a, b, c, d = inside[:-1, :-1], inside[:-1, 1:], inside[1:, :-1], inside[1:, 1:]
    count = ((a + b + c + d) % 2) + 2 * ((a == d) & (b == c) & (a != b))
    y, x = np.nonzero(count)
    return np.repeat(np.column_stack([x, y]), count[y, x], axis=0)


def _partners(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each corner the one at the other end of its level edge, and of its upright one."""
    across, down = np.arange(len(corners)), np.arange(len(corners))
    across[0::2], across[1::2] = across[1::2].copy(), across[0::2].copy()
    order = np.lexsort((np.arange(len(corners)), corners[:, 1], corners[:, 0]))
    down[order[0::2]], down[order[1::2]] = order[1::2], order[0::2]
    return across, down


def _loop(at: int, across: np.ndarray, down: np.ndarray, waiting: np.ndarray, level: bool) -> list[int]:
    """One part's corners from its upper left one: to the right around what is inside, down first around a hole."""
    loop = []
    while waiting[at]:
        waiting[at] = False
        loop.append(at)
        at = int(across[at] if level else down[at])
        level = not level
    return loop
