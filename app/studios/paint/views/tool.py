"""What a tool of the canvas is, and the small ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from app.studios.paint.views.pen import PenPoint

if TYPE_CHECKING:
    from app.studios.paint.views.canvas import Canvas


class Tool:
    """Hears what the pen does on the sheet. The base does nothing with it."""

    cursor = Qt.CursorShape.CrossCursor
    round_cursor = False
    """Whether a circle of the brush's size follows the pointer."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        """The pen touches the sheet; *eraser*: with its other end."""

    def move(self, pens: Sequence[PenPoint]) -> None:
        """The pen moves on the sheet."""

    def release(self) -> None:
        """The pen is lifted."""

    def hover(self, pen: PenPoint) -> None:
        """The pen moves over the sheet."""

    def key(self, event: QKeyEvent) -> bool:
        """A key on the canvas; whether the tool took it."""
        return False

    def paint(self, painter: QPainter) -> None:
        """Paint what belongs to the tool over the sheet, in its coordinates."""


class HandTool(Tool):
    """Moves the sheet."""

    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._grip: QPointF | None = None

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        self._grip = self.canvas.from_sheet(QPointF(pen.x, pen.y))

    def move(self, pens: Sequence[PenPoint]) -> None:
        if self._grip is not None:
            now = self.canvas.from_sheet(QPointF(pens[-1].x, pens[-1].y))
            self.canvas.move_view(now.x() - self._grip.x(), now.y() - self._grip.y())
            self._grip = now

    def release(self) -> None:
        self._grip = None


class PickTool(Tool):
    """Takes the colour under the pen."""

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        self.move([pen])

    def move(self, pens: Sequence[PenPoint]) -> None:
        colour = self.canvas.surface.colour_at(int(pens[-1].x), int(pens[-1].y))
        if colour is not None:
            self.canvas.picked.emit(colour)


class FillTool(Tool):
    """Fills the area of one colour under the pen."""

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        if self.canvas.may_draw():
            self.canvas.fillAsked.emit(int(pen.x // 1), int(pen.y // 1))


class WholeEraser(Tool):
    """Takes away each stroke it meets, as a whole."""

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        self.move([pen])

    def move(self, pens: Sequence[PenPoint]) -> None:
        for pen in pens:
            self.canvas.eraseAsked.emit(pen.x, pen.y)
