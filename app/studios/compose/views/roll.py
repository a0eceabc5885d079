"""The piano roll: shows a score and lets a hand change it with mouse or keyboard.

It holds no document. What it shows is given by :meth:`PianoRoll.show_score`; what the user does to it goes out by
:attr:`PianoRoll.edited` and comes back the same way.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.base.i18n import tr
from app.studios.compose.codec import Codec
from app.studios.compose.document import MAX_PITCH, Note, Score, blank
from app.studios.compose.edits import NOTHING, Key, Selection, everything, key_of
from app.studios.compose.views.geometry import KEYS, RULER, Geometry, snapped
from app.studios.compose.views.gestures import EDGE, Band, Draw, Gesture, MarkBars, Move, Outcome, Scribe, Stretch
from app.studios.compose.views.index import NoteIndex
from app.studios.compose.views.keys import KeyBoard
from app.studios.compose.views.painting import Scene, paint
from app.studios.compose.words import bar_and_beat, pitch_name
from app.ui.theme import current_theme

DRAW, SELECT = "draw", "select"
CLICK = 4
"""A press that moves no further than this many pixels is a click."""
MARGIN_QUARTERS = 16


class PianoRoll(QAbstractScrollArea):
    """Notes over time and pitch, with a ruler above and a keyboard at the left."""

    edited = Signal(str, object, str)
    """Title for undo, the new score, and the key under which quick repeats become one step."""
    selectionChanged = Signal()
    markChanged = Signal()
    voiceChanged = Signal(int)
    sought = Signal(int)
    """The tick playback shall go to."""
    pointed = Signal(str)
    """Where the mouse or the caret is, in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.score: Score = blank()
        self.selection: Selection = NOTHING
        self.marked: tuple[int, int] | None = None
        self.marked_voices = frozenset(range(4))
        self.voice = 0
        self.tool = SELECT
        self.division = 8
        self.playhead = 0.0
        self.caret: tuple[int, int] = (0, 67)
        self.geometry_ = Geometry()
        self.ranges = Codec().ranges
        self._index = NoteIndex()
        self._keys = KeyBoard(self)
        self._gesture: Gesture | None = None
        self._outcome: Outcome | None = None
        self._pressed = QPointF()
        self._fitting = True
        self._set_up()
        self.show_score(self.score)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_score(self, score: Score) -> None:
        """Show another score; notes that are still in it stay selected. A gesture in progress is given up."""
        self._gesture = self._outcome = None
        grown = score.length != self.score.length
        self.score = score
        self.geometry_.ticks_per_quarter = score.ticks_per_quarter
        self._index.read(score)
        self._set_selection(self.selection & everything(score) if self.selection else NOTHING)
        if grown and self._fitting:
            self.fit()
        self._scroll_limits()
        self.viewport().update()

    def set_voice(self, voice: int) -> None:
        """Choose the voice new notes are written in."""
        if voice != self.voice and 0 <= voice < len(self.score.tracks):
            self.voice = voice
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

    def set_playhead(self, tick: float, follow: bool = False) -> None:
        """Move the line of playback; *follow* turns the page when it leaves the view."""
        self.playhead = tick
        x = self.geometry_.x(tick)
        if follow and not KEYS <= x <= self.viewport().width() - 8:
            self.horizontalScrollBar().setValue(int(tick * self.geometry_.per_tick) - 16)
        self.viewport().update()

    def set_marked(self, marked: tuple[int, int] | None) -> None:
        """Choose the bars that may change, or none."""
        if marked != self.marked:
            self.marked = marked
            self.markChanged.emit()
            self.viewport().update()

    def set_marked_voices(self, voices: frozenset[int]) -> None:
        """Choose the voices that may change in the marked bars."""
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

    def commit(self, title: str, outcome: tuple[Score, Selection], merge: str = "") -> None:
        """An edit is done: show it and tell the page."""
        score, selection = outcome
        self.selection = selection
        self.selectionChanged.emit()
        if score != self.score:
            self.edited.emit(title, score, merge)
        self.viewport().update()

    def move_caret(self, tick: int, pitch: int) -> None:
        """Put the caret of the keyboard somewhere and bring it into view."""
        self.caret = (max(0, tick), min(MAX_PITCH, max(0, pitch)))
        self.reveal(*self.caret)
        self._tell(*self.caret)
        self.viewport().update()

    # --- view ----------------------------------------------------------------------------------------------------

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Make time wider; *at* is the pixel that stays, the middle if none is given."""
        self._fitting = False
        self.geometry_.zoom(factor, (self.viewport().width() + KEYS) / 2 if at is None else at)
        self._apply_geometry()

    def zoom_rows(self, factor: float, at: float | None = None) -> None:
        """Make the rows higher."""
        self._fitting = False
        self.geometry_.zoom_rows(factor, (self.viewport().height() + RULER) / 2 if at is None else at)
        self._apply_geometry()

    def fit(self) -> None:
        """Show the whole piece, and all its notes; also when the window changes its size, until the next zoom."""
        self._fitting = True
        geometry, score = self.geometry_, self.score
        width, height = self.viewport().width() - KEYS - 8, self.viewport().height() - RULER
        quarters = max(1.0, score.length / score.ticks_per_quarter)
        geometry.quarter = min(120.0, max(0.5, width / quarters))
        pitches = [note.pitch for track in score.tracks for note in track.notes] or [36, 81]
        low, high = min(pitches) - 3, max(pitches) + 3
        geometry.row = min(18.0, max(6.0, height / max(24, high - low + 1)))
        geometry.left = 0.0
        geometry.top = max(0.0, (MAX_PITCH - (low + high) / 2 + 0.5) * geometry.row - height / 2)
        self._apply_geometry()

    def reveal(self, tick: float, pitch: int) -> None:
        """Scroll as little as needed to see a place."""
        geometry, view = self.geometry_, self.viewport()
        x, y = geometry.x(tick), geometry.y(pitch)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + int(min(0, x - KEYS) + max(0, x + 24 - view.width())))
        down.setValue(down.value() + int(min(0, y - RULER) + max(0, y + geometry.row - view.height())))

    # --- Qt: mouse -----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed = event.position()
        adding = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._gesture = self._begin(event.position(), adding)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._gesture is None:
            self._hover(at)
            return
        if self._is_click(at) and self._outcome is None:
            return
        self._show_outcome(self._gesture.outcome(at))
        self.reveal(self.geometry_.tick(at.x()), self.geometry_.pitch(at.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._outcome is None and self._is_click(event.position()):
            self._click(event.position(), gesture)
            return
        outcome, self._outcome = gesture.outcome(event.position()), None
        self._index.read(self.score)
        if outcome.marked is not None:
            self.set_marked(outcome.marked)
        self.commit(outcome.title, (outcome.score, outcome.selection))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Control zooms, with Shift the rows; Shift alone scrolls sideways."""
        modifiers, delta = event.modifiers(), event.angleDelta()
        turn = delta.y() or delta.x()
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            factor = 1.0015**turn
            if modifiers & Qt.KeyboardModifier.ShiftModifier:
                self.zoom_rows(factor, event.position().y())
            else:
                self.zoom(factor, event.position().x())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - turn)
        else:
            super().wheelEvent(event)
        event.accept()

    # --- Qt: the rest --------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting:
            self.fit()
        else:
            self._scroll_limits()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.geometry_.left = float(self.horizontalScrollBar().value())
        self.geometry_.top = float(self.verticalScrollBar().value())
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        paint(painter, self._scene())
        painter.end()

    # --- inside --------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(tr("Piano roll"))
        self.setToolTipDuration(8000)
        self.verticalScrollBar().setValue(int((MAX_PITCH - 84) * self.geometry_.row))

    def _scene(self) -> Scene:
        outcome = self._outcome
        voice = min(self.voice, len(self.score.tracks) - 1)
        return Scene(
            score=outcome.score if outcome else self.score,
            index=self._index,
            geometry=self.geometry_,
            theme=current_theme(),
            width=self.viewport().width(),
            height=self.viewport().height(),
            selection=outcome.selection if outcome else self.selection,
            voice=voice,
            voice_range=self.ranges[voice] if voice < len(self.ranges) else (0, MAX_PITCH),
            grid=self.grid if self.division else self.score.ticks_per_quarter,
            marked=outcome.marked if outcome and outcome.marked else self.marked,
            marked_voices=self.marked_voices,
            caret=self.caret if self.hasFocus() and not self.selection else None,
            band=outcome.band if outcome else None,
            playhead=self.playhead,
        )

    def _begin(self, at: QPointF, adding: bool) -> Gesture | None:
        scribe = Scribe(self.score, self.geometry_, self.grid, at)
        if at.y() < RULER:
            return MarkBars(scribe, self.selection)
        hit = self._note_at(at)
        if hit is None:
            return (
                Draw(scribe, self.voice) if self.tool == DRAW else Band(scribe, self.selection if adding else NOTHING)
            )
        track, note = hit
        key = key_of(track, note)
        if adding:
            self.select(self.selection ^ {key})
        elif key not in self.selection:
            self.select(frozenset({key}))
        self.set_voice(track)
        edge = self._edge(note, at)
        return Stretch(scribe, self.selection, edge < 0) if edge else Move(scribe, self.selection)

    def _click(self, at: QPointF, gesture: Gesture) -> None:
        """A press without a drag: seek on the ruler, write a note with the pen, else put the caret there."""
        if isinstance(gesture, MarkBars):
            self.set_marked(None)
            self.sought.emit(snapped(self.geometry_.tick(at.x()), self.grid))
        elif isinstance(gesture, Draw):
            outcome = gesture.outcome(at)
            self.commit(outcome.title, (outcome.score, outcome.selection))
        elif isinstance(gesture, Band):
            self.select(gesture.before)
            self.move_caret(snapped(self.geometry_.tick(at.x()), self.grid), self.geometry_.pitch(at.y()))

    def _show_outcome(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._index.read(outcome.score)
        self.viewport().update()

    def _hover(self, at: QPointF) -> None:
        """Show by the cursor what a press would do, and say where the mouse is."""
        hit = self._note_at(at)
        shape = Qt.CursorShape.CrossCursor if self.tool == DRAW else Qt.CursorShape.ArrowCursor
        if hit is not None:
            shape = Qt.CursorShape.SizeHorCursor if self._edge(hit[1], at) else Qt.CursorShape.OpenHandCursor
        self.viewport().setCursor(shape)
        if at.x() > KEYS and at.y() > RULER:
            self._tell(int(self.geometry_.tick(at.x())), self.geometry_.pitch(at.y()))

    def _tell(self, tick: int, pitch: int) -> None:
        self.pointed.emit(f"{bar_and_beat(self.score, max(0, tick))} · {pitch_name(pitch)}")

    def _note_at(self, at: QPointF) -> tuple[int, Note] | None:
        """The note under a point, of the voice one writes in first."""
        if at.x() < KEYS or at.y() < RULER:
            return None
        slack = 3 / self.geometry_.per_tick
        tick, pitch = self.geometry_.tick(at.x()), self.geometry_.pitch(at.y())
        for track in sorted(range(len(self.score.tracks)), key=lambda track: track != self.voice):
            for note in self._index.notes(track, tick - slack, tick + slack, pitch, pitch):
                if self.geometry_.note_rect(note).contains(at):
                    return track, note
        return None

    def _edge(self, note: Note, at: QPointF) -> int:
        """-1 at the beginning of a note, 1 at its end, 0 in the middle and on notes too short to tell."""
        body = self.geometry_.note_rect(note)
        if body.width() < 3 * EDGE:
            return 1 if at.x() > body.right() - body.width() / 3 else 0
        return -1 if at.x() < body.left() + EDGE else 1 if at.x() > body.right() - EDGE else 0

    def _is_click(self, at: QPointF) -> bool:
        return (at - self._pressed).manhattanLength() < CLICK

    def _set_selection(self, selection: frozenset[Key]) -> None:
        if selection != self.selection:
            self.selection = selection
            self.selectionChanged.emit()

    def _apply_geometry(self) -> None:
        left, top = self.geometry_.left, self.geometry_.top
        self._scroll_limits()
        self.horizontalScrollBar().setValue(round(left))
        self.verticalScrollBar().setValue(round(top))
        self.viewport().update()

    def _scroll_limits(self) -> None:
        geometry, view = self.geometry_, self.viewport()
        width, height = view.width() - KEYS, view.height() - RULER
        quarters = self.score.length / self.score.ticks_per_quarter + MARGIN_QUARTERS
        self.horizontalScrollBar().setRange(0, max(0, round(quarters * geometry.quarter) - width))
        self.verticalScrollBar().setRange(0, max(0, round(geometry.height) - height))
        self.horizontalScrollBar().setPageStep(max(1, width))
        self.verticalScrollBar().setPageStep(max(1, height))
        self.horizontalScrollBar().setSingleStep(max(1, round(geometry.quarter)))
        self.verticalScrollBar().setSingleStep(max(1, round(3 * geometry.row)))
