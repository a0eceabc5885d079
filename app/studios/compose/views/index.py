"""Finds the notes in a part of the roll without looking at all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.studios.compose.document import Maker, Note, Score

MAKERS: tuple[Maker, ...] = ("user", "machine", "edited")


@dataclass(frozen=True)
class Column:
    """Notes of one track as arrays, in order of their starts; *maker* counts in :data:`MAKERS`."""

    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    velocity: np.ndarray
    maker: np.ndarray

    def take(self, rows: np.ndarray) -> Column:
        return Column(self.start[rows], self.end[rows], self.pitch[rows], self.velocity[rows], self.maker[rows])


@dataclass(frozen=True)
class _Track:
    notes: tuple[Note, ...]
    column: Column
    longest: int


class NoteIndex:
    """For each track its notes as arrays; a track whose notes did not change is not read again."""

    def __init__(self) -> None:
        self._tracks: list[_Track] = []

    def read(self, score: Score) -> None:
        old = self._tracks
        self._tracks = [
            old[i] if i < len(old) and old[i].notes is track.notes else _read(track.notes)
            for i, track in enumerate(score.tracks)
        ]

    def column(self, track: int, start: float, end: float, low: int = 0, high: int = 127) -> Column:
        """The notes of a track that sound between two ticks and lie between two pitches (both included)."""
        found = self._tracks[track]
        return found.column.take(_rows(found, start, end, low, high))

    def notes(self, track: int, start: float, end: float, low: int = 0, high: int = 127) -> list[Note]:
        """The same as notes."""
        found = self._tracks[track]
        return [found.notes[row] for row in _rows(found, start, end, low, high)]


def _read(notes: tuple[Note, ...]) -> _Track:
    rows = [(n.start, n.start + n.duration, n.pitch, n.velocity, MAKERS.index(n.maker)) for n in notes]
    values = np.array(rows, np.int64).reshape(-1, 5)
    longest = int((values[:, 1] - values[:, 0]).max(initial=0))
    return _Track(notes, Column(*values.T), longest)


def _rows(track: _Track, start: float, end: float, low: int, high: int) -> np.ndarray:
    column = track.column
    first = int(np.searchsorted(column.start, start - track.longest))
    last = int(np.searchsorted(column.start, end))
    pitch = column.pitch[first:last]
    return first + np.flatnonzero((column.end[first:last] > start) & (pitch >= low) & (pitch <= high))
