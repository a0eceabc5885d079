"""Small pictures of colours and brushes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap

from app.studios.paint.brushes import load_brush
from app.studios.paint.document import Stroke
from app.studios.paint.raster.painter import paint
from app.studios.paint.raster.tiles import Tiles

WIDTH, HEIGHT = 104, 30
LARGEST = 26.0


def swatch(colour: str, size: int) -> QIcon:
    """A round spot of a colour."""
    pixmap = QPixmap(2 * size, 2 * size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#85898e"))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(2, 2, 2 * size - 5, 2 * size - 5)
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return QIcon(pixmap)


def brush_sample(name: str, colour: str) -> np.ndarray:
    """A stroke of a brush, uint8 (2 · HEIGHT, 2 · WIDTH, 4) as in :class:`Tiles`. Takes some milliseconds.

    Raises :class:`~app.base.errors.AtelierError` for a damaged brush.
    """
    width, height = 2 * WIDTH, 2 * HEIGHT
    tiles = Tiles(width, height)
    brush = load_brush(name)
    if brush.smudge == 1:  # has no paint of its own: give it some to smear
        spots = np.array([[x, height / 2] for x in range(20, width - 10, 50)])
        for place, spot in enumerate(spots):
            tiles = paint(Stroke.of_points(spot[None], 24, ("#a3262a", "#2b5797", "#d9822b")[place % 3], "user"), tiles)
    steps = np.linspace(0, 1, 60)
    x, y = 16 + (width - 32) * steps, height / 2 + 0.22 * height * np.sin(2 * math.pi * steps)
    pressure = np.sin(math.pi * np.clip(steps * 0.9 + 0.08, 0, 1))
    stroke = Stroke.of_points(
        np.column_stack([x, y, pressure]), min(LARGEST, 2 * brush.size), colour, "user", brush=name
    )
    return paint(stroke, tiles).read((0, 0, width, height))  # pyright: ignore[reportReturnType]


def icon_of(pixels: np.ndarray) -> QIcon:
    """An icon from pixels as in :class:`Tiles`, twice its size."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(2)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
