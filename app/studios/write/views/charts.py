"""Small charts of the panel: bars for shares, a scale for a chance, a strip of passages."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.base.i18n import tr
from app.studios.write.evidence import SURE, Judgement
from app.studios.write.views.bands import says_colour, says_text
from app.ui.theme import GRID, SMALL, current_theme

ROW = 2 * GRID + 2
LABEL, VALUE = 11 * GRID, 5 * GRID


class BarChart(QWidget):
    """A title, and a bar with its label and its per cent for each share."""

    def __init__(self, title: str, labels: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._labels = list(labels)
        self._shares: np.ndarray = np.zeros(len(labels))
        self._colours: list[QColor] = []
        self.setFixedHeight((len(labels) + 1) * ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._tell()

    def show_shares(self, shares: np.ndarray, labels: Sequence[str], colours: Sequence[QColor] = ()) -> None:
        """Show shares (n,), 0..1, n as at first; without *colours*, in the accent."""
        self._shares, self._labels, self._colours = shares, list(labels), list(colours)
        self._tell()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(_small(painter.font()))
        theme = current_theme()
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(0, 0, self.width(), ROW), Qt.AlignmentFlag.AlignVCenter, self._title)
        for row in range(len(self._labels)):
            self._paint_row(painter, row)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int) -> None:
        theme, top, share = current_theme(), (row + 1) * ROW, float(self._shares[row])
        room = self.width() - LABEL - VALUE
        painter.setPen(theme.colour("muted"))
        painter.drawText(QRectF(0, top, LABEL - GRID, ROW), Qt.AlignmentFlag.AlignVCenter, self._labels[row])
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(self.width() - VALUE, top, VALUE, ROW), right, _percent(share))
        groove = QRectF(LABEL, top + 3, room, ROW - 6)
        painter.fillRect(groove, theme.colour("hover"))
        colour = self._colours[row] if self._colours else theme.accent("write")
        bar = QRectF(groove.topLeft(), QSize(math.ceil(room * share), round(groove.height())))
        painter.fillRect(bar, colour)
        if self._colours and share:  # also a legend: a pale colour must be seen on the panel
            painter.setPen(theme.colour("muted"))
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))

    def _tell(self) -> None:
        told = ", ".join(f"{label}: {_percent(share)}" for label, share in zip(self._labels, self._shares, strict=True))
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(told)


class ChanceScale(QWidget):
    """A chance from 0 to 100 per cent with its range, and between the marks what is left open."""

    def __init__(self) -> None:
        super().__init__()
        self._judgement: Judgement | None = None
        self.setFixedHeight(5 * GRID)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Chance that a machine wrote it"))

    def show_judgement(self, judgement: Judgement) -> None:
        self._judgement = judgement
        self.setAccessibleDescription(chance_text(judgement))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(_small(painter.font()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, groove = current_theme(), QRectF(GRID, GRID, self.width() - 2 * GRID, GRID)
        painter.fillRect(groove, theme.colour("hover"))
        painter.setPen(theme.colour("muted"))
        for share in (1 - SURE, SURE):
            painter.drawLine(self._at(groove, share, -3), self._at(groove, share, GRID + 3))
        foot = QRectF(0, 2 * GRID + 2, self.width(), 2 * GRID)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, tr("person"))
        painter.drawText(foot, Qt.AlignmentFlag.AlignHCenter, tr("unsure"))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, tr("machine"))
        if self._judgement is not None:
            self._paint_chance(painter, groove, self._judgement)
        painter.end()

    def _paint_chance(self, painter: QPainter, groove: QRectF, judgement: Judgement) -> None:
        theme = current_theme()
        low, high = self._at(groove, judgement.low, 0), self._at(groove, judgement.high, GRID)
        painter.fillRect(QRectF(low, high).adjusted(-1, 0, 1, 0), says_colour(judgement.says))
        painter.setPen(QPen(theme.colour("panel"), 2))
        painter.setBrush(theme.colour("text"))
        painter.drawEllipse(self._at(groove, judgement.chance, GRID / 2), 6, 6)

    def _at(self, groove: QRectF, share: float, down: float) -> QPointF:
        return QPointF(groove.left() + groove.width() * share, groove.top() + down)


class PassageStrip(QWidget):
    """A small field for each passage in the colour of what it speaks for; a click goes there."""

    chosen = Signal(int)
    """The number of a passage."""

    def __init__(self) -> None:
        super().__init__()
        self._passages: tuple[Judgement, ...] = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Passages"))
        self._fit()

    def show_passages(self, passages: tuple[Judgement, ...]) -> None:
        self._passages = passages
        counts = {says_text(passage.says): 0 for passage in passages}
        for passage in passages:
            counts[says_text(passage.says)] += 1
        self.setAccessibleDescription(", ".join(f"{text}: {count}" for text, count in counts.items()))
        self._fit()
        self.update()

    def place(self, number: int) -> QRectF:
        """Where the field of a passage is."""
        row, column = divmod(number, self._columns)
        return QRectF(column * FIELD, row * FIELD, FIELD - 2, FIELD - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(current_theme().colour("muted"))
        for number, passage in enumerate(self._passages):
            painter.setBrush(says_colour(passage.says))
            painter.drawRect(self.place(number).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def resizeEvent(self, event: object) -> None:
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number_at(event.position())
        if number is not None:
            self.chosen.emit(number)

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            number = self._number_at(QPointF(event.pos()))
            if number is not None:
                passage = self._passages[number]
                told = f"{chance_text(passage)} ({says_text(passage.says)})"
                QToolTip.showText(event.globalPos(), told, self)
            return True
        return super().event(event)  # pyright: ignore[reportArgumentType]

    @property
    def _columns(self) -> int:
        return max(1, self.width() // FIELD)

    def _number_at(self, place: QPointF) -> int | None:
        number = int(place.y() // FIELD) * self._columns + int(place.x() // FIELD)
        return number if 0 <= number < len(self._passages) and place.x() < self._columns * FIELD else None

    def _fit(self) -> None:
        self.setFixedHeight(max(1, -(-len(self._passages) // self._columns)) * FIELD)


FIELD = 2 * GRID


def chance_text(judgement: Judgement) -> str:
    """A chance with its range, in words."""
    return tr(
        "{chance} % (between {low} and {high})",
        chance=round(100 * judgement.chance),
        low=round(100 * judgement.low),
        high=round(100 * judgement.high),
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else "< 1 %"


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPixelSize(SMALL)
    return small
