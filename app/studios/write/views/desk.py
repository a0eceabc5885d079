"""What lies around the page: find and replace, chapters, words and goal, the look. Keeps them in step with the text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QTimer

from app.base.progress import Progress
from app.jobs.worker import Listener
from app.runtime.manifest import ControlValue
from app.studios.write.document import Text
from app.studios.write.outline import Outline, heading_at
from app.studios.write.state import WriteState
from app.studios.write.views.editor import Editor
from app.studios.write.views.find import SEARCH, FindBar
from app.studios.write.views.goal import GoalPanel
from app.studios.write.views.look import CONTROLS, SIZES, Look
from app.studios.write.views.outline import OutlineView
from app.studios.write.words import count_words
from app.ui.form import ControlForm

SETTLE_MS = 150
"""Chapters and counts follow the text when the hands rest for a moment, not at each key."""


class Desk(QObject):
    """Makes the widgets; the page puts them where they belong. *kept* is the studio's section of the settings."""

    def __init__(self, state: WriteState, editor: Editor, kept: dict[str, Any], parent: QObject) -> None:
        super().__init__(parent)
        self._state, self._editor, self._kept = state, editor, kept
        self._outline = Outline()
        self._words_at_start = state.words
        self.look = Look.of(kept.get("look", {}))
        self.find = FindBar(editor, state.services.jobs)
        self.chapters = OutlineView()
        self.goal = GoalPanel(kept.get("goal", {}))
        self.form = ControlForm(CONTROLS)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self.follow)
        self._connect()
        self._show_look()
        self.follow()

    # --- commands ------------------------------------------------------------------------------------------------

    def set_look(self, name: str, value: ControlValue) -> None:
        """Change one thing about the look, now and for later."""
        self.look = msgspec.structs.replace(self.look, **{name: value})
        self._kept["look"] = msgspec.to_builtins(self.look)
        self._show_look()

    def resize_type(self, steps: int) -> None:
        """Larger or smaller type, within :data:`SIZES`."""
        size = self.look.size + steps * SIZES.step
        self.set_look("size", min(max(size, SIZES[0]), SIZES[-1]))

    def go_to_chapter(self, by: int) -> None:
        """Go to the next chapter (1), or to the beginning of this one or the one before (-1)."""
        headings, place = self._outline.of(self._state.document), self._editor.place()[0]
        here = heading_at(headings, place)
        if by < 0 and here >= 0 and headings[here].start < place:
            by = 0
        if 0 <= here + by < len(headings):
            self._editor.go_to(headings[here + by].start)

    def begin_session(self) -> None:
        """Words are counted from here on as those of this session."""
        self._words_at_start = self._state.words
        self.follow()

    def follow(self) -> None:
        """Show chapters and words of the text as it is."""
        words = self._state.words
        self.chapters.show_headings(self._outline.of(self._state.document))
        self.chapters.mark(self._editor.place()[0])
        self.goal.show_words(words, words - self._words_at_start)
        self._count_marked()

    def close_down(self) -> None:
        """End what waits."""
        self._settle.stop()
        self.find.close_bar()

    # --- inside --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._state.documentChanged.connect(self._text_changed)
        self._editor.placeChanged.connect(lambda *_: self._settle.start(SETTLE_MS))
        self._state.opened.connect(lambda _: self.begin_session())
        self.find.replaced.connect(self._replaced)
        self.chapters.chosen.connect(self._go_to_row)
        self.goal.goalChanged.connect(lambda goal: self._kept.__setitem__("goal", goal))
        self.form.changed.connect(self.set_look)

    def _text_changed(self) -> None:
        self.find.text_changed()
        self._settle.start(SETTLE_MS)

    def _replaced(self, text: Text, title: str) -> None:
        self._state.edit(title, text)

    def _go_to_row(self, row: int) -> None:
        headings = self._outline.of(self._state.document)
        if row < len(headings):
            self._editor.go_to(headings[row].start)

    def _show_look(self) -> None:
        self._editor.set_look(self.look)
        self.form.set_values(msgspec.to_builtins(self.look))

    def _count_marked(self) -> None:
        """What is marked may be the whole novel, so it is counted in a thread."""
        start, end = self._editor.place()
        text = self._editor.shown.text

        def work(_: Progress) -> Iterator[int]:
            yield count_words(text[start:end])

        jobs = self._state.services.jobs
        if start == end:
            jobs.drop("write.marked")
            self.goal.show_marked(0)
        else:
            jobs.submit("write.marked", work, Listener(partial=self.goal.show_marked), lane=SEARCH)
