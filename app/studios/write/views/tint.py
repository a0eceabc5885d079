"""Where and in which colour the machine's text is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QTextBlock, QTextLayout, QTextLine

from app.studios.write.views.units import unit_length
from app.ui.theme import current_theme

_TINT = {False: 26, True: 44}
"""How much of the accent lies behind the machine's text, of 255, in a light and in a dark theme."""


def tint_colour() -> QColor:
    """The accent of the studio, thinned to a wash that text can be read on."""
    theme = current_theme()
    colour = theme.accent("write")
    colour.setAlpha(_TINT[theme.dark])
    return colour


def edited_colour() -> QColor:
    """The accent itself, for the line under what was put into the machine's text by hand."""
    return current_theme().accent("write")


def found_colour() -> QColor:
    """The ground of what was found: the grey of things that are pointed at, so that it can't be taken for the tint."""
    colour = current_theme().colour("muted")
    colour.setAlpha(90)
    return colour


def underline(rectangle: QRectF) -> QRectF:
    """The lowest two pixels of a rectangle."""
    return QRectF(rectangle.left(), rectangle.bottom() - 2, rectangle.width(), 2)


def line_rectangles(block: QTextBlock, place: QRectF, first: int, last: int) -> Iterator[QRectF]:
    """The rectangles of the UTF-16 units from *first* up to *last* of the whole text, inside one block."""
    lines = block.layout()
    spans = list(_laid_out(lines, first - block.position(), last - block.position()))
    for number in range(lines.lineCount()):
        line = lines.lineAt(number)
        for start, end in spans:
            left, right = max(start, line.textStart()), min(end, line.textStart() + line.textLength())
            if left < right:
                (x1, _), (x2, _) = line.cursorToX(left), line.cursorToX(right)  # pyright: ignore[reportGeneralTypeIssues]
                x2 = min(x2, line.x() + line.naturalTextWidth())  # the blank at a line's end is not seen
                yield QRectF(place.left() + x1, place.top() + line.y() - 2, x2 - x1, line.height() + 4)


def _laid_out(lines: QTextLayout, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Units of a paragraph as its lines count them: what is shown between its words without being there counts too."""
    length = unit_length(lines.preeditAreaText())
    at = lines.preeditAreaPosition() if length else end
    if start < at:
        yield start, min(end, at)
    if end > at:
        yield max(start, at) + length, end + length


def span_rectangles(
    block: QTextBlock, place: QRectF, spans: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[QRectF, int]]:
    """The same for many spans, first and last + 1 unit and a number, that rise and do not overlap.

    Each line and each border of two spans is asked for once: a page of letters has a thousand.
    """
    lines, base, at = block.layout(), block.position(), 0
    for number in range(lines.lineCount()):
        line = lines.lineAt(number)
        start, end = base + line.textStart(), base + line.textStart() + line.textLength()
        right, top, height = line.x() + line.naturalTextWidth(), place.top() + line.y() - 2, line.height() + 4
        border, x = -1, 0.0
        while at < len(spans) and spans[at][0] < end:
            first, last, kept = spans[at]
            one, other = max(first, start), min(last, end)
            if one < other:
                x1 = x if one == border else _x(line, one - base)
                border, x = other, min(_x(line, other - base), right)
                yield QRectF(place.left() + x1, top, x - x1, height), kept
            if last > end:
                break
            at += 1


def _x(line: QTextLine, place: int) -> float:
    return line.cursorToX(place)[0]  # pyright: ignore[reportGeneralTypeIssues, reportIndexIssue]
