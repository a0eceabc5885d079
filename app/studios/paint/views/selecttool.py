"""Chooses strokes and moves, scales and turns them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen, QPolygonF

from app.studios.paint.selection import Box, bounds, stroke_at, strokes_in
from app.studios.paint.views.pen import PenPoint
from app.studios.paint.views.tool import Tool
from app.ui.theme import current_theme

if TYPE_CHECKING:
    from app.studios.paint.views.canvas import Canvas

GRIP = 5.0
"""Half the side of a handle, in pixels of the screen."""
REACH = 6.0
TURNER = 28.0
"""The handle that turns stands so far above the box."""
Matrix = np.ndarray
STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class SelectTool(Tool):
    """A click takes a stroke, a frame all in it; inside the box they move, at its corners they scale, above it turn."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._start: PenPoint | None = None
        self._frame: Box | None = None
        self._change: Callable[[PenPoint, PenPoint], Matrix] | None = None
        self._matrix: Matrix | None = None
        self._adding = False

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        self._start, self._matrix, self._frame = pen, None, None
        self._adding = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._change = None if self._adding else self._grabbed(pen)
        if self._change is not None:
            return
        hit = stroke_at(self.canvas.drawing, pen.x, pen.y, REACH / self.canvas.scale)
        if hit is None:
            self._frame = (pen.x, pen.y, pen.x, pen.y)
        elif self._adding:
            self._choose(self.canvas.selection ^ {hit})
        else:
            if hit not in self.canvas.selection:
                self._choose({hit})
            self._change = _moved

    def move(self, pens: Sequence[PenPoint]) -> None:
        if self._start is None:
            return
        pen = pens[-1]
        if self._change is not None:
            self._matrix = self._change(self._start, pen)
        elif self._frame is not None:
            xs, ys = sorted((self._start.x, pen.x)), sorted((self._start.y, pen.y))
            self._frame = (xs[0], ys[0], xs[1], ys[1])
        self.canvas.update()

    def release(self) -> None:
        frame, matrix = self._frame, self._matrix
        self._start = self._frame = self._matrix = self._change = None
        if matrix is not None:
            self.canvas.moved.emit(matrix)
        elif frame is not None:
            found = set(strokes_in(self.canvas.drawing, frame))
            self._choose(self.canvas.selection | found if self._adding else found, frame)
        self.canvas.update()

    def key(self, event: QKeyEvent) -> bool:
        """The arrow keys move what is chosen: a pixel, with Shift ten."""
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or not self.canvas.selection:
            return False
        far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        self.canvas.moved.emit(np.array([[1, 0, far * step[0]], [0, 1, far * step[1]]], float))
        return True

    def paint(self, painter: QPainter) -> None:
        accent = current_theme().accent("paint")
        if self._frame is not None:
            painter.setPen(_line(accent, Qt.PenStyle.DashLine))
            left, top, right, bottom = self._frame
            painter.drawRect(QRectF(left, top, right - left, bottom - top))
        box = self._box()
        if box is None:
            return
        if self._matrix is not None:
            self._paint_moved(painter, accent, self._matrix)
        else:
            self._paint_box(painter, accent, box)

    def _choose(self, places: set[int] | frozenset[int], frame: Box | None = None) -> None:
        self.canvas.selectionMade.emit(frozenset(places), frame)

    def _chosen(self) -> list[int]:
        return sorted(place for place in self.canvas.selection if place < len(self.canvas.drawing.strokes))

    def _box(self) -> Box | None:
        return bounds(self.canvas.drawing.strokes[place] for place in self._chosen())

    def _grabbed(self, pen: PenPoint) -> Callable[[PenPoint, PenPoint], Matrix] | None:
        """What a press at this place begins to do with what is chosen; None if it lies outside."""
        box = self._box()
        if box is None:
            return None
        left, top, right, bottom = box
        middle = np.array([(left + right) / 2, (top + bottom) / 2])
        if self._near(pen, self._turner(box)):
            return lambda start, now: _about(middle, _turn(middle, start, now))
        for corner, opposite in (
            ((left, top), (right, bottom)), ((right, top), (left, bottom)),
            ((right, bottom), (left, top)), ((left, bottom), (right, top)),
        ):  # fmt: skip
            if self._near(pen, QPointF(*corner)):
                fixed = np.array(opposite)
                return lambda start, now, fixed=fixed: _about(fixed, _scaling(fixed, start, now))
        inside = left <= pen.x <= right and top <= pen.y <= bottom
        return _moved if inside else None

    def _turner(self, box: Box) -> QPointF:
        return QPointF((box[0] + box[2]) / 2, box[1] - TURNER / self.canvas.scale)

    def _near(self, pen: PenPoint, place: QPointF) -> bool:
        return math.hypot(pen.x - place.x(), pen.y - place.y()) <= (GRIP + 3) / self.canvas.scale

    def _paint_box(self, painter: QPainter, accent: QColor, box: Box) -> None:
        left, top, right, bottom = box
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_line(accent, Qt.PenStyle.DashLine))
        painter.drawRect(QRectF(left, top, right - left, bottom - top))
        painter.setPen(_line(accent, Qt.PenStyle.SolidLine))
        turner = self._turner(box)
        painter.drawLine(QPointF((left + right) / 2, top), turner)
        painter.setBrush(Qt.GlobalColor.white)
        grip = GRIP / self.canvas.scale
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
            painter.drawRect(QRectF(x - grip, y - grip, 2 * grip, 2 * grip))
        painter.drawEllipse(turner, grip, grip)

    def _paint_moved(self, painter: QPainter, accent: QColor, matrix: Matrix) -> None:
        """While it is dragged: the lines where they will be."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(_line(accent, Qt.PenStyle.SolidLine))
        for place in self._chosen():
            points = self.canvas.drawing.strokes[place].places @ matrix[:, :2].T + matrix[:, 2]
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))


def _moved(start: PenPoint, now: PenPoint) -> Matrix:
    return np.array([[1, 0, now.x - start.x], [0, 1, now.y - start.y]])


def _scaling(fixed: np.ndarray, start: PenPoint, now: PenPoint) -> Matrix:
    before = max(1e-6, float(np.hypot(*(np.array([start.x, start.y]) - fixed))))
    after = float(np.hypot(*(np.array([now.x, now.y]) - fixed)))
    return np.eye(2) * max(0.02, after / before)


def _turn(middle: np.ndarray, start: PenPoint, now: PenPoint) -> Matrix:
    first = math.atan2(start.y - middle[1], start.x - middle[0])
    angle = math.atan2(now.y - middle[1], now.x - middle[0]) - first
    return np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])


def _about(fixed: np.ndarray, matrix: Matrix) -> Matrix:
    return np.column_stack([matrix, fixed - matrix @ fixed])


def _line(colour: QColor, style: Qt.PenStyle) -> QPen:
    """As wide on the screen at every zoom."""
    pen = QPen(colour, 1.5, style)
    pen.setCosmetic(True)
    return pen
