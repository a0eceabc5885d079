"""The commands of the page that show how expected notes are, and what would have been likelier."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.compose.edits import Key, chosen, move
from app.studios.compose.expectations import Expectation
from app.studios.compose.state import ComposeState
from app.studios.compose.surprise import Surprise
from app.studios.compose.views.roll import PianoRoll
from app.studios.compose.views.tools import Tools
from app.studios.compose.words import pitch_name


class SurpriseCommands:
    """For a page that has a roll and a surprise map."""

    roll: PianoRoll
    state: ComposeState
    surprise: Surprise
    tools: Tools
    likelier: QMenu | None = None
    """The menu of alternatives that was shown last."""

    def toggle_surprise(self) -> None:
        self.tools.surprise.toggle()

    def show_likelier(self) -> None:
        """For the selected note; the map is switched on where it is off."""
        if not self.surprise.on:
            self.toggle_surprise()
        found = chosen(self.state.document, self.roll.selection)
        if len(found) == 1:
            track, note = found[0]
            self.offer(Key(track, note.start, note.pitch))
        else:
            self.state.failed.emit(
                AtelierError(ErrorKind.BAD_INPUT, tr("Which note?"), tr("Select one note and ask again."))
            )

    def offer(self, key: Key) -> None:
        """Show what the model thought likely in place of a note, in a menu at the note."""
        expected = self.surprise.found.get(key)
        if expected is None:
            return
        menu = QMenu(self.roll)
        for pitch, chance in expected.likely:
            menu.addAction(self._choice(menu, key, pitch, chance))
        menu.setAccessibleName(_told(expected))
        self.likelier = menu
        menu.popup(self.roll.place_of(key))

    def _choice(self, menu: QMenu, key: Key, pitch: int, chance: float) -> QAction:
        action = QAction(f"{pitch_name(pitch)}    {100 * chance:.0f} %", menu)
        action.setCheckable(True)
        action.setChecked(pitch == key.pitch)
        action.triggered.connect(lambda: self._take(key, pitch))
        return action

    def _take(self, key: Key, pitch: int) -> None:
        if pitch == key.pitch:
            return
        score, selection = move(self.state.document, frozenset({key}), 0, pitch - key.pitch)
        self.state.edit(tr("Likelier note"), score)
        self.roll.select(selection)


def _told(expected: Expectation) -> str:
    return tr("{place}. likeliest note here", place=expected.place)
