"""The piano roll by keyboard alone.

Without a selection the arrows move a caret, and Return writes a note there. With one they move the notes: up and down
by a semitone, with Shift by an octave; left and right by the grid, with Shift they change the length. Control with left
or right walks from note to note in the voice, and adds to the selection when Shift is held too; Control with up or down
makes the selected notes louder or softer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.base.i18n import tr
from app.studios.compose.document import Note
from app.studios.compose.edits import NOTHING, add, chosen, delete, key_of, louder, move, resize

if TYPE_CHECKING:
    from app.studios.compose.views.roll import PianoRoll

Key = Qt.Key
ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, 1), Key.Key_Down: (0, -1)}
OCTAVE = 12
LOUDER = 8
"""Steps of velocity for one key."""
WRITTEN = 80
"""The velocity of a written note."""
HEARD = 4
"""At most so many transposed notes are heard."""


class KeyBoard:
    """Turns keys into edits of the roll it belongs to."""

    def __init__(self, roll: PianoRoll) -> None:
        self._roll = roll

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key asks for; False if it means nothing here."""
        key = Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in ARROWS and control:
            return self._walk(ARROWS[key], shift) or self._strike(ARROWS[key][1])
        if key in ARROWS:
            return self._nudge(ARROWS[key], shift) if self._roll.selection else self._move_caret(ARROWS[key], shift)
        if key in (Key.Key_Return, Key.Key_Enter) and not control:
            return self._write()
        if key in (Key.Key_Delete, Key.Key_Backspace):
            return self._delete()
        if key in (Key.Key_Home, Key.Key_End):
            return self._jump(key is Key.Key_End)
        return False

    def _nudge(self, arrow: tuple[int, int], shift: bool) -> bool:
        roll, (across, up) = self._roll, arrow
        if across and shift:
            roll.commit(
                tr("Change the length"), resize(roll.score, roll.selection, across * roll.grid, roll.grid), "length"
            )
        elif across:
            roll.commit(tr("Move notes"), move(roll.score, roll.selection, across * roll.grid, 0), "move")
        else:
            steps = up * (OCTAVE if shift else 1)
            roll.commit(tr("Transpose"), move(roll.score, roll.selection, 0, steps), "transpose")
            self._sound_selection()
        return True

    def _move_caret(self, arrow: tuple[int, int], shift: bool) -> bool:
        roll, (across, up) = self._roll, arrow
        tick, pitch = roll.caret
        step = 4 * roll.score.ticks_per_quarter if shift else roll.grid
        roll.move_caret(tick + across * step, pitch + up * (OCTAVE if shift else 1))
        return True

    def _write(self) -> bool:
        """A note at the caret, as long as the grid; the caret goes behind it."""
        roll = self._roll
        tick, pitch = roll.caret
        length = roll.grid if roll.division else roll.score.ticks_per_quarter
        score, _ = add(roll.score, roll.voice, Note(tick, pitch, length, WRITTEN))
        roll.commit(tr("Draw a note"), (score, NOTHING))
        roll.sounded.emit(roll.voice, pitch, WRITTEN)
        roll.move_caret(tick + length, pitch)
        return True

    def _sound_selection(self) -> None:
        for track, note in chosen(self._roll.score, self._roll.selection)[:HEARD]:
            self._roll.sounded.emit(track, note.pitch, note.velocity)

    def _delete(self) -> bool:
        roll = self._roll
        roll.commit(tr("Delete notes"), delete(roll.score, roll.selection))
        return True

    def _walk(self, arrow: tuple[int, int], adding: bool) -> bool:
        """Select the next or the previous note of the voice."""
        roll, (across, _) = self._roll, arrow
        notes = roll.score.tracks[roll.voice].notes
        if not across or not notes:
            return bool(across)
        here = [place for place, note in enumerate(notes) if key_of(roll.voice, note) in roll.selection]
        if here:
            place = here[-1] + 1 if across > 0 else here[0] - 1
        else:
            after = [place for place, note in enumerate(notes) if note.start >= roll.caret[0]]
            place = (after[0] if after else len(notes) - 1) if across > 0 else (after[0] if after else len(notes)) - 1
        note = notes[min(len(notes) - 1, max(0, place))]
        roll.select((roll.selection if adding else NOTHING) | {key_of(roll.voice, note)})
        roll.move_caret(note.start, note.pitch)
        return True

    def _strike(self, up: int) -> bool:
        roll = self._roll
        roll.commit(tr("Change the velocity"), louder(roll.score, roll.selection, up * LOUDER), "velocity")
        return True

    def _jump(self, end: bool) -> bool:
        roll = self._roll
        roll.select(NOTHING)
        roll.move_caret(roll.score.end if end else 0, roll.caret[1])
        return True
