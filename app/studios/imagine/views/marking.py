"""A brush that marks an area of the picture, and a line that uncovers another picture under it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen

from app.studios.imagine.document import Picture
from app.studios.imagine.marks import brushed, feathered, no_marks
from app.studios.imagine.views.picture import ViewTool, to_image
from app.ui.theme import current_theme

CLEAR = 150
"""How strongly the marked area is tinted, of 255."""
LARGER = 1.25
KEY_STEP = 1 / 32
"""How far an arrow key moves, in sides of the picture."""


class MarkBrush(QObject, ViewTool):
    """Left paints, right erases; [ and ] change the size; arrow keys move a brush that Space presses."""

    marked = Signal()
    """A stroke has ended."""
    resized = Signal(float)
    """The new radius, as a share of the picture's side."""

    def __init__(self) -> None:
        super().__init__()
        self.marks = no_marks(1)
        self.radius, self.feather = 0.1, 0.04
        """Shares of the picture's side."""
        self.erases = False
        self._at: QPointF | None = None
        self._erasing: bool | None = None

    @property
    def mask(self) -> np.ndarray:
        """The marked area with its soft edge, uint8 (side, side)."""
        return feathered(self.marks, self.feather * len(self.marks))

    def press(self, place: QPointF, event: QMouseEvent) -> None:
        self._erasing = self.erases or event.button() == Qt.MouseButton.RightButton
        self._brush(place, place)

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        if self._erasing is not None and self._at is not None:
            self._brush(self._at, place)
        self._at = place

    def release(self) -> None:
        if self._erasing is not None:
            self._erasing = None
            self.marked.emit()

    def key(self, event: QKeyEvent) -> bool:
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)
        }  # fmt: skip
        side, key = len(self.marks), Qt.Key(event.key())
        at = self._at or QPointF(side / 2, side / 2)
        if key in steps:
            moved = at + QPointF(*steps[key]) * KEY_STEP * side
            self._at = QPointF(min(max(moved.x(), 0), side), min(max(moved.y(), 0), side))
        elif key == Qt.Key.Key_Space:
            self._erasing = self.erases
            self._brush(at, at)
            self.release()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.resized.emit(self.radius * (LARGER if key == Qt.Key.Key_BracketRight else 1 / LARGER))
        else:
            return False
        return True

    def paint(self, painter: QPainter, rect: QRect) -> None:
        accent = current_theme().accent("imagine")
        tint = np.empty((*self.marks.shape, 4), np.uint8)
        tint[..., :3] = (accent.red(), accent.green(), accent.blue())
        tint[..., 3] = self.mask.astype(np.uint16) * CLEAR // 255
        side = len(self.marks)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, QImage(tint.tobytes(), side, side, 4 * side, QImage.Format.Format_RGBA8888))
        if self._at is not None:
            self._paint_cursor(painter, rect, rect.width() / side)

    def _paint_cursor(self, painter: QPainter, rect: QRect, scale: float) -> None:
        assert self._at is not None
        middle = QPointF(rect.topLeft()) + self._at * scale
        radius = self.radius * rect.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((Qt.GlobalColor.black, 3), (Qt.GlobalColor.white, 1)):  # seen on any picture
            style = Qt.PenStyle.DashLine if self.erases else Qt.PenStyle.SolidLine
            painter.setPen(QPen(colour, width, style))
            painter.drawEllipse(middle, radius, radius)

    def _brush(self, start: QPointF, end: QPointF) -> None:
        radius = self.radius * len(self.marks)
        places = (start.x(), start.y()), (end.x(), end.y())
        self.marks = brushed(self.marks, *places, radius, bool(self._erasing))
        self._at = end


class Divider(ViewTool):
    """Left of a line that can be dragged, or moved by the arrow keys, another picture shows."""

    cursor = Qt.CursorShape.SplitHCursor

    def __init__(self, before: Picture) -> None:
        self._before, self._width = to_image(before), before.width
        self.place = 0.5
        self._held = False

    def press(self, place: QPointF, event: QMouseEvent) -> None:
        self._held = True
        self.move(place, event)

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        if self._held:
            self.place = min(1.0, max(0.0, place.x() / self._width))

    def release(self) -> None:
        self._held = False

    def key(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}.get(Qt.Key(event.key()))
        if step is None:
            return False
        self.place = min(1.0, max(0.0, self.place + step))
        return True

    def paint(self, painter: QPainter, rect: QRect) -> None:
        split = self.place * rect.width()
        part = QRectF(rect.left(), rect.top(), split, rect.height())
        source = QRectF(0, 0, self.place * self._before.width(), self._before.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(part, self._before, source)
        for colour, width in ((Qt.GlobalColor.black, 4), (Qt.GlobalColor.white, 2)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(part.topRight(), part.bottomRight())
