"""Lines with air between them, for a plain text view, which lays out only what is seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTextBlock, QTextLayout
from PySide6.QtWidgets import QPlainTextDocumentLayout


class ReadingLayout(QPlainTextDocumentLayout):
    """Qt's plain layout sets solid; this one spreads the lines of a block when the block is first asked for."""

    air = 0.5
    """The space between two lines, as a part of a line's height."""

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        found = super().blockBoundingRect(block)
        lines = block.layout()
        if not lines.lineCount() or found.isEmpty():
            return found
        gap = round(lines.lineAt(0).height() * self.air)
        if lines.lineAt(0).y() != gap // 2:
            _spread(lines, gap)
            found = super().blockBoundingRect(block)
        return found.adjusted(0, 0, 0, gap - gap // 2)


def _spread(lines: QTextLayout, gap: int) -> None:
    height = float(gap // 2)
    for number in range(lines.lineCount()):
        line = lines.lineAt(number)
        line.setPosition(QPointF(line.x(), height))
        height += line.height() + gap
