"""Three passages side by side under the caret, to choose one of."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.write.choices import COUNT, Choices
from app.studios.write.views.editor import Editor
from app.ui.theme import GRID

WIDEST = 112 * GRID
EMPTY = "…"
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Column(QFrame):
    """One passage under its number and seed."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("choice")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._title, self._text = QLabel(), QLabel()
        self._title.setObjectName("muted")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(self._title)
        column.addWidget(self._text, 1)

    @property
    def text(self) -> str:
        return self._text.text()

    def show_passage(self, title: str, passage: str, current: bool) -> None:
        self._title.setText(title)
        self._text.setText(passage.strip("\n") or EMPTY)
        self.setAccessibleName(f"{title}: {passage}")
        if self.property("current") != current:
            self.setProperty("current", current)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class Alternatives(QFrame):
    """The strip of :class:`Choices`: number keys or a click take, arrows walk, Enter takes, M gives others, Esc closes.

    Any other key closes it and goes to the text, so that one can just write on.
    """

    def __init__(self, editor: Editor, choices: Choices) -> None:
        super().__init__(editor)
        self.setObjectName("popup")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Three suggestions"))
        self._editor, self._choices, self._current = editor, choices, 0
        self.columns = [Column() for _ in range(COUNT)]
        self.more = self._make_more()
        self._title = QLabel()
        self._scroll = self._make_scroll()
        self._lay_out()
        for number, column in enumerate(self.columns):
            column.clicked.connect(lambda number=number: choices.take(number))
        choices.changed.connect(self._show)
        editor.placeChanged.connect(self._moved)
        self.hide()

    def event(self, event: QEvent) -> bool:
        """Esc and Enter are this strip's while it has the focus, not the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            ours = event.key() in (Qt.Key.Key_Escape, *_TAKES) and event.modifiers() == Qt.KeyboardModifier.NoModifier
            event.setAccepted(ours)
            return ours
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, number = event.key(), event.key() - Qt.Key.Key_1
        if 0 <= number < COUNT:
            self._choices.take(number)
        elif key in _TAKES:
            self._choices.take(self._current)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._walk(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_M:
            self._choices.more()
        elif key == Qt.Key.Key_Escape:
            self._choices.drop()
        elif event.text():
            self._choices.drop()
            QApplication.sendEvent(self._editor, event)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Whoever clicks elsewhere in the window is done here."""
        super().focusOutEvent(event)
        focused = QApplication.focusWidget()
        if focused is not None and not self.isAncestorOf(focused) and focused is not self:
            self._choices.drop()

    # --- inside --------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        choices = self._choices
        if choices.request is None:
            self._close()
            return
        at_caret = choices.request.start == choices.request.end
        self._title.setText(tr("Three ways to go on") if at_caret else tr("Three ways to write the marked passage"))
        if self.isHidden():
            self._current = 0
        passages = zip(self.columns, choices.seeds, choices.passages, strict=True)
        for number, (column, seed, passage) in enumerate(passages):
            title = tr("{number} · seed {seed}", number=number + 1, seed=seed)
            column.show_passage(title, passage.lstrip(" "), number == self._current)
        self._place()
        if self.isHidden():
            self.show()
            self.setFocus()

    def _close(self) -> None:
        if not self.isHidden():
            had_focus = self.hasFocus() or self.isAncestorOf(self.focusWidget() or self)
            self.hide()
            if had_focus:
                self._editor.setFocus()

    def _walk(self, step: int) -> None:
        self._current = (self._current + step) % COUNT
        self._show()

    def _moved(self, start: int, end: int) -> None:
        request = self._choices.request
        if request is not None and (start, end) != (request.start, request.end):
            self._choices.drop()

    def _place(self) -> None:
        """Under the caret's line; above it where there is no room; as wide as three columns need."""
        room, caret = self._editor.contentsRect(), self._caret()
        width = min(WIDEST, room.width() - 2 * GRID)
        wanted = self._row.heightForWidth(width - 2 * GRID)
        self._body.setFixedHeight(wanted)
        around = self._title.sizeHint().height() + 4 * GRID
        height = min(wanted + around + GRID, max(20 * GRID, room.height() // 2))
        below = caret.bottom() + GRID // 2
        fits = below + height <= room.bottom()
        top = below if fits else max(room.top() + GRID, caret.top() - GRID // 2 - height)
        self.setGeometry(room.left() + (room.width() - width) // 2, top, width, height)
        self.raise_()

    def _caret(self) -> QRect:
        return self._editor.cursorRect().translated(self._editor.viewport().geometry().topLeft())

    def _make_more(self) -> QPushButton:
        button = QPushButton(tr("More"))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolTip(tr("Three others, with the next seeds (M)"))
        button.clicked.connect(self._choices.more)
        return button

    def _make_scroll(self) -> QScrollArea:
        self._body = QWidget()
        self._row = QHBoxLayout(self._body)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID // 2)
        for column in self.columns:
            self._row.addWidget(column, 1)
        scroll = QScrollArea()
        scroll.setWidget(self._body)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return scroll

    def _lay_out(self) -> None:
        hint = QLabel(tr("1 – 3 or a click takes · ← → walk · Esc closes"))
        for label in (self._title, hint):
            label.setObjectName("muted")
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(hint)
        head.addSpacing(GRID)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
