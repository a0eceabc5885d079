"""Pitches, places, keys and instruments in words."""

from __future__ import annotations

import functools

from app.base.i18n import tr
from app.studios.compose.bars import bars_of
from app.studios.compose.document import KeySignature, Score

_PITCH_NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_MAJOR = ("C♭", "G♭", "D♭", "A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "C♯")
_MINOR = ("A♭", "E♭", "B♭", "F", "C", "G", "D", "A", "E", "B", "F♯", "C♯", "G♯", "D♯", "A♯")
"""From seven flats to seven sharps."""


def pitch_name(pitch: int) -> str:
    """“C4” for 60."""
    return f"{_PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


def bar_and_beat(score: Score, tick: int) -> str:
    """“bar 3, beat 2” in the user's language, counted from 1."""
    bar = bars_of(score).at(tick)
    return tr("bar {bar}, beat {beat}", bar=bar.number + 1, beat=(tick - bar.start) // bar.beat + 1)


def key_name(key: KeySignature) -> str:
    """“E♭ major”."""
    if key.minor:
        return tr("{tonic} minor", tonic=_MINOR[key.fifths + 7])
    return tr("{tonic} major", tonic=_MAJOR[key.fifths + 7])


@functools.cache
def instrument_names() -> tuple[str, ...]:
    """The 128 programs of General MIDI, in English as the standard has them."""
    import pretty_midi

    return tuple(pretty_midi.program_to_instrument_name(program) for program in range(128))


def instrument_name(program: int, drums: bool) -> str:
    return tr("Drums") if drums else instrument_names()[program]
