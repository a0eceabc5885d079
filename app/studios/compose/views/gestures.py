"""What the mouse does between press and release. A gesture shows its effect while it lasts and changes nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF

from app.base.i18n import tr
from app.studios.compose.bars import Bar, bars_of
from app.studios.compose.document import Note, Score
from app.studios.compose.edits import Key, Selection, add, move, resize, set_velocities, trim, within
from app.studios.compose.views.geometry import Geometry, nearest, snapped

NEAR = 4
"""Pixels beside its stem at which the velocity of a note can be taken."""
EDGE = 6
"""Pixels at the ends of a note by which it is made longer or shorter."""


@dataclass(frozen=True)
class Outcome:
    """What a gesture has come to: a title for undo, the score, the selection, the frame to draw or the bars to mark."""

    title: str
    score: Score
    selection: Selection
    band: QRectF | None = None
    marked: tuple[int, int] | None = None


class Gesture(Protocol):
    """One drag of the mouse."""

    def outcome(self, at: QPointF) -> Outcome:
        """What there would be if the button were released at *at*."""
        ...


@dataclass(frozen=True)
class Scribe:
    """What all gestures know.

    The score they began on, where things are, the grid, where the button was pressed, the tracks that can be touched.
    """

    score: Score
    geometry: Geometry
    grid: int
    origin: QPointF
    touchable: list[int]

    def ticks(self, at: QPointF) -> int:
        """How far the mouse has gone, in whole steps of the grid."""
        moved = (at.x() - self.origin.x()) / self.geometry.per_tick
        return round(moved / self.grid) * self.grid

    def semitones(self, at: QPointF) -> int:
        return self.geometry.pitch(at.y()) - self.geometry.pitch(self.origin.y())


@dataclass(frozen=True)
class Draw:
    """A new note from where the button was pressed to where it is released, at least one step of the grid long."""

    scribe: Scribe
    voice: int
    velocity: int = 80

    def outcome(self, at: QPointF) -> Outcome:
        scribe = self.scribe
        start = snapped(scribe.geometry.tick(scribe.origin.x()), scribe.grid)
        end = max(start + scribe.grid, nearest(scribe.geometry.tick(at.x()), scribe.grid))
        note = Note(start, scribe.geometry.pitch(scribe.origin.y()), end - start, self.velocity)
        return Outcome(tr("Draw a note"), *add(scribe.score, self.voice, note))


@dataclass(frozen=True)
class Move:
    """The selected notes along with the mouse."""

    scribe: Scribe
    selection: Selection

    def outcome(self, at: QPointF) -> Outcome:
        moved = move(self.scribe.score, self.selection, self.scribe.ticks(at), self.scribe.semitones(at))
        return Outcome(tr("Move notes"), *moved)


@dataclass(frozen=True)
class Stretch:
    """The ends of the selected notes along with the mouse, or their beginnings."""

    scribe: Scribe
    selection: Selection
    beginning: bool

    def outcome(self, at: QPointF) -> Outcome:
        change = trim if self.beginning else resize
        stretched = change(self.scribe.score, self.selection, self.scribe.ticks(at), self.scribe.grid)
        return Outcome(tr("Change the length"), *stretched)


@dataclass(frozen=True)
class Band:
    """A rubber band; what it touches is selected, added to what was selected before."""

    scribe: Scribe
    before: Selection

    def outcome(self, at: QPointF) -> Outcome:
        geometry, origin = self.scribe.geometry, self.scribe.origin
        box = QRectF(origin, at).normalized()
        ticks = round(geometry.tick(box.left())), round(geometry.tick(box.right()))
        pitches = geometry.pitch(box.bottom()), geometry.pitch(box.top())
        touched = within(self.scribe.score, ticks, pitches, self.scribe.touchable)
        return Outcome("", self.scribe.score, self.before | touched, band=box)


@dataclass(frozen=True)
class Velocities:
    """A line drawn through the lane: the notes under it get the velocities it passes, only selected ones if any are."""

    scribe: Scribe
    track: int
    selection: Selection

    def outcome(self, at: QPointF) -> Outcome:
        left, right = sorted((self.scribe.origin, at), key=lambda point: point.x())
        geometry = self.scribe.geometry
        slope = (right.y() - left.y()) / max(1.0, right.x() - left.x())
        changes = {}
        for note in self.scribe.score.tracks[self.track].notes:
            x = geometry.x(note.start)
            key = Key(self.track, note.start, note.pitch)
            if left.x() - NEAR <= x <= right.x() + NEAR and (not self.selection or key in self.selection):
                changes[key] = geometry.velocity(left.y() + slope * (min(max(x, left.x()), right.x()) - left.x()))
        return Outcome(tr("Change the velocity"), set_velocities(self.scribe.score, changes), self.selection)


@dataclass(frozen=True)
class MarkBars:
    """A stretch of the ruler, from beat to beat."""

    scribe: Scribe
    selection: Selection

    def outcome(self, at: QPointF) -> Outcome:
        geometry, score = self.scribe.geometry, self.scribe.score
        first, last = sorted((max(0.0, geometry.tick(self.scribe.origin.x())), max(0.0, geometry.tick(at.x()))))
        bars = bars_of(score)
        start, _ = beat_around(bars.at(first), first)
        _, end = beat_around(bars.at(last), last)
        return Outcome("", score, self.selection, marked=(start, end))


def beat_around(bar: Bar, tick: float) -> tuple[int, int]:
    """Where the beat that a tick lies in begins and ends."""
    start = bar.start + int((tick - bar.start) // bar.beat) * bar.beat
    return start, start + bar.beat
