"""What the machine does while one writes, as the user wishes it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.write.choices import Choices
from app.studios.write.state import WriteState
from app.studios.write.suggestions import Suggestions
from app.studios.write.views.alternatives import Alternatives
from app.studios.write.views.chances import ChancesPopup
from app.studios.write.views.editor import Editor
from app.studios.write.views.ghost import GhostView
from app.ui.theme import GRID


class Aids:
    """What the machine offers a writer: suggestions at the caret, and how they are wished."""

    def __init__(self, state: WriteState, editor: Editor, preferences: dict[str, Any]) -> None:
        self.suggestions = Suggestions(state, preferences)
        self.ghost = GhostView(editor, self.suggestions)
        self.choices = Choices(state)
        self.alternatives = Alternatives(editor, self.choices)
        self.chances = ChancesPopup(editor, state, self.suggestions, preferences)
        self.form = AidForm(self.suggestions, self.chances)
        self._state, self._editor, self._refilling = state, editor, False
        self.choices.taken.connect(self._show_taken)

    def choose(self, start: int, end: int) -> None:
        """Offer three passages for a place or span."""
        self.suggestions.drop()
        self._state.place = (start, end)
        self._refilling = start < end
        self.choices.ask()

    def look(self) -> None:
        """Show the chances at the word of the caret, or of what comes after it."""
        self.suggestions.drop()
        self.ghost.refresh()
        self.chances.look(self._editor.place()[0], by_key=True)

    def _show_taken(self, start: int, end: int) -> None:
        """A refilled passage stays marked, so that it can be refilled again; else one writes on behind it."""
        self._editor.mark(start if self._refilling else end, end)
        self._editor.setFocus()

    def close_down(self) -> None:
        """End the timers, before the window closes."""
        self.suggestions.close()
        self.chances.close_list()


class AidForm(QWidget):
    """The section “While you write” of the panel."""

    def __init__(self, suggestions: Suggestions, chances: ChancesPopup) -> None:
        super().__init__()
        self.pause = QCheckBox(tr("Suggest after a pause"))
        self.pause.setToolTip(
            tr("When you stop typing for a moment, how the text might go on is shown at the caret; Tab takes it")
        )
        self.pause.setChecked(suggestions.after_pause)
        self.pause.toggled.connect(suggestions.set_after_pause)
        self.hover = QCheckBox(tr("Chances under the mouse"))
        self.hover.setToolTip(
            tr("Rest on a word to see what else could stand there and how likely; Alt+click shows it at once")
        )
        self.hover.setChecked(chances.on_hover)
        self.hover.toggled.connect(chances.set_on_hover)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(self.pause)
        column.addWidget(self.hover)
