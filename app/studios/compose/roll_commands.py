"""The commands of the page that edit notes or change how they are shown."""

from __future__ import annotations

from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.document import Note, Score
from app.studios.compose.edits import (
    NOTHING,
    Selection,
    chosen,
    delete,
    duplicate,
    everything,
    give_to,
    key_of,
    paste,
    quantise,
)
from app.studios.compose.views.roll import PianoRoll
from app.studios.compose.views.tools import Tools

ZOOM = 1.25


class RollCommands:
    """For a page that has a roll and its tools."""

    roll: PianoRoll
    tools: Tools
    _kept: tuple[Note, ...] = ()
    """The notes that were cut or copied."""

    # --- notes ---------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        self._kept = tuple(note for _, note in chosen(self.roll.score, self.roll.selection)) or self._kept

    def cut(self) -> None:
        self.copy()
        self.roll.commit(tr("Cut"), delete(self.roll.score, self.roll.selection))

    def paste(self) -> None:
        """At the caret; it goes behind what was pasted, so that one can paste again and again."""
        roll = self.roll
        score, selection = paste(roll.score, roll.voice, self._kept, roll.caret[0])
        roll.commit(tr("Paste"), (score, selection))
        end = max((note.end for _, note in chosen(score, selection)), default=roll.caret[0])
        roll.move_caret(-(-end // roll.grid) * roll.grid, roll.caret[1])

    def duplicate(self) -> None:
        self.roll.commit(tr("Duplicate"), duplicate(self.roll.score, self.roll.selection, self.roll.grid))

    def quantise(self) -> None:
        roll, tools = self.roll, self.tools
        selection = roll.selection or self._of_track()
        changed, moved = quantise(roll.score, selection, roll.grid, tools.strength, tools.swing)
        roll.commit(tr("Quantise"), (changed, moved if roll.selection else NOTHING))

    def select_all(self) -> None:
        touchable = set(self.roll.touchable)
        self.roll.select(frozenset(key for key in everything(self.roll.score) if key.track in touchable))

    def select_track(self) -> None:
        self.roll.select(self._of_track())

    def select_none(self) -> None:
        self.roll.select(NOTHING)
        self.roll.set_marked(None)

    def mark_bars(self) -> None:
        """The bars of the selected notes, or that of the caret."""
        notes = [note for _, note in chosen(self.roll.score, self.roll.selection)]
        first = min((note.start for note in notes), default=self.roll.caret[0])
        last = max((note.end - 1 for note in notes), default=first)
        bars = bars_of(self.roll.score)
        self.roll.set_marked((bars.at(first).start, bars.at(last).end))

    def give_down(self) -> None:
        self._give(1)

    def give_up(self) -> None:
        self._give(-1)

    def take_pen(self) -> None:
        self.tools.pen.setChecked(True)

    def take_arrow(self) -> None:
        self.tools.arrow.setChecked(True)

    # --- tracks --------------------------------------------------------------------------------------------------

    def next_track(self) -> None:
        self.roll.set_voice(self.roll.voice + 1)

    def previous_track(self) -> None:
        self.roll.set_voice(self.roll.voice - 1)

    def voice_1(self) -> None:
        self.roll.set_voice(0)

    def voice_2(self) -> None:
        self.roll.set_voice(1)

    def voice_3(self) -> None:
        self.roll.set_voice(2)

    def voice_4(self) -> None:
        self.roll.set_voice(3)

    # --- view ----------------------------------------------------------------------------------------------------

    def zoom_in(self) -> None:
        self.roll.zoom(ZOOM)

    def zoom_out(self) -> None:
        self.roll.zoom(1 / ZOOM)

    def taller(self) -> None:
        self.roll.zoom_rows(ZOOM)

    def lower(self) -> None:
        self.roll.zoom_rows(1 / ZOOM)

    def fit(self) -> None:
        self.roll.fit()

    def cycle_others(self) -> None:
        box = self.tools.others
        box.setCurrentIndex((box.currentIndex() + 1) % box.count())

    def toggle_scale(self) -> None:
        self.tools.scale.toggle()

    # --- inside --------------------------------------------------------------------------------------------------

    def _of_track(self) -> Selection:
        voice = self.roll.voice
        return frozenset(key_of(voice, note) for note in self.roll.score.tracks[voice].notes)

    def _give(self, steps: int) -> None:
        """Let the next or the previous track play the selected notes, and write in it from now on."""
        roll = self.roll
        track = roll.voice + steps
        if roll.selection and 0 <= track < len(roll.score.tracks):
            given: tuple[Score, Selection] = give_to(roll.score, roll.selection, track)
            roll.commit(tr("Give notes to another track"), given)
            roll.set_voice(track)
            roll.select(given[1])
