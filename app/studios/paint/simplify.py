"""Fewer points, the same line (Ramer 1972; Douglas & Peucker 1973)."""

from __future__ import annotations

import numpy as np

EPSILON = 2.0
"""What the training data was simplified with, in units of its box of 255."""


def simplified(points: np.ndarray, epsilon: float = EPSILON) -> np.ndarray:
    """The points (n, 2) that are needed to keep within *epsilon* of the line; the ends always."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        distances = _distances(points[first + 1 : last], points[first], points[last])
        farthest = int(distances.argmax())
        if distances[farthest] > epsilon:
            middle = first + 1 + farthest
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return points[keep]


def _distances(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    along = end - start
    length = float(np.hypot(*along))
    if length == 0:
        return np.hypot(*(points - start).T)
    return np.abs(along[0] * (points[:, 1] - start[1]) - along[1] * (points[:, 0] - start[0])) / length
