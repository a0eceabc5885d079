"""The score as engraved pages, on paper in both themes."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.ui.theme import GRID

PAPER = QColor("#ffffff")
WIDEST = 1000
"""Pixels of a page's width at most."""


class ScoreView(QScrollArea):
    """Shows the pages it is given, one under the other."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Score"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pages: list[Page] = []
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self._column.setSpacing(2 * GRID)
        self._column.addStretch(1)
        self.setWidget(body)

    def show_pages(self, drawings: list[bytes]) -> None:
        """Show these SVG drawings; pages that stay keep their place."""
        for page in self.pages[len(drawings) :]:
            self._column.removeWidget(page)
            page.deleteLater()
        self.pages = self.pages[: len(drawings)]
        while len(self.pages) < len(drawings):
            self.pages.append(Page())
            self._column.insertWidget(len(self.pages) - 1, self.pages[-1], 0, Qt.AlignmentFlag.AlignHCenter)
        for page, drawing in zip(self.pages, drawings, strict=True):
            page.load(drawing)


class Page(QWidget):
    """One page on white."""

    def __init__(self) -> None:
        super().__init__()
        self._renderer = QSvgRenderer(self)
        self.setMaximumWidth(WIDEST)
        self.setMinimumWidth(280)

    def load(self, drawing: bytes) -> None:
        self._renderer.load(QByteArray(drawing))
        box = self._renderer.viewBoxF()
        self._shape = box.height() / max(1.0, box.width())
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        parent = self.parentWidget()
        width = min(WIDEST, max(280, (parent.width() if parent else WIDEST) - 4 * GRID))
        return QSize(width, round(width * getattr(self, "_shape", 1.41)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), PAPER)
        self._renderer.render(painter, QRectF(self.rect()))
        painter.end()
