"""A photograph with a square on it: what of it is looked for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.base.i18n import tr
from app.studios.imagine.document import Picture
from app.studios.imagine.inversion import Crop
from app.studios.imagine.views.picture import to_image
from app.ui.theme import GRID, current_theme

TALLEST = 30 * GRID
MOST_ZOOM = 8.0
STEP, LARGER = 0.02, 1.1
"""How far an arrow key moves, in sides of the photo; how much a turn of the wheel, + or - enlarges."""
SHADE = QColor(0, 0, 0, 140)


class CropView(QWidget):
    """Drag or use the arrow keys to move the square, the wheel or + and - to make it smaller or larger."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.photo: Picture | None = None
        self.crop = Crop()
        self._image: QImage | None = None
        self._pressed: tuple[QPointF, Crop] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setAccessibleName(tr("The square of the photo that is looked for"))
        self.setToolTip(
            tr("Drag the square to where the face is, the wheel makes it smaller or larger; arrow keys, + and - too")
        )

    def show_photo(self, photo: Picture) -> None:
        """Show a photo with the square as large as it goes in its middle, in an upright one a little above it."""
        self.photo, self._image = photo, to_image(photo)
        self.set_crop(Crop(down=0.5 if photo.width >= photo.height else 0.4))
        self._fit()

    def set_crop(self, crop: Crop) -> None:
        """Put the square elsewhere; it is kept within the photo."""
        if self.photo is None:
            return
        width, height = self.photo.width, self.photo.height
        zoom = min(max(1.0, crop.zoom), MOST_ZOOM)
        left, top, side = Crop(crop.across, crop.down, zoom).square(width, height)
        self.crop = Crop((left + side / 2) / width, (top + side / 2) / height, zoom)
        self.changed.emit()
        self.update()

    def sizeHint(self) -> QSize:
        if self.photo is None:
            return QSize(0, 0)
        return QSize(GRID, round(min(TALLEST, self.width() * self.photo.height / self.photo.width)))

    def photo_rect(self) -> QRectF:
        """Where the photo is painted."""
        if self.photo is None:
            return QRectF()
        scale = min(self.width() / self.photo.width, self.height() / self.photo.height)
        width, height = scale * self.photo.width, scale * self.photo.height
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def square_rect(self) -> QRectF:
        """Where the square is painted."""
        rect = self.photo_rect()
        if self.photo is None:
            return rect
        scale = rect.width() / self.photo.width
        left, top, side = self.crop.square(self.photo.width, self.photo.height)
        return QRectF(rect.left() + scale * left, rect.top() + scale * top, scale * side, scale * side)

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter, rect, square = QPainter(self), self.photo_rect(), self.square_rect()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self._image)
        painter.setClipRect(rect)
        for shade in (
            QRectF(rect.topLeft(), QPointF(rect.right(), square.top())),
            QRectF(QPointF(rect.left(), square.bottom()), rect.bottomRight()),
            QRectF(QPointF(rect.left(), square.top()), square.bottomLeft()),
            QRectF(square.topRight(), QPointF(rect.right(), square.bottom())),
        ):
            painter.fillRect(shade, SHADE)
        painter.setPen(QPen(current_theme().accent("imagine"), 3 if self.hasFocus() else 2))
        painter.drawRect(square.adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = (event.position(), self.crop)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            begun, crop = self._pressed
            moved, rect = event.position() - begun, self.photo_rect()
            self.set_crop(
                Crop(crop.across + moved.x() / rect.width(), crop.down + moved.y() / rect.height(), crop.zoom)
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._zoom(LARGER ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-STEP, 0.0), Qt.Key.Key_Right: (STEP, 0.0),
            Qt.Key.Key_Up: (0.0, -STEP), Qt.Key.Key_Down: (0.0, STEP),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.set_crop(Crop(self.crop.across + step[0], self.crop.down + step[1], self.crop.zoom))
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom(1 / LARGER if event.key() == Qt.Key.Key_Minus else LARGER)
        else:
            super().keyPressEvent(event)

    def _zoom(self, factor: float) -> None:
        self.set_crop(Crop(self.crop.across, self.crop.down, self.crop.zoom * factor))

    def _fit(self) -> None:
        self.setFixedHeight(max(1, self.sizeHint().height()))
