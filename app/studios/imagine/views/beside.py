"""The chosen picture and the candidates beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.studios.imagine.views.grid import CandidateGrid


class Beside(QWidget):
    """The picture gets a square, the candidates the room that is left, up to half of all."""

    def __init__(self, picture: QWidget, grid: CandidateGrid) -> None:
        super().__init__()
        self._picture, self._grid = picture, grid
        for part in (picture, grid):
            part.setParent(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:  # the number of candidates has changed
            self._lay_out()
        return super().event(event)

    def _lay_out(self) -> None:
        wide, high, least = self.width(), self.height(), self._grid.minimumWidth()
        room = max(least, min(wide - high, wide // 2)) if self._grid.count > 1 else least
        self._picture.setGeometry(QRect(0, 0, wide - room, high))
        self._grid.setGeometry(QRect(wide - room, 0, room, high))
