"""The piano roll: shows a score and lets a hand change it with mouse or keyboard.

It holds no document. What it shows is given by :meth:`PianoRoll.show_score`; what the user does to it goes out by
:attr:`PianoRoll.edited` and comes back the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.base.i18n import tr
from app.studios.compose.document import MAX_PITCH, Score, audible
from app.studios.compose.edits import NOTHING, Key, Selection, everything
from app.studios.compose.expectations import Expectation
from app.studios.compose.views.geometry import KEYS
from app.studios.compose.views.gestures import Outcome
from app.studios.compose.views.index import NoteIndex
from app.studios.compose.views.keys import KeyBoard
from app.studios.compose.views.mouse import Mouse
from app.studios.compose.views.painting import paint
from app.studios.compose.views.roll_view import RollView
from app.studios.compose.views.scene import Others, Scene
from app.studios.compose.words import bar_and_beat, pitch_name
from app.ui.theme import current_theme

DRAW, SELECT = "draw", "select"
WHOLE_RANGE = (0, MAX_PITCH)


class PianoRoll(RollView):
    """Notes over time and pitch, with a ruler above, a keyboard at the left and the velocities below."""

    edited = Signal(str, object, str)
    """Title for undo, the new score, and the key under which quick repeats become one step."""
    selectionChanged = Signal()
    markChanged = Signal()
    voiceChanged = Signal(int)
    sought = Signal(int)
    """The tick playback shall go to."""
    pointed = Signal(str)
    """Where the mouse or the caret is, in words."""
    sounded = Signal(int, int, int)
    """A note to be heard now: track, pitch, velocity."""
    pressed = Signal(object)
    """A note that was clicked on, a :class:`Key`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection: Selection = NOTHING
        self.marked: tuple[int, int] | None = None
        self.marked_voices = frozenset(range(4))
        self.voice = 0
        self.tool = SELECT
        self.division = 8
        self.others = Others.COLOUR
        self.scale = False
        self.playhead = 0.0
        self.expected: Mapping[Key, Expectation] = {}
        self.caret: tuple[int, int] = (0, 67)
        self.ranges: dict[int, tuple[int, int]] = {}
        """The pitches a track can sing, of those that are voices."""
        self.index = NoteIndex()
        self._keys = KeyBoard(self)
        self._mouse = Mouse(self)
        self._outcome: Outcome | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Piano roll"))
        self.show_score(self.score)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_score(self, score: Score) -> None:
        """Show another score; notes that are still in it stay selected. A gesture in progress is given up."""
        self._mouse.forget()
        self._outcome = None
        before, self.score = self.score, score
        self.geometry_.ticks_per_quarter = score.ticks_per_quarter
        self.index.read(score)
        self._set_selection(self.selection & everything(score) if self.selection else NOTHING)
        self.set_voice(min(self.voice, len(score.tracks) - 1))
        self._fit_grown(before)
        self._scroll_limits()
        self.viewport().update()

    def show_outcome(self, outcome: Outcome | None) -> None:
        """Show what a gesture has come to so far; None for the score as it is."""
        self._outcome = outcome
        self.index.read(outcome.score if outcome else self.score)
        self.viewport().update()

    def set_voice(self, voice: int) -> None:
        """Choose the track new notes are written in."""
        if voice != self.voice and 0 <= voice < len(self.score.tracks):
            self.voice = voice
            if self.others is not Others.COLOUR:
                self.select(NOTHING)
            self.voiceChanged.emit(voice)
            self.viewport().update()

    def set_tool(self, tool: str) -> None:
        """:data:`DRAW` or :data:`SELECT`."""
        self.tool = tool
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if tool == DRAW else Qt.CursorShape.ArrowCursor)

    def set_division(self, division: int) -> None:
        """Snap to this part of a whole note; 0 does not snap."""
        self.division = division
        self.viewport().update()

    def set_others(self, others: Others) -> None:
        """How the other tracks are shown; as ghosts and hidden they can't be touched."""
        self.others = others
        if others is not Others.COLOUR:
            self.select(frozenset(key for key in self.selection if key.track == self.voice))
        self.viewport().update()

    def set_scale(self, on: bool) -> None:
        """Tint the rows of the key."""
        self.scale = on
        self.viewport().update()

    def show_expected(self, expected: Mapping[Key, Expectation]) -> None:
        """Colour notes by how expected they are; none to show them as usual."""
        self.expected = expected
        self.viewport().update()

    def place_of(self, key: Key) -> QPoint:
        """Where the lower left corner of a note is on the screen."""
        left = self.geometry_.x(key.start)
        return self.viewport().mapToGlobal(QPointF(left, self.geometry_.y(key.pitch - 1)).toPoint())

    def set_playhead(self, tick: float, follow: bool = False) -> None:
        """Move the line of playback; *follow* turns the page when it leaves the view."""
        self.playhead = tick
        x = self.geometry_.x(tick)
        if follow and not KEYS <= x <= self.viewport().width() - 8:
            self.horizontalScrollBar().setValue(int(tick * self.geometry_.per_tick) - 16)
        self.viewport().update()

    def set_marked(self, marked: tuple[int, int] | None) -> None:
        """Choose the bars that may change and that are played in a loop, or none."""
        if marked != self.marked:
            self.marked = marked
            self.markChanged.emit()
            self.viewport().update()

    def set_marked_voices(self, voices: frozenset[int]) -> None:
        """Choose the tracks that may change in the marked bars."""
        self.marked_voices = voices
        self.viewport().update()

    def select(self, selection: Selection) -> None:
        """Select these notes; :data:`NOTHING` for none."""
        self._set_selection(selection)
        self.viewport().update()

    @property
    def grid(self) -> int:
        """The ticks edits snap to."""
        return max(1, self.score.ticks_per_quarter * 4 // self.division) if self.division else 1

    @property
    def touchable(self) -> list[int]:
        """The tracks whose notes can be touched, that one writes in first."""
        others = range(len(self.score.tracks)) if self.others is Others.COLOUR else ()
        return [self.voice, *(track for track in others if track != self.voice)]

    def commit(self, title: str, outcome: tuple[Score, Selection], merge: str = "") -> None:
        """An edit is done: show it and tell the page."""
        score, selection = outcome
        self._set_selection(selection)
        if score != self.score:
            self.edited.emit(title, score, merge)
        self.viewport().update()

    def move_caret(self, tick: int, pitch: int) -> None:
        """Put the caret of the keyboard somewhere and bring it into view."""
        self.caret = (max(0, tick), min(MAX_PITCH, max(0, pitch)))
        self.reveal(*self.caret)
        self.tell(*self.caret)
        self.viewport().update()

    def tell(self, tick: int, pitch: int) -> None:
        """Say in words where something is."""
        self.pointed.emit(f"{bar_and_beat(self.score, max(0, tick))} · {pitch_name(pitch)}")

    # --- Qt ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            adding = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._mouse.press(event.position(), adding)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._mouse.release(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        paint(painter, self._scene())
        painter.end()

    # --- inside --------------------------------------------------------------------------------------------------

    def _scene(self) -> Scene:
        outcome = self._outcome
        score = outcome.score if outcome else self.score
        return Scene(
            score=score,
            index=self.index,
            geometry=self.geometry_,
            theme=current_theme(),
            width=self.viewport().width(),
            height=self.viewport().height(),
            selection=outcome.selection if outcome else self.selection,
            voice=self.voice,
            heard=frozenset(audible(score)),
            voice_range=self.ranges.get(self.voice, WHOLE_RANGE),
            others=self.others,
            scale=self.scale,
            grid=self.grid if self.division else self.score.ticks_per_quarter,
            marked=outcome.marked if outcome and outcome.marked else self.marked,
            marked_voices=self.marked_voices,
            caret=self.caret if self.hasFocus() and not self.selection else None,
            band=outcome.band if outcome else None,
            playhead=self.playhead,
            expected=self.expected,
        )

    def _set_selection(self, selection: Selection) -> None:
        if selection != self.selection:
            self.selection = selection
            self.selectionChanged.emit()
