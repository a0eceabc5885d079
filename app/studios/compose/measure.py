"""Density, range and consonance of tracks, measured on the notes themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec
import numpy as np

from app.studios.compose.document import Note, Score

CONSONANT = frozenset({0, 3, 4, 5, 7, 8, 9})
"""Intervals within the octave, in semitones: unison, thirds, fourth, fifth, sixths."""
CONSONANT_PAIR = tuple(interval in CONSONANT for interval in range(12))


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What the tracks are like; all zero where nothing sounds.

    *density*: notes a track begins in a quarter in which it sounds. *spread*: semitones between the lowest and the
    highest note of a track, in the mean. *consonance*: of the time that two notes sound together, the share in which
    they are consonant (all pairs alike).
    """

    density: float = 0.0
    spread: float = 0.0
    consonance: float = 0.0


def measured(score: Score, tracks: Sequence[int]) -> Measures:
    """Measure some tracks of a score; those that do not exist or are silent do not count."""
    found = [notes for track in tracks if track < len(score.tracks) and (notes := score.tracks[track].notes)]
    if not found:
        return Measures()
    sounding = sum(map(_sounding, found)) / score.ticks_per_quarter
    pitches = [[note.pitch for note in notes] for notes in found]
    return Measures(
        density=sum(map(len, found)) / sounding,
        spread=float(np.mean([max(heard) - min(heard) for heard in pitches])),
        consonance=_consonance([note for notes in found for note in notes]),
    )


def pitched(score: Score) -> list[int]:
    """The tracks that are no drums."""
    return [number for number, track in enumerate(score.tracks) if not track.drums]


def _sounding(notes: Sequence[Note]) -> int:
    """The ticks in which at least one of the notes sounds."""
    total = until = 0
    for note in notes:
        total += max(0, note.end - max(until, note.start))
        until = max(until, note.end)
    return total


def _consonance(notes: list[Note]) -> float:
    """Between two ticks at which a note begins or ends, nothing changes; so the time is cut there."""
    changes = sorted([(note.start, 1, note.pitch) for note in notes] + [(note.end, 0, note.pitch) for note in notes])
    heard: list[int] = []
    together = good = before = 0
    for tick, begins, pitch in changes:
        if tick > before and len(heard) > 1:
            pairs = [CONSONANT_PAIR[abs(one - other) % 12] for one, other in combinations(heard, 2)]
            together += (tick - before) * len(pairs)
            good += (tick - before) * sum(pairs)
        before = tick
        if begins:
            heard.append(pitch)
        else:
            heard.remove(pitch)
    return good / together if together else 0.0
