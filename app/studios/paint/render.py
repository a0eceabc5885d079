"""Strokes to pixels without Qt, so that the window and the command line write the same file."""

from __future__ import annotations

import math
from itertools import pairwise

from PIL import Image, ImageDraw

from app.studios.paint.document import Drawing, Stroke

SUPERSAMPLING = 3
LEAST = 0.15
"""A pen that hardly touches the sheet still draws so much of its width."""


def width_at(stroke: Stroke, pressure: float) -> float:
    """The width in pixels at a pressure."""
    return stroke.size * (LEAST + (1 - LEAST) * pressure)


def render(drawing: Drawing, scale: float = 1.0) -> Image.Image:
    """The sheet as an RGB picture of *scale* times its size, smoothed by drawing it three times as large."""
    factor = scale * SUPERSAMPLING
    large = Image.new("RGB", (round(drawing.width * factor), round(drawing.height * factor)), "white")
    pen = ImageDraw.Draw(large)
    for stroke in drawing.strokes:
        _draw(pen, stroke, factor)
    size = (max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale)))
    return large.resize(size, Image.Resampling.BOX)


def _draw(pen: ImageDraw.ImageDraw, stroke: Stroke, factor: float) -> None:
    rounds = [(x * factor, y * factor, width_at(stroke, pressure) * factor / 2) for x, y, pressure in stroke.points]
    for x, y, radius in rounds:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=stroke.colour)
    for first, second in pairwise(rounds):
        _bridge(pen, first, second, stroke.colour)


def _bridge(
    pen: ImageDraw.ImageDraw, first: tuple[float, float, float], second: tuple[float, float, float], colour: str
) -> None:
    """The four-sided shape between two rounds."""
    length = math.hypot(second[0] - first[0], second[1] - first[1])
    if length == 0:
        return
    across = ((first[1] - second[1]) / length, (second[0] - first[0]) / length)
    corners = [
        (x + sign * across[0] * radius, y + sign * across[1] * radius)
        for (x, y, radius), sign in ((first, 1), (second, 1), (second, -1), (first, -1))
    ]
    pen.polygon(corners, fill=colour)
