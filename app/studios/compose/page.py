"""The page of the studio Compose: a piano roll, playback, and Bach's other voices."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.base.card import StudioCard
from app.base.errors import AtelierError
from app.base.i18n import tr
from app.jobs.services import Services
from app.jobs.worker import End, Listener
from app.studios.compose.alternatives import Alternatives
from app.studios.compose.band import Band
from app.studios.compose.bars import bars_of
from app.studios.compose.cast import cast_of
from app.studios.compose.codec import Codec
from app.studios.compose.commands import COMMANDS
from app.studios.compose.document import KeySignature, Score, Track
from app.studios.compose.instruments import parts_of, range_of
from app.studios.compose.machine_commands import MachineCommands
from app.studios.compose.notation.engraving import pages
from app.studios.compose.piece import add_track, remove_track, set_bars, set_key, set_meter, set_tempo
from app.studios.compose.player import Player
from app.studios.compose.roll_commands import RollCommands
from app.studios.compose.sound_commands import SoundCommands
from app.studios.compose.state import ComposeState
from app.studios.compose.surprise import Surprise
from app.studios.compose.surprise_commands import SurpriseCommands
from app.studios.compose.views.asking import Asking
from app.studios.compose.views.desk import Desk
from app.studios.compose.views.midi_ports import MidiPorts
from app.studios.compose.views.mixer import DRUM_KIT, TrackSettings
from app.studios.compose.views.piece import Piece
from app.studios.compose.views.roll import DRAW, SELECT, PianoRoll
from app.studios.compose.views.score_view import ScoreView
from app.studios.compose.views.strip import AlternativesStrip
from app.studios.compose.views.tools import Tools
from app.studios.compose.views.tracks import TrackList
from app.studios.compose.views.tracks_model import NAME
from app.ui.icons import set_icon
from app.ui.studio_page import StudioPage
from app.ui.widgets.bar import tool_button


class ComposePage(MachineCommands, RollCommands, SoundCommands, SurpriseCommands, StudioPage[ComposeState]):
    """Draw a melody, have it harmonised or gone on with, mark what you don't like, press Refill, listen."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.roll = PianoRoll()
        self.tools, self.piece = Tools(), Piece()
        self.tracks, self.track, self.midi = TrackList(), TrackSettings(), MidiPorts()
        self.asking, self.strip, self.score_view = Asking(), AlternativesStrip(), ScoreView()
        self.score_view.hide()
        super().__init__(ComposeState(services, card), Desk(self.strip, self.roll, self.score_view))
        self.alternatives, self.surprise = Alternatives(self.state, self), Surprise(self.state, self)
        self.player, self.band = Player(services.jobs, self), Band(services.jobs, self)
        self.rewind_button = tool_button("rewind", tr("To the beginning (Ctrl+Home)"), self.rewind)
        self.play_button = tool_button("play", tr("Play or pause (Space)"), self.play)
        self.loop_button = tool_button("loop", tr("Play the marked bars again and again (L)"), None, checkable=True)
        self.click_button = tool_button("metronome", tr("Click on each beat (M)"), None, checkable=True)
        self.score_button = tool_button("score", tr("Show the score instead of the roll (F7)"), None, checkable=True)
        self.score_button.toggled.connect(self._show_score_view)
        for button in (
            self.score_button,
            self.tools.arrow,
            self.tools.pen,
            self.rewind_button,
            self.play_button,
            self.loop_button,
            self.click_button,
        ):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space must stay the roll's
            self.bar.add_tool(button)
        self.add_section(tr("Tracks"), self.tracks)
        self.add_section(tr("Ask"), self.asking)
        self.add_section(tr("Tools"), self.tools)
        self.add_section(tr("Sound of the track"), self.track)
        self.add_section(tr("Piece"), self.piece)
        self.add_section(tr("MIDI"), self.midi, is_open=False)
        self._connect_roll()
        self._connect_panel()
        self._connect_sound()
        self._connect_machine()
        self._leave_keys_to_the_roll()
        self.restore_font()
        self._show_document()
        self.roll.fit()
        self.player.warm()

    # --- commands ------------------------------------------------------------------------------------------------

    def save_type_0(self) -> None:
        """Ask for a file and write MIDI of type 0, for instruments that read nothing else."""
        path = self._ask_path()
        if path is not None:
            self.state.export_type_0(path.with_suffix(".mid"))

    def stop(self) -> None:
        super().stop()
        self.alternatives.stop()
        if self.band.recording:
            self.record()

    def toggle_score(self) -> None:
        self.score_button.toggle()

    def add_track(self) -> None:
        self._change(tr("Add a track"), add_track(self.state.document), merge=False)
        self.roll.set_voice(len(self.state.document.tracks) - 1)

    def remove_track(self) -> None:
        self._change(tr("Take the track away"), remove_track(self.state.document, self.roll.voice), merge=False)

    def mute(self) -> None:
        self._set_track("muted", not self._track.muted)

    def solo(self) -> None:
        self._set_track("solo", not self._track.solo)

    def close_down(self) -> None:
        self.band.stop()
        self.player.close()

    # --- inside --------------------------------------------------------------------------------------------------

    def _leave_keys_to_the_roll(self) -> None:
        """A click on a button does not take the keys away from the roll; who comes by Tab means the button."""
        # What lies behind a button gets the focus that the button does not take.
        for widget in (*self.findChildren(QAbstractButton), self.panel):
            if widget.focusPolicy() & Qt.FocusPolicy.ClickFocus:
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _connect_roll(self) -> None:
        roll, tools = self.roll, self.tools
        roll.edited.connect(self.edit)
        roll.sought.connect(self.seek)
        roll.sounded.connect(lambda t, pitch, velocity: self.player.preview(self._now.tracks[t], pitch, velocity))
        roll.markChanged.connect(self.apply_loop)
        self.loop_button.toggled.connect(lambda _: self.apply_loop())
        self.click_button.toggled.connect(self.player.set_metronome)
        roll.voiceChanged.connect(lambda _: self._show_track())
        tools.penChosen.connect(lambda on: roll.set_tool(DRAW if on else SELECT))
        tools.snapChosen.connect(roll.set_division)
        tools.othersChosen.connect(roll.set_others)
        tools.scaleChosen.connect(roll.set_scale)
        tools.quantiseAsked.connect(self.quantise)
        self.state.documentChanged.connect(self._show_document)
        self.state.opened.connect(lambda _: roll.fit())

    def _connect_machine(self) -> None:
        self.asking.goOnAsked.connect(self.go_on)
        self.asking.harmoniseAsked.connect(self.harmonise)
        self.asking.refillAsked.connect(self.refill)
        self.strip.shownChosen.connect(self.alternatives.show)
        self.strip.taken.connect(self.take_alternative)
        self.strip.dismissed.connect(self.alternatives.clear)
        self.alternatives.changed.connect(self._show_alternatives)
        self.alternatives.busyChanged.connect(self.bar.set_busy)
        self.alternatives.progressed.connect(self.bar.show_progress)
        self.tools.surpriseChosen.connect(self.surprise.switch)
        self.surprise.changed.connect(lambda: self.roll.show_expected(self.surprise.found))
        self.roll.pressed.connect(self.offer)
        self.state.modelChanged.connect(self._show_what_can_be_asked)
        self._show_what_can_be_asked()

    def _connect_sound(self) -> None:
        for source in (self.player, self.band):
            source.moved.connect(lambda tick: self.roll.set_playhead(tick, follow=True))
            source.playingChanged.connect(self._show_playing)
        self.player.failed.connect(self.drop_font)
        self.band.failed.connect(self.errors.show_error)
        self.band.recordingChanged.connect(self.midi.show_recording)
        self.band.recorded.connect(self.take_recorded)
        self.midi.lookAsked.connect(self.look_for_ports)
        self.midi.recordToggled.connect(lambda _: self.record())

    def _connect_panel(self) -> None:
        piece, tracks = self.piece, self.tracks
        piece.tempoChosen.connect(lambda bpm: self._change(tr("Tempo"), set_tempo(self._now, bpm, self._here)))
        piece.meterChosen.connect(self._set_meter)
        piece.keyChosen.connect(self._set_key)
        piece.barsChosen.connect(lambda bars: self._change(tr("Length"), set_bars(self._now, bars)))
        tracks.chosen.connect(self.roll.set_voice)
        tracks.added.connect(self.add_track)
        tracks.removed.connect(self.remove_track)
        tracks.model.refillChosen.connect(self.roll.set_marked_voices)
        tracks.model.renamed.connect(lambda track, name: self._set_track("name", name, track))
        tracks.model.muted.connect(lambda track, on: self._set_track("muted", on, track))
        tracks.model.solo.connect(lambda track, on: self._set_track("solo", on, track))
        self.track.changed.connect(self._set_track)

    @property
    def _now(self) -> Score:
        return self.state.document

    @property
    def _here(self) -> int:
        """The beginning of the bar the cursor is in."""
        return bars_of(self._now).at(self.roll.playhead).start

    @property
    def _track(self) -> Track:
        return self._now.tracks[self.roll.voice]

    def _change(self, title: str, score: Score, merge: bool = True) -> None:
        self.state.edit(title, score, merge=title if merge else "")

    def _set_meter(self, numerator: int, denominator: int) -> None:
        self._change(tr("Metre"), set_meter(self._now, numerator, denominator, self._here))

    def _set_key(self, key: KeySignature | None) -> None:
        here = self._here
        fifths, minor = (key.fifths, key.minor) if key is not None else (None, False)
        self._change(tr("Key"), set_key(self._now, fifths, minor, here))

    def _set_track(self, field: str, value: object, track: int | None = None) -> None:
        """Change one field of a track, as a step that goes on while the same slider moves."""
        track = self.roll.voice if track is None else track
        changes = {field: value}
        if field == "instrument":
            changes = {"drums": True} if value == DRUM_KIT else {"drums": False, "program": value}
        score = self._now.change_track(track, **changes)
        self.state.edit(tr("Track: {name}", name=self._now.tracks[track].name), score, merge=f"{field} {track}")

    def seek(self, tick: int) -> None:
        super().seek(tick)
        self.piece.show_piece(self._now, tick)

    def _show_alternatives(self) -> None:
        alternatives = self.alternatives
        self.strip.show_scores(self._now, alternatives.scores, alternatives.shown, alternatives.verdicts)
        self.player.update(alternatives.score)
        self.roll.show_score(alternatives.score)
        self._engrave()

    def _show_what_can_be_asked(self) -> None:
        self.asking.show_for(self.state.plays_all)
        self.tracks.model.set_plays_all(self.state.plays_all)
        self._show_ranges()

    def _show_ranges(self) -> None:
        """The pitches that the model writes in each track."""
        if self.state.plays_all:
            self.roll.ranges = dict(enumerate(map(range_of, parts_of(self._now))))
        else:
            self.roll.ranges = {track: Codec().ranges[voice] for voice, track in cast_of(self._now).items()}

    def _show_score_view(self, on: bool) -> None:
        self.roll.setVisible(not on)
        self.score_view.setVisible(on)
        (self.score_view if on else self.roll).setFocus()
        self._engrave()

    def _engrave(self) -> None:
        """Have the pages drawn in a thread of their own, while they are looked at."""
        if not self.score_button.isChecked():
            return
        score = self.alternatives.score
        listener = Listener(partial=self.score_view.show_pages, ended=self._engraved)
        self.state.services.jobs.submit("compose.score", lambda _: iter([pages(score)]), listener, lane="notation")

    def _engraved(self, _: End, error: AtelierError | None) -> None:
        if error is not None:
            self.errors.show_error(error)
            self.score_button.setChecked(False)

    def _show_document(self) -> None:
        score = self._now
        self.player.update(score)
        self._show_ranges()
        self.tracks.show_score(score)
        self.roll.set_marked_voices(self.tracks.model.refilled())
        self.roll.show_score(score)
        self._engrave()
        self.piece.show_piece(score, self.roll.playhead)
        self.asking.show_piece(score)
        self._show_track()

    def _show_track(self) -> None:
        self.tracks.show_voice(self.roll.voice)
        self.track.show_track(self._track)

    def _show_playing(self, playing: bool) -> None:
        set_icon(self.play_button, "pause" if playing else "play")
        self.piece.show_piece(self._now, self.roll.playhead)

    def event(self, event: QEvent) -> bool:
        """Space plays, but presses a button or a tick that has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._presses(event):
            event.accept()
            return True
        return super().event(event)

    def _presses(self, event: QKeyEvent) -> bool:
        focused = QApplication.focusWidget()
        ticked = focused is self.tracks.table and self.tracks.table.currentIndex().column() != NAME
        return event.key() == Qt.Key.Key_Space and (ticked or isinstance(focused, QAbstractButton))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.tracks.tint()
