"""The twelve numbers a painting network gives for a stroke, and the stroke they mean.

Lengths are shares of the side of a square tile of the sheet, colours and opacity 0..1. A stroke is a quadratic Bézier
curve; its radius goes evenly, by the curve's parameter, from the one at its start to the one at its end.
"""

from __future__ import annotations

import numpy as np

COLUMNS = ("x0", "y0", "x1", "y1", "x2", "y2", "radius0", "radius1", "red", "green", "blue", "opacity")
WIDTH = len(COLUMNS)
PLACES, RADII, COLOUR, OPACITY = slice(0, 6), slice(6, 8), slice(8, 11), 11
BRUSH = "round"
"""The brush the networks learnt to paint with."""
HARDNESS = 0.5
"""Of that brush; a test compares."""
POINTS = 13
"""So many points of a curve become a stroke's."""


def curve(row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (POINTS, 2) along the curve and the radius at each (POINTS,), in the row's own units."""
    way = np.linspace(0, 1, POINTS)[:, None]
    start, bend, end = row[PLACES].reshape(3, 2)
    places = (1 - way) ** 2 * start + 2 * way * (1 - way) * bend + way**2 * end
    first, last = row[RADII]
    return places, first + (last - first) * way[:, 0]


def colour_of(row: np.ndarray) -> str:
    """``#rrggbb``."""
    red, green, blue = np.clip(np.round(row[COLOUR] * 255), 0, 255).astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"
