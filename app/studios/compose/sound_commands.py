"""The commands of the page that have to do with sound and MIDI ports."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtWidgets import QFileDialog, QToolButton, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.studios.compose.alternatives import Alternatives
from app.studios.compose.band import Band
from app.studios.compose.document import Note, Score
from app.studios.compose.edits import paste, quantise
from app.studios.compose.player import Player
from app.studios.compose.state import ComposeState
from app.studios.compose.views.midi_ports import MidiPorts
from app.studios.compose.views.roll import PianoRoll
from app.studios.compose.views.tools import Tools
from app.ui.notices import ErrorStrip

FONT = "sound_font"
"""The name of the setting."""


class SoundCommands:
    """For a page that has a roll, a player and a band."""

    roll: PianoRoll
    tools: Tools
    state: ComposeState
    errors: ErrorStrip
    player: Player
    band: Band
    midi: MidiPorts
    loop_button: QToolButton
    click_button: QToolButton
    alternatives: Alternatives

    def play(self) -> None:
        """Through the speakers, or through the MIDI port that was chosen."""
        port = self.midi.output.currentData()
        if self.player.playing or self.band.playing:
            self.player.pause()
            self.band.stop()
        elif port is not None:
            self.band.play(self.alternatives.score, self.roll.playhead, port)
        else:
            self._go_into_loop()
            self.player.play(self.alternatives.score, self.roll.playhead)

    def rewind(self) -> None:
        self.seek(0)

    def seek(self, tick: int) -> None:
        """Put the cursor somewhere; playback goes on from there."""
        self.roll.set_playhead(tick)
        if self.player.playing:
            self.player.play(self.alternatives.score, tick)

    def toggle_loop(self) -> None:
        self.loop_button.toggle()

    def toggle_metronome(self) -> None:
        self.click_button.toggle()

    def apply_loop(self) -> None:
        """The marked bars, or the whole piece when none are marked."""
        region = self.roll.marked or (0, self.state.document.length)
        self.player.set_loop(region if self.loop_button.isChecked() else None)

    def _go_into_loop(self) -> None:
        """From outside the marked bars they would never be reached, or only after all that stands before them."""
        start, end = self.roll.marked or (0, self.state.document.length)
        if self.loop_button.isChecked() and not start <= self.roll.playhead < end:
            self.seek(start)

    # --- SoundFont -----------------------------------------------------------------------------------------------

    def choose_font(self) -> None:
        assert isinstance(self, QWidget)
        name, _ = QFileDialog.getOpenFileName(self, tr("SoundFont"), "", tr("SoundFonts") + " (*.sf2 *.sf3)")
        if name:
            self.use_font(Path(name))

    def default_font(self) -> None:
        self.use_font(None)

    def use_font(self, font: Path | None) -> None:
        """Play and export with this SoundFont from now on; None for the one that comes with Ateliê."""
        section = self.state.services.settings.section(self.state.card.id)
        section[FONT] = str(font) if font is not None else ""
        self.player.set_font(font)
        self.player.warm()

    def restore_font(self) -> None:
        """The SoundFont of the last time, if it is still there."""
        font = self.state.font
        if font is not None:
            self.player.set_font(font)

    def drop_font(self, error: AtelierError) -> None:
        """What is no SoundFont is not kept."""
        self.errors.show_error(error)
        if self.state.font is not None and self.state.font.name in error.message:
            self.use_font(None)

    # --- MIDI ports ----------------------------------------------------------------------------------------------

    def look_for_ports(self) -> None:
        try:
            self.midi.show_ports(*self.band.ports.names())
        except AtelierError as error:
            self.midi.show_ports([], [])
            self.errors.show_error(error)

    def record(self) -> None:
        """Begin to record from the chosen keyboard, or end it."""
        if self.band.recording:
            self.band.stop()
            self.player.pause()
            return
        if self.midi.input.currentData() is None:
            self.look_for_ports()
        port = self.midi.input.currentData()
        if port is None:
            self.midi.show_recording(False)
            return
        if self.band.record(self.state.document, self.roll.playhead, port) and self.state.document.end:
            self.player.play(self.state.document, self.roll.playhead)

    def take_recorded(self, notes: tuple[Note, ...]) -> None:
        """Put what was recorded into the track, as one step."""
        if not notes:
            return
        roll = self.roll
        score, selection = paste(roll.score, roll.voice, notes, min(note.start for note in notes))
        if self.midi.align.isChecked():
            score, selection = quantise(score, selection, roll.grid, self.tools.strength, self.tools.swing)
        roll.commit(tr("Record"), (_whole_quarters(score), selection))


def _whole_quarters(score: Score) -> Score:
    """What was played beyond the end makes the piece longer, by whole quarters."""
    quarter = score.ticks_per_quarter
    return msgspec.structs.replace(score, length=-(-score.length // quarter) * quarter)
