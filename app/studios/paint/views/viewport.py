"""Which part of the sheet is seen, how large and how turned."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QTransform

from app.studios.paint.raster.tiles import Rect, clipped
from app.ui.theme import GRID

ZOOM_STEP, LEAST_ZOOM, MOST_ZOOM = 1.2, 0.02, 32.0


class Viewport:
    """The map from the sheet's pixels to the widget's."""

    def __init__(self) -> None:
        self.transform = QTransform()
        self.fitted = True
        """Whether the sheet is to stay wholly in view when the widget changes its size."""

    @property
    def scale(self) -> float:
        """Pixels of the widget for each of the sheet."""
        return math.hypot(self.transform.m11(), self.transform.m12())

    @property
    def angle(self) -> float:
        """How far the sheet is turned, in degrees clockwise."""
        return math.degrees(math.atan2(self.transform.m12(), self.transform.m11()))

    def to_sheet(self, point: QPointF) -> QPointF:
        return self.transform.inverted()[0].map(point)

    def from_sheet(self, point: QPointF) -> QPointF:
        return self.transform.map(point)

    def fit(self, sheet: QSize, room: QSize) -> None:
        """The whole sheet, upright, in the middle."""
        across, down = (room.width() - 4 * GRID) / sheet.width(), (room.height() - 4 * GRID) / sheet.height()
        scale = max(LEAST_ZOOM, min(MOST_ZOOM, across, down))
        left, top = (room.width() - scale * sheet.width()) / 2, (room.height() - scale * sheet.height()) / 2
        self.transform = QTransform.fromTranslate(left, top).scale(scale, scale)
        self.fitted = True

    def zoom(self, factor: float, about: QPointF) -> None:
        """Zoom about a point of the widget."""
        factor = max(LEAST_ZOOM, min(MOST_ZOOM, self.scale * factor)) / self.scale
        self._about(about, QTransform.fromScale(factor, factor))

    def turn(self, degrees: float, about: QPointF) -> None:
        """Turn clockwise about a point of the widget."""
        self._about(about, QTransform().rotate(degrees))

    def move(self, x: float, y: float) -> None:
        """Move the sheet by so many pixels of the widget."""
        self.transform = self.transform * QTransform.fromTranslate(x, y)
        self.fitted = False

    def shown(self, rect: Rect, margin: int = 2) -> QRect:
        """What a rectangle of the sheet can touch of the widget."""
        left, top, right, bottom = rect
        mapped = self.transform.mapRect(QRectF(left, top, right - left, bottom - top))
        return mapped.toAlignedRect().adjusted(-margin, -margin, margin, margin)

    def seen(self, room: QRect, width: int, height: int) -> Rect | None:
        """What of the sheet can be seen in a rectangle of the widget."""
        back = self.transform.inverted()[0].mapRect(QRectF(room)).toAlignedRect().adjusted(-1, -1, 1, 1)
        return clipped((back.left(), back.top(), back.right() + 1, back.bottom() + 1), width, height)

    def _about(self, about: QPointF, change: QTransform) -> None:
        moved = QTransform.fromTranslate(-about.x(), -about.y()) * change
        self.transform = self.transform * moved * QTransform.fromTranslate(about.x(), about.y())
        self.fitted = False
