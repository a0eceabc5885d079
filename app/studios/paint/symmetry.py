"""Mirror images of what the hand draws."""

from __future__ import annotations

import math

import numpy as np

SYMMETRIES = {
    "none": "No symmetry",
    "left-right": "Left and right",
    "up-down": "Up and down",
    "both": "Both ways",
    "turns-3": "Three turns",
    "turns-6": "Six turns",
    "turns-8": "Eight turns",
}
"""The kinds there are, with their names for people."""


def images(kind: str, width: int, height: int) -> list[np.ndarray]:
    """For each image of a point its matrix (2, 3) about the middle of the sheet; the first is the point itself."""
    flips = {
        "none": [(1, 1)],
        "left-right": [(1, 1), (-1, 1)],
        "up-down": [(1, 1), (1, -1)],
        "both": [(1, 1), (-1, 1), (1, -1), (-1, -1)],
    }
    middle = np.array([width, height]) / 2
    if kind in flips:
        return [_about(middle, np.diag(flip).astype(float)) for flip in flips[kind]]
    count = int(kind.partition("-")[2])
    return [_about(middle, _turn(2 * math.pi * number / count)) for number in range(count)]


def _turn(angle: float) -> np.ndarray:
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _about(middle: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return np.column_stack([matrix, middle - matrix @ middle])
