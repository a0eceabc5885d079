"""Finds the notes in a part of the roll without looking at all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.studios.compose.document import Note, Score


@dataclass(frozen=True)
class _Column:
    """The notes of one track as arrays, in order of their starts."""

    notes: tuple[Note, ...]
    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray
    longest: int


class NoteIndex:
    """For each track its notes as arrays; a track whose notes did not change is not read again."""

    def __init__(self) -> None:
        self._columns: list[_Column] = []

    def read(self, score: Score) -> None:
        old = self._columns
        self._columns = [
            old[i] if i < len(old) and old[i].notes is track.notes else _column(track.notes)
            for i, track in enumerate(score.tracks)
        ]

    def count(self) -> int:
        return sum(len(column.notes) for column in self._columns)

    def arrays(self, track: int, start: float, end: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Starts, ends and pitches of the notes of a track that sound between two ticks."""
        column = self._columns[track]
        rows = _sounding(column, start, end)
        return column.start[rows], column.end[rows], column.pitch[rows]

    def notes(self, track: int, start: float, end: float, low: int = 0, high: int = 127) -> list[Note]:
        """The notes of a track that sound between two ticks and lie between two pitches (both included)."""
        column = self._columns[track]
        rows = _sounding(column, start, end)
        fitting = rows[(column.pitch[rows] >= low) & (column.pitch[rows] <= high)]
        return [column.notes[row] for row in fitting]


def _column(notes: tuple[Note, ...]) -> _Column:
    values = np.array([(note.start, note.end, note.pitch) for note in notes], np.int64).reshape(-1, 3)
    longest = int((values[:, 1] - values[:, 0]).max(initial=0))
    return _Column(notes, values[:, 0], values[:, 1], values[:, 2], longest)


def _sounding(column: _Column, start: float, end: float) -> np.ndarray:
    first = int(np.searchsorted(column.start, start - column.longest))
    last = int(np.searchsorted(column.start, end))
    rows = np.arange(first, last)
    return rows[column.end[first:last] > start]
