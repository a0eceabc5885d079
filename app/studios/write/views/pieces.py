"""A text laid out in its tokens, each shaded by a number; one of them is chosen by mouse or arrow keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.ui.theme import BODY, GRID, current_theme

START, BREAK = "▸", "↵"
"""What stands for the beginning of the text, and for the end of a line."""
FAINT = 0.002
"""Less than this share is not shaded."""
STRONGEST = 150
"""The alpha of the strongest shade, of 255, on which text can be read."""


class PieceText(QWidget):
    """Shows pieces; :attr:`at` is the chosen one."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.pieces: tuple[str, ...] = ()
        self.at = 0
        self.shades = np.zeros(0)
        self._places: list[QRectF] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("The text in pieces; the arrow keys choose one"))
        self.setToolTip(tr("Click a piece, or go with the arrow keys, to see which earlier ones it looked at"))
        font = self.font()
        font.setPixelSize(BODY + 2)
        self.setFont(font)

    def show_pieces(self, pieces: tuple[str, ...]) -> None:
        """Show other pieces, the last one chosen."""
        self.pieces, self.at, self.shades = pieces, len(pieces) - 1, np.zeros(len(pieces))
        self._lay_out()

    def shade(self, shares: np.ndarray) -> None:
        """Shade each piece by its share (n,), which sum to 1."""
        self.shades = shares
        self.update()

    def place_of(self, at: int) -> QRectF:
        """Where a piece is seen."""
        return self._places[at]

    def sizeHint(self) -> QSize:
        return QSize(480, int(self._places[-1].bottom()) + GRID if self._places else 200)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, place in enumerate(self._places):
            if place.contains(event.position()):
                self._choose(number)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -10, Qt.Key.Key_Down: 10}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.pieces:
            super().keyPressEvent(event)
        else:
            self._choose(min(max(0, self.at + step), len(self.pieces) - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.fillRect(self.rect(), theme.colour("work"))
        strongest = max(float(self.shades.max(initial=0.0)), FAINT)
        for number, (place, piece) in enumerate(zip(self._places, self.pieces, strict=True)):
            share = float(self.shades[number])
            if share >= FAINT:
                painter.fillRect(place, _shade(theme.accent("write"), share / strongest))
            painter.setPen(theme.colour("text" if number <= self.at else "muted"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, _shown(number, piece))
        if self._places:
            painter.setPen(theme.colour("focus" if self.hasFocus() else "text"))
            painter.drawRect(self._places[self.at].adjusted(0, 0, -1, -1))
        painter.end()

    def _choose(self, number: int) -> None:
        self.at = number
        self.chosen.emit(number)
        self.update()

    def _lay_out(self) -> None:
        """Pieces from left to right; a line ends where its next piece has no room, and after a break."""
        metrics = QFontMetricsF(self.font())
        height, x, y = metrics.height() * 1.5, float(GRID), float(GRID)
        self._places = []
        for number, piece in enumerate(self.pieces):
            width = max(metrics.horizontalAdvance(_shown(number, piece)), 4.0)
            if x + width > self.width() - GRID and x > GRID:
                x, y = float(GRID), y + height
            self._places.append(QRectF(x, y, width, height - 2))
            x += width
            if "\n" in piece:
                x, y = float(GRID), y + height
        self.setMinimumHeight(int(y + height) + GRID)
        self.update()


def _shown(number: int, piece: str) -> str:
    return piece.replace("\n", BREAK) if number else START


def _shade(accent: QColor, strength: float) -> QColor:
    accent.setAlpha(round(STRONGEST * strength**0.5))
    return accent
