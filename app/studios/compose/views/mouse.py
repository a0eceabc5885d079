"""The piano roll by mouse: which gesture a press begins, what a click does, what the pointer says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.studios.compose.document import Note
from app.studios.compose.edits import NOTHING, key_of
from app.studios.compose.views.geometry import KEYS, RULER, snapped
from app.studios.compose.views.gestures import (
    EDGE,
    Band,
    Draw,
    Gesture,
    MarkBars,
    Move,
    Outcome,
    Scribe,
    Stretch,
    Velocities,
)

if TYPE_CHECKING:
    from app.studios.compose.views.roll import PianoRoll

CLICK = 4
"""A press that moves no further than this many pixels is a click."""
PREVIEW_VELOCITY = 90


class Mouse:
    """Turns presses, moves and releases into edits of the roll it belongs to."""

    def __init__(self, roll: PianoRoll) -> None:
        self._roll = roll
        self._gesture: Gesture | None = None
        self._dragged = False
        self._pressed = QPointF()

    def forget(self) -> None:
        """Give up the gesture in progress."""
        self._gesture = None

    def press(self, at: QPointF, adding: bool) -> None:
        self._pressed, self._dragged = at, False
        self._gesture = self._begin(at, adding)

    def move(self, at: QPointF) -> None:
        if self._gesture is None:
            self._hover(at)
            return
        if not self._dragged and self._is_click(at):
            return
        self._dragged = True
        self._show(self._gesture, self._gesture.outcome(at), at)

    def release(self, at: QPointF) -> None:
        gesture, self._gesture = self._gesture, None
        if gesture is None:
            return
        if not self._dragged and self._is_click(at):
            self._click(at, gesture)
            return
        self._roll.show_outcome(None)
        self._commit(gesture.outcome(at))

    # --- inside --------------------------------------------------------------------------------------------------

    def _begin(self, at: QPointF, adding: bool) -> Gesture | None:
        roll = self._roll
        scribe = Scribe(roll.score, roll.geometry_, roll.grid, at, roll.touchable)
        if at.y() < RULER:
            return MarkBars(scribe, roll.selection)
        if at.y() >= roll.geometry_.bottom:
            return Velocities(scribe, roll.voice, roll.selection)
        if at.x() < KEYS:
            roll.sounded.emit(roll.voice, roll.geometry_.pitch(at.y()), PREVIEW_VELOCITY)
            return None
        hit = self._note_at(at)
        if hit is None and roll.tool == "draw":
            roll.sounded.emit(roll.voice, roll.geometry_.pitch(at.y()), PREVIEW_VELOCITY)
            return Draw(scribe, roll.voice)
        return self._grip(scribe, *hit, adding) if hit else Band(scribe, roll.selection if adding else NOTHING)

    def _grip(self, scribe: Scribe, track: int, note: Note, adding: bool) -> Gesture:
        """A press on a note: it is selected, heard, and taken by its edge or its middle."""
        roll, key = self._roll, key_of(track, note)
        if adding:
            roll.select(roll.selection ^ {key})
        elif key not in roll.selection:
            roll.select(frozenset({key}))
        roll.set_voice(track)
        roll.sounded.emit(track, note.pitch, note.velocity)
        edge = self._edge(note, scribe.origin)
        return Stretch(scribe, roll.selection, edge < 0) if edge else Move(scribe, roll.selection)

    def _show(self, gesture: Gesture, outcome: Outcome, at: QPointF) -> None:
        """Show it and go where the mouse goes; one that is about time alone does not scroll up or down."""
        roll, bottom = self._roll, self._roll.geometry_.bottom
        roll.show_outcome(outcome)
        if not isinstance(gesture, Velocities):
            y = (RULER + bottom) / 2 if isinstance(gesture, MarkBars) else min(at.y(), bottom - 1)
            roll.reveal(roll.geometry_.tick(at.x()), roll.geometry_.pitch(y))

    def _commit(self, outcome: Outcome) -> None:
        if outcome.marked is not None:
            self._roll.set_marked(outcome.marked)
        self._roll.commit(outcome.title, (outcome.score, outcome.selection))

    def _click(self, at: QPointF, gesture: Gesture) -> None:
        """A press without a drag: seek on the ruler, write a note with the pen, else put the caret there."""
        roll, geometry = self._roll, self._roll.geometry_
        if isinstance(gesture, MarkBars):
            roll.set_marked(None)
            roll.sought.emit(snapped(geometry.tick(at.x()), roll.grid))
        elif isinstance(gesture, (Draw, Velocities)):
            self._commit(gesture.outcome(at))
        elif isinstance(gesture, Move) and (hit := self._note_at(at)) is not None:
            roll.pressed.emit(key_of(*hit))
        elif isinstance(gesture, Band):
            roll.select(gesture.before)
            roll.move_caret(snapped(geometry.tick(at.x()), roll.grid), geometry.pitch(at.y()))

    def _hover(self, at: QPointF) -> None:
        """Show by the cursor what a press would do, and say where the mouse is."""
        roll = self._roll
        hit = self._note_at(at)
        shape = Qt.CursorShape.CrossCursor if roll.tool == "draw" else Qt.CursorShape.ArrowCursor
        if at.y() >= roll.geometry_.bottom:
            shape = Qt.CursorShape.SplitVCursor
        elif hit is not None:
            shape = Qt.CursorShape.SizeHorCursor if self._edge(hit[1], at) else Qt.CursorShape.OpenHandCursor
        roll.viewport().setCursor(shape)
        if at.x() > KEYS and RULER < at.y() < roll.geometry_.bottom:
            roll.tell(int(roll.geometry_.tick(at.x())), roll.geometry_.pitch(at.y()))

    def _note_at(self, at: QPointF) -> tuple[int, Note] | None:
        """The note under a point, of the track one writes in first."""
        roll, geometry = self._roll, self._roll.geometry_
        if at.x() < KEYS or not RULER <= at.y() < geometry.bottom:
            return None
        slack = 3 / geometry.per_tick
        tick, pitch = geometry.tick(at.x()), geometry.pitch(at.y())
        for track in roll.touchable:
            for note in roll.index.notes(track, tick - slack, tick + slack, pitch, pitch):
                if geometry.note_rect(note).contains(at):
                    return track, note
        return None

    def _edge(self, note: Note, at: QPointF) -> int:
        """-1 at the beginning of a note, 1 at its end, 0 in the middle and on notes too short to tell."""
        body = self._roll.geometry_.note_rect(note)
        if body.width() < 3 * EDGE:
            return 1 if at.x() > body.right() - body.width() / 3 else 0
        return -1 if at.x() < body.left() + EDGE else 1 if at.x() > body.right() - EDGE else 0

    def _is_click(self, at: QPointF) -> bool:
        return (at - self._pressed).manhattanLength() < CLICK
