"""Two pictures in one place: left of the line the one, right of it the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.ui.theme import GRID, current_theme


class SplitView(QWidget):
    """Drag the line, or move it with the arrow keys; Esc leaves."""

    left = Signal()
    """Esc was pressed: the comparison is over."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.5
        self._images: tuple[QImage, QImage] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setAccessibleName(tr("Comparison"))
        self.setToolTip(tr("Drag the line between the two pictures; Esc goes back"))

    def show_images(self, one: QImage, other: QImage) -> None:
        self._images, self.share = (one, other), 0.5
        self.update()

    def picture_rect(self) -> QRect:
        """Where both pictures are painted."""
        room = self.rect().adjusted(2 * GRID, 2 * GRID, -2 * GRID, -2 * GRID)
        if self._images is None:
            return room
        rect = QRect(room.topLeft(), self._images[0].size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
        rect.moveCenter(room.center())
        return rect

    def move_line(self, share: float) -> None:
        self.share = min(1.0, max(0.0, share))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.fillRect(self.rect(), theme.colour("work"))
        if self._images is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = self.picture_rect()
        line = rect.left() + round(self.share * rect.width())
        painter.drawImage(rect, self._images[1])
        painter.setClipRect(QRect(rect.left(), rect.top(), line - rect.left(), rect.height()))
        painter.drawImage(rect, self._images[0])
        painter.setClipping(False)
        painter.setPen(QPen(theme.colour("work"), 4))
        painter.drawLine(line, rect.top(), line, rect.bottom())
        painter.setPen(QPen(theme.accent("imagine"), 2))
        painter.drawLine(line, rect.top(), line, rect.bottom())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and _is_escape(event):  # here it is not Stop
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02}
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in steps:
            self.move_line(self.share + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _follow(self, event: QMouseEvent) -> None:
        rect = self.picture_rect()
        self.move_line((event.position().x() - rect.left()) / max(1, rect.width()))


def _is_escape(event: QKeyEvent) -> bool:
    return event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape
