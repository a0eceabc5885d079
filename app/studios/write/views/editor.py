"""The page one writes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.base.i18n import tr
from app.studios.write.document import Maker, Text, breaks_in
from app.studios.write.views.look import Look
from app.studios.write.views.reading import ReadingLayout
from app.studios.write.views.tint import (
    edited_colour,
    found_colour,
    line_rectangles,
    span_rectangles,
    tint_colour,
    underline,
)
from app.studios.write.views.units import Places, from_view, selected
from app.ui.theme import GRID, current_theme


class Editor(QPlainTextEdit):
    """Shows a :class:`Text` and says how the user changed it. Keeps no undo of its own: the studio's state does."""

    edited = Signal(object, int, int)
    """The new :class:`Text` after a change by hand, and where in it the new characters start and end."""
    placeChanged = Signal(int, int)
    """Start and end of the marked span, in characters; the same where nothing is marked: the caret."""
    lineBroken = Signal(int)
    """So many line breaks were put into what was pasted, because a line was too long to be shown."""
    goOn = Signal()
    """Tab was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = Text()
        self._places = Places()
        self._following = False
        self._tinted = True
        self.underlays: list[Callable[[QPainter], None]] = []
        """What else is painted under the text."""
        self._look = Look()
        self._found = np.empty((0, 2), np.int64)
        document = QTextDocument(self)
        self._reading = ReadingLayout(document)
        document.setDocumentLayout(self._reading)
        document.setUndoRedoEnabled(False)
        self.setDocument(document)
        self._dress()
        document.contentsChange.connect(self._changed)
        self.cursorPositionChanged.connect(self._tell_place)
        self.selectionChanged.connect(self._tell_place)

    # --- what is shown -------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Text:
        return self._shown

    def show_text(self, text: Text) -> None:
        """Show another text by changing only what differs, so that the caret and the view stay where they are."""
        change = text.change_since(self._shown, self.place()[1])
        if change.new or change.start < change.end:
            self._swap(*change)
        self._shown = text
        self.viewport().update()

    def place(self) -> tuple[int, int]:
        """Start and end of the marked span in characters, both at the caret where nothing is marked."""
        cursor = self.textCursor()
        return self._index(cursor.selectionStart()), self._index(cursor.selectionEnd())

    def mark(self, start: int, end: int) -> None:
        """Mark the characters from *start* up to *end*, the caret at the end."""
        cursor = self.textCursor()
        cursor.setPosition(self._units(start))
        cursor.setPosition(self._units(end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def block_at(self, index: int) -> tuple[QTextBlock, int]:
        """The paragraph of a character, and its place in it in units."""
        units = self._units(index)
        block = self.document().findBlock(units)
        return block, units - block.position()

    def word_under(self, point: QPoint) -> int | None:
        """The character under a point of the viewport that is a part of a word; None where there is none."""
        at = self._index(self.cursorForPosition(point).position())
        # A caret stands between characters: the one before it may be the one under the point.
        for place in (at, at - 1):
            letter = self._shown.text[place : place + 1] if place >= 0 else ""
            if letter.isalnum() and self.rectangle_of(place, in_viewport=True).adjusted(-1, -4, 1, 4).contains(point):
                return place
        return None

    def rectangle_of(self, index: int, in_viewport: bool = False) -> QRect:
        """Where a character is seen, in pixels of the editor or of its viewport."""
        cursor = self.textCursor()
        cursor.setPosition(self._units(index))
        place = self.cursorRect(cursor)
        cursor.setPosition(self._units(min(index + 1, len(self._shown))))
        after = self.cursorRect(cursor)
        if after.top() == place.top():
            place.setRight(after.left())
        return place if in_viewport else place.translated(self.viewport().geometry().topLeft())

    @contextmanager
    def following(self) -> Iterator[None]:
        """While this lasts, changes of the view are not the user's."""
        before, self._following = self._following, True
        yield
        self._following = before

    def set_tinted(self, on: bool) -> None:
        """Show or hide what the machine wrote."""
        self._tinted = on
        self.viewport().update()

    def set_look(self, look: Look) -> None:
        """Typeface, size, line height and width of the page."""
        self._look = look
        self._reading.air = look.line_height / 100 - 1
        self.setFont(look.font())
        self._centre()
        self._keep_in_middle()
        self.viewport().update()

    def set_found(self, found: np.ndarray) -> None:
        """Mark these places, start and end in characters of shape (n, 2), rising."""
        self._found = found
        self.viewport().update()

    def go_to(self, place: int) -> None:
        """Set the caret there and bring it to the middle of the page."""
        self.mark(place, place)
        self.centerCursor()
        self.setFocus()

    # --- events --------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Tab asks how to go on; undo and redo belong to the window, whose steps hold the settings too.

        Wheel and clicks that come here and not to the viewport are in the margins; they work as in the text.
        """
        if isinstance(event, QKeyEvent):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab and plain:
                self.goOn.emit()
                return True
            if event.type() == QEvent.Type.ShortcutOverride and _is_undo(event):
                event.ignore()
                return False
        if isinstance(event, QWheelEvent):
            self.wheelEvent(event)
            return True
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self.setTextCursor(self.cursorForPosition(self.viewport().mapFrom(self, event.position().toPoint())))
            return True
        return super().event(event)

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = Text.by("user", from_view(source.text().replace("\r\n", "\n").replace("\r", "\n")))
        breaks = breaks_in(text.text)
        self.insertPlainText(text.with_changes(breaks).text)
        if breaks:
            self.lineBroken.emit(len(breaks))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are the page's business."""
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasUrls():
            event.ignore()
        else:
            super().dragMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        self._keep_in_middle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._centre()
        super().resizeEvent(event)
        self._keep_in_middle()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setPen(Qt.PenStyle.NoPen)
        for underlay in self.underlays:
            underlay(painter)
        if self._tinted and self._shown.runs:
            _fill(painter, tint_colour(), self.tinted_rectangles())
            _fill(painter, edited_colour(), map(underline, self.tinted_rectangles("edited")))
        if len(self._found):
            _fill(painter, found_colour(), self.found_rectangles())
        painter.end()
        super().paintEvent(event)
        if not self._shown.text and not self.document().firstBlock().layout().preeditAreaText():
            self._paint_invitation()

    def tinted_rectangles(self, maker: Maker = "machine") -> Iterator[QRectF]:
        """Where what *maker* wrote is seen, in pixels of the viewport, a rectangle a line."""
        for start, end, block, place in self.seen_blocks():
            for first, last in self._shown.spans(maker, start, end):
                yield from line_rectangles(block, place, self._units(first), self._units(last))

    def found_rectangles(self) -> Iterator[QRectF]:
        """Where the marked places are seen."""
        for start, end, block, place in self.seen_blocks():
            first, last = np.searchsorted(self._found[:, 1], start, "right"), np.searchsorted(self._found[:, 0], end)
            for one, other in self._found[first:last].tolist():
                yield from line_rectangles(block, place, self._units(one), self._units(other))

    def rectangles(self, spans_in: Callable[[int, int], np.ndarray]) -> Iterator[tuple[QRectF, int]]:
        """Where the spans are seen that *spans_in* gives for a part of the text, and the number of each.

        Rows of start, end and number, int64 (n, 3), rising.
        """
        for start, end, block, place in self.seen_blocks():
            spans = spans_in(start, end)
            spans[:, :2] = self._places.all_to_units(spans[:, :2])
            yield from span_rectangles(block, place, spans.tolist())

    def index_at(self, place: QPoint) -> int:
        """The character at a place of the viewport."""
        return self._index(self.cursorForPosition(place).position())

    def seen_blocks(self) -> Iterator[tuple[int, int, QTextBlock, QRectF]]:
        """The paragraphs in view: start and end in characters, the block, its place in pixels of the viewport."""
        block, bottom = self.firstVisibleBlock(), self.viewport().height()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > bottom:
                return
            yield self._index(block.position()), self._index(block.position() + block.length() - 1), block, place
            block = block.next()

    # --- inside --------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        self.setFont(self._look.font())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setTabChangesFocus(True)
        self.setCursorWidth(2)
        self.setCenterOnScroll(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Text"))
        self.setAccessibleDescription(
            tr("Tab shows how the machine would go on, Tab again takes it, Shift+Tab leaves the text.")
        )

    def _paint_invitation(self) -> None:
        """Qt's own placeholder does not stand on the line where the caret is."""
        painter = QPainter(self.viewport())
        painter.setPen(current_theme().colour("muted"))
        painter.drawText(
            QRectF(self.cursorRect()).adjusted(self.cursorWidth(), 0, self.viewport().width(), 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
            tr("Write a few words, then press Tab to see how the machine would go on."),
        )
        painter.end()

    def _centre(self) -> None:
        """Set the margins so that a line holds as many characters as the look says, in the middle of the page."""
        measure = self._look.measure * QFontMetricsF(self.font()).averageCharWidth()
        side = max(2 * GRID, int(self.contentsRect().width() - self.verticalScrollBar().width() - measure) // 2)
        top = self._space_above() if self._look.typewriter else 2 * GRID
        if (self.viewportMargins().left(), self.viewportMargins().top()) != (side, top):
            self.setViewportMargins(side, top, side, 0)

    def _keep_in_middle(self) -> None:
        """As on a typewriter, bring the line of the caret to the middle of the page."""
        if self._look.typewriter:
            self._centre()
            self.centerCursor()

    def _space_above(self) -> int:
        """The margin above the text that brings the line of the caret to the middle, where no more can be scrolled."""
        room = self.contentsRect().height() // 2 + GRID
        block, line = self.document().firstBlock(), self.textCursor().block()
        while block != line and room > 2 * GRID:
            room -= int(self.blockBoundingRect(block).height())
            block = block.next()
        self.blockBoundingRect(line)  # lays it out
        found = line.layout().lineForTextPosition(self.textCursor().positionInBlock())
        return max(2 * GRID, room - int(found.y() + found.height() / 2) if found.isValid() else room)

    def _changed(self, at: int, removed: int, added: int) -> None:
        """Take over a change of the view; Qt's numbers may reach further than what really changed."""
        if self._following:
            return
        old = self._shown.text
        end = self.document().characterCount() - 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(at, end))
        cursor.setPosition(min(at + added, end), QTextCursor.MoveMode.KeepAnchor)
        new = selected(cursor)
        start, stop = self._index(at), self._index(at + removed)
        stop = min(stop, len(old))
        text = self._shown.typed(start, stop, new)
        if text.text == old:  # only the look has changed
            return
        self._places.replaced(start, stop, new)
        self._shown = text
        self.viewport().update()
        self.edited.emit(text, start, start + len(new))

    def _swap(self, start: int, end: int, new: str) -> None:
        """Replace characters in the view."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._units(start))
        cursor.setPosition(self._units(end), QTextCursor.MoveMode.KeepAnchor)
        self._places.replaced(start, end, new)
        with self.following():
            cursor.insertText(new)
        if self.textCursor().position() == cursor.position():
            self._keep_in_middle() if self._look.typewriter else self.ensureCursorVisible()

    def _tell_place(self) -> None:
        if not self._following:
            self.placeChanged.emit(*self.place())

    def _index(self, units: int) -> int:
        return self._places.to_index(units)

    def _units(self, index: int) -> int:
        return self._places.to_units(index)


def _fill(painter: QPainter, colour: QColor, rectangles: Iterable[QRectF]) -> None:
    """Fill those whose line is in view, not the rim of the line above."""
    painter.setBrush(colour)
    for rectangle in rectangles:
        if rectangle.center().y() > 0:
            painter.drawRect(rectangle)


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
