"""The suggestion at the caret, dimmed, in its place among the words; and the keys that take it or drop it."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QTextBlock, QTextCharFormat, QTextCursor, QTextLayout

from app.studios.write.suggestions import Suggestions
from app.studios.write.views.editor import Editor
from app.studios.write.views.units import unit_length
from app.ui.theme import current_theme

WAITING = "…"


class GhostView(QObject):
    """Lays the ghost out as Qt does what an input method is about to write: among the words, not in the document."""

    def __init__(self, editor: Editor, suggestions: Suggestions) -> None:
        super().__init__(editor)
        self._editor, self._suggestions = editor, suggestions
        self._block: QTextBlock | None = None
        editor.installEventFilter(self)
        editor.viewport().installEventFilter(self)
        # Queued: a change that is told of from inside another change of Qt's document breaks its book-keeping.
        suggestions.changed.connect(self.refresh, Qt.ConnectionType.QueuedConnection)

    def refresh(self) -> None:
        """Show the ghost as it is now."""
        ghost = self._suggestions.ghost
        text = WAITING if self._suggestions.waiting else ghost.rest if ghost else ""
        block = self._editor.block_at(ghost.place)[0] if ghost and text else None
        if self._block is not None and self._block != block:
            self._lay(self._block, -1, "")
        self._block = block
        if ghost is None or block is None:
            return
        self._lay(block, self._editor.block_at(ghost.place)[1], text)
        self._bring_into_view(block)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the ghost; a click sets the caret where it is seen, before the words move together again."""
        if self._suggestions.ghost is None:
            return False
        if isinstance(event, QKeyEvent) and watched is self._editor:
            return self._key(event)
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            return watched is self._editor.viewport() and self._press(event)
        if event.type() == QEvent.Type.InputMethod:
            self._suggestions.drop()
            self.refresh()
        return False

    # --- inside --------------------------------------------------------------------------------------------------

    def _key(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        word = event.matches(QKeySequence.StandardKey.MoveToNextWord)
        tab, escape = (plain and event.key() == key for key in (Qt.Key.Key_Tab, Qt.Key.Key_Escape))
        if not (word or tab or escape):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            if word:
                self._suggestions.take_word()
            elif escape:
                self._suggestions.drop()
            elif not event.isAutoRepeat():
                self._suggestions.take()
        return True

    def _press(self, event: QMouseEvent) -> bool:
        place = self._place_at(event.position().toPoint())
        self._suggestions.drop()
        self.refresh()
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            return False
        cursor = self._editor.textCursor()
        cursor.setPosition(place)
        self._editor.setTextCursor(cursor)
        return True

    def _place_at(self, point: QPoint) -> int | None:
        """The place in the document under a point of the viewport, in units; in the ghost, where it stands."""
        block = self._block
        for _, _, seen, place in self._editor.seen_blocks():
            if seen == block and place.top() <= point.y() < place.bottom():
                at = _unit_at(seen.layout(), point.x() - place.left(), point.y() - place.top())
                ghost, length = seen.layout().preeditAreaPosition(), ahead_length(seen.layout())
                return seen.position() + (at if at <= ghost else max(ghost, at - length))
        return None

    def _lay(self, block: QTextBlock, at: int, text: str) -> None:
        if block.isValid():
            with self._editor.following():
                cursor = QTextCursor(block)
                cursor.beginEditBlock()
                lay_ahead(block.layout(), at, text)
                cursor.endEditBlock()
        self._editor.viewport().update()

    def _bring_into_view(self, block: QTextBlock) -> None:
        """Scroll by as many lines as hang out at the bottom, the caret's line at most to the top."""
        place = self._editor.blockBoundingGeometry(block).translated(self._editor.contentOffset())
        caret, height = self._editor.cursorRect(), self._editor.viewport().height()
        hidden = min(_end_of(block.layout()) + place.top() - height, caret.top())
        if hidden > 0:
            bar = self._editor.verticalScrollBar()
            bar.setValue(bar.value() + math.ceil(hidden / max(1.0, block.layout().lineAt(0).height() * 1.5)))


def lay_ahead(layout: QTextLayout, at: int, text: str) -> None:
    """Show *text* dimmed at a unit of a paragraph, between its words; "" takes it away."""
    shown = text.replace("\n", "\u2028")
    layout.setPreeditArea(at if shown else -1, shown)
    dim = QTextCharFormat()
    dim.setForeground(current_theme().colour("muted"))
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = at, unit_length(shown), dim  # pyright: ignore[reportAttributeAccessIssue]
    layout.setFormats([span] if shown else [])


def ahead_length(layout: QTextLayout) -> int:
    """How many UTF-16 units are shown in a paragraph that are not in it."""
    return unit_length(layout.preeditAreaText())


def _end_of(layout: QTextLayout) -> float:
    """Where the last line of the ghost ends, from the top of its paragraph."""
    end = layout.preeditAreaPosition() + ahead_length(layout)
    line = layout.lineForTextPosition(end)
    return line.y() + line.height() if line.isValid() else 0.0


def _unit_at(layout: QTextLayout, x: float, y: float) -> int:
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        if y < line.y() + line.height() or number == layout.lineCount() - 1:
            found = line.xToCursor(x)
            return found if isinstance(found, int) else int(found[0])
    return 0
