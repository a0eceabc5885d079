"""The canvas: a sheet under a pen, a mouse or an eraser, that can be zoomed and moved."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEventPoint,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.studios.paint.document import Drawing, Point, Stroke
from app.studios.paint.views.ink import paint_stroke, piece_rect
from app.ui.theme import GRID, current_theme

MOUSE_PRESSURE = 1.0
SHARPNESS = 2.0
"""The finished strokes are kept at so many pixels for each of the sheet, so that a zoomed sheet stays crisp."""
ZOOM_STEP, LEAST_ZOOM, MOST_ZOOM = 1.2, 0.1, 16.0


class Canvas(QWidget):
    """Shows a drawing and says what the pen did. Keeps finished strokes as a picture; only what changed is painted."""

    stroked = Signal(object)
    """An array (n, 3): x, y in pixels of the sheet, pressure 0..1."""
    erased = Signal(float, float)
    zoomed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.erasing = False
        self.tint: QColor | None = None
        self.pen_size, self.pen_colour = 4.0, "#1d1f21"
        self._drawing = Drawing()
        self._finished = QImage()
        self._painted: tuple[Stroke, ...] = ()
        self._points: list[Point] = []
        self._pen: str = ""
        self._grip: QPointF | None = None
        self._view = QTransform()
        self._fitted = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Canvas"))
        self.setMinimumSize(320, 240)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_drawing(self, drawing: Drawing) -> None:
        """Show *drawing*; strokes that are only added are painted on top of what is there."""
        same_sheet = (drawing.width, drawing.height) == (self._drawing.width, self._drawing.height)
        added = drawing.strokes[len(self._painted) :]
        if not same_sheet or self._finished.isNull() or drawing.strokes[: len(self._painted)] != self._painted:
            self._clear_sheet(drawing)
            added = drawing.strokes
            self.update()
        painter = QPainter(self._finished)
        painter.scale(SHARPNESS, SHARPNESS)
        for stroke in added:
            paint_stroke(painter, stroke, self.tint if stroke.maker == "machine" else None)
        painter.end()
        if not self._painted:
            self.update()  # the hint for an empty sheet goes
        self._drawing, self._painted = drawing, drawing.strokes
        if not same_sheet:
            self.fit()
        for stroke in added:
            self._update_piece(stroke, stroke.points)

    def set_tint(self, colour: QColor | None) -> None:
        """Show the machine's strokes in *colour*, or in their own."""
        self.tint = colour
        self._painted, self._finished = (), QImage()
        self.show_drawing(self._drawing)

    def fit(self) -> None:
        """The whole sheet, in the middle."""
        room = QSizeF(self.width() - 4 * GRID, self.height() - 4 * GRID)
        scale = max(LEAST_ZOOM, min(room.width() / self._drawing.width, room.height() / self._drawing.height))
        left = (self.width() - scale * self._drawing.width) / 2
        top = (self.height() - scale * self._drawing.height) / 2
        self._view = QTransform.fromTranslate(left, top).scale(scale, scale)
        self._fitted = True
        self._view_changed()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget (its middle if none)."""
        about = about or QPointF(self.rect().center())
        factor = max(LEAST_ZOOM, min(MOST_ZOOM, self.scale * factor)) / self.scale
        moved = QTransform.fromTranslate(-about.x(), -about.y()) * QTransform.fromScale(factor, factor)
        self._view = self._view * moved * QTransform.fromTranslate(about.x(), about.y())
        self._fitted = False
        self._view_changed()

    @property
    def scale(self) -> float:
        """Pixels of the screen for each of the sheet."""
        return self._view.m11()

    def to_sheet(self, point: QPointF) -> QPointF:
        """From the widget to the sheet."""
        return self._view.inverted()[0].map(point)

    def from_sheet(self, point: QPointF) -> QPointF:
        """From the sheet to the widget."""
        return self._view.map(point)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.colour("window"))
        painter.setTransform(self._view)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        sheet = QRectF(0, 0, self._drawing.width, self._drawing.height)
        if self._finished.isNull():
            painter.fillRect(sheet, Qt.GlobalColor.white)
        else:
            painter.drawImage(sheet, self._finished)
        if not self._drawing.strokes and not self._points:
            self._paint_hint(painter, sheet)
        if self._points:
            painter.setClipRect(sheet)
            paint_stroke(painter, self._live_stroke())

    # --- pen and mouse -------------------------------------------------------------------------------------------

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Accepted, so that Qt sends no mouse event for the same touch; every point of the tablet is kept."""
        eraser = event.pointerType() is QPointingDevice.PointerType.Eraser
        kind = event.type()
        if kind == QTabletEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self._begin("tablet", event.position(), event.pressure(), eraser)
        elif kind == QTabletEvent.Type.TabletMove and self._pen.startswith("tablet"):
            self._go_on(event.position(), event.pressure())
        elif kind == QTabletEvent.Type.TabletRelease and self._pen.startswith("tablet"):
            self._finish()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = event.position()
        elif event.button() == Qt.MouseButton.LeftButton and not self._pen:
            self._begin("mouse", event.position(), MOUSE_PRESSURE, eraser=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            moved = event.position() - self._grip
            self._grip = event.position()
            self._view = self._view * QTransform.fromTranslate(moved.x(), moved.y())
            self._fitted = False
            self.update()
        elif self._pen.startswith("mouse"):
            for point in event.points():
                self._go_on_from(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = None
        elif event.button() == Qt.MouseButton.LeftButton and self._pen.startswith("mouse"):
            self._finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl zooms about the pointer; otherwise the sheet moves."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP ** (event.angleDelta().y() / 120), event.position())
        else:
            delta = event.angleDelta() / 2
            self._view = self._view * QTransform.fromTranslate(delta.x(), delta.y())
            self._fitted = False
            self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys move the sheet."""
        steps = {
            Qt.Key.Key_Left: (40, 0),
            Qt.Key.Key_Right: (-40, 0),
            Qt.Key.Key_Up: (0, 40),
            Qt.Key.Key_Down: (0, -40),
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._view = self._view * QTransform.fromTranslate(*step)
        self._fitted = False
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    # --- inside --------------------------------------------------------------------------------------------------

    def _begin(self, pen: str, position: QPointF, pressure: float, eraser: bool) -> None:
        self._pen = f"{pen}-eraser" if eraser or self.erasing else pen
        self._points = []
        self._go_on(position, pressure)

    def _go_on_from(self, point: QEventPoint) -> None:
        self._go_on(point.position(), MOUSE_PRESSURE)

    def _go_on(self, position: QPointF, pressure: float) -> None:
        place = self.to_sheet(position)
        if self._pen.endswith("eraser"):
            self.erased.emit(place.x(), place.y())
            return
        point = (place.x(), place.y(), min(1.0, max(0.0, pressure)))
        if self._points and self._points[-1][:2] == point[:2]:
            return
        self._points.append(point)
        self._update_piece(self._live_stroke(), tuple(self._points[-2:]))

    def _finish(self) -> None:
        points, self._points = self._points, []
        was_eraser, self._pen = self._pen.endswith("eraser"), ""
        if points and not was_eraser:
            self.stroked.emit(np.array(points))

    def _update_piece(self, stroke: Stroke, points: tuple[Point, ...]) -> None:
        """Have only that part painted again which a piece of a stroke can touch."""
        touched = self._view.mapRect(piece_rect(stroke, points))
        self.update(touched.toAlignedRect().adjusted(-2, -2, 2, 2))

    def _live_stroke(self) -> Stroke:
        return Stroke(tuple(self._points), self.pen_size, self.pen_colour)

    def _clear_sheet(self, drawing: Drawing) -> None:
        size = QSizeF(drawing.width * SHARPNESS, drawing.height * SHARPNESS).toSize()
        self._finished = QImage(size, QImage.Format.Format_RGB32)
        self._finished.fill(Qt.GlobalColor.white)
        self._painted = ()

    def _paint_hint(self, painter: QPainter, sheet: QRectF) -> None:
        painter.setPen(QColor("#5c6166"))
        text = tr("Draw something, or press Generate to have it drawn.")
        painter.drawText(sheet, Qt.AlignmentFlag.AlignCenter, text)

    def _view_changed(self) -> None:
        self.zoomed.emit(self.scale)
        self.update()
