"""The chosen picture, as large as there is room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.studios.imagine.document import Picture
from app.ui.theme import GRID, current_theme

_FORMATS = {1: QImage.Format.Format_Grayscale8, 3: QImage.Format.Format_RGB888}


def to_image(picture: Picture) -> QImage:
    """The picture as a QImage of its own."""
    stride = picture.width * picture.channels
    return QImage(picture.pixels, picture.width, picture.height, stride, _FORMATS[picture.channels]).copy()


class PictureView(QWidget):
    """Shows one picture; *smooth* blends between its pixels, otherwise each is a square."""

    def __init__(self) -> None:
        super().__init__()
        self.smooth = True
        self._image: QImage | None = None
        self.setMinimumSize(QSize(200, 200))
        self.setAccessibleName(tr("The chosen picture"))

    def show_picture(self, picture: Picture | None) -> None:
        """Show *picture*, or the hint for none."""
        self._image = to_image(picture) if picture else None
        self.update()

    def set_smooth(self, on: bool) -> None:
        self.smooth = on
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

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), current_theme().colour("work"))
        if self._image is None:
            painter.setPen(current_theme().colour("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Press Generate to make pictures."))
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        painter.drawImage(self.picture_rect(), self._image)
