"""An area marked on a picture with a brush: grey values, 255 where it is marked, one for each pixel."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, ImageFilter

Place = tuple[float, float]


def no_marks(side: int) -> np.ndarray:
    """Nothing marked, uint8 (side, side)."""
    return np.zeros((side, side), np.uint8)


def brushed(marks: np.ndarray, start: Place, end: Place, radius: float, erase: bool = False) -> np.ndarray:
    """*marks* with a straight stroke of a round brush over them, or taken away by it; places are x, y in pixels."""
    away = 1 - np.clip(radius + 0.5 - _distances(len(marks), start, end), 0, 1)
    if erase:
        return np.minimum(marks, np.rint(255 * away).astype(np.uint8))
    return np.maximum(marks, np.rint(255 * (1 - away)).astype(np.uint8))


def feathered(marks: np.ndarray, radius: float) -> np.ndarray:
    """The marks with a soft edge of about *radius* pixels to each side, uint8 (side, side)."""
    if radius <= 0:
        return marks
    return np.asarray(Image.fromarray(marks).filter(ImageFilter.GaussianBlur(radius / 2)))


def marks_to_png(marks: np.ndarray) -> bytes:
    """As a grey PNG."""
    buffer = io.BytesIO()
    Image.fromarray(marks).save(buffer, "PNG")
    return buffer.getvalue()


def marks_from_png(content: bytes, side: int) -> np.ndarray:
    """What :func:`marks_to_png` wrote, brought to another size if need be; nothing marked for no bytes."""
    if not content:
        return no_marks(side)
    image = Image.open(io.BytesIO(content)).convert("L")
    return np.asarray(image if image.size == (side, side) else image.resize((side, side)))


def _distances(side: int, start: Place, end: Place) -> np.ndarray:
    """How far the middle of each pixel is from the line between two places, (side, side)."""
    y, x = np.mgrid[:side, :side] + 0.5
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = math.hypot(along_x, along_y) ** 2
    way = np.clip(((x - start[0]) * along_x + (y - start[1]) * along_y) / length, 0, 1) if length else 0.0
    return np.hypot(x - start[0] - way * along_x, y - start[1] - way * along_y)
