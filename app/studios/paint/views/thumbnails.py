"""Small pictures of strokes: on buttons, and as ghosts on the sheet."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton

from app.studios.paint.document import Stroke
from app.studios.paint.selection import bounds
from app.ui.theme import current_theme

MARGIN = 6.0
GHOST = "#2b6b3f"
"""What is not there yet, on the white sheet."""


def paint_lines(painter: QPainter, strokes: Sequence[Stroke], colour: QColor, width: float | None = None) -> None:
    """Paint strokes as plain lines of one colour; *width* in pixels of the screen, or each in its own."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour, width or 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    pen.setCosmetic(width is not None)
    for stroke in strokes:
        if width is None:
            pen.setWidthF(stroke.size)
        painter.setPen(pen)
        points = [QPointF(x, y) for x, y, _ in stroke.points]
        painter.drawPolyline(QPolygonF(points if len(points) > 1 else points * 2))


class StrokeButton(QAbstractButton):
    """A button with a drawing on it: what is there in grey, what would come in the studio's accent."""

    marked = Signal(bool)
    """The pointer or the focus came or went."""
    taken = Signal(bool)
    """Pressed; with Shift it is True: the first stroke only."""

    def __init__(self, size: QSize, hint: str) -> None:
        super().__init__()
        self._size = size
        self._given: Sequence[Stroke] = ()
        self._new: Sequence[Stroke] = ()
        self.setToolTip(hint)
        self.setAccessibleName(hint)
        self.setFixedSize(size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_strokes(self, given: Sequence[Stroke], new: Sequence[Stroke]) -> None:
        """Show these strokes, fitted to the button."""
        self._given, self._new = given, new
        self.setEnabled(bool(new))
        self.update()

    def sizeHint(self) -> QSize:
        return self._size

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = theme.accent("paint")
        lively = self.isEnabled() and (self.underMouse() or self.hasFocus())
        painter.setPen(QPen(accent if lively else theme.colour("border"), 1.5 if lively else 1.0))
        painter.setBrush(Qt.GlobalColor.white if self._new else theme.colour("panel"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        box = bounds([*self._given, *self._new])
        if box is None:
            return
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        scale = min(room.width() / max(1.0, box[2] - box[0]), room.height() / max(1.0, box[3] - box[1]))
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-(box[0] + box[2]) / 2, -(box[1] + box[3]) / 2)
        paint_lines(painter, self._given, QColor("#85898e"), 1.2)
        paint_lines(painter, self._new, QColor(GHOST), 1.6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isDown() and self.rect().contains(event.position().toPoint()):
            self.taken.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.taken.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.marked.emit(True)

    def leaveEvent(self, event: object) -> None:
        self.marked.emit(False)
        self.update()

    def focusInEvent(self, event: object) -> None:
        self.marked.emit(True)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.marked.emit(False)
        self.update()
