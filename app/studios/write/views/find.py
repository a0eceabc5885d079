"""Find and replace: a bar above the text. Searching is done in a thread, the newest question wins."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Jobs, Listener
from app.studios.write.document import Text
from app.studios.write.search import Query, find_all, replace_all, replaced_at
from app.studios.write.views.editor import Editor
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

SEARCH = "search"
"""The thread in which is searched and counted."""
WAIT_MS = 120
_NONE = np.empty((0, 2), np.int64)


class FindBar(QFrame):
    """Hidden until asked for; marks all matches in the text and goes from one to the next."""

    replaced = Signal(object, str)
    """The whole :class:`Text` after a replacement, and the title of that step."""

    def __init__(self, editor: Editor, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._editor, self._jobs = editor, jobs
        self._found = _NONE
        self._searched = Text()
        self._from = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._search)
        self.pattern = self._field(
            tr("Find"), tr("What to look for; Enter goes to the next, Shift+Enter to the one before")
        )
        self.new = self._field(tr("Replace by"), tr("What to put in its place; with regex, \\1 is the first group"))
        self.case = self._switch("Aa", tr("Tell capitals from small letters"))
        self.whole = self._switch(tr("Word"), tr("Whole words only"))
        self.regex = self._switch(".*", tr("Regular expression: . any sign, \\d a digit, (…) a group"))
        self.count = QLabel()
        self.count.setObjectName("muted")
        self._error = QLabel()
        self._error.setObjectName("problem")
        self._error.setWordWrap(True)
        self._lay_out()
        self.pattern.textEdited.connect(lambda _: self._ask_again())
        self.pattern.returnPressed.connect(self.next)
        self.new.returnPressed.connect(self.replace)
        self._say(None)
        self.hide()

    # --- what is asked -------------------------------------------------------------------------------------------

    @property
    def query(self) -> Query:
        return Query(self.pattern.text(), self.case.isChecked(), self.whole.isChecked(), self.regex.isChecked())

    @property
    def error(self) -> str:
        """What is wrong with the pattern; empty if nothing."""
        return self._error.text()

    def open(self, with_replace: bool) -> None:
        """Show the bar; what is marked in the text, if it is short, becomes what to look for."""
        marked = self._editor.textCursor().selectedText()
        if marked and len(marked) < 200 and "\u2029" not in marked:
            self.pattern.setText(marked)
        for widget in self._replacing:
            widget.setVisible(with_replace)
        self.show()
        self.pattern.setFocus()
        self.pattern.selectAll()
        self._ask_again()

    def close_bar(self) -> None:
        """Hide it and give the keyboard back to the text; the match in front stays marked."""
        self._timer.stop()
        self._jobs.drop(f"write.{SEARCH}")
        self.hide()
        self._show_found(_NONE)
        self._editor.setFocus()

    def next(self) -> None:
        """Go to the next match behind the caret, from the end on to the first."""
        self._go(int(np.searchsorted(self._found[:, 0], self._editor.place()[1])))

    def previous(self) -> None:
        """Go to the match before what is marked, from the first on to the last."""
        self._go(int(np.searchsorted(self._found[:, 1], self._editor.place()[0], side="right")) - 1)

    def replace(self) -> None:
        """Replace the match that is marked, and go to the next."""
        start, end = self._editor.place()
        try:
            text = (
                replaced_at(self._editor.shown, start, end, self.query, self.new.text()) if self.query.pattern else None
            )
        except AtelierError as error:
            self._say(error)
            return
        if text is not None:
            put = len(text) - len(self._editor.shown) + end
            self.replaced.emit(text, tr("Replace"))
            self._editor.mark(put, put)
        self.next()

    def replace_all(self) -> None:
        """Replace every match, in a thread, as one step; not if the text was changed meanwhile."""
        before, query, new = self._editor.shown, self.query, self.new.text()
        if not query.pattern:
            return
        found: list[tuple[Text, int]] = []

        def work(progress: Progress) -> Iterator[None]:
            found.append(replace_all(before, query, new, progress))
            yield None

        def ended(end: End, error: AtelierError | None) -> None:
            self._say(error)
            if end is End.DONE and self._editor.shown is before:
                text, count = found[0]
                if count:
                    self.replaced.emit(text, tr("Replace all"))
                self.count.setText(tr("{count} replaced", count=f"{count:,}"))

        self._jobs.submit("write.replace", work, Listener(ended=ended), lane=SEARCH)

    def text_changed(self) -> None:
        """The text is another: matches move along, and are looked for anew in a moment."""
        if self.isHidden():
            return
        start, end, new = self._editor.shown.change_since(self._searched)
        moved = self._found[self._found[:, 0] >= end] + len(new) - (end - start)
        self._show_found(np.concatenate([self._found[self._found[:, 1] <= start], moved]))
        self._searched = self._editor.shown
        self._timer.start(WAIT_MS)

    # --- inside --------------------------------------------------------------------------------------------------

    def _ask_again(self) -> None:
        """The question is another: look for it from where one is."""
        self._from = self._editor.place()[0]
        self._search(jump=True)

    def _search(self, jump: bool = False) -> None:
        text, query = self._editor.shown, self.query
        if not query.pattern:
            self._jobs.drop(f"write.{SEARCH}")
            self._say(None)
            self._show_found(_NONE)
            self.count.setText("")
            return
        found: list[np.ndarray] = []

        def work(progress: Progress) -> Iterator[None]:
            found.append(find_all(text.text, query, progress))
            yield None

        def ended(end: End, error: AtelierError | None) -> None:
            if text is self._editor.shown:
                self._searched = text
                self._show_found(found[0] if end is End.DONE else _NONE)
                if jump and len(self._found):
                    self._go(int(np.searchsorted(self._found[:, 0], self._from)))
            self._say(error)

        self._jobs.submit(f"write.{SEARCH}", work, Listener(ended=ended), lane=SEARCH)

    def _show_found(self, found: np.ndarray) -> None:
        self._found = found
        self._editor.set_found(found)
        at = np.flatnonzero((found == self._editor.place()).all(axis=1))
        if len(at):
            self.count.setText(tr("{at} of {count}", at=f"{at[0] + 1:,}", count=f"{len(found):,}"))
        elif self.pattern.text():
            self.count.setText(tr("{count} found", count=f"{len(found):,}"))

    def _go(self, number: int) -> None:
        if len(self._found):
            start, end = map(int, self._found[number % len(self._found)])
            self._editor.mark(start, end)
            self._show_found(self._found)

    def _say(self, error: AtelierError | None) -> None:
        if error is not None:
            self.count.setText("")
        self._error.setText(str(error) if error else "")
        self._error.setVisible(error is not None)

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(name)
        field.setAccessibleName(name)
        field.setToolTip(hint)
        field.setClearButtonEnabled(False)
        field.setMaximumWidth(50 * GRID)
        return field

    def _switch(self, title: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setText(title)
        button.setCheckable(True)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.toggled.connect(lambda _: self._ask_again())
        return button

    def _lay_out(self) -> None:
        one, every = QPushButton(tr("Replace")), QPushButton(tr("Replace all"))
        one.setToolTip(tr("Replace this one and go to the next (Enter)"))
        every.setToolTip(tr("Replace all matches in the text, as one step that can be undone"))
        one.clicked.connect(self.replace)
        every.clicked.connect(self.replace_all)
        self._replacing = (self.new, one, every)
        layout = QGridLayout(self)
        layout.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        layout.setHorizontalSpacing(GRID // 2)
        row = (
            self.pattern,
            self.case,
            self.whole,
            self.regex,
            tool_button("up", tr("The one before (Shift+F3)"), self.previous),
            tool_button("down", tr("The next (F3)"), self.next),
            self.count,
        )
        for column, widget in enumerate(row):
            layout.addWidget(widget, 0, column)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(len(row), 1)
        layout.addWidget(tool_button("close", tr("Close (Esc)"), self.close_bar), 0, len(row) + 1)
        layout.addWidget(self.new, 1, 0)
        layout.addWidget(one, 1, 1, 1, 2)
        layout.addWidget(every, 1, 3, 1, 3)
        layout.addWidget(self._error, 2, 0, 1, len(row) + 1)
