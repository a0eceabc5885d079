"""The chosen picture, as large as there is room."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.studios.imagine.document import Picture
from app.ui.theme import GRID, current_theme

_FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}


def to_image(picture: Picture) -> QImage:
    """The picture as a QImage of its own."""
    stride = picture.width * picture.channels
    return QImage(picture.pixels, picture.width, picture.height, stride, _FORMATS[picture.channels]).copy()


def of_image(image: QImage) -> Picture:
    """A QImage as a picture in colour. May run in a worker thread."""
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return Picture.of_array(rows[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy())


class ViewTool:
    """What the mouse and the keys do on the picture while it is taken, and what is painted over the picture.

    Places are in pixels of the picture, whatever size it is shown at.
    """

    cursor = Qt.CursorShape.CrossCursor

    def press(self, place: QPointF, event: QMouseEvent) -> None:
        """The mouse was pressed."""

    def move(self, place: QPointF, event: QMouseEvent) -> None:
        """The mouse moved, pressed or not."""

    def release(self) -> None:
        """The mouse was let go."""

    def key(self, event: QKeyEvent) -> bool:
        """A key was pressed; whether it meant something here."""
        return False

    def paint(self, painter: QPainter, rect: QRect) -> None:
        """Paint over the picture, which is at *rect* of the widget."""


class PictureView(QWidget):
    """Shows one picture; *smooth* blends between its pixels, otherwise each is a square."""

    def __init__(self) -> None:
        super().__init__()
        self.smooth = True
        self._image: QImage | None = None
        self._tool: ViewTool | None = None
        self.setMinimumSize(QSize(200, 200))
        self.setMouseTracking(True)
        self.setAccessibleName(tr("The chosen picture"))

    def show_picture(self, picture: Picture | None) -> None:
        """Show *picture*, or the hint for none."""
        self._image = to_image(picture) if picture else None
        self.update()

    def set_smooth(self, on: bool) -> None:
        self.smooth = on
        self.update()

    @property
    def tool(self) -> ViewTool | None:
        return self._tool

    def take_tool(self, tool: ViewTool | None) -> None:
        """Let a tool have the mouse and the keys, or none."""
        self._tool = tool
        self.setCursor(tool.cursor if tool else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tool else Qt.FocusPolicy.NoFocus)
        if tool is not None:
            self.setFocus()
        self.update()

    def picture_rect(self) -> QRect:
        """Where the picture is painted."""
        if self._image is None:
            return QRect()
        room = self.rect().adjusted(2 * GRID, 2 * GRID, -2 * GRID, -2 * GRID)
        size = self._image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        rect = QRect(room.topLeft(), size)
        rect.moveCenter(room.center())
        return rect

    def to_picture(self, point: QPointF) -> QPointF:
        """A point of the widget in pixels of the picture."""
        rect = self.picture_rect()
        if self._image is None or rect.isEmpty():
            return QPointF()
        scale = self._image.width() / rect.width()
        return QPointF((point.x() - rect.left()) * scale, (point.y() - rect.top()) * scale)

    def from_picture(self, place: QPointF) -> QPointF:
        """A place of the picture in points of the widget."""
        rect = self.picture_rect()
        scale = rect.width() / self._image.width() if self._image else 1.0
        return QPointF(rect.left() + place.x() * scale, rect.top() + place.y() * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().colour("work"))
        if self._image is None:
            painter.setPen(current_theme().colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Press Generate to make pictures."))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        painter.drawImage(self.picture_rect(), self._image)
        if self._tool is not None:
            self._tool.paint(painter, self.picture_rect())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and self._image is not None:
            self._tool.press(self.to_picture(event.position()), event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None and self._image is not None:
            self._tool.move(self.to_picture(event.position()), event)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._tool is not None:
            self._tool.release()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._tool is not None and self._tool.key(event):
            self.update()
        else:
            super().keyPressEvent(event)
