"""The page of the studio Compose: a piano roll, playback, and Bach's other voices."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.i18n import tr
from app.jobs.services import Services
from app.studios.compose.bars import bars_of
from app.studios.compose.commands import COMMANDS
from app.studios.compose.document import Score
from app.studios.compose.edits import NOTHING, duplicate, everything, regions_of
from app.studios.compose.piece import set_bars, set_tempo
from app.studios.compose.player import Player
from app.studios.compose.request import Region
from app.studios.compose.state import ComposeState
from app.studios.compose.views.roll import DRAW, SELECT, PianoRoll
from app.studios.compose.views.tools import Tools, Voices
from app.ui.icons import set_icon
from app.ui.studio_page import StudioPage
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

ZOOM = 1.25


class ComposePage(StudioPage[ComposeState]):
    """Draw a melody, press Harmonise, mark what you don't like, press Refill, listen."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.roll = PianoRoll()
        self.tools, self.voices = Tools(), Voices()
        super().__init__(ComposeState(services, card), self.roll)
        self.player = Player(services.jobs, self)
        self.rewind_button = tool_button("rewind", tr("To the beginning (Ctrl+Home)"), self.rewind)
        self.play_button = tool_button("play", tr("Play or pause (Space)"), self.play)
        for button in (self.rewind_button, self.play_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Space must stay the roll's
            self.bar.add_tool(button)
        self.add_section(tr("Voices"), self._with_requests())
        self.add_section(tr("Tools"), self.tools)
        self._connect_own()
        self._show_document()
        self.roll.fit()

    # --- commands ------------------------------------------------------------------------------------------------

    def harmonise(self) -> None:
        self.state.harmonise(self.roll.voice)

    def refill(self) -> None:
        """The marked bars in the voices that are ticked, or else the stretches of the selected notes."""
        self.state.refill(self._regions())

    def play(self) -> None:
        if self.player.playing:
            self.player.pause()
        else:
            self.player.play(self.state.document, self.roll.playhead)

    def rewind(self) -> None:
        self._seek(0)

    def select_all(self) -> None:
        self.roll.select(everything(self.roll.score))

    def select_none(self) -> None:
        self.roll.select(NOTHING)
        self.roll.set_marked(None)

    def duplicate(self) -> None:
        self.roll.commit(tr("Duplicate"), duplicate(self.roll.score, self.roll.selection, self.roll.grid))

    def take_pen(self) -> None:
        self.tools.pen.setChecked(True)

    def take_arrow(self) -> None:
        self.tools.arrow.setChecked(True)

    def voice_1(self) -> None:
        self.roll.set_voice(0)

    def voice_2(self) -> None:
        self.roll.set_voice(1)

    def voice_3(self) -> None:
        self.roll.set_voice(2)

    def voice_4(self) -> None:
        self.roll.set_voice(3)

    def zoom_in(self) -> None:
        self.roll.zoom(ZOOM)

    def zoom_out(self) -> None:
        self.roll.zoom(1 / ZOOM)

    def fit(self) -> None:
        self.roll.fit()

    def close_down(self) -> None:
        self.player.pause()

    # --- inside --------------------------------------------------------------------------------------------------

    def _connect_own(self) -> None:
        roll, tools, voices = self.roll, self.tools, self.voices
        roll.edited.connect(self.state.edit)
        roll.sought.connect(self._seek)
        roll.voiceChanged.connect(voices.show_voice)
        tools.penChosen.connect(lambda on: roll.set_tool(DRAW if on else SELECT))
        tools.snapChosen.connect(roll.set_division)
        tools.tempoChosen.connect(lambda bpm: self._change(tr("Tempo"), set_tempo(self.state.document, bpm)))
        tools.barsChosen.connect(lambda bars: self._change(tr("Length"), set_bars(self.state.document, bars)))
        voices.voiceChosen.connect(roll.set_voice)
        voices.marksChosen.connect(roll.set_marked_voices)
        self.player.moved.connect(lambda tick: roll.set_playhead(tick, follow=True))
        self.player.playingChanged.connect(self._show_playing)
        self.player.failed.connect(self.errors.show_error)
        self.state.documentChanged.connect(self._show_document)
        self.state.opened.connect(lambda _: roll.fit())

    def _with_requests(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.voices)
        for title, hint, slot in (
            (tr("Harmonise the soprano"), tr("Keep the soprano and write the other three (Ctrl+H)"), self.harmonise),
            (
                tr("Refill what is marked"),
                tr("Drag on the ruler to mark bars, or select notes; only they change (Ctrl+R)"),
                self.refill,
            ),
        ):
            button = QPushButton(title)
            button.setToolTip(hint)
            button.clicked.connect(slot)
            layout.addWidget(button)
        return body

    def _regions(self) -> list[Region]:
        if self.roll.marked is not None:
            start, end = self.roll.marked
            return [Region(track, start, end) for track in sorted(self.roll.marked_voices)]
        return regions_of(self.state.document, self.roll.selection)

    def _change(self, title: str, score: Score) -> None:
        self.state.edit(title, score, merge=title)

    def _seek(self, tick: int) -> None:
        self.roll.set_playhead(tick)
        if self.player.playing:
            self.player.play(self.state.document, tick)

    def _show_document(self) -> None:
        score = self.state.document
        self.roll.show_score(score)
        self.tools.show_piece(score.tempos[0].bpm, bars_of(score).count)

    def _show_playing(self, playing: bool) -> None:
        set_icon(self.play_button, "pause" if playing else "play")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.voices.tint()
