"""Density, range and consonance of the four voices, measured on the notes themselves."""

from __future__ import annotations

from itertools import combinations

import msgspec
import numpy as np

from app.studios.compose.cast import Cast
from app.studios.compose.document import Score

CONSONANT = frozenset({0, 3, 4, 5, 7, 8, 9})
"""Intervals within the octave, in semitones: unison, thirds, fourth, fifth, sixths."""


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What the voices are like; all zero where nothing sounds.

    *density*: notes a voice begins in a quarter in which it sounds. *spread*: semitones between the lowest and the
    highest note of a voice, in the mean. *consonance*: of the time that two voices sound together, the share in which
    they are consonant (all pairs alike).
    """

    density: float = 0.0
    spread: float = 0.0
    consonance: float = 0.0


def measured(score: Score, voices: Cast) -> Measures:
    """Measure the tracks of the four voices; those that do not exist or are silent do not count."""
    tracks = [score.tracks[voice].notes for voice in voices if voice < len(score.tracks)]
    tracks = [notes for notes in tracks if notes]
    if not tracks:
        return Measures()
    held = sum(note.duration for notes in tracks for note in notes) / score.ticks_per_quarter
    pitches = [[note.pitch for note in notes] for notes in tracks]
    return Measures(
        density=sum(map(len, tracks)) / held,
        spread=float(np.mean([max(found) - min(found) for found in pitches])),
        consonance=_consonance(score, voices),
    )


def _consonance(score: Score, voices: Cast) -> float:
    """Between two ticks at which any voice changes, nothing changes; so the time is cut there."""
    notes = [score.tracks[voice].notes for voice in voices if voice < len(score.tracks)]
    cuts = np.unique([tick for track in notes for note in track for tick in (note.start, note.end)])
    sounding = np.full((len(notes), max(0, len(cuts) - 1)), -1)
    for voice, track in enumerate(notes):
        for note in track:
            sounding[voice, np.searchsorted(cuts, note.start) : np.searchsorted(cuts, note.end)] = note.pitch
    lengths = np.diff(cuts)
    together = good = 0.0
    for one, other in combinations(sounding, 2):
        both = (one >= 0) & (other >= 0)
        fits = np.isin(np.abs(one - other) % 12, list(CONSONANT))
        together += float(lengths[both].sum())
        good += float(lengths[both & fits].sum())
    return good / together if together else 0.0
