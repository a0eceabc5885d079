"""All features of one resolution, side by side."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.base.i18n import tr
from app.ui.theme import GRID

CELL, GAP = 3 * GRID + 4, 2


class FeatureSheet(QWidget):
    """Each channel as a small picture, black where it answers least, white where most; as tall as they need."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self._numbers: list[int] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Features of the resolution, each alone"))

    def show_features(self, channels: np.ndarray, numbers: np.ndarray) -> None:
        """Show uint8 (channels, r, r), whose places in the network are *numbers*."""
        side = channels.shape[1]
        kind = QImage.Format.Format_Grayscale8
        self._images = [QImage(values.tobytes(), side, side, side, kind).copy() for values in channels]
        self._numbers = numbers.tolist()
        self._fit()
        self.update()

    def __len__(self) -> int:
        return len(self._images)

    def sizeHint(self) -> QSize:
        rows = -(-len(self._images) // self._columns())
        return QSize(CELL + GAP, rows * (CELL + GAP))

    def cell(self, place: int) -> QRect:
        """Where a feature is painted, in the order they are shown in."""
        columns = self._columns()
        return QRect(place % columns * (CELL + GAP), place // columns * (CELL + GAP), CELL, CELL)

    def text_at(self, point: QPoint) -> str:
        """Which feature is under a point; nothing beside them."""
        for place, number in enumerate(self._numbers):
            if self.cell(place).contains(point):
                return tr("Feature {number} of {count}", number=number + 1, count=len(self._numbers))
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, image in enumerate(self._images):
            cell = self.cell(place)
            if cell.intersects(event.rect()):
                painter.drawImage(cell, image)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(event.pos()), self)
            return True
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return super().event(event)

    def _columns(self) -> int:
        return max(1, (self.width() + GAP) // (CELL + GAP))

    def _fit(self) -> None:
        height = self.sizeHint().height()
        if height != self.height():
            self.setFixedHeight(height)
