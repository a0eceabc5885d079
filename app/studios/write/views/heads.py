"""A picture of each attention head, layers down and heads across; one is chosen by mouse or arrow keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.studios.write.attention import Attention
from app.ui.theme import current_theme

CELL, GAP, MOST = 52, 4, 12
"""Pixels of a picture and between two; more heads or layers than so many are not shown side by side."""


class HeadGrid(QWidget):
    """Rows of a picture are the pieces that look, columns those looked at: a diagonal looks at the piece before."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.attention: Attention | None = None
        self.head = (0, 0)
        self._marked = False
        self._pictures: list[list[QImage]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Heads: a row is a layer; the arrow keys choose one"))
        self.setToolTip(
            tr("Each picture is a head, each row a layer: click one to shade the text by what it looked at")
        )

    def show_attention(self, attention: Attention) -> None:
        """Show other heads; the chosen one stays if there is such a one."""
        self.attention = attention
        self.head = (min(self.head[0], attention.layers - 1), min(self.head[1], attention.heads - 1))
        layers = attention.weights[:MOST, :MOST]
        self._pictures = [[_picture(head) for head in layer] for layer in layers]
        self.updateGeometry()
        self.setFixedSize(self.sizeHint())
        self.update()

    def mark(self, on: bool) -> None:
        """Whether the chosen head is outlined: it is not where all are shown together."""
        self._marked = on
        self.update()

    def sizeHint(self) -> QSize:
        rows, columns = len(self._pictures), len(self._pictures[0]) if self._pictures else 0
        return QSize(max(200, columns * (CELL + GAP)), max(CELL, rows * (CELL + GAP)))

    def cell(self, layer: int, head: int) -> QRect:
        """Where a head's picture is."""
        return QRect(head * (CELL + GAP) + GAP // 2, layer * (CELL + GAP) + GAP // 2, CELL, CELL)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choose_at(event.position().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self._pictures:
            super().keyPressEvent(event)
            return
        layer = min(max(0, self.head[0] + step[0]), len(self._pictures) - 1)
        self._choose(layer, min(max(0, self.head[1] + step[1]), len(self._pictures[0]) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        for layer, row in enumerate(self._pictures):
            for head, picture in enumerate(row):
                place = self.cell(layer, head)
                painter.fillRect(place, theme.colour("work"))
                painter.setOpacity(1.0)
                picture.setColorTable(_colours())
                painter.drawImage(place, picture)
                painter.setPen(theme.colour("border"))
                painter.drawRect(place.adjusted(0, 0, -1, -1))
                if self._marked and (layer, head) == self.head:
                    painter.setPen(theme.colour("focus" if self.hasFocus() else "text"))
                    painter.drawRect(place.adjusted(-1, -1, 0, 0))
                    painter.drawRect(place.adjusted(-2, -2, 1, 1))
        painter.end()

    def _choose_at(self, point: QPoint) -> None:
        for layer, row in enumerate(self._pictures):
            for head in range(len(row)):
                if self.cell(layer, head).contains(point):
                    self._choose(layer, head)

    def _choose(self, layer: int, head: int) -> None:
        self.head = (layer, head)
        self.chosen.emit(layer, head)
        self.update()


def _picture(weights: np.ndarray) -> QImage:
    """Weights (n, n) as 256 steps of a colour, small ones lifted so that they are seen."""
    steps = np.ascontiguousarray(np.round(255 * np.sqrt(np.clip(weights, 0, 1))).astype(np.uint8))
    height, width = steps.shape
    return QImage(steps.tobytes(), width, height, width, QImage.Format.Format_Indexed8).copy()


def _colours() -> list[int]:
    """From the ground to the accent of the studio, in 256 steps."""
    theme = current_theme()
    low, high = theme.colour("work"), theme.accent("write")
    parts = [
        np.linspace(start, end, 256).astype(int)
        for start, end in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)  # pyright: ignore[reportIndexIssue]
    ]
    return [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in zip(*parts, strict=True)]
